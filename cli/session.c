/* SPDX-License-Identifier: Apache-2.0 */
/* session - configuration and client, and what a refusal means. */
#include "cli/session.h"

#include "cli/problem.h"

fallible session_open(struct commands_call *call, struct session *session)
{
	*session = (struct session){0};
	TRY(config_read(call, &session->config));
	const struct config *config = &session->config;
	if (!config->server)
		return FAIL(INPUT,
			"which server? say --server, MUNIMENT_SERVER, or server: in ~/.config/muniment");
	if (config->token.len == 0)
		return FAIL(INPUT,
			"whose token? say --token-file, MUNIMENT_TOKEN_FILE, or token_file: in "
			"~/.config/muniment");
	struct err err = http_client_open(config->server, config->token, &session->client);
	if (err.kind == ERR_INPUT)
		commands_say_where(call, config->server);
	return err;
}

void session_done(struct session *session)
{
	http_client_close(session->client);
	config_done(&session->config);
}

fallible session_call(struct session *session, struct commands_call *call, const struct http_client_ask *ask,
	struct http_client_reply *reply)
{
	struct err err = http_client_call(session->client, ask, reply);
	if (err.kind == ERR_REMOTE)
		commands_say_where(call, session->config.server);
	TRY(err);
	if (reply->status >= 200 && reply->status <= 202)
		return OK;
	return problem_judge(reply->status, buf_span(&reply->refusal), call->where, sizeof call->where);
}

static fallible keep_piece(void *context, struct span piece)
{
	struct buf *out = context;
	buf_put(out, piece);
	return buf_check(out);
}

fallible session_fetch(struct session *session, struct commands_call *call, const char *path,
	struct span json, struct buf *out)
{
	scoped(http_client_reply) reply = {0};
	struct http_client_ask ask = {.path = path, .json = json, .on_piece = keep_piece, .context = out};
	buf_clear(out);
	return session_call(session, call, &ask, &reply);
}

fallible session_delete(
	struct session *session, struct commands_call *call, const char *path, struct buf *out)
{
	scoped(http_client_reply) reply = {0};
	const struct http_client_ask ask = {
		.path = path, .method = "DELETE", .on_piece = keep_piece, .context = out};
	buf_clear(out);
	return session_call(session, call, &ask, &reply);
}
