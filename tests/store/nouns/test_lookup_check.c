/* SPDX-License-Identifier: Apache-2.0 */
/* Entries that are taken away by hand, or led elsewhere: each kind of list is held against the rows that have to stand in it. */
#include "store/nouns/lookup_places.h"
#include "store/nouns/mailbox.h"
#include "store/nouns/person.h"
#include "store/nouns/recovery.h"
#include "store/nouns/session.h"
#include "tests/store/nouns/lookup_world.h"

#include <criterion/criterion.h>

static void must_name(struct world *world, enum table table, const struct lookup_entry *entry)
{
	const struct check_report report = lookup_world_look(world);
	cr_assert(report.fault == CHECK_LOOKUP && report.table == table, "%s: %s", tables_names()[table],
		check_text(report.fault));
	cr_assert(ids_equal(report.tenant, world_tenant(1)));
	cr_assert(span_equal(span_of(report.key, report.key_len), lookup_entry_key(entry)), "%s: another key",
		tables_names()[table]);
}

/* Each entry of a map is missed when it is gone, and not when it is back. */
static void misses_each(enum table table, size_t count)
{
	scoped(world) world = {0};
	struct lookup_entry entry;
	size_t seen = 0;
	lookup_world_make(&world);
	cr_assert(lookup_world_look(&world).fault == CHECK_SOUND, "%s",
		check_text(lookup_world_look(&world).fault));
	for (; lookup_world_entry(&world, table, seen, &entry); seen++) {
		lookup_world_drop(&world, table, &entry);
		must_name(&world, table, &entry);
		lookup_world_write(&world, table, &entry);
		cr_assert(lookup_world_look(&world).fault == CHECK_SOUND);
	}
	cr_assert(seen == count, "%s has %zu entries", tables_names()[table], seen);
}

/* And each that leads to another, or to more than it led to. */
static void follows_each(enum table table)
{
	scoped(world) world = {0};
	struct lookup_entry entry, changed;
	lookup_world_make(&world);
	for (size_t i = 0; lookup_world_entry(&world, table, i, &entry); i++) {
		changed = entry;
		changed.value[0] ^= 1;
		lookup_world_write(&world, table, &changed);
		must_name(&world, table, &entry);
		changed = entry;
		changed.value_len--;
		lookup_world_write(&world, table, &changed);
		must_name(&world, table, &entry);
		lookup_world_write(&world, table, &entry);
		cr_assert(lookup_world_look(&world).fault == CHECK_SOUND);
	}
}

/* ---- the vault ---- */

Test(lookup_check, misses_a_grant_in_the_list_of_its_person_and_of_its_client)
{
	misses_each(TABLE_GRANT_INDEX, 2);
}

Test(lookup_check, misses_a_credential_of_a_client)
{
	misses_each(TABLE_CREDENTIAL_INDEX, 1);
}

Test(lookup_check, misses_a_line_of_the_ledger)
{
	misses_each(TABLE_EXPOSURE_INDEX, 1);
}

Test(lookup_check, misses_a_consent_of_a_client_for_somebody)
{
	misses_each(TABLE_CONSENT_INDEX, 1);
}

Test(lookup_check, misses_the_way_to_whose_a_deposit_is)
{
	misses_each(TABLE_DEPOSIT_OF, 1);
	follows_each(TABLE_DEPOSIT_OF);
}

/* ---- names ---- */

Test(lookup_check, misses_the_ref_of_a_person)
{
	misses_each(TABLE_PERSON_TERM, 1);
	follows_each(TABLE_PERSON_TERM);
}

Test(lookup_check, misses_the_ref_of_a_client)
{
	misses_each(TABLE_CLIENT_TERM, 1);
	follows_each(TABLE_CLIENT_TERM);
}

Test(lookup_check, misses_the_name_of_a_branch)
{
	misses_each(TABLE_BRANCH_TERM, 1);
	follows_each(TABLE_BRANCH_TERM);
}

Test(lookup_check, misses_the_number_of_a_declared_action)
{
	misses_each(TABLE_ACTION_NUMBER, 1);
	follows_each(TABLE_ACTION_NUMBER);
}

Test(lookup_check, misses_who_has_an_address)
{
	misses_each(TABLE_MAILBOX, 1);
}

Test(lookup_check, misses_the_address_by_which_somebody_was_noted)
{
	misses_each(TABLE_MAILBOX_OF, 1);
	follows_each(TABLE_MAILBOX_OF);
}

/* ---- of a person ---- */

Test(lookup_check, misses_the_way_to_the_person_of_a_factor_and_of_a_set_of_recovery_codes)
{
	misses_each(TABLE_FACTOR_OF, 2);
	follows_each(TABLE_FACTOR_OF);
}

Test(lookup_check, misses_a_remembered_device_of_a_person)
{
	misses_each(TABLE_REMEMBERED_OF, 1);
}

Test(lookup_check, misses_a_session_of_a_person)
{
	misses_each(TABLE_SESSION_OF, 1);
}

Test(lookup_check, misses_what_a_person_signed)
{
	misses_each(TABLE_AGREEMENT_OF, 1);
}

Test(lookup_check, misses_a_device_in_the_list_of_its_person_and_of_all_who_use_it)
{
	misses_each(TABLE_DEVICE_OF, 2);
}

/* Else one that was reported lost would be a new one. */
Test(lookup_check, misses_the_way_from_what_an_application_calls_a_device_to_its_record)
{
	misses_each(TABLE_DEVICE, 1);
	follows_each(TABLE_DEVICE);
}

/* ---- what need not stand anywhere ---- */

static fallible remove_person(struct act *act, void *context)
{
	struct person person = lookup_world_person();
	(void)context;
	person.state = PERSON_REMOVED;
	TRY(person_drop_ref(act, &person));
	return lookup_world_put_person(act, &person);
}

Test(lookup_check, asks_for_neither_ref_nor_address_of_who_was_removed)
{
	scoped(world) world = {0};
	struct lookup_entry entry;
	lookup_world_make(&world);
	lookup_world_perform(&world, remove_person, NULL);
	cr_assert(!lookup_world_entry(&world, TABLE_PERSON_TERM, 0, &entry));
	cr_assert(!lookup_world_entry(&world, TABLE_MAILBOX, 0, &entry));
	cr_assert(lookup_world_look(&world).fault == CHECK_SOUND, "%s",
		check_text(lookup_world_look(&world).fault));
}

static fallible end_codes(struct act *act, void *context)
{
	const struct recovery codes = {
		.tenant = world_tenant(1), .id = world_thing(10), .person = world_thing(1)};
	(void)context;
	return recovery_end(act, &codes);
}

Test(lookup_check, asks_for_no_way_to_codes_that_ended)
{
	scoped(world) world = {0};
	struct lookup_entry entry;
	lookup_world_make(&world);
	lookup_world_perform(&world, end_codes, NULL);
	cr_assert(!lookup_world_entry(&world, TABLE_FACTOR_OF, 1, &entry));
	cr_assert(lookup_world_look(&world).fault == CHECK_SOUND);
}

static fallible begin_noting(struct act *act, void *context)
{
	const struct mailbox none = {0};
	(void)context;
	return mailbox_put_mark(act, &none);
}

Test(lookup_check, asks_for_no_address_before_everybody_was_noted)
{
	scoped(world) world = {0};
	struct lookup_entry entry;
	lookup_world_make(&world);
	lookup_world_perform(&world, begin_noting, NULL);
	cr_assert(lookup_world_entry(&world, TABLE_MAILBOX, 0, &entry));
	lookup_world_drop(&world, TABLE_MAILBOX, &entry);
	cr_assert(lookup_world_look(&world).fault == CHECK_SOUND);
}

/* What leads to a row that is another's, or is none, opens nothing there. */
Test(lookup_check, lets_what_is_listed_too_much_stand)
{
	scoped(world) world = {0};
	struct lookup_entry entry;
	lookup_world_make(&world);
	cr_assert(lookup_world_entry(&world, TABLE_SESSION_OF, 0, &entry));
	entry.key[entry.key_len - 1] ^= 1;
	lookup_world_write(&world, TABLE_SESSION_OF, &entry);
	cr_assert(lookup_world_look(&world).fault == CHECK_SOUND);
}

/* ---- every table ---- */

static void note_kind(const struct view *view, unsigned kind, bool held[static TABLE_COUNT])
{
	struct row row;
	struct span name, after = SPAN_NONE;
	scoped(arena) texts = ARENA(LOOKUP_SEALED_MAX);
	for (; !err_failed(noun_next(view, lookup_places_rows(kind), world_tenant(1), after, &name, &row));
		after = name) {
		struct lookup_places places;
		world_must(lookup_places_of(view, kind, world_tenant(1), name, &texts, &places));
		for (size_t i = 0; i < places.count; i++)
			held[places.items[i].table] = true;
	}
}

/* Whoever adds a plain table says here, and in lookup_places.h, why nobody is harmed when an entry of it is taken away. */
Test(lookup_check, holds_each_plain_table_but_for_those_that_need_not_be)
{
	static const enum table NOT_HELD[] = {TABLE_META, TABLE_LOG, TABLE_EXPIRY /* in part */, TABLE_OUTBOX,
		TABLE_IDEMPOTENCY, TABLE_CHECKPOINT, TABLE_REINDEX, TABLE_USAGE, TABLE_MAIL_BRAKE};
	scoped(world) world = {0};
	scoped(reading) reading = {0};
	bool held[TABLE_COUNT] = {false};
	lookup_world_make(&world);
	world_must(reading_open(&world.volume, &reading));
	struct view view = view_reading(&reading);
	for (unsigned kind = 0; kind < lookup_places_kinds(); kind++)
		note_kind(&view, kind, held);
	for (size_t i = 0; i < sizeof NOT_HELD / sizeof NOT_HELD[0]; i++) {
		cr_assert(!held[NOT_HELD[i]], "%s", tables_names()[NOT_HELD[i]]);
		held[NOT_HELD[i]] = true;
	}
	for (enum table table = 0; table < TABLE_COUNT; table++)
		cr_assert(held[table] || tables_is_protected(table), "%s is held by nothing",
			tables_names()[table]);
}

/* ---- steps ---- */

static fallible put_many(struct act *act, void *context)
{
	const unsigned *count = context;
	for (unsigned i = 0; i < *count; i++) {
		const struct session session = {
			.tenant = world_tenant(1), .id = world_thing(100 + i), .person = world_thing(1)};
		TRY(session_add(act, &session));
	}
	return OK;
}

Test(lookup_check, looks_at_so_many_rows_in_a_step_and_goes_on_behind_them)
{
	scoped(world) world = {0};
	unsigned count = 3 * LOOKUP_CHECK_ROWS;
	lookup_world_make(&world);
	lookup_world_perform(&world, put_many, &count);
	for (size_t i = 0; i <= count; i += LOOKUP_CHECK_ROWS / 2) {
		struct lookup_entry entry;
		cr_assert(lookup_world_entry(&world, TABLE_SESSION_OF, i, &entry));
		lookup_world_drop(&world, TABLE_SESSION_OF, &entry);
		must_name(&world, TABLE_SESSION_OF, &entry);
		lookup_world_write(&world, TABLE_SESSION_OF, &entry);
	}
	scoped(reading) reading = {0};
	struct lookup_check check = {.is_over = false};
	struct check_report report = {0};
	world_must(reading_open(&world.volume, &reading));
	struct view view = view_reading(&reading);
	world_must(lookup_check_some(&view, &check, &report));
	cr_assert(!check.is_over && report.fault == CHECK_SOUND);
}
