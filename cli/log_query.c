/* SPDX-License-Identifier: Apache-2.0 */
/* log_query - one row a filter: option, name. */
#include "cli/log_query.h"

#include "base/text.h"
#include "base/timestamp.h"
#include "cli/when.h"

static const uint64_t LIMIT_MAX = 1000000000;

static const struct {
	enum commands_option option;
	const char *name, *without; /* NULL = has no twin that excludes */
} FILTERS[] = {
	{COMMANDS_ACTOR, "actor", "not_actor"},
	{COMMANDS_FOR, "in_place_of", "not_in_place_of"},
	{COMMANDS_CLIENT, "client", "not_client"},
	{COMMANDS_BRANCH, "branch", "not_branch"},
	{COMMANDS_CLASS, "class", "not_class"},
	{COMMANDS_ACTION, "action", "not_action"},
	{COMMANDS_OBJECT, "object", "not_object"},
	{COMMANDS_DEVICE, "device", "not_device"},
	{COMMANDS_IP, "ip", "not_ip"},
	{COMMANDS_COUNTRY, "country", "not_country"},
	{COMMANDS_DEVICE_KIND, "device_kind", "not_device_kind"},
	{COMMANDS_OUTCOME, "outcome", "not_outcome"},
	{COMMANDS_SEVERITY, "severity", "not_severity"},
	{COMMANDS_CRITICAL, "critical", "not_critical"},
	{COMMANDS_TEXT, "text", "not_text"},
	{COMMANDS_FROM, "from", NULL},
	{COMMANDS_TO, "to", NULL},
	{COMMANDS_ORDER, "order", NULL},
};

enum { FILTER_COUNT = sizeof FILTERS / sizeof *FILTERS };

_Static_assert(LOG_QUERY_MAX >= (FILTER_COUNT + 1) * COMMANDS_VALUES_MAX, "every value has a row");

static fallible read_time(struct commands_call *call, enum commands_option option, const char *text,
	struct arena *arena, struct span *value)
{
	enum when_edge edge = option == COMMANDS_TO ? WHEN_END : WHEN_BEGIN;
	char printed[TIMESTAMP_TEXT + 1];
	struct instant at;
	struct err err = when_parse(span_text(text), call->environment->now, edge, &at);
	if (err_failed(err)) {
		commands_say_where(call, text);
		return err;
	}
	timestamp_print(at, printed);
	return arena_keep(arena, span_text(printed), value);
}

static fallible read_value(struct commands_call *call, enum commands_option option, const char *text,
	struct arena *arena, struct span *value)
{
	if (option == COMMANDS_FROM || option == COMMANDS_TO)
		return read_time(call, option, text, arena, value);
	*value = option == COMMANDS_CRITICAL ? SPAN_LIT("true") : span_text(text);
	if (value->len == 0 || !text_is_utf8(*value)) {
		commands_say_where(call, text);
		return FAIL(INPUT, "a filter wants a text in UTF-8");
	}
	return OK;
}

/* Filters are named as their options are, or as the API names them. */
static bool is_name(struct span text, const char *name)
{
	size_t at = 0;
	while (at < text.len && name[at] && (text.at[at] == '-' ? '_' : text.at[at]) == name[at])
		at++;
	return at == text.len && !name[at];
}

/* FILTER=VALUE, which is left out. */
static fallible read_without(struct commands_call *call, const char *text, size_t *filter, struct span *value)
{
	struct span rest = span_text(text), name;
	bool is_pair = span_cut(&rest, '=', &name) && rest.len > 0 && text_is_utf8(rest);
	for (*filter = 0; is_pair && *filter < FILTER_COUNT; ++*filter)
		if (FILTERS[*filter].without && is_name(name, FILTERS[*filter].name)) {
			*value = rest;
			return OK;
		}
	commands_say_where(call, text);
	return FAIL(INPUT, "what is left out is FILTER=VALUE, such as class=session");
}

static fallible add_without(struct commands_call *call, size_t wanted, struct log_query *query)
{
	for (size_t k = 0; k < call->count[COMMANDS_WITHOUT]; k++) {
		size_t filter;
		struct span value;
		TRY(read_without(call, call->values[COMMANDS_WITHOUT][k], &filter, &value));
		if (filter == wanted)
			query->rows[query->count++] = (struct log_query_row){FILTERS[filter].without, value};
	}
	return OK;
}

fallible log_query_read(struct commands_call *call, struct arena *arena, struct log_query *query)
{
	query->count = 0;
	for (size_t i = 0; i < FILTER_COUNT; i++) {
		enum commands_option option = FILTERS[i].option;
		for (size_t k = 0; k < call->count[option]; k++) {
			struct log_query_row *row = &query->rows[query->count];
			row->name = FILTERS[i].name;
			TRY(read_value(call, option, call->values[option][k], arena, &row->value));
			query->count++;
		}
		TRY(add_without(call, i, query));
	}
	return OK;
}

/* Rows of one name stand beside each other. */
void log_query_put_json(const struct log_query *query, struct json_out *out)
{
	for (size_t i = 0; i < query->count;) {
		const char *name = query->rows[i].name;
		size_t end = i + 1;
		while (end < query->count && query->rows[end].name == name)
			end++;
		if (end == i + 1) {
			json_out_span(out, name, query->rows[i].value);
		} else {
			json_out_open_array(out, name);
			for (size_t k = i; k < end; k++)
				json_out_span(out, NULL, query->rows[k].value);
			json_out_close_array(out);
		}
		i = end;
	}
}

void log_query_put_url(const struct log_query *query, struct buf *out)
{
	for (size_t i = 0; i < query->count; i++) {
		buf_put_text(out, i ? "&" : "");
		buf_put_text(out, query->rows[i].name);
		buf_put_u8(out, '=');
		text_put_percent(out, query->rows[i].value);
	}
}

fallible log_query_limit(struct commands_call *call, uint64_t fallback, uint64_t *limit)
{
	const char *text = call->option[COMMANDS_LIMIT];
	uint64_t read = fallback;
	if (text && (!span_number(span_text(text), LIMIT_MAX, &read) || read == 0)) {
		commands_say_where(call, text);
		return FAIL(INPUT, "a limit is a number from 1 on");
	}
	*limit = read;
	return OK;
}
