/* SPDX-License-Identifier: Apache-2.0 */
/* test_log_event - events as the API gives them, as rows, fields and lines. */
#include "cli/log_event.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <time.h>

static void setup(void)
{
	setenv("TZ", "Europe/Helsinki", 1);
	tzset();
}

TestSuite(log_event, .init = setup);

static const char EVENT[] =
	"{\"id\":\"evt_01m801mrrberwa3hsbbgtnaprs\",\"index\":7,\"time\":\"2026-10-21T17:12:00.000Z\","
	"\"action\":\"payment.deleted\",\"class\":\"payment\",\"severity\":\"alert\",\"critical\":true,"
	"\"outcome\":\"denied\",\"reason\":\"outside_hours\",\"purpose\":\"correction\",\"count\":3,"
	"\"actor\":{\"person\":\"per_1\",\"ref\":\"tunde\",\"name\":\"Kovács "
        "Tünde\",\"roles\":[\"administrator\"]},"
	"\"in_place_of\":{\"person\":\"per_2\",\"name\":\"Anna\"},"
	"\"client\":{\"id\":\"cli_1\",\"name\":\"Päivi\"},\"object\":{\"type\":\"payment\",\"id\":\"p-9\","
        "\"label\":\"14 000 HUF\"},"
	"\"device\":{\"ip\":\"203.0.113.7\",\"user_agent\":\"x\",\"browser\":\"Firefox\",\"system\":"
        "\"Windows\"}}";

struct world {
	struct arena arena;
	struct json_doc doc;
	struct json_problems problems;
	struct json_object event;
	struct buf out;
};

static void world_init(struct world *world, const char *json)
{
	*world = (struct world){.arena = ARENA(1 << 20), .out = BUF(1 << 20)};
	cr_assert(!err_failed(json_in_parse(&world->doc, span_text(json), &world->arena, &world->problems)),
		"JSON");
	cr_assert(!err_failed(json_in_top(&world->doc, &world->event)), "an object");
}

static void world_done(struct world *world)
{
	buf_done(&world->out);
	json_doc_done(&world->doc);
	arena_done(&world->arena);
}

/* The last line of a table with one row. */
static void row_of(struct world *world, bool wide)
{
	static const struct commands_environment NOWHERE = {0};
	struct commands_call call = {.environment = &NOWHERE};
	call.option[COMMANDS_WIDE] = wide ? "" : NULL;
	struct table table = log_event_table(&call, &world->arena);
	table.terminal = 0;
	cr_assert(!err_failed(log_event_add(&table, &world->event)), "a row");
	table_put(&table, &world->out);
	cr_assert(!err_failed(buf_check(&world->out)), "there is room");
	buf_put_u8(&world->out, 0);
}

static bool has(const struct world *world, const char *text)
{
	return memmem(world->out.data, world->out.len, text, strlen(text)) != NULL;
}

Test(log_event, a_row_says_who_what_when_for_whom_from_where)
{
	scoped(world) world;
	world_init(&world, EVENT);
	row_of(&world, false);
	cr_assert(has(&world,
			  "\n2026-10-21 20:12:00+03:00  !  Kovács Tünde (administrator) for Anna  "
	                  "payment.deleted  "),
		"%s", (const char *)world.out.data);
	cr_assert(has(&world, "Päivi  "), "the client");
	cr_assert(has(&world, "denied · outside_hours · payment 14 000 HUF · 3 · for: correction  "),
		"details");
	cr_assert(has(&world, "Firefox on Windows\n"), "the device");
	cr_assert(!has(&world, "203.0.113.7") && !has(&world, "evt_"), "no address, no id");
}

Test(log_event, a_wide_row_has_address_and_id)
{
	scoped(world) world;
	world_init(&world, EVENT);
	row_of(&world, true);
	cr_assert(has(&world, "Firefox on Windows  203.0.113.7      evt_01m801mrrberwa3hsbbgtnaprs\n"), "%s",
		(const char *)world.out.data);
}

Test(log_event, somebody_without_a_name_is_told_by_what_is_known)
{
	static const struct {
		const char *event, *who;
	} ROWS[] = {
		{"{\"actor\":{\"system\":true,\"roles\":[]}}", "the system"},
		{"{\"actor\":{\"unknown\":true}}", "somebody unknown"},
		{"{\"actor\":\"system\"}", "system"},
		{"{\"actor\":{\"person\":\"per_1\",\"roles\":[\"a\",\"b\"]}}", "per_1 (a, b)"},
		{"{\"actor\":{\"person\":\"per_1\"},\"erased\":[\"actor\"]}", "[erased · per_1]"},
		{"{\"actor\":{\"application\":\"app_1\"}}", "app_1"},
	};
	for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
		scoped(world) world;
		world_init(&world, ROWS[i].event);
		row_of(&world, false);
		cr_assert(has(&world, ROWS[i].who), "%s: %s", ROWS[i].event, (const char *)world.out.data);
	}
}

Test(log_event, hostile_texts_are_harmless_in_every_form)
{
	static const char HOSTILE[] =
		"{\"id\":\"evt_1\",\"action\":\"a\\u001b[31m\",\"actor\":{\"name\":\"x\\r\\ny\\u202e\"},"
		"\"device\":{\"user_agent\":\"\\u009b2J\"},\"detail\":{\"k\\u001b\":\"\\u2066\"},\"reason\":"
	        "\"\\u0007\"}";
	scoped(world) world;
	world_init(&world, HOSTILE);
	row_of(&world, true);
	log_event_put_all(&world.event, false, &world.out);
	cr_assert(!err_failed(log_event_put_json(&world.event, &world.out)), "JSON");
	static const char *const NEVER[] = {"\x1b", "\r", "\x07", "\xc2\x9b", "\u202e", "\u2066"};
	for (size_t i = 0; i < sizeof NEVER / sizeof *NEVER; i++)
		cr_assert(!has(&world, NEVER[i]), "number %zu stands there raw", i);
	cr_assert(has(&world, "x\\r\\ny\\u{202e}"), "but it can be read");
	cr_assert(has(&world, "\"k\\u001b\":\"\\u2066\""), "and in JSON it means the same");
}

Test(log_event, every_field_is_shown_also_one_that_is_not_known)
{
	scoped(world) world;
	world_init(&world,
		"{\"id\":\"evt_1\",\"time\":\"2026-10-21T17:12:00.000Z\",\"critical\":true,\"from_the_"
	        "future\":[1,\"two\"],"
		"\"nothing\":null,\"changes\":[{\"field\":\"price\",\"before\":1,\"after\":2}]}");
	log_event_put_all(&world.event, false, &world.out);
	cr_assert(has(&world, "time          2026-10-21 20:12:00+03:00  (2026-10-21T17:12:00.000Z)\n"),
		"both times");
	cr_assert(has(&world, "critical      true\n"), "a flag");
	cr_assert(has(&world, "changes       [{\"after\":2,\"before\":1,\"field\":\"price\"}]\n"), "changes");
	cr_assert(has(&world, "from_the_future [1,\"two\"]\n"), "a new field");
	cr_assert(!has(&world, "nothing"), "null is nothing");
}

Test(log_event, wrong_types_do_not_stop_it)
{
	scoped(world) world;
	world_init(&world,
		"{\"actor\":7,\"client\":[],\"device\":\"x\",\"object\":null,\"time\":{},\"erased\":"
	        "\"actor\",\"id\":{}}");
	row_of(&world, true);
	log_event_put_all(&world.event, true, &world.out);
	cr_assert(!err_failed(buf_check(&world.out)), "it goes on");
}
