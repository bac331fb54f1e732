/* SPDX-License-Identifier: Apache-2.0 */
/* csv_out - one function a group of columns, in the order of the names. */
#include "server/api/log/csv_out.h"

#include "base/text.h"
#include "base/timestamp.h"
#include "server/api/log/event_out.h"

static const char HEAD[] =
	"index,id,time,received,skewed,action,class,severity,critical,source,outcome,reason,"
	"actor_type,actor,proven,actor_ref,actor_name,roles,in_place_of,in_place_of_name,"
	"client,client_ref,client_name,branch,object_type,object,object_label,grant,purpose,task,"
	"count,changes,detail,"
	"session,device,registry,ip,country,peer,user_agent,truncated,device_name,platform,model,"
	"browser,system,brand,kind,"
	"reporter,reporter_name,trace,erased,withheld\r\n";

/* Excel reads these like their narrow forms in the languages that have them: = + - @, and the minus sign. */
static const char *const WIDE[] = {
	"\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D", "\xEF\xBC\xA0", "\xE2\x88\x92"};

/* Excel and LibreOffice read a cell that begins so as a formula. */
static bool begins_formula(struct span text)
{
	uint8_t c = text.at[0];
	if (c < 0x80)
		return c == '=' || c == '+' || c == '-' || c == '@';
	for (size_t i = 0; i < sizeof WIDE / sizeof WIDE[0]; i++)
		if (span_starts(text, span_text(WIDE[i])))
			return true;
	return false;
}

/* Where the list separator is not the comma, a line is split inside our quotes too: the quote is then in the middle
 * of a field, and means nothing. */
static bool splits(uint8_t c)
{
	return c == ';' || c == ',' || c == '\t' || c == '|' || c == '\r' || c == '\n';
}

static bool is_passed_over(uint8_t c)
{
	return c == ' ' || c == '"' || c == '\'';
}

/* put_bare - the text with quotes doubled, copied run by run. `fresh`: a formula could begin here. */
static void put_bare(struct buf *out, struct span text)
{
	bool fresh = true;
	size_t copied = 0;
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.at[i];
		if (fresh && begins_formula(span_from(text, i))) {
			buf_put(out, span_of(text.at + copied, i - copied));
			buf_put_u8(out, '\'');
			copied = i;
		}
		fresh = splits(c) || (fresh && is_passed_over(c));
		/* Up to the quote, which then begins the next run again. */
		if (c == '"') {
			buf_put(out, span_of(text.at + copied, i + 1 - copied));
			copied = i;
		}
	}
	buf_put(out, span_from(text, copied));
}

/* put_valid - bytes that are no UTF-8 one by one as U+FFFD. */
static void put_valid(struct buf *out, struct span text)
{
	scoped(buf) valid = BUF(4 * text.len + 1);
	for (size_t at = 0; at < text.len;) {
		size_t len = 1;
		while (len < 4 && at + len < text.len && !text_is_utf8(span_of(text.at + at, len)))
			len++;
		bool whole = text_is_utf8(span_of(text.at + at, len));
		if (whole)
			buf_put(&valid, span_of(text.at + at, len));
		else
			buf_put_text(&valid, "\xEF\xBF\xBD");
		at += whole ? len : 1;
	}
	put_bare(out, buf_span(&valid));
}

void csv_out_cell(struct buf *out, struct span text)
{
	buf_put_u8(out, '"');
	/* A tab or a line's end in front is passed over by some, and the formula begins behind it. */
	if (text.len && splits(text.at[0]))
		buf_put_u8(out, '\'');
	if (text_is_utf8(text))
		put_bare(out, text);
	else
		put_valid(out, text);
	buf_put_u8(out, '"');
}

/* ---- cells ---- */

static void put_next(struct buf *out, struct span text)
{
	csv_out_cell(out, text);
	buf_put_u8(out, ',');
}

static void put_word(struct buf *out, const char *word)
{
	put_next(out, span_text(word ? word : ""));
}

static void put_id(struct buf *out, enum id_kind kind, struct id id)
{
	char text[ID_TEXT + 1] = "";
	if (!ids_is_none(id))
		ids_print(kind, id, text);
	put_word(out, text);
}

static void put_number(struct buf *out, uint64_t number)
{
	buf_printf(out, "\"%llu\",", (unsigned long long)number);
}

static void put_time(struct buf *out, struct instant at)
{
	char text[TIMESTAMP_TEXT + 1];
	timestamp_print(at, text);
	put_word(out, text);
}

static void put_parts(struct buf *out, unsigned parts)
{
	scoped(buf) words = BUF(64);
	buf_printf(&words, "%s%s%s%s", parts & EVENT_SEES_ACTOR ? "actor " : "",
		parts & EVENT_SEES_CLIENT ? "client " : "", parts & EVENT_SEES_OBJECT ? "object " : "",
		parts & EVENT_SEES_TENANT ? "tenant " : "");
	csv_out_cell(out, span_first(buf_span(&words), words.len ? words.len - 1 : 0));
}

/* ---- groups of columns ---- */

static void put_what(struct buf *out, const struct event_read *read)
{
	const struct leaf *leaf = &read->leaf;
	const struct action_row *action = read->action;
	put_number(out, read->row.index);
	put_id(out, ID_EVENT, leaf->event);
	put_time(out, leaf->time);
	put_time(out, leaf->received);
	put_word(out, leaf->flags & LEAF_SKEWED ? "true" : "false");
	put_word(out, action ? action->name : NULL);
	put_word(out, action ? action_class_name(action->class) : NULL);
	put_word(out, action_severity_name((enum action_severity)leaf->severity));
	put_word(out, leaf->flags & LEAF_CRITICAL ? "true" : "false");
	put_word(out, event_out_source(leaf));
	put_word(out, event_out_outcome(leaf));
	put_next(out, event_out_reason(read));
}

static void put_actor(struct buf *out, const struct log_event *event)
{
	static const char *const TYPES[] = {[LEAF_SYSTEM] = "system",
		[LEAF_PERSON] = "person",
		[LEAF_BY_APPLICATION] = "application",
		[LEAF_UNKNOWN] = "unknown",
		[LEAF_OPERATOR] = "operator"};
	const struct leaf *leaf = &event->read.leaf;
	put_word(out, TYPES[leaf->actor]);
	put_id(out, leaf->actor == LEAF_PERSON ? ID_PERSON : ID_APPLICATION, leaf->ids[LEAF_ID_ACTOR]);
	put_word(out, leaf->actor != LEAF_PERSON ? "" : leaf->flags & LEAF_PROVEN ? "true" : "false");
	put_next(out, event->actor.ref);
	put_next(out, event->actor.name);
	put_next(out, event->read.texts[LEAF_TEXT_ROLES]);
	put_id(out, ID_PERSON, leaf->ids[LEAF_ID_IN_PLACE_OF]);
	put_next(out, event->in_place_of.name);
}

static void put_about(struct buf *out, const struct log_event *event)
{
	const struct leaf *leaf = &event->read.leaf;
	const struct span *texts = event->read.texts;
	struct event_out_object object;
	event_out_object(event, &object);
	put_id(out, ID_CLIENT, leaf->ids[LEAF_ID_CLIENT]);
	put_next(out, event->client.ref);
	put_next(out, event->client.name);
	put_next(out, event->branch.name);
	put_next(out, object.type);
	put_next(out, object.id);
	put_next(out, object.label);
	put_id(out, ID_GRANT, leaf->ids[LEAF_ID_GRANT]);
	put_next(out, texts[LEAF_TEXT_PURPOSE]);
	put_next(out, texts[LEAF_TEXT_TASK]);
	if (leaf->flags & LEAF_COUNTED)
		put_number(out, leaf->count);
	else
		put_word(out, "");
	put_next(out, texts[LEAF_TEXT_CHANGES]);
	put_next(out, texts[LEAF_TEXT_DETAIL]);
}

static void put_device(struct buf *out, const struct log_event *event)
{
	const struct log_agent *agent = &event->agent;
	const struct span *texts = event->read.texts;
	put_next(out, texts[LEAF_TEXT_SESSION]);
	put_next(out, texts[LEAF_TEXT_DEVICE]);
	put_id(out, ID_DEVICE,
		texts[LEAF_TEXT_DEVICE].len ? event->read.leaf.ids[LEAF_ID_DEVICE] : (struct id){0});
	put_next(out, texts[LEAF_TEXT_IP]);
	put_word(out, event->country);
	put_next(out, texts[LEAF_TEXT_PEER]);
	put_next(out, texts[LEAF_TEXT_USER_AGENT]);
	put_word(out, texts[LEAF_TEXT_TRUNCATED].len ? "true" : "");
	put_next(out, texts[LEAF_TEXT_DEVICE_NAME]);
	put_next(out, texts[LEAF_TEXT_PLATFORM]);
	put_next(out, texts[LEAF_TEXT_MODEL]);
	put_word(out, agent->known ? agent->agent.browser : NULL);
	put_word(out, agent->known ? agent->agent.system : NULL);
	put_word(out, agent->known ? agent->agent.brand : NULL);
	put_word(out, agent->known ? agent_kind_name(agent->agent.kind) : NULL);
}

void csv_out_head(struct buf *out, enum csv_out_mark mark)
{
	if (mark == CSV_OUT_MARKED)
		buf_put_text(out, "\xEF\xBB\xBF");
	buf_put_text(out, HEAD);
}

void csv_out_row(struct buf *out, const struct log_event *event)
{
	put_what(out, &event->read);
	put_actor(out, event);
	put_about(out, event);
	put_device(out, event);
	put_id(out, ID_APPLICATION, event->read.leaf.ids[LEAF_ID_REPORTER]);
	put_next(out, event->reporter.name);
	put_next(out, event->read.texts[LEAF_TEXT_TRACE]);
	put_parts(out, event->read.erased);
	buf_put_u8(out, ',');
	put_parts(out, event->read.withheld);
	buf_put_text(out, "\r\n");
}
