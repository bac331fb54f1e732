/* SPDX-License-Identifier: Apache-2.0 */
/* log_ask - one row a filter: its name, how a value is taken. */
#include "server/api/log/log_ask.h"

#include "base/address.h"
#include "base/text.h"
#include "base/timestamp.h"
#include "server/core/places.h"
#include "store/nouns/declared.h"

enum { VALUE_MAX = 128, OBJECT_MAX = 260, TEXT_MAX = 600, DETAIL_MAX = 20 * 1024 };

static const char *const OUTCOMES[] = {"success", "denied", "failed"};
static const struct span SYSTEM = {(const uint8_t *)"system", 6};
enum { OUTCOME_COUNT = sizeof OUTCOMES / sizeof OUTCOMES[0] };

/* ---- one value of one filter; each gives a problem's code, or NULL ---- */

static const char *take_class(struct log_values *values, struct span value)
{
	enum action_class class;
	if (!action_class_find(value, &class))
		return "not_allowed";
	values->classes |= UINT32_C(1) << class;
	return NULL;
}

static const char *take_name(struct span *names, size_t *count, struct span value)
{
	if (value.len == 0)
		return "malformed";
	if (*count == QUERY_VALUES_MAX)
		return "too_many";
	names[(*count)++] = value;
	return NULL;
}

static const char *take_action(struct log_values *values, struct span value)
{
	const struct action_row *row = action_by_name(value);
	if (declared_is_name(value))
		return take_name(values->declared, &values->declared_count, value);
	if (!row)
		return "unknown_action";
	if (values->action_count == QUERY_VALUES_MAX)
		return "too_many";
	values->actions[values->action_count++] = row->code;
	return NULL;
}

/* What the server did is looked for by itself. */
static const char *take_actor(struct log_values *values, struct span value)
{
	bool is_system = span_is(value, "system");
	if (is_system ? values->actor_count > 0 : values->by_system)
		return "not_allowed";
	values->by_system = is_system;
	if (is_system)
		return NULL;
	return take_name(values->actors, &values->actor_count, value);
}

static const char *take_client(struct log_values *values, struct span value)
{
	return take_name(values->clients, &values->client_count, value);
}

static const char *take_branch(struct log_values *values, struct span value)
{
	return take_name(values->branches.values, &values->branches.count, value);
}

static const char *take_in_place_of(struct log_values *values, struct span value)
{
	return take_name(values->in_place_of.values, &values->in_place_of.count, value);
}

static const char *take_object(struct log_values *values, struct span value)
{
	return take_name(values->objects.values, &values->objects.count, value);
}

static const char *take_device(struct log_values *values, struct span value)
{
	return take_name(values->devices.values, &values->devices.count, value);
}

/* What is no address would find nothing, and look as if nothing had happened. */
static const char *take_ip(struct log_values *values, struct span value)
{
	struct address address;
	if (err_failed(address_parse(value, &address)))
		return "malformed";
	return take_name(values->addresses.values, &values->addresses.count, value);
}

static const char *take_country(struct log_values *values, struct span value)
{
	bool letters = value.len == PLACES_COUNTRY;
	for (size_t i = 0; letters && i < PLACES_COUNTRY; i++)
		letters = value.at[i] >= 'A' && value.at[i] <= 'Z';
	return letters ? take_name(values->countries.values, &values->countries.count, value) : "malformed";
}

/* NULL behind the last one. */
static const char *kind_name(unsigned bit)
{
	if (bit == LOG_KIND_UNKNOWN)
		return "unknown";
	return bit < LOG_KIND_UNKNOWN ? agent_kind_name((enum agent_kind)bit) : NULL;
}

static const char *take_kind(struct log_values *values, struct span value)
{
	for (unsigned bit = 0; kind_name(bit); bit++)
		if (span_is(value, kind_name(bit))) {
			values->kinds |= UINT32_C(1) << bit;
			return NULL;
		}
	return "not_allowed";
}

static const char *take_words(struct log_values *values, struct span value)
{
	struct span rest = value, word;
	size_t words = 0;
	while (text_next_word(&rest, &word))
		words++;
	if (words == 0)
		return "malformed";
	if (words > WORDS_ASKED_MAX)
		return "too_many";
	return take_name(values->texts.values, &values->texts.count, value);
}

static const char *take_severity(struct log_values *values, struct span value)
{
	enum action_severity severity;
	if (!action_severity_find(value, &severity))
		return "not_allowed";
	values->severities |= UINT32_C(1) << severity;
	return NULL;
}

static const char *take_critical(struct log_values *values, struct span value)
{
	if (!span_is(value, "true") && !span_is(value, "false"))
		return "not_allowed";
	values->critical |= UINT32_C(1) << span_is(value, "true");
	return NULL;
}

static const char *take_outcome(struct log_values *values, struct span value)
{
	for (unsigned i = 0; i < OUTCOME_COUNT; i++)
		if (span_is(value, OUTCOMES[i])) {
			values->outcomes |= UINT32_C(1) << i;
			return NULL;
		}
	return "not_allowed";
}

/* The first millisecond of 1970 stands for "open". */
static const char *take_time(struct instant *at, struct span value)
{
	struct instant read;
	if (at->ms)
		return "too_many";
	if (err_failed(timestamp_parse(value, &read)))
		return "malformed";
	at->ms = read.ms > 0 ? read.ms : 1;
	return NULL;
}

static const char *take_from(struct log_filters *filters, struct span value)
{
	return take_time(&filters->from, value);
}

static const char *take_to(struct log_filters *filters, struct span value)
{
	return take_time(&filters->to, value);
}

static const char *take_order(struct log_filters *filters, struct span value)
{
	if (!span_is(value, "asc") && !span_is(value, "desc"))
		return "not_allowed";
	if (filters->ordered)
		return "too_many";
	filters->ordered = true;
	filters->order = span_is(value, "asc") ? QUERY_OLDEST_FIRST : QUERY_NEWEST_FIRST;
	return NULL;
}

enum {
	CLASS,
	ACTION,
	ACTOR,
	IN_PLACE_OF,
	CLIENT,
	BRANCH,
	OBJECT,
	DEVICE,
	IP,
	OUTCOME,
	SEVERITY,
	CRITICAL,
	TEXT,
	COUNTRY,
	DEVICE_KIND,
	FILTER_COUNT
};

static const struct {
	const char *names[QUERY_SENSES]; /* what events must have, what they must lack */
	size_t max;                      /* bytes of a value */
	const char *(*add)(struct log_values *values, struct span value);
} FILTERS[FILTER_COUNT] = {
	[CLASS] = {{"class", "not_class"}, VALUE_MAX, take_class},
	[ACTION] = {{"action", "not_action"}, VALUE_MAX, take_action},
	[ACTOR] = {{"actor", "not_actor"}, VALUE_MAX, take_actor},
	[IN_PLACE_OF] = {{"in_place_of", "not_in_place_of"}, VALUE_MAX, take_in_place_of},
	[CLIENT] = {{"client", "not_client"}, VALUE_MAX, take_client},
	[BRANCH] = {{"branch", "not_branch"}, VALUE_MAX, take_branch},
	[OBJECT] = {{"object", "not_object"}, OBJECT_MAX, take_object},
	[DEVICE] = {{"device", "not_device"}, VALUE_MAX, take_device},
	[IP] = {{"ip", "not_ip"}, VALUE_MAX, take_ip},
	[OUTCOME] = {{"outcome", "not_outcome"}, VALUE_MAX, take_outcome},
	[SEVERITY] = {{"severity", "not_severity"}, VALUE_MAX, take_severity},
	[CRITICAL] = {{"critical", "not_critical"}, VALUE_MAX, take_critical},
	[TEXT] = {{"text", "not_text"}, TEXT_MAX, take_words},
	[COUNTRY] = {{"country", "not_country"}, VALUE_MAX, take_country},
	[DEVICE_KIND] = {{"device_kind", "not_device_kind"}, VALUE_MAX, take_kind},
};

/* What stands once, for all of them. */
static const struct {
	const char *name;
	const char *(*set)(struct log_filters *filters, struct span value);
} BOUNDS[] = {
	{"from", take_from},
	{"to", take_to},
	{"order", take_order},
};

enum { BOUND_COUNT = sizeof BOUNDS / sizeof BOUNDS[0] };

static struct log_values *values_of(struct log_filters *filters, unsigned sense)
{
	return sense == QUERY_HAS ? &filters->has : &filters->lacks;
}

/* ---- from a query ---- */

/* Where no country is known, asking for one would find nothing and look like an answer. */
static bool is_unknowable(const struct places *places, struct span name)
{
	const char *const *names = FILTERS[COUNTRY].names;
	return !places && (span_is(name, names[QUERY_HAS]) || span_is(name, names[QUERY_LACKS]));
}

static const char *take_parameter(
	const struct places *places, struct log_filters *filters, struct span name, struct span value)
{
	if (is_unknowable(places, name))
		return "not_configured";
	for (size_t i = 0; i < BOUND_COUNT; i++)
		if (span_is(name, BOUNDS[i].name))
			return value.len > VALUE_MAX ? "too_long" : BOUNDS[i].set(filters, value);
	for (size_t i = 0; i < FILTER_COUNT; i++)
		for (unsigned sense = 0; sense < QUERY_SENSES; sense++)
			if (span_is(name, FILTERS[i].names[sense]))
				return value.len > FILTERS[i].max
					? "too_long"
					: FILTERS[i].add(values_of(filters, sense), value);
	return "unknown_field";
}

static bool is_paging(struct span name)
{
	return span_is(name, "limit") || span_is(name, "cursor");
}

/* Nothing lies between a time and an earlier one: an empty list would look like an answer. */
static bool is_backward(const struct log_filters *filters)
{
	return filters->from.ms && filters->to.ms && filters->to.ms < filters->from.ms;
}

/* Once all of a query was read. */
static fallible check_query(struct call *call, const struct log_filters *filters, struct err err)
{
	TRY(err);
	if (is_backward(filters))
		call_note(call, SPAN_LIT("to"), "not_allowed");
	return call->problems.count ? FAIL(INVALID, "a filter of the log is not one") : OK;
}

fallible log_ask_query(struct call *call, struct log_filters *filters)
{
	size_t at = 0;
	struct span name, value;
	struct err err = OK;
	while (http_query(call->exchange, &at, &name, &value, &err)) {
		const char *code =
			is_paging(name) ? NULL : take_parameter(call->server->places, filters, name, value);
		if (code)
			call_note(call, name, code);
	}
	return check_query(call, filters, err);
}

fallible log_ask_follow(struct call *call, struct log_filters *filters, struct span *after)
{
	size_t at = 0;
	struct span name, value;
	struct err err = OK;
	*after = SPAN_NONE;
	while (http_query(call->exchange, &at, &name, &value, &err)) {
		const char *code = "unknown_field";
		if (span_is(name, "after"))
			code = after->at ? "too_many" : NULL;
		else if (!span_is(name, "order"))
			code = take_parameter(call->server->places, filters, name, value);
		if (code)
			call_note(call, name, code);
		else if (span_is(name, "after"))
			*after = value;
	}
	return check_query(call, filters, err);
}

/* What is compared in opened events is not counted. Things of ours the index has by their ids; what has to be lacking
 * is compared. */
static bool is_compared(size_t filter, unsigned sense, struct span value)
{
	if (filter == OBJECT || filter == DEVICE)
		return sense == QUERY_LACKS || !log_filter_is_id(value);
	if (filter == ACTOR)
		return span_is(value, "system");
	return filter == TEXT || filter == IP || filter == COUNTRY || filter == DEVICE_KIND;
}

static const char *take_for_facets(
	const struct call *call, struct log_filters *filters, struct span name, struct span value)
{
	if (span_is(name, "time_zone"))
		return span_is(value, "UTC") ? NULL : "not_allowed";
	if (span_is(name, "order"))
		return "unknown_field";
	for (size_t i = 0; i < FILTER_COUNT; i++)
		for (unsigned sense = 0; sense < QUERY_SENSES; sense++)
			if (span_is(name, FILTERS[i].names[sense]) && is_compared(i, sense, value))
				return "not_allowed";
	return take_parameter(call->server->places, filters, name, value);
}

fallible log_ask_facets(struct call *call, struct log_filters *filters)
{
	size_t at = 0;
	struct span name, value;
	struct err err = OK;
	while (http_query(call->exchange, &at, &name, &value, &err)) {
		const char *code = take_for_facets(call, filters, name, value);
		if (code)
			call_note(call, name, code);
	}
	return check_query(call, filters, err);
}

fallible log_ask_no_query(struct call *call)
{
	size_t at = 0;
	struct span name, value;
	struct err err = OK;
	while (http_query(call->exchange, &at, &name, &value, &err))
		if (!is_paging(name))
			call_note(call, name, "unknown_field");
	TRY(err);
	return call->problems.count ? FAIL(INVALID, "the filters stand in the body") : OK;
}

/* ---- from a body ---- */

static bool is_flag(const char *name)
{
	const char *const *names = FILTERS[CRITICAL].names;
	return strcmp(name, names[QUERY_HAS]) == 0 || strcmp(name, names[QUERY_LACKS]) == 0;
}

struct body {
	struct json_object *top;
	const struct places *places;
	struct log_filters *filters;
};

static void take_member(const struct body *body, const char *name, size_t max)
{
	const char *code = NULL;
	struct json_array values;
	struct span value;
	if (json_in_is_text(body->top, name)) {
		value = json_in_text(body->top, name, JSON_OPTIONAL, max);
		code = value.len ? take_parameter(body->places, body->filters, span_text(name), value) : NULL;
	} else if (is_flag(name) && json_in_peek(body->top, span_text(name), &value) == JSON_KIND_BOOL) {
		value = json_in_bool(body->top, name, JSON_OPTIONAL, false) ? SPAN_LIT("true")
									    : SPAN_LIT("false");
		code = take_parameter(body->places, body->filters, span_text(name), value);
	} else if (json_in_array(body->top, name, JSON_OPTIONAL, QUERY_VALUES_MAX, &values)) {
		while (json_in_next_text(&values, max, &value)) {
			const char *fault =
				take_parameter(body->places, body->filters, span_text(name), value);
			code = fault ? fault : code;
		}
		/* None of them would be taken for any of them. */
		code = values.count == 0 ? "missing" : code;
	}
	if (code)
		json_in_note(body->top, name, code);
}

void log_ask_body(const struct call *call, struct json_object *top, struct log_filters *filters)
{
	const struct body body = {top, call->server->places, filters};
	for (size_t i = 0; i < FILTER_COUNT; i++)
		for (unsigned sense = 0; sense < QUERY_SENSES; sense++)
			take_member(&body, FILTERS[i].names[sense], FILTERS[i].max);
	for (size_t i = 0; i < BOUND_COUNT; i++)
		take_member(&body, BOUNDS[i].name, VALUE_MAX);
	if (is_backward(filters))
		json_in_note(top, "to", "not_allowed");
}

/* ---- into log.viewed ---- */

const char *log_ask_outcome(enum leaf_outcome outcome)
{
	return OUTCOMES[outcome];
}

const char *log_ask_scope(const struct log_reader *reader)
{
	switch (reader->scope) {
	case CAPABILITY_LOG_CLIENT:
		return "client";
	case CAPABILITY_LOG_TENANT:
		return "tenant";
	case CAPABILITY_LOG_BRANCH:
		return "branch";
	case CAPABILITY_LOG_NONE:
	case CAPABILITY_LOG_SELF:
		break;
	}
	return "self";
}

static void put_names(struct json_out *out, const char *name, const struct span *names, size_t count)
{
	if (count == 0)
		return;
	json_out_open_array(out, name);
	for (size_t i = 0; i < count; i++)
		json_out_span(out, NULL, names[i]);
	json_out_close_array(out);
}

static void put_list(struct json_out *out, const char *name, const struct log_texts *list)
{
	put_names(out, name, list->values, list->count);
}

static void put_severities(struct json_out *out, const char *name, uint32_t severities)
{
	if (severities == 0)
		return;
	json_out_open_array(out, name);
	for (unsigned i = 0; i < ACTION_SEVERITY_COUNT; i++)
		if (severities & UINT32_C(1) << i)
			json_out_text(out, NULL, action_severity_name((enum action_severity)i));
	json_out_close_array(out);
}

static void put_critical(struct json_out *out, const char *name, uint32_t critical)
{
	if (critical == 0)
		return;
	json_out_open_array(out, name);
	if (critical & 1)
		json_out_bool(out, NULL, false);
	if (critical & 2)
		json_out_bool(out, NULL, true);
	json_out_close_array(out);
}

static void put_classes(struct json_out *out, const char *name, uint32_t classes)
{
	if (classes == 0)
		return;
	json_out_open_array(out, name);
	for (unsigned i = 0; i < ACTION_CLASS_COUNT; i++)
		if (classes & UINT32_C(1) << i)
			json_out_text(out, NULL, action_class_name((enum action_class)i));
	json_out_close_array(out);
}

static void put_outcomes(struct json_out *out, const char *name, uint32_t outcomes)
{
	if (outcomes == 0)
		return;
	json_out_open_array(out, name);
	for (unsigned i = 0; i < OUTCOME_COUNT; i++)
		if (outcomes & UINT32_C(1) << i)
			json_out_text(out, NULL, OUTCOMES[i]);
	json_out_close_array(out);
}

static void put_actions(struct json_out *out, const char *name, const struct log_values *values)
{
	if (values->action_count + values->declared_count == 0)
		return;
	json_out_open_array(out, name);
	for (size_t i = 0; i < values->action_count; i++)
		json_out_text(out, NULL, action_by_code(values->actions[i])->name);
	for (size_t i = 0; i < values->declared_count; i++)
		json_out_span(out, NULL, values->declared[i]);
	json_out_close_array(out);
}

static void put_kinds(struct json_out *out, const char *name, uint32_t kinds)
{
	if (kinds == 0)
		return;
	json_out_open_array(out, name);
	for (unsigned bit = 0; kind_name(bit); bit++)
		if (kinds & UINT32_C(1) << bit)
			json_out_text(out, NULL, kind_name(bit));
	json_out_close_array(out);
}

static void put_values(struct json_out *out, unsigned sense, const struct log_values *values)
{
	put_classes(out, FILTERS[CLASS].names[sense], values->classes);
	put_actions(out, FILTERS[ACTION].names[sense], values);
	put_names(out, FILTERS[ACTOR].names[sense], values->by_system ? &SYSTEM : values->actors,
		values->by_system ? 1 : values->actor_count);
	put_list(out, FILTERS[IN_PLACE_OF].names[sense], &values->in_place_of);
	put_names(out, FILTERS[CLIENT].names[sense], values->clients, values->client_count);
	put_list(out, FILTERS[BRANCH].names[sense], &values->branches);
	put_list(out, FILTERS[OBJECT].names[sense], &values->objects);
	put_list(out, FILTERS[DEVICE].names[sense], &values->devices);
	put_list(out, FILTERS[IP].names[sense], &values->addresses);
	put_outcomes(out, FILTERS[OUTCOME].names[sense], values->outcomes);
	put_severities(out, FILTERS[SEVERITY].names[sense], values->severities);
	put_critical(out, FILTERS[CRITICAL].names[sense], values->critical);
	put_list(out, FILTERS[TEXT].names[sense], &values->texts);
	put_list(out, FILTERS[COUNTRY].names[sense], &values->countries);
	put_kinds(out, FILTERS[DEVICE_KIND].names[sense], values->kinds);
}

static void put_filters(struct json_out *out, const struct log_filters *filters)
{
	json_out_open(out, "filters");
	put_values(out, QUERY_HAS, &filters->has);
	put_values(out, QUERY_LACKS, &filters->lacks);
	if (filters->from.ms)
		json_out_time(out, "from", filters->from);
	if (filters->to.ms)
		json_out_time(out, "to", filters->to);
	json_out_text(out, "order", filters->order == QUERY_OLDEST_FIRST ? "asc" : "desc");
	json_out_close(out);
}

void log_ask_put(struct json_out *out, const struct log_reader *reader, const struct log_filters *filters,
	struct span key)
{
	json_out_text(out, "scope", log_ask_scope(reader));
	json_out_hex(out, "filter_hash", key);
	if (filters)
		put_filters(out, filters);
}

fallible log_ask_detail(struct call *call, const struct log_reader *reader, const struct log_filters *filters,
	struct span key, struct span *detail)
{
	scoped(buf) json = BUF(DETAIL_MAX);
	struct json_out out = JSON_OUT(&json);
	json_out_open(&out, NULL);
	log_ask_put(&out, reader, filters, key);
	json_out_close(&out);
	return buf_keep(&json, call->arena, detail);
}
