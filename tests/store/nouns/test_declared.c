/* SPDX-License-Identifier: Apache-2.0 */
/* Actions that a tenant declared: their records, numbers and codes. */
#include "store/nouns/declared.h"

#include "tests/support/golden.h"
#include "tests/support/kv_mem.h"

#include <criterion/criterion.h>

enum { FOLD = 1000, MEMORY = 64 * 1024 };

static struct declared invoice(void)
{
	return (struct declared){.tenant = world_tenant(1),
		.name = SPAN_LIT("app.invoice.sent"),
		.as = {7, ACTION_CLASS_PAYMENT, ACTION_ALSO_EDIT},
		.cells = UINT64_C(1) << (ACTION_CLASS_PAYMENT * ACTION_ALSO_COUNT + ACTION_ALSO_EDIT) | 1,
		.severity = ACTION_SEVERITY_WARNING,
		.critical = true,
		.required = SPAN_LIT("object,items[],paid(bool)"),
		.labels = {SPAN_LIT("Invoice was sent")}};
}

static fallible put(struct act *act, void *context)
{
	return declared_put(act, context);
}

static void keep(struct world *world, struct declared *declared)
{
	world_must(world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = put, .context = declared}));
}

static void is_invoice(const struct declared *read)
{
	const struct declared want = invoice();
	cr_assert(span_equal(read->name, want.name) && span_equal(read->required, want.required));
	cr_assert(read->as.number == 7 && read->as.class == want.as.class && read->as.also == want.as.also);
	cr_assert(read->cells == want.cells && read->severity == want.severity);
	cr_assert(read->critical && !read->retired);
}

Test(declared, is_found_by_its_name_and_by_its_number_in_its_own_tenant)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	scoped(reading) reading = {0};
	struct declared declared = invoice(), read;
	world_make(&world, &kv_mem, FOLD);
	keep(&world, &declared);
	world_must(reading_open(&world.volume, &reading));
	const struct view view = view_reading(&reading);
	world_must(declared_get(&view, world_tenant(1), declared.name, &arena, &read));
	is_invoice(&read);
	cr_assert(span_is(read.labels[LANGUAGE_EN], "Invoice was sent") && read.labels[LANGUAGE_FI].len == 0);
	world_must(declared_by_number(&view, world_tenant(1), 7, &arena, &read));
	is_invoice(&read);
	cr_assert(declared_by_number(&view, world_tenant(1), 8, &arena, &read).kind == ERR_NOT_FOUND);
	cr_assert(declared_get(&view, world_tenant(2), declared.name, &arena, &read).kind == ERR_NOT_FOUND);
	cr_assert(declared_by_number(&view, world_tenant(2), 7, &arena, &read).kind == ERR_NOT_FOUND);
}

Test(declared, retired_ones_are_counted_among_all_and_not_among_the_standing)
{
	scoped(world) world = {0};
	scoped(reading) reading = {0};
	struct declared first = invoice(), second = invoice();
	struct declared_count count;
	second.name = SPAN_LIT("app.other");
	second.as.number = 8;
	second.retired = true;
	world_make(&world, &kv_mem, FOLD);
	keep(&world, &first);
	keep(&world, &second);
	world_must(reading_open(&world.volume, &reading));
	const struct view view = view_reading(&reading);
	world_must(declared_count(&view, world_tenant(1), &count));
	cr_assert(count.all == 2 && count.standing == 1);
	world_must(declared_count(&view, world_tenant(2), &count));
	cr_assert(count.all == 0 && count.standing == 0);
}

Test(declared, its_row_and_its_codes_say_its_class)
{
	scoped(arena) arena = ARENA(MEMORY);
	const struct declared declared = invoice();
	const struct action_row *row;
	uint16_t codes[4];
	cr_assert(!err_failed(declared_row(&declared, &arena, &row)));
	cr_assert(row->action == ACTION_NONE && strcmp(row->name, "app.invoice.sent") == 0 && row->also_edit);
	cr_assert(declared_codes(&declared, codes, 4) == 2, "now, and from before");
	cr_assert(codes[1] == row->code && codes[0] != row->code);
	cr_assert(action_code_classes(row->code) ==
		(UINT32_C(1) << ACTION_CLASS_PAYMENT | UINT32_C(1) << ACTION_CLASS_EDIT));
	cr_assert(declared_codes(&declared, codes, 1) == 1);
}

Test(declared, names_are_words_behind_app)
{
	static const char *const GOOD[] = {"app.a", "app.invoice", "app.invoice.sent", "app.x-1_2.3"};
	static const char *const BAD[] = {"", "app", "app.", "app..a", "app.a.", "app.A", "app.1a", "app._a",
		"app.a b", "application.a", "record.viewed", "app.\xc3\xa9"};
	char long_name[DECLARED_NAME_MAX + 2];
	for (size_t i = 0; i < sizeof GOOD / sizeof GOOD[0]; i++)
		cr_assert(declared_is_name(span_text(GOOD[i])), "%s", GOOD[i]);
	for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++)
		cr_assert(!declared_is_name(span_text(BAD[i])), "%s", BAD[i]);
	memset(long_name, 'a', sizeof long_name);
	memcpy(long_name, "app.", 4);
	cr_assert(declared_is_name(span_of((const uint8_t *)long_name, DECLARED_NAME_MAX)));
	cr_assert(!declared_is_name(span_of((const uint8_t *)long_name, DECLARED_NAME_MAX + 1)));
}

/* ---- the golden file ---- */

static struct err read_golden(struct world *world)
{
	scoped(arena) arena = ARENA(MEMORY);
	scoped(reading) reading = {0};
	struct declared read;
	TRY(reading_open(&world->volume, &reading));
	const struct view view = view_reading(&reading);
	TRY(declared_get(&view, world_tenant(1), SPAN_LIT("app.invoice.sent"), &arena, &read));
	is_invoice(&read);
	cr_assert(span_is(read.labels[LANGUAGE_EN], "Invoice was sent"));
	return OK;
}

static struct golden golden_row(void)
{
	return (struct golden){"golden/declared_1.hex", TABLE_ACTION,
		noun_key(world_tenant(1), SPAN_LIT("app.invoice.sent"), SPAN_NONE), read_golden};
}

Test(declared, reads_its_golden_file_for_ever)
{
	const struct golden golden = golden_row();
	golden_is_read(&golden);
}

Test(declared, refuses_rows_that_are_cut_or_of_another_version)
{
	const struct golden golden = golden_row();
	golden_is_read_whole(&golden);
}
