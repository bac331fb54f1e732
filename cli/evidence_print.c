/* SPDX-License-Identifier: Apache-2.0 */
/* evidence_print - claims no more than what was checked. */
#include "cli/evidence_print.h"

#include "base/json_out.h"
#include "base/text.h"
#include "cli/print.h"
#include "policies/actions.h"
#include "policies/reasons.h"

enum { SENTENCE_MAX = 2048, REPORT_MAX = 16 * 1024, ROW_MAX = 512 * 1024 };

static const char *const OUTCOMES[] = {"success", "denied", "failed"};
static const char *const SOURCES[] = {"server", "application", "import"};
static const char *const TEXTS[LEAF_TEXT_COUNT] = {
	[LEAF_TEXT_IP] = "ip",
	[LEAF_TEXT_USER_AGENT] = "user_agent",
	[LEAF_TEXT_DEVICE] = "device",
	[LEAF_TEXT_DEVICE_NAME] = "device_name",
	[LEAF_TEXT_PLATFORM] = "platform",
	[LEAF_TEXT_MODEL] = "model",
	[LEAF_TEXT_SESSION] = "session",
	[LEAF_TEXT_ROLES] = "roles",
	[LEAF_TEXT_TRACE] = "trace",
	[LEAF_TEXT_OBJECT_TYPE] = "object_type",
	[LEAF_TEXT_OBJECT] = "object",
	[LEAF_TEXT_LABEL] = "object_label",
	[LEAF_TEXT_PURPOSE] = "purpose",
	[LEAF_TEXT_TASK] = "task",
	[LEAF_TEXT_REASON] = "reason_text",
	[LEAF_TEXT_CHANGES] = "changes",
	[LEAF_TEXT_DETAIL] = "detail",
};

/* ---- the report ---- */

static void put_range(struct buf *out, const struct verify_evidence_report *report)
{
	if (report->end == report->from)
		buf_put_text(out, "an empty range");
	else
		buf_printf(out, "entries %llu to %llu", (unsigned long long)report->from,
			(unsigned long long)(report->end - 1));
}

static void put_claim(struct buf *out, const struct verify_evidence_report *report)
{
	buf_printf(out, "%llu rows, each proven", (unsigned long long)report->rows);
	if (!report->gapless) {
		buf_put_text(out, "; not complete: other entries of ");
		put_range(out, report);
		buf_put_text(out, " are not shown");
		return;
	}
	buf_put_text(out, "; complete: of ");
	put_range(out, report);
	buf_put_text(out, " none is left out");
	if (report->selected)
		buf_put_text(out, ", and the rows are all that the filters select");
	else
		buf_put_text(out,
			"; the filters speak of sealed words: which rows they select is the server's word");
}

static void put_sentence(struct buf *out, const struct verify_evidence_report *report)
{
	put_claim(out, report);
	if (report->withheld || report->erased)
		buf_printf(out, "; parts withheld: %llu, erased: %llu", (unsigned long long)report->withheld,
			(unsigned long long)report->erased);
	buf_printf(out, "; checkpoint of %.*s size %llu root ", SPAN_FMT(report->manifest.origin),
		(unsigned long long)report->size);
	text_put_base64(out, SPAN_BYTES(report->root.bytes));
}

static void put_json(struct json_out *out, const struct verify_evidence_report *report)
{
	json_out_open(out, NULL);
	json_out_text(out, "verdict", "holds");
	json_out_id(out, "export", ID_EXPORT, report->manifest.export);
	json_out_span(out, "origin", report->manifest.origin);
	json_out_span(out, "purpose", report->manifest.purpose);
	json_out_time(out, "made", report->made);
	json_out_number(out, "size", (int64_t)report->size);
	json_out_hex(out, "root", SPAN_BYTES(report->root.bytes));
	json_out_number(out, "rows", (int64_t)report->rows);
	json_out_number(out, "closed", (int64_t)report->closed);
	json_out_number(out, "withheld", (int64_t)report->withheld);
	json_out_number(out, "erased", (int64_t)report->erased);
	json_out_number(out, "from", (int64_t)report->from);
	json_out_number(out, "end", (int64_t)report->end);
	json_out_bool(out, "complete", report->gapless);
	json_out_bool(out, "selection_checked", report->selected);
	json_out_close(out);
}

fallible evidence_print_report(const struct verify_evidence_report *report, enum evidence_print_form form)
{
	scoped(buf) text = BUF(form == EVIDENCE_PRINT_JSON ? REPORT_MAX : SENTENCE_MAX);
	struct json_out json = JSON_OUT(&text);
	if (form == EVIDENCE_PRINT_JSON)
		put_json(&json, report);
	else
		put_sentence(&text, report);
	TRY(buf_check(&text));
	print_result("%.*s", SPAN_FMT(buf_span(&text)));
	return OK;
}

/* ---- rows ---- */

static void put_ids(struct json_out *out, const struct leaf *leaf)
{
	enum id_kind actor = leaf->actor == LEAF_PERSON ? ID_PERSON : ID_APPLICATION;
	const struct {
		const char *name;
		enum id_kind kind;
	} kinds[LEAF_ID_COUNT] = {
		[LEAF_ID_ACTOR] = {"actor", actor},
		[LEAF_ID_IN_PLACE_OF] = {"in_place_of", ID_PERSON},
		[LEAF_ID_CLIENT] = {"client", ID_CLIENT},
		[LEAF_ID_DEVICE] = {"device_id", ID_DEVICE},
		[LEAF_ID_REPORTER] = {"reporter", ID_APPLICATION},
		[LEAF_ID_GRANT] = {"grant", ID_GRANT},
	};
	for (unsigned i = 0; i < LEAF_ID_COUNT; i++)
		if (kinds[i].name && !ids_is_none(leaf->ids[i]))
			json_out_id(out, kinds[i].name, kinds[i].kind, leaf->ids[i]);
	if (leaf->object_kind > 0 && leaf->object_kind <= ID_KIND_COUNT)
		json_out_id(
			out, "object_id", (enum id_kind)(leaf->object_kind - 1), leaf->ids[LEAF_ID_OBJECT]);
}

static void put_clear(struct json_out *out, const struct verify_evidence_row *row)
{
	const struct leaf *leaf = row->leaf;
	const struct action_row *action = action_by_code(leaf->action);
	json_out_number(out, "index", (int64_t)row->index);
	json_out_id(out, "id", ID_EVENT, leaf->event);
	json_out_time(out, "time", leaf->time);
	json_out_time(out, "received", leaf->received);
	json_out_text(out, "action", action ? action->name : NULL);
	json_out_text(out, "source", SOURCES[leaf->source]);
	json_out_text(out, "outcome", OUTCOMES[leaf->outcome]);
	json_out_text(out, "reason", reasons_word(leaf->reason));
	put_ids(out, leaf);
	if (leaf->flags & LEAF_COUNTED)
		json_out_number(out, "count", (int64_t)leaf->count);
}

static void put_closed(struct json_out *out, const struct verify_evidence_row *row)
{
	static const char *const PARTS[] = {[PART_ACTOR] = "actor",
		[PART_CLIENT] = "client",
		[PART_PERSON] = "object",
		[PART_TENANT] = "tenant"};
	static const char *const LISTS[] = {[EVIDENCE_WITHHELD] = "withheld", [EVIDENCE_ERASED] = "erased"};
	for (unsigned state = EVIDENCE_WITHHELD; state <= EVIDENCE_ERASED; state++) {
		json_out_open_array(out, LISTS[state]);
		for (size_t i = 0; i < row->part_count; i++)
			if (row->parts[i].state == (enum evidence_state)state)
				json_out_text(out, NULL, PARTS[row->parts[i].kind]);
		json_out_close_array(out);
	}
}

void evidence_print_row(void *context, const struct verify_evidence_row *row)
{
	scoped(buf) text = BUF(ROW_MAX);
	struct json_out out = JSON_OUT(&text);
	(void)context;
	json_out_open(&out, NULL);
	put_clear(&out, row);
	for (unsigned i = 0; i < LEAF_TEXT_COUNT; i++)
		if (TEXTS[i] && row->texts[i].len)
			json_out_span(&out, TEXTS[i], row->texts[i]);
	put_closed(&out, row);
	json_out_close(&out);
	print_result("%.*s", SPAN_FMT(buf_span(&text)));
}
