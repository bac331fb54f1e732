/* SPDX-License-Identifier: Apache-2.0 */
/* api_health - GET /livez and /readyz. */
#include "server/api/call.h"
#include "server/core/agent.h"

static fallible prepare_nothing(struct call *call)
{
	(void)call;
	return OK;
}

static fallible answer_live(struct call *call, struct json_out *out)
{
	(void)call;
	json_out_text(out, "status", "ok");
	return OK;
}

const struct handler api_livez = {prepare_nothing, NULL, answer_live};

static fallible prepare_ready(struct call *call)
{
	const struct health *health = call->server->health;
	bool is_ready = !health->stopping && !health->sealed && health_is_whole(health);
	call->status = is_ready ? 200 : 503;
	return OK;
}

static void warn_of_rules(struct agents *agents, struct json_out *out)
{
	enum agent_state state = agent_state(agents);
	if (state == AGENT_ABSENT)
		json_out_text(
			out, NULL, "there are no rules for user agents: events show no browser and system");
	if (state == AGENT_BROKEN)
		json_out_text(out, NULL,
			"the rules for user agents can't be read: events show no browser and system");
}

static fallible answer_ready(struct call *call, struct json_out *out)
{
	const struct health *health = call->server->health;
	json_out_text(out, "status", call->status == 200 ? "ready" : "not_ready");
	json_out_bool(out, "sealed", health->sealed);
	json_out_open(out, "checks");
	json_out_bool(out, "accepting", !health->stopping);
	json_out_bool(out, "unsealed", !health->sealed);
	if (!health->sealed) { /* without keys nobody has looked */
		json_out_bool(out, "log_matches_checkpoints", !health->log_contradicts);
		json_out_bool(out, "state_matches_head", !health->sum_mismatch);
		json_out_bool(out, "entries_match_chain", !health->log_broken);
		json_out_bool(out, "keys_in_place", !health->keys_forged);
	}
	json_out_close(out);
	json_out_open_array(out, "warnings");
	if (health->key_beside_data)
		json_out_text(out, NULL, "the key file lies on the filesystem of the data it protects");
	if (health->unlocked)
		json_out_text(out, NULL, "memory is not locked: secrets may reach swap");
	if (health->clock_unsynced)
		json_out_text(out, NULL, "nothing keeps the machine's clock right");
	if (health->clock_behind)
		json_out_text(out, NULL, "the machine's clock was set back: our time goes on ahead of it");
	if (health->few_descriptors)
		json_out_text(out, NULL,
			"the process may open too few files: fewer connections and followers are taken than "
		        "the settings say");
	if (!health->sealed)
		warn_of_rules(call->server->agents, out);
	json_out_close_array(out);
	return OK;
}

const struct handler api_readyz = {prepare_ready, NULL, answer_ready};
