/* SPDX-License-Identifier: Apache-2.0 */
/* cef_out - a header of eight fields, then names and values. */
#include "server/api/log/cef_out.h"

#include "server/api/log/event_out.h"

#include <stdio.h>

/* 0 to 10. */
static const unsigned SEVERITIES[ACTION_SEVERITY_COUNT] = {[ACTION_SEVERITY_INFO] = 1,
	[ACTION_SEVERITY_NOTICE] = 4,
	[ACTION_SEVERITY_WARNING] = 7,
	[ACTION_SEVERITY_ALERT] = 10};

static void put_escaped(struct buf *out, struct span text, const char *marks)
{
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.at[i];
		if (c == '\n' || c == '\r')
			buf_put_text(out, c == '\n' ? "\\n" : "\\r");
		else if (c < 0x20 || c == 0x7F)
			buf_put_u8(out, ' ');
		else if (strchr(marks, c))
			buf_printf(out, "\\%c", c);
		else
			buf_put_u8(out, c);
	}
}

static void put_value(struct buf *out, const char *name, struct span value)
{
	if (value.len == 0)
		return;
	buf_printf(out, " %s=", name);
	put_escaped(out, value, "\\=");
}

static void put_id(struct buf *out, const char *name, enum id_kind kind, struct id id)
{
	char text[ID_TEXT + 1];
	if (ids_is_none(id))
		return;
	ids_print(kind, id, text);
	put_value(out, name, span_text(text));
}

/* A text of our own with its label: cs1 to cs6. */
static void put_labelled(struct buf *out, unsigned number, const char *label, struct span value)
{
	char name[8];
	if (value.len == 0)
		return;
	snprintf(name, sizeof name, "cs%u", number);
	buf_printf(out, " cs%uLabel=%s", number, label);
	put_value(out, name, value);
}

static void put_actor(struct buf *out, const struct log_event *event)
{
	const struct leaf *leaf = &event->read.leaf;
	put_value(out, "suser", event->actor.name);
	put_id(out, "suid", leaf->actor == LEAF_PERSON ? ID_PERSON : ID_APPLICATION,
		leaf->ids[LEAF_ID_ACTOR]);
	put_value(out, "spriv", event->read.texts[LEAF_TEXT_ROLES]);
	put_id(out, "duid", ID_PERSON, leaf->ids[LEAF_ID_IN_PLACE_OF]);
	put_value(out, "duser", event->in_place_of.name);
	put_value(out, "src", event->read.texts[LEAF_TEXT_IP]);
	put_value(out, "requestClientApplication", event->read.texts[LEAF_TEXT_USER_AGENT]);
}

static void put_rest(struct buf *out, const struct log_event *event, const char *tenant)
{
	const struct leaf *leaf = &event->read.leaf;
	char client[ID_TEXT + 1] = "";
	struct event_out_object object;
	event_out_object(event, &object);
	if (!ids_is_none(leaf->ids[LEAF_ID_CLIENT]))
		ids_print(ID_CLIENT, leaf->ids[LEAF_ID_CLIENT], client);
	buf_printf(out, " cn1Label=logIndex cn1=%llu", (unsigned long long)event->read.row.index);
	if (leaf->flags & LEAF_COUNTED)
		buf_printf(out, " cnt=%llu", (unsigned long long)leaf->count);
	put_labelled(out, 1, "tenant", span_text(tenant));
	put_labelled(out, 2, "client", span_text(client));
	put_labelled(out, 3, "objectType", object.type);
	put_labelled(out, 4, "object", object.id);
	put_labelled(out, 5, "purpose", event->read.texts[LEAF_TEXT_PURPOSE]);
	put_labelled(out, 6, "detail", event->read.texts[LEAF_TEXT_DETAIL]);
}

void cef_out_row(struct buf *out, const struct log_event *event, const char *tenant)
{
	const struct event_read *read = &event->read;
	const struct span action = span_text(read->action ? read->action->name : "unknown");
	buf_put_text(out, "CEF:0|Muniment|muniment|" MUNIMENT_VERSION "|");
	put_escaped(out, action, "\\|");
	buf_put_text(out, "|");
	put_escaped(out, action, "\\|");
	buf_printf(out, "|%u|", SEVERITIES[read->leaf.severity % ACTION_SEVERITY_COUNT]);
	buf_printf(out, "rt=%lld", (long long)read->leaf.time.ms);
	put_value(out, "act", action);
	put_value(out, "outcome", span_text(event_out_outcome(&read->leaf)));
	put_value(out, "reason", event_out_reason(read));
	put_id(out, "externalId", ID_EVENT, read->leaf.event);
	put_actor(out, event);
	put_rest(out, event, tenant);
	buf_put_text(out, "\n");
}
