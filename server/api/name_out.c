/* SPDX-License-Identifier: Apache-2.0 */
/* name_out - a look-up by kind, then one member. */
#include "server/api/name_out.h"

typedef fallible (*find_fn)(
	struct log_names *names, const struct view *view, struct id id, const struct log_name **name);

fallible name_out_open(struct call *call, const struct view *view, struct name_out *names)
{
	struct span wish;
	*names = (struct name_out){.view = view};
	TRY(call_query(call, "names", &wish));
	if (wish.len == 0)
		return OK;
	if (!span_is(wish, "1"))
		return call_refuse(call, "names", "not_allowed", "names is 1 or left out");
	names->wanted = true;
	return log_names_init(&names->names, call->caller.tenant, call->arena);
}

fallible name_out_open_always(struct call *call, const struct view *view, struct name_out *names)
{
	*names = (struct name_out){.wanted = true, .view = view};
	return log_names_init(&names->names, call->caller.tenant, call->arena);
}

static fallible put(
	struct name_out *names, struct json_out *out, const char *member, find_fn find, struct id id)
{
	const struct log_name *name;
	if (!names->wanted)
		return OK;
	if (ids_is_none(id)) {
		json_out_null(out, member);
		return OK;
	}
	TRY(find(&names->names, names->view, id, &name));
	json_out_span(out, member, name->name);
	return OK;
}

fallible name_out_person(struct name_out *names, struct json_out *out, const char *member, struct id id)
{
	return put(names, out, member, log_names_person, id);
}

fallible name_out_client(struct name_out *names, struct json_out *out, const char *member, struct id id)
{
	return put(names, out, member, log_names_client, id);
}

fallible name_out_by(
	struct name_out *names, struct json_out *out, const char *member, bool is_person, struct id id)
{
	return put(names, out, member, is_person ? log_names_person : log_names_application, id);
}

fallible name_out_title(struct name_out *names, struct json_out *out, const struct sight *sight,
	struct id credential, bool usable)
{
	static const struct id NONE;
	bool knows = usable || sight->all || !ids_is_none(sight->client);
	return put(names, out, "credential_title", log_names_credential, knows ? credential : NONE);
}
