/* SPDX-License-Identifier: Apache-2.0 */
/* handover_out - members of one object. */
#include "server/api/grants/handover_out.h"

#include "server/api/ask.h"

static void put_clients(struct json_out *out, const struct handover *handover)
{
	json_out_open_array(out, "clients");
	for (size_t i = 0; i < handover->client_count; i++)
		json_out_id(out, NULL, ID_CLIENT, handover->clients[i]);
	json_out_close_array(out);
	json_out_bool(out, "all_clients", handover->takes_all);
}

static void put_times(struct json_out *out, const struct handover *handover)
{
	json_out_time(out, "start", handover->start);
	ask_put_time(out, "until", handover->until);
	json_out_time(out, "requested", handover->requested);
	ask_put_time(out, "decided", handover->decided);
	ask_put_time(out, "told", handover->told);
	ask_put_time(out, "started", handover->started);
	ask_put_time(out, "accepted", handover->accepted);
	ask_put_time(out, "ended", handover->ended);
}

void handover_out(struct json_out *out, const struct handover *handover)
{
	json_out_id(out, "id", ID_HANDOVER, handover->id);
	json_out_text(out, "state", handover_rules_state(handover->state));
	json_out_text(out, "kind", handover_rules_kind(handover->kind));
	json_out_text(out, "reason", handover_rules_reason(handover->reason));
	json_out_text(out, "override", handover_rules_override(handover->override));
	json_out_id(out, "from", ID_PERSON, handover->from);
	json_out_id(out, "to", ID_PERSON, handover->to);
	put_clients(out, handover);
	put_times(out, handover);
	ask_put_id(out, "requested_by", ID_PERSON, handover->requester);
	ask_put_id(out, "decided_by", ID_PERSON, handover->approver);
	ask_put_id(out, "ended_by", ID_PERSON, handover->ended_by);
	json_out_number(out, "moved", handover->moved);
	json_out_number(out, "returned", handover->returned);
}

fallible handover_out_names(struct name_out *names, const struct handover *handover, struct json_out *out)
{
	if (!names->wanted)
		return OK;
	TRY(name_out_person(names, out, "from_name", handover->from));
	TRY(name_out_person(names, out, "to_name", handover->to));
	TRY(name_out_person(names, out, "requested_by_name", handover->requester));
	TRY(name_out_person(names, out, "decided_by_name", handover->approver));
	TRY(name_out_person(names, out, "ended_by_name", handover->ended_by));
	json_out_open_array(out, "client_names");
	for (size_t i = 0; i < handover->client_count; i++)
		TRY(name_out_client(names, out, NULL, handover->clients[i]));
	json_out_close_array(out);
	return OK;
}

fallible handover_out_extension(
	struct name_out *names, const struct extension *extension, struct json_out *out)
{
	if (!extension) {
		json_out_null(out, "extension");
		return OK;
	}
	json_out_open(out, "extension");
	json_out_time(out, "until", extension->until);
	json_out_text(out, "reason", handover_rules_reason(extension->reason));
	json_out_time(out, "asked", extension->asked);
	json_out_id(out, "asked_by", ID_PERSON, extension->asker);
	TRY(name_out_person(names, out, "asked_by_name", extension->asker));
	json_out_close(out);
	return OK;
}

fallible handover_out_waiting(const struct view *view, struct name_out *names,
	const struct handover *handover, struct json_out *out)
{
	struct extension extension;
	struct err err = FAIL(NOT_FOUND, "a handover that is over lasts no longer");
	if (handover_rules_is_open(handover->state))
		err = extension_find(view, handover->tenant, handover->id, &extension);
	if (err.kind != ERR_NOT_FOUND)
		TRY(err);
	return handover_out_extension(names, err_failed(err) ? NULL : &extension, out);
}
