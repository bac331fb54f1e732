/* SPDX-License-Identifier: Apache-2.0 */
/* ocsf_out - what every event has, then what its class asks for. */
#include "server/api/log/ocsf_out.h"

#include "base/json_out.h"
#include "policies/ocsf.h"
#include "server/api/log/event_out.h"

enum {
	USER_UNKNOWN = 0,
	USER_USER = 1,
	USER_SYSTEM = 3,
	STATUS_SUCCESS = 1,
	STATUS_FAILURE = 2,
	HASH_SHA_256 = 3,
	LOG_APPLICATION = 2,
};

/* severity_id: 1 informational to 5 critical; what is critical to us is one higher. */
static int64_t severity_of(const struct leaf *leaf)
{
	static const int64_t SEVERITIES[ACTION_SEVERITY_COUNT] = {[ACTION_SEVERITY_INFO] = 1,
		[ACTION_SEVERITY_NOTICE] = 2,
		[ACTION_SEVERITY_WARNING] = 3,
		[ACTION_SEVERITY_ALERT] = 5};
	return SEVERITIES[leaf->severity % ACTION_SEVERITY_COUNT];
}

static const char *action_name(const struct log_event *event)
{
	return event->read.action ? event->read.action->name : "unknown";
}

static void put_text(struct json_out *out, const char *name, struct span text)
{
	if (text.len)
		json_out_span(out, name, text);
}

/* ---- what every event has ---- */

static void put_metadata(struct json_out *out, const struct log_event *event, const struct ocsf_out_log *log)
{
	const struct leaf *leaf = &event->read.leaf;
	json_out_open(out, "metadata");
	json_out_text(out, "version", OCSF_VERSION);
	json_out_open(out, "product");
	json_out_text(out, "name", "Muniment");
	json_out_text(out, "vendor_name", "Muniment");
	json_out_text(out, "version", MUNIMENT_VERSION);
	json_out_close(out);
	json_out_id(out, "uid", ID_EVENT, leaf->event);
	json_out_text(out, "tenant_uid", log->tenant);
	json_out_text(out, "log_name", "security");
	json_out_text(out, "event_code", action_name(event));
	json_out_number(out, "sequence", (int64_t)event->read.row.index);
	json_out_number(out, "logged_time", leaf->received.ms);
	json_out_time(out, "original_time", leaf->time);
	put_text(out, "correlation_uid", event->read.texts[LEAF_TEXT_TRACE]);
	json_out_close(out);
}

static void put_base(struct json_out *out, const struct log_event *event, struct ocsf_kind kind)
{
	const struct leaf *leaf = &event->read.leaf;
	json_out_number(out, "category_uid", kind.class / 1000);
	json_out_number(out, "class_uid", kind.class);
	json_out_text(out, "class_name", ocsf_caption(kind.class));
	json_out_number(out, "activity_id", kind.activity);
	if (kind.activity == OCSF_OTHER)
		json_out_text(out, "activity_name", action_name(event));
	json_out_number(out, "type_uid", (int64_t)kind.class * 100 + kind.activity);
	json_out_number(out, "time", leaf->time.ms);
	json_out_number(out, "severity_id", severity_of(leaf));
	json_out_number(out, "status_id", leaf->outcome == LEAF_SUCCESS ? STATUS_SUCCESS : STATUS_FAILURE);
	put_text(out, "status_detail", event_out_reason(&event->read));
}

static void put_proof(struct json_out *out, const struct log_event *event, const struct ocsf_out_log *log)
{
	struct span leaf_hash = SPAN_BYTES(event->read.row.leaf_hash.bytes);
	json_out_open_array(out, "enrichments");
	json_out_open(out, NULL);
	json_out_text(out, "name", "tlog");
	json_out_text(out, "type", "transparency-log");
	json_out_text(out, "provider", "muniment");
	json_out_text(out, "value", "leaf");
	json_out_open(out, "data");
	json_out_span(out, "origin", log->origin);
	json_out_number(out, "index", (int64_t)event->read.row.index);
	json_out_hex(out, "leaf_hash", leaf_hash);
	json_out_close(out);
	json_out_close(out);
	json_out_close_array(out);
	json_out_open(out, "raw_data_hash");
	json_out_number(out, "algorithm_id", HASH_SHA_256);
	json_out_hex(out, "value", leaf_hash);
	json_out_close(out);
}

/* ---- people and places ---- */

static void put_person(struct json_out *out, const char *name, struct id id, const struct log_name *called)
{
	json_out_open(out, name);
	json_out_id(out, "uid", ID_PERSON, id);
	put_text(out, "name", called->name);
	json_out_number(out, "type_id", USER_USER);
	json_out_close(out);
}

static void put_nobody(struct json_out *out, const char *name, const char *word, int64_t type)
{
	json_out_open(out, name);
	json_out_text(out, "uid", word);
	json_out_text(out, "name", word);
	json_out_number(out, "type_id", type);
	json_out_close(out);
}

/* Who acted, as a user: an application as itself is a service account. */
static void put_acting_user(struct json_out *out, const char *name, const struct log_event *event)
{
	const struct leaf *leaf = &event->read.leaf;
	switch (leaf->actor) {
	case LEAF_PERSON:
		put_person(out, name, leaf->ids[LEAF_ID_ACTOR], &event->actor);
		return;
	case LEAF_BY_APPLICATION:
		json_out_open(out, name);
		json_out_id(out, "uid", ID_APPLICATION, leaf->ids[LEAF_ID_ACTOR]);
		put_text(out, "name", event->actor.name);
		json_out_number(out, "type_id", USER_SYSTEM);
		json_out_close(out);
		return;
	case LEAF_SYSTEM:
		put_nobody(out, name, "system", USER_SYSTEM);
		return;
	case LEAF_OPERATOR:
		put_nobody(out, name, "operator", USER_SYSTEM);
		return;
	case LEAF_UNKNOWN:
		break;
	}
	put_nobody(out, name, "unknown", USER_UNKNOWN);
}

static void put_actor(struct json_out *out, const struct log_event *event)
{
	const struct leaf *leaf = &event->read.leaf;
	json_out_open(out, "actor");
	put_acting_user(out, "user", event);
	if (!ids_is_none(leaf->ids[LEAF_ID_REPORTER]))
		json_out_id(out, "app_uid", ID_APPLICATION, leaf->ids[LEAF_ID_REPORTER]);
	put_text(out, "app_name", event->reporter.name);
	if (event->read.texts[LEAF_TEXT_SESSION].len) {
		json_out_open(out, "session");
		json_out_span(out, "uid", event->read.texts[LEAF_TEXT_SESSION]);
		json_out_close(out);
	}
	json_out_close(out);
}

/* The device of who acted: `device` would be the host that saw it. What nobody named is the server's own. */
static void put_endpoint(struct json_out *out, const struct log_event *event)
{
	const struct span *texts = event->read.texts;
	struct span name = texts[LEAF_TEXT_DEVICE_NAME];
	bool any = texts[LEAF_TEXT_IP].len || texts[LEAF_TEXT_DEVICE].len || name.len;
	json_out_open(out, "src_endpoint");
	put_text(out, "ip", texts[LEAF_TEXT_IP]);
	put_text(out, "uid", texts[LEAF_TEXT_DEVICE]);
	if (any)
		put_text(out, "name", name);
	else
		json_out_text(out, "name", event->read.leaf.actor == LEAF_SYSTEM ? "muniment" : "unknown");
	json_out_close(out);
	if (texts[LEAF_TEXT_USER_AGENT].len) {
		json_out_open(out, "http_request");
		json_out_span(out, "user_agent", texts[LEAF_TEXT_USER_AGENT]);
		json_out_close(out);
	}
}

/* Whose account it is about: the person who is the object, the one in whose place somebody acts, or the actor. */
static void put_user(struct json_out *out, const struct log_event *event)
{
	static const struct log_name NAMELESS;
	const struct leaf *leaf = &event->read.leaf;
	if (leaf->object_kind == ID_PERSON + 1)
		put_person(out, "user", leaf->ids[LEAF_ID_OBJECT], &NAMELESS);
	else if (!ids_is_none(leaf->ids[LEAF_ID_IN_PLACE_OF]))
		put_person(out, "user", leaf->ids[LEAF_ID_IN_PLACE_OF], &event->in_place_of);
	else
		put_acting_user(out, "user", event);
}

/* ---- what it is about ---- */

static void put_resource(struct json_out *out, const char *name, const struct log_event *event)
{
	const struct span *texts = event->read.texts;
	struct event_out_object object;
	event_out_object(event, &object);
	json_out_open(out, name);
	if (object.type.len == 0)
		json_out_text(out, "type", "muniment");
	put_text(out, "type", object.type);
	put_text(out, "uid", object.id);
	if (object.label.len)
		json_out_span(out, "name", object.label);
	else
		json_out_text(out, "name", action_name(event));
	json_out_open(out, "data");
	if (event->read.leaf.flags & LEAF_COUNTED)
		json_out_number(out, "count", (int64_t)event->read.leaf.count);
	put_text(out, "purpose", texts[LEAF_TEXT_PURPOSE]);
	put_text(out, "changes", texts[LEAF_TEXT_CHANGES]);
	put_text(out, "detail", texts[LEAF_TEXT_DETAIL]);
	json_out_close(out);
	json_out_close(out);
}

static void put_resources(struct json_out *out, const char *name, const struct log_event *event)
{
	json_out_open_array(out, name);
	put_resource(out, NULL, event);
	json_out_close_array(out);
}

static void put_service(struct json_out *out, const struct log_event *event)
{
	json_out_open(out, "service");
	if (event->reporter.name.len)
		json_out_span(out, "name", event->reporter.name);
	else
		json_out_text(out, "name", "muniment");
	json_out_close(out);
}

static void put_api(struct json_out *out, const struct log_event *event)
{
	json_out_open(out, "api");
	json_out_text(out, "operation", action_name(event));
	json_out_close(out);
}

static void put_finding(struct json_out *out, const struct log_event *event)
{
	json_out_open(out, "finding_info");
	json_out_id(out, "uid", ID_EVENT, event->read.leaf.event);
	json_out_text(out, "title", action_name(event));
	json_out_number(out, "created_time", event->read.leaf.time.ms);
	json_out_close(out);
}

/* What the class needs besides. */
static void put_class(struct json_out *out, const struct log_event *event, struct ocsf_kind kind)
{
	switch (kind.class) {
	case OCSF_AUTHENTICATION:
		put_user(out, event);
		put_service(out, event);
		return;
	case OCSF_ACCOUNT_CHANGE:
		put_user(out, event);
		return;
	case OCSF_USER_ACCESS:
		put_user(out, event);
		json_out_open_array(out, "privileges");
		json_out_text(out, NULL, action_name(event));
		json_out_close_array(out);
		put_resource(out, "resource", event);
		return;
	case OCSF_API_ACTIVITY:
		put_api(out, event);
		put_resources(out, "resources", event);
		return;
	case OCSF_WEB_RESOURCES:
		put_resources(out, "web_resources", event);
		return;
	case OCSF_EVENT_LOG_ACTIVITY:
		json_out_text(out, "log_name", "security");
		json_out_number(out, "log_type_id", LOG_APPLICATION);
		return;
	case OCSF_DETECTION_FINDING:
		put_finding(out, event);
		return;
	}
}

void ocsf_out_row(struct buf *out, const struct log_event *event, const struct ocsf_out_log *log)
{
	struct json_out json = JSON_OUT(out);
	struct ocsf_kind kind = ocsf_kind(event->read.action);
	json_out_open(&json, NULL);
	put_base(&json, event, kind);
	put_metadata(&json, event, log);
	put_actor(&json, event);
	put_endpoint(&json, event);
	put_class(&json, event, kind);
	put_proof(&json, event, log);
	json_out_close(&json);
	buf_put_text(out, "\n");
}
