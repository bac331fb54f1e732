/* SPDX-License-Identifier: Apache-2.0 */
/* api_exports - POST /v1/exports, GET /v1/exports/{id}. */
#include "base/text.h"
#include "crypto/random.h"
#include "server/api/ask.h"
#include "server/api/log/export_stream.h"
#include "server/api/log/log_ask.h"
#include "server/api/log/log_declared.h"
#include "store/nouns/tenant.h"

enum { FORMAT_MAX = 16, CANON_MAX = LOG_READ_CANON_MAX, JSON_MAX = 24 * 1024, FILE_NAME_MAX = 80 };

/* An export on its way through a call. */
struct export_call {
	struct exports_ask ask;
	struct span query;    /* scope and filters as JSON */
	struct span manifest; /* of an evidence file */
	struct span origin;
	bool marked;
	bool hides_staff;
};

/* ---- from the body ---- */

static void read_format(struct json_object *top, struct export_call *export)
{
	struct span format = json_in_text(top, "format", JSON_NEEDED, FORMAT_MAX);
	if (format.len && !export_format_find(format, &export->ask.record.format))
		json_in_note(top, "format", "not_allowed");
}

static void read_filters(const struct call *call, struct json_object *top, struct export_call *export)
{
	struct log_filters *wanted = &export->ask.filters;
	struct json_object filters;
	bool ordered = false;
	if (json_in_object(top, "filters", JSON_OPTIONAL, &filters)) {
		ordered = json_in_has(&filters, "order");
		log_ask_body(call, &filters, wanted);
		json_in_end(&filters);
	}
	/* A file is read from its beginning. */
	if (!ordered)
		wanted->order = QUERY_OLDEST_FIRST;
	if (export->ask.record.format == EXPORT_EVIDENCE && wanted->order != QUERY_OLDEST_FIRST)
		json_in_note(top, "filters", "not_allowed");
}

static void read_range(struct json_object *top, struct exports_ask *ask)
{
	struct json_object range;
	if (!json_in_object(top, "range", JSON_OPTIONAL, &range))
		return;
	ask->from = (uint64_t)json_in_number(&range, "from", JSON_OPTIONAL, 0, INT64_MAX, 0);
	ask->has_to = json_in_has(&range, "to");
	ask->to = (uint64_t)json_in_number(&range, "to", JSON_OPTIONAL, 0, INT64_MAX, 0);
	if (ask->has_to && ask->to < ask->from)
		json_in_note(&range, "to", "not_allowed");
	json_in_end(&range);
}

static fallible read_body(struct call *call, struct export_call *export)
{
	struct json_object top;
	TRY(call_body(call, &top));
	read_format(&top, export);
	export->ask.record.purpose = ask_reason(call, &top, "purpose", EXPORT_PURPOSE_MAX);
	read_filters(call, &top, export);
	read_range(&top, &export->ask);
	export->ask.complete = json_in_bool(&top, "complete", JSON_OPTIONAL, false);
	if (export->ask.complete && export->ask.record.format != EXPORT_EVIDENCE)
		json_in_note(&top, "complete", "not_allowed");
	export->marked = json_in_bool(&top, "bom", JSON_OPTIONAL, false);
	if (export->marked && export->ask.record.format != EXPORT_CSV)
		json_in_note(&top, "bom", "not_allowed");
	export->hides_staff = json_in_bool(&top, "pseudonyms", JSON_OPTIONAL, false);
	/* The other forms carry ids in places of their own, and an evidence file shows leaves as they are. */
	if (export->hides_staff && export->ask.record.format != EXPORT_CSV &&
		export->ask.record.format != EXPORT_JSONL)
		json_in_note(&top, "pseudonyms", "not_allowed");
	json_in_end(&top);
	return call_check(call);
}

/* ---- what is written down of it ---- */

static fallible name_query(struct call *call, struct export_call *export)
{
	const struct keys *keys = call->server->volume.keys;
	struct export *record = &export->ask.record;
	scoped(buf) canon = BUF(CANON_MAX);
	log_read_canon(&export->ask.reader, &export->ask.filters, &canon);
	TRY(buf_check(&canon));
	TRY(keys->term(
		keys->keeper, call->caller.tenant, "mn.export", buf_span(&canon), record->filter_hash));
	TRY(log_ask_detail(call, &export->ask.reader, &export->ask.filters, SPAN_BYTES(record->filter_hash),
		&export->query));
	record->filters = export->query;
	return OK;
}

static void put_range(struct json_out *out, const struct exports_ask *ask)
{
	json_out_open(out, "range");
	json_out_number(out, "from", (int64_t)ask->from);
	if (ask->has_to)
		json_out_number(out, "to", (int64_t)ask->to);
	json_out_close(out);
}

static void put_by(struct json_out *out, const struct caller *caller)
{
	json_out_open(out, "by");
	if (ids_is_none(caller->person))
		json_out_id(out, "application", ID_APPLICATION, caller->application);
	else
		json_out_id(out, "person", ID_PERSON, caller->person);
	json_out_close(out);
}

/* What an evidence file says of itself; its hash stands in the export's own event. */
static fallible make_manifest(struct call *call, struct export_call *export)
{
	scoped(buf) json = BUF(JSON_MAX);
	struct json_out out = JSON_OUT(&json);
	json_out_open(&out, NULL);
	json_out_id(&out, "export", ID_EXPORT, export->ask.record.id);
	json_out_id(&out, "tenant", ID_TENANT, call->caller.tenant);
	json_out_span(&out, "origin", export->origin);
	json_out_time(&out, "made", call->now);
	put_by(&out, &call->caller);
	json_out_span(&out, "purpose", export->ask.record.purpose);
	json_out_bool(&out, "complete", export->ask.complete);
	put_range(&out, &export->ask);
	json_out_raw(&out, "query", export->query);
	json_out_close(&out);
	return buf_keep(&json, call->arena, &export->manifest);
}

static fallible make_detail(struct call *call, const struct export_call *export, struct span *detail)
{
	uint8_t hash[HASH_SHA256];
	scoped(buf) json = BUF(JSON_MAX);
	struct json_out out = JSON_OUT(&json);
	json_out_open(&out, NULL);
	json_out_text(&out, "dataset", "log");
	json_out_text(&out, "format", export_format_name(export->ask.record.format));
	json_out_hex(&out, "filter_hash", SPAN_BYTES(export->ask.record.filter_hash));
	put_range(&out, &export->ask);
	json_out_raw(&out, "query", export->query);
	if (export->hides_staff)
		json_out_bool(&out, "staff_pseudonymised", true);
	if (export->manifest.len) {
		hash_sha256(export->manifest, hash);
		json_out_bool(&out, "complete", export->ask.complete);
		json_out_hex(&out, "manifest", SPAN_BYTES(hash));
	}
	json_out_close(&out);
	return buf_keep(&json, call->arena, detail);
}

static fallible set_reader(struct call *call, struct export_call *export)
{
	scoped(stage) stage = {0};
	struct tenant tenant;
	TRY(stage_open(call, &stage));
	TRY(log_read_reader(&stage.view, &call->caller, call->arena, &export->ask.reader));
	TRY(tenant_get(&stage.view, call->caller.tenant, call->arena, &tenant));
	return arena_keep(call->arena, tenant.origin, &export->origin);
}

static fallible prepare_add(struct call *call)
{
	struct export_call *export;
	struct event event = call_event(call, ACTION_EXPORT_REQUESTED);
	TRY(call_ask(call, &export));
	export->ask.record.id = random_id(call->now);
	TRY(read_body(call, export));
	TRY(set_reader(call, export));
	TRY(log_declared_check(call, &export->ask.filters, "filters/"));
	TRY(name_query(call, export));
	if (export->ask.record.format == EXPORT_EVIDENCE)
		TRY(make_manifest(call, export));
	event.texts[LEAF_TEXT_PURPOSE] = export->ask.record.purpose;
	TRY(make_detail(call, export, &event.texts[LEAF_TEXT_DETAIL]));
	return exports_prepare(call->server, &call->caller, &event, call->now, call->arena, &export->ask);
}

static fallible write_add(struct act *act, struct call *call)
{
	struct export_call *export = call->ask;
	return exports_write(act, &export->ask);
}

/* ---- the answer ---- */

static const struct {
	const char *type, *ending;
} FILES[] = {
	[EXPORT_CSV] = {"text/csv; charset=utf-8", "csv"},
	[EXPORT_JSONL] = {"application/x-ndjson", "jsonl"},
	[EXPORT_OCSF] = {"application/x-ndjson", "ocsf.jsonl"},
	[EXPORT_CEF] = {"text/plain; charset=utf-8", "cef"},
	[EXPORT_EVIDENCE] = {"text/plain; charset=utf-8", "evidence"},
};

static fallible put_headers(struct call *call, const struct export *record)
{
	char id[ID_TEXT + 1];
	struct span kept, name;
	scoped(buf) disposition = BUF(FILE_NAME_MAX);
	ids_print(ID_EXPORT, record->id, id);
	buf_printf(&disposition, "attachment; filename=\"%s.%s\"", id, FILES[record->format].ending);
	TRY(buf_keep(&disposition, call->arena, &name));
	TRY(arena_keep(call->arena, span_text(id), &kept));
	call_header(call, "Export-Id", kept);
	call_header(call, "Content-Disposition", name);
	call->reply->status = call->status;
	call->reply->content_type = FILES[record->format].type;
	return OK;
}

/* A repeated request gets the export's id, never the rows a second time: that would be another export. */
static fallible answer_add(struct call *call, struct json_out *out)
{
	struct export_call *export = call->ask;
	if (out) {
		json_out_id(out, "id", ID_EXPORT, export->ask.record.id);
		json_out_redacted(out, "rows");
		return OK;
	}
	struct export_stream_ask ask = {.export = &export->ask,
		.manifest = export->manifest,
		.origin = export->origin,
		.marked = export->marked,
		.hides_staff = export->hides_staff};
	TRY(put_headers(call, &export->ask.record));
	return export_stream_begin(call, &ask);
}

const struct handler api_exports_add = {prepare_add, write_add, answer_add};

/* ---- one export ---- */

static fallible prepare_get(struct call *call)
{
	struct export *export;
	scoped(stage) stage = {0};
	struct id id;
	TRY(call_ask(call, &export));
	TRY(ids_parse(ID_EXPORT, call->parts[0], &id));
	TRY(stage_open(call, &stage));
	return exports_get(call->server, &stage.view, &call->caller, id, call->arena, export);
}

static fallible answer_get(struct call *call, struct json_out *out)
{
	const struct export *export = call->ask;
	json_out_id(out, "id", ID_EXPORT, export->id);
	json_out_text(out, "state", export_state_name(export->state));
	json_out_text(out, "format", export_format_name(export->format));
	json_out_number(out, "rows", (int64_t) export->rows);
	json_out_number(out, "bytes", (int64_t) export->bytes);
	if (export->state == EXPORT_COMPLETE)
		json_out_hex(out, "sha256", SPAN_BYTES(export->sha256));
	else
		json_out_null(out, "sha256");
	json_out_id(out, "event", ID_EVENT, export->event);
	json_out_id(out, "requested", ID_EVENT, export->requested);
	ask_put_text(out, "purpose", export->purpose);
	ask_put_time(out, "started", export->started);
	ask_put_time(out, "ended", export->ended);
	return OK;
}

const struct handler api_exports_get = {prepare_get, NULL, answer_get};
