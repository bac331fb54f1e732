/* SPDX-License-Identifier: Apache-2.0 */
/* event_out - the members of an event, one group after the other. */
#include "server/api/log/event_out.h"

static const char *const SOURCES[] = {"server", "application", "import"};
static const char *const OUTCOMES[] = {"success", "denied", "failed"};
static const char *const OBJECT_TYPES[ID_KIND_COUNT] = {
	[ID_TENANT] = "tenant",
	[ID_APPLICATION] = "application",
	[ID_PERSON] = "person",
	[ID_CLIENT] = "client",
	[ID_FACTOR] = "factor",
	[ID_VERIFICATION] = "verification",
	[ID_EVENT] = "event",
	[ID_CREDENTIAL] = "credential",
	[ID_GRANT] = "grant",
	[ID_USE] = "use",
	[ID_HANDOVER] = "handover",
	[ID_DEPOSIT] = "deposit",
	[ID_SLIP] = "slip",
	[ID_DEVICE] = "device",
	[ID_TOKEN] = "token",
	[ID_EXPORT] = "export",
	[ID_REQUEST] = "request",
	[ID_ENROLMENT] = "enrolment",
	[ID_ERASURE] = "erasure",
	[ID_HOLD] = "hold",
	[ID_REMEMBERED] = "remembered",
	[ID_FACTOR_RESET] = "factor_reset",
	[ID_CONSENT] = "consent",
	[ID_BREAKGLASS] = "breakglass",
	[ID_AGREEMENT] = "agreement",
	[ID_SESSION] = "session",
	[ID_SIGN_IN] = "sign_in",
	[ID_TAKEOUT] = "takeout",
};

static void put_text(struct json_out *out, const char *name, struct span text)
{
	if (text.len)
		json_out_span(out, name, text);
}

/* What callers sent as JSON is kept as JSON; a sentence is a text. */
static void put_json(struct json_out *out, const char *name, struct span text)
{
	if (text.len && (text.at[0] == '{' || text.at[0] == '['))
		json_out_raw(out, name, text);
	else
		put_text(out, name, text);
}

static void put_name(struct json_out *out, const struct log_name *name)
{
	put_text(out, "ref", name->ref);
	put_text(out, "name", name->name);
}

static void put_roles(struct json_out *out, struct span roles)
{
	struct span role;
	json_out_open_array(out, "roles");
	while (span_cut(&roles, ' ', &role))
		if (role.len)
			json_out_span(out, NULL, role);
	json_out_close_array(out);
}

static void put_actor(struct json_out *out, const struct log_event *event)
{
	const struct leaf *leaf = &event->read.leaf;
	json_out_open(out, "actor");
	switch (leaf->actor) {
	case LEAF_PERSON:
		json_out_id(out, "person", ID_PERSON, leaf->ids[LEAF_ID_ACTOR]);
		json_out_bool(out, "proven", leaf->flags & LEAF_PROVEN);
		break;
	case LEAF_BY_APPLICATION:
		json_out_id(out, "application", ID_APPLICATION, leaf->ids[LEAF_ID_ACTOR]);
		break;
	case LEAF_SYSTEM:
		json_out_bool(out, "system", true);
		break;
	case LEAF_UNKNOWN:
		json_out_bool(out, "unknown", true);
		break;
	case LEAF_OPERATOR:
		json_out_bool(out, "operator", true);
		break;
	}
	put_name(out, &event->actor);
	put_roles(out, event->read.texts[LEAF_TEXT_ROLES]);
	json_out_close(out);
}

static void put_others(struct json_out *out, const struct log_event *event)
{
	const struct id *ids = event->read.leaf.ids;
	/* A pseudonym has no id. */
	if (!ids_is_none(ids[LEAF_ID_IN_PLACE_OF]) || event->in_place_of.name.len) {
		json_out_open(out, "in_place_of");
		json_out_id(out, "person", ID_PERSON, ids[LEAF_ID_IN_PLACE_OF]);
		put_name(out, &event->in_place_of);
		json_out_close(out);
	}
	if (!ids_is_none(ids[LEAF_ID_CLIENT])) {
		json_out_open(out, "client");
		json_out_id(out, "id", ID_CLIENT, ids[LEAF_ID_CLIENT]);
		put_name(out, &event->client);
		json_out_close(out);
	}
	if (!ids_is_none(ids[LEAF_ID_REPORTER])) {
		json_out_open(out, "reporter");
		json_out_id(out, "application", ID_APPLICATION, ids[LEAF_ID_REPORTER]);
		put_name(out, &event->reporter);
		json_out_close(out);
	}
}

void event_out_object(const struct log_event *event, struct event_out_object *object)
{
	const struct leaf *leaf = &event->read.leaf;
	const struct span *texts = event->read.texts;
	bool ours = leaf->object_kind > 0 && leaf->object_kind <= ID_KIND_COUNT;
	*object = (struct event_out_object){.label = texts[LEAF_TEXT_LABEL]};
	if (!ours && texts[LEAF_TEXT_OBJECT_TYPE].len == 0 && texts[LEAF_TEXT_OBJECT].len == 0)
		return;
	object->type = texts[LEAF_TEXT_OBJECT_TYPE];
	object->id = texts[LEAF_TEXT_OBJECT];
	if (!ours)
		return;
	if (object->type.len == 0)
		object->type = span_text(OBJECT_TYPES[leaf->object_kind - 1]);
	if (ids_is_none(leaf->ids[LEAF_ID_OBJECT]))
		return;
	ids_print((enum id_kind)(leaf->object_kind - 1), leaf->ids[LEAF_ID_OBJECT], object->id_text);
	object->id = span_text(object->id_text);
}

static void put_object(struct json_out *out, const struct log_event *event)
{
	struct event_out_object object;
	event_out_object(event, &object);
	if (object.type.len == 0 && object.id.len == 0)
		return;
	json_out_open(out, "object");
	json_out_span(out, "type", object.type);
	put_text(out, "id", object.id);
	put_text(out, "label", object.label);
	json_out_close(out);
}

static void put_word(struct json_out *out, const char *name, const char *word)
{
	if (word[0])
		json_out_text(out, name, word);
}

/* What the user agent says; left out where nobody knows. */
static void put_agent(struct json_out *out, const struct log_agent *agent)
{
	if (!agent->known)
		return;
	put_word(out, "browser", agent->agent.browser);
	put_word(out, "system", agent->agent.system);
	put_word(out, "brand", agent->agent.brand);
	json_out_text(out, "kind", agent_kind_name(agent->agent.kind));
}

static void put_device(struct json_out *out, const struct log_event *event)
{
	const struct span *texts = event->read.texts;
	bool any = event->agent.known;
	for (unsigned i = LEAF_TEXT_IP; i <= LEAF_TEXT_TRUNCATED; i++)
		any = any || texts[i].len;
	if (!any)
		return;
	json_out_open(out, "device");
	if (texts[LEAF_TEXT_DEVICE].len && !ids_is_none(event->read.leaf.ids[LEAF_ID_DEVICE]))
		json_out_id(out, "registry", ID_DEVICE, event->read.leaf.ids[LEAF_ID_DEVICE]);
	put_text(out, "id", texts[LEAF_TEXT_DEVICE]);
	put_text(out, "ip", texts[LEAF_TEXT_IP]);
	put_word(out, "country", event->country);
	put_text(out, "peer", texts[LEAF_TEXT_PEER]);
	put_text(out, "user_agent", texts[LEAF_TEXT_USER_AGENT]);
	put_text(out, "name", texts[LEAF_TEXT_DEVICE_NAME]);
	put_text(out, "platform", texts[LEAF_TEXT_PLATFORM]);
	put_text(out, "model", texts[LEAF_TEXT_MODEL]);
	put_agent(out, &event->agent);
	if (texts[LEAF_TEXT_TRUNCATED].len)
		json_out_bool(out, "truncated", true);
	json_out_close(out);
}

static void put_parts(struct json_out *out, const char *name, unsigned parts)
{
	static const struct {
		unsigned part;
		const char *word;
	} WORDS[] = {{EVENT_SEES_ACTOR, "actor"}, {EVENT_SEES_CLIENT, "client"},
		{EVENT_SEES_OBJECT, "object"}, {EVENT_SEES_TENANT, "tenant"}};
	if (!parts)
		return;
	json_out_open_array(out, name);
	for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++)
		if (parts & WORDS[i].part)
			json_out_text(out, NULL, WORDS[i].word);
	json_out_close_array(out);
}

static void put_what(struct json_out *out, const struct event_read *read)
{
	const struct leaf *leaf = &read->leaf;
	json_out_text(out, "action", read->action ? read->action->name : NULL);
	json_out_text(out, "class", read->action ? action_class_name(read->action->class) : NULL);
	json_out_text(out, "severity", action_severity_name((enum action_severity)leaf->severity));
	json_out_bool(out, "critical", leaf->flags & LEAF_CRITICAL);
	json_out_text(out, "source", SOURCES[leaf->source]);
	json_out_text(out, "outcome", OUTCOMES[leaf->outcome]);
	const char *reason = reasons_word(leaf->reason);
	if (reason)
		json_out_text(out, "reason", reason);
	else
		put_text(out, "reason", read->texts[LEAF_TEXT_REASON]);
}

void event_out_members(struct json_out *out, const struct log_event *event)
{
	const struct event_read *read = &event->read;
	const struct span *texts = read->texts;
	json_out_id(out, "id", ID_EVENT, read->leaf.event);
	json_out_number(out, "index", (int64_t)read->row.index);
	json_out_time(out, "time", read->leaf.time);
	json_out_time(out, "received", read->leaf.received);
	if (read->leaf.flags & LEAF_SKEWED)
		json_out_bool(out, "skewed", true);
	put_what(out, read);
	put_actor(out, event);
	put_others(out, event);
	put_text(out, "branch", event->branch.name);
	put_object(out, event);
	if (!ids_is_none(read->leaf.ids[LEAF_ID_GRANT]))
		json_out_id(out, "grant", ID_GRANT, read->leaf.ids[LEAF_ID_GRANT]);
	put_text(out, "purpose", texts[LEAF_TEXT_PURPOSE]);
	put_text(out, "task", texts[LEAF_TEXT_TASK]);
	if (read->leaf.flags & LEAF_COUNTED)
		json_out_number(out, "count", (int64_t)read->leaf.count);
	put_json(out, "changes", texts[LEAF_TEXT_CHANGES]);
	put_json(out, "detail", texts[LEAF_TEXT_DETAIL]);
	put_text(out, "session", texts[LEAF_TEXT_SESSION]);
	put_device(out, event);
	put_text(out, "trace", texts[LEAF_TEXT_TRACE]);
	put_parts(out, "erased", read->erased);
	put_parts(out, "withheld", read->withheld);
}

const char *event_out_source(const struct leaf *leaf)
{
	return SOURCES[leaf->source];
}

const char *event_out_outcome(const struct leaf *leaf)
{
	return OUTCOMES[leaf->outcome];
}

struct span event_out_reason(const struct event_read *read)
{
	const char *reason = reasons_word(read->leaf.reason);
	return reason ? span_text(reason) : read->texts[LEAF_TEXT_REASON];
}
