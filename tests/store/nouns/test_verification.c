/* SPDX-License-Identifier: Apache-2.0 */
/* test_verification - the record of a verification, under its id or in a decoy's bucket, and what ends when.
 */
#include "store/nouns/verification.h"

#include "store/nouns/enrolment.h"
#include "store/nouns/expiry.h"
#include "store/nouns/factor.h"
#include "tests/support/golden.h"
#include "tests/support/kv_mem.h"
#include "tests/support/vectors.h"
#include "tests/support/world.h"

#include <criterion/criterion.h>

enum { HOUR_MS = 3600000 };

static struct verification sample(void)
{
	struct verification verification = {.tenant = world_tenant(1),
		.id = world_thing(1),
		.application = world_thing(2),
		.person = world_thing(3),
		.device = world_thing(4),
		.is_action = true,
		.weak = true,
		.state = VERIFICATION_ALLOWED,
		.reason = 3,
		.tries = 4,
		.aal = 2,
		.opened = {1000},
		.decided = {2000},
		.factor = world_thing(5),
		.action_hash = {1},
		.proves_hash = {2},
		.used_code = {3},
		.code_count = 2,
		.mailed = 4,
		.event = world_thing(7),
		.sealed = SPAN_LIT("sealed")};
	verification.codes[0] =
		(struct verification_code){"K7", {4}, {1100}, world_thing(6), VERIFICATION_MAIL_BOUNCED, 550};
	verification.codes[1] =
		(struct verification_code){"B2", {5}, {1200}, world_thing(6), VERIFICATION_MAIL_QUEUED, 451};
	return verification;
}

/* An act of one write, or of several: whatever the test says. */
static void write_with(struct world *world, fallible (*run)(struct act *act, void *context), void *context)
{
	world_must(world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = run, .context = context}));
}

static fallible put_verification(struct act *act, void *context)
{
	return verification_put(act, context);
}

static fallible drop_verification(struct act *act, void *context)
{
	return verification_drop(act, context);
}

static struct err find(struct world *world, struct id tenant, struct id id, struct verification *found)
{
	scoped(reading) reading = {0};
	world_must(reading_open(&world->volume, &reading));
	struct view view = view_reading(&reading);
	struct err err = verification_get(&view, tenant, id, found);
	if (!err_failed(err))
		cr_assert(span_is(found->sealed, "sealed"));
	return err;
}

static void check_same(const struct verification *a, const struct verification *b)
{
	cr_assert(ids_equal(a->id, b->id) && ids_equal(a->application, b->application));
	cr_assert(ids_equal(a->person, b->person) && ids_equal(a->device, b->device));
	cr_assert(a->is_action == b->is_action && a->weak == b->weak && a->spent == b->spent);
	cr_assert(a->state == b->state && a->reason == b->reason && a->tries == b->tries && a->aal == b->aal);
	cr_assert(a->opened.ms == b->opened.ms && a->decided.ms == b->decided.ms);
	cr_assert(memcmp(a->action_hash, b->action_hash, sizeof a->action_hash) == 0);
	cr_assert(memcmp(a->proves_hash, b->proves_hash, sizeof a->proves_hash) == 0);
	cr_assert(memcmp(a->used_code, b->used_code, sizeof a->used_code) == 0);
	cr_assert(memcmp(a->decoy, b->decoy, sizeof a->decoy) == 0);
	cr_assert(a->code_count == b->code_count && ids_equal(a->factor, b->factor));
	cr_assert(a->mailed == b->mailed && ids_equal(a->event, b->event));
	for (size_t i = 0; i < a->code_count; i++) {
		cr_assert_str_eq(a->codes[i].ref, b->codes[i].ref);
		cr_assert(memcmp(a->codes[i].hash, b->codes[i].hash, sizeof a->codes[i].hash) == 0);
		cr_assert(a->codes[i].made.ms == b->codes[i].made.ms);
		cr_assert(a->codes[i].delivery == b->codes[i].delivery &&
			a->codes[i].reply == b->codes[i].reply);
		cr_assert(ids_equal(a->codes[i].factor, b->codes[i].factor));
	}
}

Test(verification, is_read_back_as_it_was_put_and_as_its_golden_file)
{
	scoped(world) world = {0};
	struct verification put = sample(), found;
	world_make(&world, &kv_mem, 0);
	write_with(&world, put_verification, &put);
	world_must(find(&world, put.tenant, put.id, &found));
	check_same(&put, &found);
	const struct golden golden = {"golden/verification_2.hex", TABLE_VERIFICATION,
		noun_key(put.tenant, id_span(&put.id), SPAN_NONE), NULL};
	golden_is_written(&world, &golden);
}

/* golden_raw - the first version's row, put as it was. */
static fallible put_first(struct act *act, void *context)
{
	const struct verification *verification = context;
	scoped(buf) golden = BUF(4096);
	struct noun_key key = noun_key(verification->tenant, id_span(&verification->id), SPAN_NONE);
	vectors_read_hex("golden/verification_1.hex", &golden);
	return act_put(act, TABLE_VERIFICATION, noun_key_span(&key), buf_span(&golden));
}

Test(verification, of_the_first_version_is_read_for_ever)
{
	scoped(world) world = {0};
	struct verification wanted = sample(), found;
	world_make(&world, &kv_mem, 0);
	write_with(&world, put_first, &wanted);
	world_must(find(&world, wanted.tenant, wanted.id, &found));
	wanted.mailed = 2; /* what it did not count, and did not know */
	wanted.event = (struct id){0};
	for (size_t i = 0; i < wanted.code_count; i++) {
		wanted.codes[i].delivery = VERIFICATION_MAIL_QUEUED;
		wanted.codes[i].reply = 0;
	}
	check_same(&wanted, &found);
}

Test(verification, tells_what_became_of_the_code_that_was_made_then)
{
	struct verification verification = sample();
	uint64_t before = verification_revision(&verification);
	cr_assert(verification_note_delivery(
		&verification, (struct instant){1200}, VERIFICATION_MAIL_ACCEPTED, 250));
	cr_assert(verification.codes[1].delivery == VERIFICATION_MAIL_ACCEPTED);
	cr_assert(verification.codes[0].reply == 550, "the other one stays as it is");
	cr_assert(verification_revision(&verification) != before);
	cr_assert(!verification_note_delivery(
			  &verification, (struct instant){1200}, VERIFICATION_MAIL_ACCEPTED, 250),
		"what is known already changes nothing");
	cr_assert(!verification_note_delivery(
			  &verification, (struct instant){1201}, VERIFICATION_MAIL_ACCEPTED, 250),
		"no code was made then");
}

Test(verification, of_another_tenant_is_not_found)
{
	scoped(world) world = {0};
	struct verification put = sample(), found;
	world_make(&world, &kv_mem, 0);
	write_with(&world, put_verification, &put);
	cr_assert(find(&world, world_tenant(2), put.id, &found).kind == ERR_NOT_FOUND);
}

Test(verification, of_nobody_lies_in_a_bucket_that_the_next_one_takes)
{
	scoped(world) world = {0};
	struct verification put = sample(), found;
	world_make(&world, &kv_mem, 0);
	put.person = (struct id){0};
	put.decoy[0] = 9;
	write_with(&world, put_verification, &put);
	world_must(find(&world, put.tenant, put.id, &found));
	check_same(&put, &found);
	struct verification next = put;
	next.id.bytes[0] ^= 1; /* the same bucket */
	write_with(&world, put_verification, &next);
	cr_assert(find(&world, put.tenant, put.id, &found).kind == ERR_NOT_FOUND);
	world_must(find(&world, put.tenant, next.id, &found));
	write_with(&world, drop_verification, &next);
	cr_assert(find(&world, put.tenant, next.id, &found).kind == ERR_NOT_FOUND);
}

Test(verification, expires_after_ten_minutes_and_proves_for_hours_when_it_was_allowed)
{
	struct verification verification = sample();
	cr_assert(!verification_is_expired(&verification, (struct instant){1000 + VERIFICATION_OPEN_MS - 1}));
	cr_assert(verification_is_expired(&verification, (struct instant){1000 + VERIFICATION_OPEN_MS}));
	cr_assert(verification_ends(&verification).ms == 2000 + 8 * HOUR_MS);
	verification.state = VERIFICATION_LOCKED;
	cr_assert(verification_ends(&verification).ms == 1000 + HOUR_MS);
}

/* ---- factors ---- */

static struct factor sample_factor(unsigned number)
{
	return (struct factor){.tenant = world_tenant(1),
		.id = world_thing(number),
		.person = world_thing(3),
		.type = FACTOR_TOTP,
		.state = FACTOR_ACTIVE,
		.vouch = FACTOR_BY_PROVEN,
		.proven = true,
		.tries = 1,
		.created = {1000},
		.confirmed = {2000},
		.shape = {TOTP_SHA256, 8, 30},
		.last_step = 59842080,
		.drift = -1,
		.code = {7},
		.texts = SPAN_LIT("texts"),
		.seed = SPAN_LIT("seed")};
}

static fallible put_factor(struct act *act, void *context)
{
	return factor_put(act, context);
}

static fallible drop_factor(struct act *act, void *context)
{
	return factor_drop(act, context);
}

Test(verification, a_factor_is_found_by_its_id_and_reads_its_golden_file)
{
	scoped(world) world = {0};
	struct factor put = sample_factor(9), found;
	world_make(&world, &kv_mem, 0);
	write_with(&world, put_factor, &put);
	scoped(reading) reading = {0};
	world_must(reading_open(&world.volume, &reading));
	struct view view = view_reading(&reading);
	world_must(factor_find(&view, put.tenant, put.id, &found));
	cr_assert(
		ids_equal(found.person, put.person) && found.last_step == put.last_step && found.drift == -1);
	cr_assert(found.proven && found.vouch == FACTOR_BY_PROVEN && found.shape.digits == 8);
	cr_assert(span_is(found.texts, "texts") && span_is(found.seed, "seed"));
	cr_assert(factor_find(&view, world_tenant(2), put.id, &found).kind == ERR_NOT_FOUND);
	const struct golden golden = {"golden/factor_1.hex", TABLE_FACTOR,
		noun_key(put.tenant, id_span(&put.person), id_span(&put.id)), NULL};
	golden_is_written(&world, &golden);
}

Test(verification, a_token_that_counts_reads_its_golden_file)
{
	scoped(world) world = {0};
	struct factor put = sample_factor(9), found;
	put.type = FACTOR_HOTP;
	put.shape.period_s = 0;
	put.last_step = 41;
	put.drift = 0;
	world_make(&world, &kv_mem, 0);
	write_with(&world, put_factor, &put);
	scoped(reading) reading = {0};
	world_must(reading_open(&world.volume, &reading));
	struct view view = view_reading(&reading);
	world_must(factor_find(&view, put.tenant, put.id, &found));
	cr_assert(found.type == FACTOR_HOTP && totp_counts(&found.shape) && found.last_step == 41);
	const struct golden golden = {"golden/factor_2.hex", TABLE_FACTOR,
		noun_key(put.tenant, id_span(&put.person), id_span(&put.id)), NULL};
	golden_is_written(&world, &golden);
}

Test(verification, an_app_without_a_period_and_a_token_with_one_are_corrupt)
{
	static const enum factor_type TYPES[] = {FACTOR_TOTP, FACTOR_HOTP};
	for (size_t i = 0; i < 2; i++) {
		scoped(world) world = {0};
		struct factor put = sample_factor(9), found;
		put.type = TYPES[i];
		put.shape.period_s = TYPES[i] == FACTOR_TOTP ? 0 : 30;
		world_make(&world, &kv_mem, 0);
		write_with(&world, put_factor, &put);
		scoped(reading) reading = {0};
		world_must(reading_open(&world.volume, &reading));
		struct view view = view_reading(&reading);
		cr_assert(factor_find(&view, put.tenant, put.id, &found).kind == ERR_CORRUPT, "%zu", i);
	}
}

Test(verification, only_the_factors_of_one_person_are_walked)
{
	scoped(world) world = {0};
	struct factor mine[] = {sample_factor(9), sample_factor(10)}, other = sample_factor(11), found;
	struct id after = {0};
	struct err err;
	size_t count = 0;
	world_make(&world, &kv_mem, 0);
	other.person = world_thing(4);
	write_with(&world, put_factor, &mine[0]);
	write_with(&world, put_factor, &mine[1]);
	write_with(&world, put_factor, &other);
	write_with(&world, drop_factor, &mine[0]);
	scoped(reading) reading = {0};
	world_must(reading_open(&world.volume, &reading));
	struct view view = view_reading(&reading);
	for (; factor_next(&view, world_tenant(1), world_thing(3), &after, &found, &err); count++)
		cr_assert(ids_equal(found.id, mine[1].id));
	cr_assert(!err_failed(err) && count == 1);
	cr_assert(factor_find(&view, world_tenant(1), mine[0].id, &found).kind == ERR_NOT_FOUND);
}

/* ---- enrolment codes, and what ends when ---- */

static fallible put_enrolment(struct act *act, void *context)
{
	return enrolment_put(act, context);
}

Test(verification, an_enrolment_code_is_read_back_and_as_its_golden_file)
{
	scoped(world) world = {0};
	struct enrolment found,
		put = {.tenant = world_tenant(1),
			.person = world_thing(3),
			.id = world_thing(8),
			.by = ENROLMENT_BY_HAND,
			.second = world_thing(7),
			.tries = 2,
			.made = {5000},
			.code = {6}};
	world_make(&world, &kv_mem, 0);
	write_with(&world, put_enrolment, &put);
	scoped(reading) reading = {0};
	world_must(reading_open(&world.volume, &reading));
	struct view view = view_reading(&reading);
	world_must(enrolment_get(&view, put.tenant, put.person, &found));
	cr_assert(ids_equal(found.id, put.id) && ids_equal(found.second, put.second) && found.tries == 2);
	cr_assert(found.by == ENROLMENT_BY_HAND && enrolment_ends(&found).ms == 5000 + ENROLMENT_MS);
	const struct golden golden = {"golden/enrolment_1.hex", TABLE_ENROLMENT,
		noun_key(put.tenant, id_span(&put.person), SPAN_NONE), NULL};
	golden_is_written(&world, &golden);
}

static fallible put_expiry(struct act *act, void *context)
{
	return expiry_put(act, context);
}

Test(verification, what_ends_comes_in_the_order_of_time_and_not_before)
{
	scoped(world) world = {0};
	struct expiry late = {EXPIRY_FACTOR, {3000}, world_tenant(1), world_thing(1)}, found;
	struct expiry early = {EXPIRY_FACTOR, {2000}, world_tenant(2), world_thing(2)};
	struct expiry other = {EXPIRY_VERIFICATION, {1000}, world_tenant(1), world_thing(3)};
	world_make(&world, &kv_mem, 0);
	write_with(&world, put_expiry, &late);
	write_with(&world, put_expiry, &early);
	write_with(&world, put_expiry, &other);
	scoped(reading) reading = {0};
	world_must(reading_open(&world.volume, &reading));
	struct view view = view_reading(&reading);
	cr_assert(expiry_next(&view, EXPIRY_FACTOR, (struct instant){1999}, &found).kind == ERR_NOT_FOUND);
	world_must(expiry_next(&view, EXPIRY_FACTOR, (struct instant){5000}, &found));
	cr_assert(found.at.ms == 2000 && ids_equal(found.tenant, early.tenant) &&
		ids_equal(found.id, early.id));
	cr_assert(expiry_next(&view, EXPIRY_ENROLMENT, (struct instant){5000}, &found).kind == ERR_NOT_FOUND);
}
