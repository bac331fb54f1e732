/* SPDX-License-Identifier: Apache-2.0 */
/* guard - admit a caller to a route. */
#include "server/api/guard.h"

#include "base/text.h"
#include "server/api/own_pages.h"
#include "server/api/signed.h"
#include "server/core/proof.h"
#include "server/http/forwarded.h"
#include "server/http/hints.h"

enum { GUARD_DEVICE_MAX = 4096 };

/* What a page asks by itself, while nobody is there, keeps no session open. */
static fallible take_session(struct call *call, const struct view *view, struct span token)
{
	TRY(caller_from_session(call->server, view, token, call->now, call->arena, &call->caller));
	if (http_header(call->exchange, "Muniment-Unattended").len)
		call->caller.is_untouched = false;
	return OK;
}

static fallible take_token(struct call *call, struct reading *reading)
{
	static const struct span BEARER = {(const uint8_t *)"Bearer ", 7};
	struct span header = http_header(call->exchange, "Authorization");
	struct view view = view_reading(reading);
	if (call->route->needs & ROUTE_SIGNED)
		return signed_caller(call, &view);
	struct span session = own_pages_session(call);
	if (session.len)
		return take_session(call, &view, session);
	if (!span_starts(header, BEARER))
		return FAIL(STRANGER, "the request carries no bearer token");
	return caller_from_token(
		call->server, &view, span_from(header, BEARER.len), call->now, call->arena, &call->caller);
}

/* The operator opens no tenant's data, and nobody else does what is the operator's. */
static fallible check_kind(const struct call *call)
{
	bool operator_route = call->route->needs & ROUTE_OPERATOR;
	if ((call->caller.kind == TOKEN_OPERATOR) != operator_route)
		return FAIL_CODE(SCOPE_MISSING, "the token is of another kind than this needs");
	return OK;
}

static fallible read_device(struct call *call, struct span header, struct device *device)
{
	scoped(buf) json = BUF(GUARD_DEVICE_MAX);
	struct json_object object;
	TRY(text_parse_base64url(header, &json));
	struct span text = arena_copy(call->arena, buf_span(&json));
	if (!text.at)
		return FAIL(NO_MEMORY, "a call has no memory for its device");
	TRY(json_in_parse(&call->device, text, call->arena, &call->problems));
	TRY(json_in_top(&call->device, &object));
	call_take_device(&object, device);
	json_in_end(&object);
	return json_in_check(&call->device);
}

/* Where a person's own token comes from, behind proxies of ours. The peer is kept besides when it is another. */
static fallible see_addresses(const struct call *call, struct device *device)
{
	char text[ADDRESS_TEXT + 1];
	const struct server *server = call->server;
	struct forwarded_ask ask = {.trusted = server->trusted_proxies, .form = server->forwarded_form};
	const char *header = ask.form == FORWARDED_RFC7239 ? "Forwarded" : "X-Forwarded-For";
	device->ip = call->request->peer;
	if (!ask.trusted || err_failed(address_parse(call->request->peer, &ask.peer)))
		return OK;
	ask.header = http_header_list(call->exchange, header);
	struct address client = forwarded_read(&ask);
	if (address_equal(&client, &ask.peer))
		return OK;
	address_print(&client, text);
	device->peer = call->request->peer;
	return arena_keep(call->arena, span_text(text), &device->ip);
}

/* Where browsers freeze their User-Agent they say more in headers of their own. */
static fallible see_hints(const struct call *call, struct device *device)
{
	struct hints hints;
	struct http_exchange *exchange = call->exchange;
	const struct hints_ask ask = {.brands = http_header_list(exchange, "Sec-CH-UA"),
		.platform = http_header(exchange, "Sec-CH-UA-Platform"),
		.version = http_header(exchange, "Sec-CH-UA-Platform-Version"),
		.mobile = http_header(exchange, "Sec-CH-UA-Mobile"),
		.model = http_header(exchange, "Sec-CH-UA-Model")};
	_Static_assert((int)HINTS_TEXT_MAX <= (int)DEVICE_TEXT_MAX, "a hint fits where it is kept");
	hints_read(&ask, &hints);
	TRY(arena_keep(call->arena, span_text(hints.name), &device->name));
	TRY(arena_keep(call->arena, span_text(hints.platform), &device->platform));
	return arena_keep(call->arena, span_text(hints.model), &device->model);
}

/* A personal token speaks for itself, and its device is the one that the server sees: whoever acts does not
 * say from where. */
fallible guard_see_device(struct call *call, struct device *device)
{
	struct span agent = http_header(call->exchange, "User-Agent");
	struct device seen = {.given = true, .user_agent = text_cut(agent, DEVICE_AGENT_MAX)};
	seen.truncated = seen.user_agent.len < agent.len;
	TRY(see_addresses(call, &seen));
	TRY(see_hints(call, &seen));
	*device = seen;
	return OK;
}

static fallible take_own_device(struct call *call, const struct view *view)
{
	struct device seen;
	TRY(guard_see_device(call, &seen));
	if (call->caller.kind == TOKEN_SESSION)
		TRY(own_pages_device(call, &seen.id));
	return caller_set_device(view, &call->caller, &seen, call->now, call->arena);
}

static fallible take_actor(struct call *call, struct reading *reading)
{
	struct view view = view_reading(reading);
	struct span actor = http_header(call->exchange, "Muniment-Actor");
	struct span device = http_header(call->exchange, "Muniment-Device");
	struct device read = {0};
	if (caller_is_own(&call->caller))
		return take_own_device(call, &view);
	if (actor.len)
		TRY(caller_act_for(&view, &call->caller, actor, call->arena));
	if (device.len && err_failed(read_device(call, device, &read)))
		return FAIL_CODE(
			DEVICE_MISSING, "the header Muniment-Device is not base64url of a device object");
	if (read.given)
		return caller_set_device(&view, &call->caller, &read, call->now, call->arena);
	if (actor.len)
		return FAIL_CODE(
			DEVICE_MISSING, "a person acts from a device: send the header Muniment-Device");
	return OK;
}

/* A confirmed action opens only what was confirmed: type "request" with the fields method and path. */
static fallible check_action(const struct call *call)
{
	uint8_t expected[HASH_SHA256];
	const struct proof *proof = &call->caller.proof;
	const struct proof_field fields[] = {
		{"method", span_text(http_method_name(call->request->method))}, {"path", call->request->path}};
	if (!proof->is_action)
		return OK;
	TRY(proof_action_hash("request", fields, 2, expected));
	if (memcmp(expected, proof->action_hash, sizeof expected) != 0)
		return FAIL_CODE(PERSON_UNPROVEN, "the person confirmed another action than this request");
	return OK;
}

static fallible take_proof(struct call *call, struct reading *reading)
{
	struct span text = http_header(call->exchange, "Muniment-Verification");
	struct view view = view_reading(reading);
	if (text.len == 0 || ids_is_none(call->caller.person))
		return OK;
	TRY(proof_find(&view, &call->caller, call->caller.person, text, call->now, &call->caller.proof));
	TRY(check_action(call));
	call->caller.proven = !call->caller.proof.weak;
	return OK;
}

/* A session of somebody who has yet to set up how they sign in serves for that, and nothing else. */
static fallible check_session(const struct call *call)
{
	if (call->caller.kind != TOKEN_SESSION)
		return OK;
	TRY(own_pages_check_session(call));
	if (call->caller.lacks && !(call->route->needs & ROUTE_ENROLS))
		return FAIL_CODE(ENROL_FIRST, "the person sets up how they sign in before anything else");
	return OK;
}

static fallible check_rights(const struct call *call)
{
	const struct route *route = call->route;
	const struct caller *caller = &call->caller;
	if (!scopes_allow(caller->scopes, route->scopes))
		return FAIL_CODE(SCOPE_MISSING, "the token lacks a scope for this");
	if ((caller->capabilities & route->capabilities) != route->capabilities)
		return FAIL(DENIED, "the person's roles do not allow this");
	if ((route->needs & ROUTE_PROVEN) && !ids_is_none(caller->person) && !caller->proven)
		return FAIL_CODE(
			PERSON_UNPROVEN, "the person has to prove who they are: send Muniment-Verification");
	return OK;
}

fallible guard_admit(struct call *call)
{
	scoped(reading) reading = {0};
	if (call->route->needs & ROUTE_PUBLIC)
		return OK;
	TRY(call_reading(call, &reading));
	TRY(take_token(call, &reading));
	TRY(check_kind(call));
	if (call->caller.kind == TOKEN_OPERATOR)
		return OK;
	TRY(take_actor(call, &reading));
	TRY(check_session(call));
	TRY(take_proof(call, &reading));
	return check_rights(call);
}
