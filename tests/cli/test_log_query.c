/* SPDX-License-Identifier: Apache-2.0 */
/* test_log_query - filters as options, as a body and as a query. */
#include "cli/log_query.h"

#include "policies/actions.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <time.h>

static const struct commands_environment NOON = {.now = {1793620800000}}; /* 2026-11-02T12:00:00Z */

static void set_zone(void)
{
	setenv("TZ", "UTC", 1);
	tzset();
}

TestSuite(log_query, .init = set_zone);

static void give(struct commands_call *call, enum commands_option option, const char *value)
{
	call->option[option] = call->option[option] ? call->option[option] : value;
	call->values[option][call->count[option]++] = value;
}

static bool reads(struct commands_call *call, const char *json, const char *url)
{
	scoped(arena) arena = ARENA(1 << 16);
	scoped(buf) body = BUF(1 << 16);
	scoped(buf) text = BUF(1 << 16);
	struct json_out out = JSON_OUT(&body);
	struct log_query query;
	cr_assert(!err_failed(log_query_read(call, &arena, &query)), "read");
	json_out_open(&out, NULL);
	log_query_put_json(&query, &out);
	json_out_close(&out);
	log_query_put_url(&query, &text);
	return span_is(buf_span(&body), json) && span_is(buf_span(&text), url);
}

static bool is_refused(enum commands_option option, const char *value)
{
	scoped(arena) arena = ARENA(1 << 16);
	struct commands_call call = {.environment = &NOON};
	struct log_query query;
	give(&call, option, value);
	return log_query_read(&call, &arena, &query).kind == ERR_INPUT && strcmp(call.where, value) == 0;
}

Test(log_query, nothing_asks_for_everything)
{
	struct commands_call call = {.environment = &NOON};
	cr_assert(reads(&call, "{}", ""), "no filter");
}

Test(log_query, several_values_stand_together)
{
	struct commands_call call = {.environment = &NOON};
	give(&call, COMMANDS_CLASS, "export");
	give(&call, COMMANDS_ACTOR, "anna");
	give(&call, COMMANDS_CLASS, "delete");
	give(&call, COMMANDS_CRITICAL, "");
	cr_assert(reads(&call, "{\"actor\":\"anna\",\"class\":[\"export\",\"delete\"],\"critical\":\"true\"}",
			  "actor=anna&class=export&class=delete&critical=true"),
		"two classes");
}

Test(log_query, what_is_left_out_stands_beside_what_is_looked_for)
{
	struct commands_call call = {.environment = &NOON};
	give(&call, COMMANDS_BRANCH, "north");
	give(&call, COMMANDS_WITHOUT, "device-kind=bot");
	give(&call, COMMANDS_WITHOUT, "class=session");
	give(&call, COMMANDS_WITHOUT, "in_place_of=a=b");
	give(&call, COMMANDS_WITHOUT, "class=log");
	cr_assert(reads(&call,
			  "{\"not_in_place_of\":\"a=b\",\"branch\":\"north\",\"not_class\":[\"session\","
	                  "\"log\"],"
			  "\"not_device_kind\":\"bot\"}",
			  "not_in_place_of=a%3Db&branch=north&not_class=session&not_class=log&not_device_"
	                  "kind=bot"),
		"by either spelling, those of one filter together");
}

Test(log_query, refuses_what_cannot_be_left_out)
{
	cr_assert(
		is_refused(COMMANDS_WITHOUT, "class") && is_refused(COMMANDS_WITHOUT, "class="), "no value");
	cr_assert(is_refused(COMMANDS_WITHOUT, "=session") && is_refused(COMMANDS_WITHOUT, "klass=session"),
		"no filter");
	cr_assert(
		is_refused(COMMANDS_WITHOUT, "from=2026-10-05") && is_refused(COMMANDS_WITHOUT, "order=asc"),
		"what has no twin");
	cr_assert(is_refused(COMMANDS_WITHOUT, "class=\xff"), "no UTF-8");
}

Test(log_query, texts_are_written_so_that_they_stay_texts)
{
	struct commands_call call = {.environment = &NOON};
	give(&call, COMMANDS_TEXT, "a&b=\"ő\"");
	cr_assert(reads(&call, "{\"text\":\"a&b=\\\"ő\\\"\"}", "text=a%26b%3D%22%C5%91%22"), "escaped");
}

Test(log_query, times_become_rfc_3339)
{
	struct commands_call call = {.environment = &NOON};
	give(&call, COMMANDS_FROM, "2h");
	give(&call, COMMANDS_TO, "2026-11-02");
	cr_assert(reads(&call, "{\"from\":\"2026-11-02T10:00:00.000Z\",\"to\":\"2026-11-03T00:00:00.000Z\"}",
			  "from=2026-11-02T10%3A00%3A00.000Z&to=2026-11-03T00%3A00%3A00.000Z"),
		"both ends");
}

Test(log_query, what_is_no_filter_is_refused_with_its_text)
{
	cr_assert(is_refused(COMMANDS_FROM, "soon"), "no time");
	cr_assert(is_refused(COMMANDS_ACTOR, ""), "nothing");
	cr_assert(is_refused(COMMANDS_TEXT, "\xff"), "not UTF-8");
}

Test(log_query, a_limit_is_a_number_from_one_on)
{
	static const char *const NONE[] = {"0", "-1", "many", "", "1e3", "99999999999"};
	uint64_t limit = 7;
	struct commands_call call = {0};
	cr_assert(!err_failed(log_query_limit(&call, 50, &limit)) && limit == 50, "the usual");
	call.option[COMMANDS_LIMIT] = "3";
	cr_assert(!err_failed(log_query_limit(&call, 50, &limit)) && limit == 3, "three");
	for (size_t i = 0; i < sizeof NONE / sizeof *NONE; i++) {
		call.option[COMMANDS_LIMIT] = NONE[i];
		cr_assert(
			log_query_limit(&call, 50, &limit).kind == ERR_INPUT && limit == 3, "'%s'", NONE[i]);
	}
}

/* The words of an option's row, as completion offers them. */
static const char *words_of(enum commands_option option)
{
	static const char *const WORDS[] = {
#define OPTION(name, text, value, most, words, help) [COMMANDS_##name] = words,
#define COMMAND(name, words, operand, takes, needs, summary, details)
#include "cli/commands.def"
#undef OPTION
#undef COMMAND
	};
	return WORDS[option];
}

Test(log_query, the_words_of_the_table_are_those_of_the_policies)
{
	scoped(buf) classes = BUF(1024);
	scoped(buf) severities = BUF(1024);
	for (unsigned i = 0; i < ACTION_CLASS_COUNT; i++)
		buf_printf(&classes, "%s%s", i ? " " : "", action_class_name((enum action_class)i));
	for (unsigned i = 0; i < ACTION_SEVERITY_COUNT; i++)
		buf_printf(&severities, "%s%s", i ? " " : "", action_severity_name((enum action_severity)i));
	cr_assert(span_is(buf_span(&classes), words_of(COMMANDS_CLASS)), "classes");
	cr_assert(span_is(buf_span(&severities), words_of(COMMANDS_SEVERITY)), "severities");
}
