/* SPDX-License-Identifier: Apache-2.0 */
/* log_agent - a user agent that was sealed, as what it says. */
#include "server/core/log/log_agent.h"

void log_agent_read(const struct server *server, const struct event_read *event, int64_t until_ms,
	struct log_agent *agent)
{
	struct span text = event->texts[LEAF_TEXT_USER_AGENT];
	*agent = (struct log_agent){.known = false};
	if (text.len == 0)
		return;
	agent->known = clock_monotonic_ms() < until_ms ? agent_parse(server->agents, text, &agent->agent)
						       : agent_find(server->agents, text, &agent->agent);
}

fallible log_agent_kind(const struct server *server, const struct view *view, const struct log_row *row,
	int64_t until_ms, struct arena *arena, struct log_agent *agent)
{
	struct event_read event;
	struct log_agent whole;
	TRY(event_read(view_keys(view), row, EVENT_SEES_ACTOR, arena, &event));
	log_agent_read(server, &event, until_ms, &whole);
	*agent = (struct log_agent){.known = whole.known, .agent = {.kind = whole.agent.kind}};
	return OK;
}
