/* SPDX-License-Identifier: Apache-2.0 */
/* event_quota - look before, count in the act. */
#include "server/core/log/event_quota.h"

#include "server/core/detail.h"
#include "store/nouns/storm.h"

fallible event_quota_bounds(const struct server *server, const struct view *view, struct id tenant,
	struct id application, uint32_t scopes, struct quota_bounds *bounds, bool *own)
{
	struct quota quota;
	bool imports = scopes_allow(scopes, SCOPE_BIT(EVENTS_IMPORT));
	struct err err = quota_get(view, tenant, application, &quota);
	if (err.kind != ERR_NOT_FOUND)
		TRY(err);
	*own = !err_failed(err);
	*bounds = *own ? quota.bounds : imports ? server->import_bounds : server->event_bounds;
	return OK;
}

/* It is the application that is refused, whoever it says has acted. */
static fallible seal_rejected(
	const struct server *server, struct instant now, struct arena *arena, struct event_quota *quota)
{
	char name[ID_TEXT + 1];
	struct event event = {.action = ACTION_LOG_EVENT_REJECTED,
		.source = LEAF_SERVER,
		.outcome = LEAF_DENIED,
		.reason = REASON_QUOTA,
		.actor = LEAF_BY_APPLICATION,
		.has_object_kind = true,
		.object_kind = ID_APPLICATION};
	event.ids[LEAF_ID_ACTOR] = quota->application;
	event.ids[LEAF_ID_REPORTER] = quota->application;
	event.ids[LEAF_ID_OBJECT] = quota->application;
	ids_print(ID_APPLICATION, quota->application, name);
	const struct detail_field field = {"app_id", span_text(name), DETAIL_TEXT};
	TRY(detail_print(&field, 1, arena, &event.texts[LEAF_TEXT_DETAIL]));
	return event_seal(server->volume.keys, quota->tenant, &event, now, arena, &quota->rejected);
}

fallible event_quota_prepare(const struct server *server, const struct caller *caller,
	const struct view *view, struct instant now, struct arena *arena, struct event_quota *quota)
{
	bool own;
	struct quota_usage usage;
	quota->tenant = caller->tenant;
	quota->application = caller->application;
	TRY(event_quota_bounds(
		server, view, caller->tenant, caller->application, caller->scopes, &quota->bounds, &own));
	if (!quota_can_fit(&quota->bounds, quota->events))
		return FAIL(TOO_LARGE, "the application may never report so many events at once");
	TRY(quota_get_usage(view, caller->tenant, caller->application, &usage));
	quota->over = quota_wait_s(&usage, &quota->bounds, quota->events, now) > 0;
	return quota->over ? seal_rejected(server, now, arena, quota) : OK;
}

fallible event_quota_write(struct act *act, struct event_quota *quota)
{
	struct quota_usage usage;
	struct view view = view_act(act);
	TRY(quota_get_usage(&view, quota->tenant, quota->application, &usage));
	quota->wait_s = quota_wait_s(&usage, &quota->bounds, quota->events, act->now);
	if (quota->over != (quota->wait_s > 0))
		return FAIL_CODE(STALE, "the room for events changed meanwhile");
	if (quota->over)
		return storm_refuse(act, quota->tenant, &quota->rejected, NULL);
	quota_charge(&usage, quota->events, act->now);
	return quota_put_usage(act, &usage);
}
