/* SPDX-License-Identifier: Apache-2.0 */
/* test_log_checks - the server finds what was changed in its own store, tells whose log it is, and releases nothing. */
#include "server/core/log/log_checks.h"

#include "crypto/random.h"
#include "store/keyring_rows.h"
#include "store/nouns/lookup_check.h"
#include "tests/server/log_world.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { FILLED = 40, PATH_BYTES = 64, ID_BYTE = LOG_ROW_HEADER + 12 };

/* A log with a server that looks after it. */
struct watched {
	struct log_world log;
	struct api_tenant other; /* has entries, too */
	struct health health;
	bool called_off;
};

static void watched_done(struct watched *watched)
{
	log_world_done(&watched->log);
}

static void open_watched(struct watched *watched)
{
	struct dice dice = {41};
	log_world_open(&watched->log);
	api_world_tenant(&watched->log.api, &watched->other);
	watched->log.api.server.health = &watched->health;
	log_world_fill(&watched->log, &dice, FILLED);
}

static bool rest(void *context)
{
	const struct watched *watched = context;
	return !watched->called_off;
}

static struct check_report look(struct watched *watched,
	fallible (*part)(const struct log_checks_ask *ask, struct check_report *report))
{
	struct check_report report;
	const struct log_checks_ask ask = {&watched->log.api.server, rest, watched};
	log_world_must(part(&ask, &report));
	return report;
}

static size_t told(struct watched *watched, struct id tenant, enum action action)
{
	return api_count_events(&watched->log.api, tenant, action);
}

/* ---- by hand ---- */

static void flip(struct watched *watched, enum table table, struct span key, size_t byte)
{
	scoped(kv_txn) txn = {0};
	scoped(buf) value = BUF(1 << 17);
	struct span found;
	log_world_must(kv_write(watched->log.api.server.volume.data, &txn));
	log_world_must(kv_get(&txn, (int)table, key, &found));
	buf_put(&value, found);
	value.data[byte < value.len ? byte : value.len - 1] ^= 1;
	log_world_must(kv_put(&txn, (int)table, key, buf_span(&value)));
	log_world_must(kv_commit(&txn));
}

/* Any entry of the tenant that is not the newest; its sequence, and its index. */
static uint64_t entry_of(struct watched *watched, struct id tenant, uint64_t *index)
{
	uint64_t last = watched->log.api.server.volume.head.sequence;
	for (uint64_t sequence = 3; sequence < last; sequence++) {
		scoped(reading) reading = {0};
		struct log_row row;
		log_world_must(reading_open(&watched->log.api.server.volume, &reading));
		log_world_must(log_get(&reading.txn, sequence, &row));
		*index = row.index;
		if (ids_equal(row.tenant, tenant))
			return sequence;
	}
	cr_assert_fail("the tenant has no entries");
	return 0;
}

static void flip_entry(struct watched *watched, uint64_t sequence, size_t byte)
{
	uint8_t key[8];
	log_key(sequence, key);
	flip(watched, TABLE_LOG, SPAN_BYTES(key), byte);
}

/* What the newest event of that kind says. */
static void detail(struct watched *watched, const struct api_tenant *tenant, const char *action,
	struct api_answer *answer)
{
	char path[PATH_BYTES * 2];
	snprintf(path, sizeof path, "/v1/events?limit=1&action=%s", action);
	cr_assert(api_call(&watched->log.api, "GET", path, tenant->token, NULL, answer) == 200, "%s",
		answer->body);
}

/* ---- what holds ---- */

Test(log_checks, every_log_with_entries_is_told_that_it_holds)
{
	scoped(watched) watched = {0};
	scoped(api_answer) answer = {0};
	open_watched(&watched);
	const struct api_tenant *tenant = &watched.log.api.tenant;
	uint64_t size = log_world_size(&watched.log);
	cr_assert(look(&watched, log_checks_state).fault == CHECK_SOUND);
	cr_assert(look(&watched, log_checks_log).fault == CHECK_SOUND);
	cr_assert(told(&watched, tenant->id, ACTION_LOG_VERIFIED) == 1);
	cr_assert(told(&watched, watched.other.id, ACTION_LOG_VERIFIED) == 1);
	cr_assert(!watched.health.log_broken && !watched.health.sum_mismatch &&
		watched.health.log_verified_ms > 0);
	detail(&watched, tenant, "log.verified", &answer);
	char last[PATH_BYTES];
	snprintf(last, sizeof last, "\"to_seq\":%llu,", (unsigned long long)size - 1);
	cr_assert(strstr(answer.body, last) && strstr(answer.body, "\"result\":\"ok\""), "%s", answer.body);
	cr_assert(api_call(&watched.log.api, "GET", "/v1/protection", tenant->token, NULL, &answer) == 200);
	cr_assert(json_is_true(api_member(&answer, "log/verified/ok")), "the card has it: %s", answer.body);
	cr_assert(api_has(&answer, "log/verified/source", "server"), "%s", answer.body);
}

Test(log_checks, a_check_that_was_called_off_says_nothing)
{
	scoped(watched) watched = {0};
	struct check_report report;
	open_watched(&watched);
	watched.called_off = true;
	const struct log_checks_ask ask = {&watched.log.api.server, rest, &watched};
	cr_assert(log_checks_log(&ask, &report).kind == ERR_BUSY);
	cr_assert(told(&watched, watched.other.id, ACTION_LOG_VERIFIED) == 0 &&
		watched.health.log_verified_ms == 0);
}

/* ---- what does not ---- */

Test(log_checks, one_flipped_bit_names_its_entry_in_its_own_log_alone)
{
	scoped(watched) watched = {0};
	scoped(api_answer) answer = {0};
	open_watched(&watched);
	const struct api_tenant *tenant = &watched.log.api.tenant;
	uint64_t index;
	uint64_t sequence = entry_of(&watched, tenant->id, &index);
	flip_entry(
		&watched, sequence, ID_BYTE); /* of the event's own id: the leaf can be read all the same */
	struct api_person owner, clerk;
	api_world_person(&watched.log.api, tenant, "owner", NULL, &owner);
	api_world_person(&watched.log.api, tenant, "assistant", NULL, &clerk);
	struct check_report report = look(&watched, log_checks_log);
	cr_assert(report.fault != CHECK_SOUND && report.sequence == sequence, "%s", check_text(report.fault));
	cr_assert(told(&watched, tenant->id, ACTION_LOG_VERIFICATION_FAILED) == 1);
	cr_assert(api_count_notices(&watched.log.api, owner.id, NOTICE_CHANGE) == 1, "the owner's mail");
	cr_assert(api_count_notices(&watched.log.api, clerk.id, NOTICE_CHANGE) == 0);
	cr_assert(told(&watched, watched.other.id, ACTION_LOG_VERIFICATION_FAILED) == 0, "it is not theirs");
	cr_assert(told(&watched, tenant->id, ACTION_LOG_VERIFIED) == 0, "and nothing was found sound");
	cr_assert(told(&watched, watched.other.id, ACTION_LOG_VERIFIED) == 0);
	cr_assert(watched.health.log_broken && watched.health.log_verified_ms == 0);
	detail(&watched, tenant, "log.verification_failed", &answer);
	char bad[PATH_BYTES];
	snprintf(bad, sizeof bad, "\"first_bad_seq\":%llu}", (unsigned long long)index);
	cr_assert(strstr(answer.body, bad), "%s: %s", bad, answer.body);
	cr_assert(api_call(&watched.log.api, "GET", "/readyz", NULL, NULL, &answer) == 503);
	cr_assert(json_is_false(api_member(&answer, "checks/entries_match_chain")), "%s", answer.body);
	cr_assert(api_call(&watched.log.api, "GET", "/v1/protection", tenant->token, NULL, &answer) == 200);
	cr_assert(json_is_false(api_member(&answer, "log/verified/ok")), "%s", answer.body);
	cr_assert(json_is_false(api_member(&answer, "log/holds")), "%s", answer.body);
}

/* Bytes 1 to 16 of a row say whose it is. */
Test(log_checks, an_entry_that_names_a_tenant_who_is_none_is_told_to_all)
{
	scoped(watched) watched = {0};
	open_watched(&watched);
	uint64_t index;
	flip_entry(&watched, entry_of(&watched, watched.log.api.tenant.id, &index), 3);
	cr_assert(look(&watched, log_checks_log).fault != CHECK_SOUND);
	cr_assert(told(&watched, watched.log.api.tenant.id, ACTION_LOG_VERIFICATION_FAILED) == 1);
	cr_assert(told(&watched, watched.other.id, ACTION_LOG_VERIFICATION_FAILED) == 1);
}

Test(log_checks, a_row_that_was_changed_by_hand_is_told_to_those_whose_it_is)
{
	scoped(watched) watched = {0};
	open_watched(&watched);
	const struct api_tenant *tenant = &watched.log.api.tenant;
	uint8_t key[2 * sizeof tenant->id.bytes];
	memcpy(key, tenant->id.bytes, sizeof tenant->id.bytes);
	memcpy(key + sizeof tenant->id.bytes, watched.log.people[0].id.bytes, sizeof tenant->id.bytes);
	flip(&watched, TABLE_PERSON, SPAN_BYTES(key), 30);
	cr_assert(look(&watched, log_checks_state).fault == CHECK_STATE_FORGED);
	cr_assert(watched.health.sum_mismatch && !watched.health.log_broken);
	cr_assert(told(&watched, tenant->id, ACTION_LOG_VERIFICATION_FAILED) == 1);
	cr_assert(told(&watched, watched.other.id, ACTION_LOG_VERIFICATION_FAILED) == 0);
}

/* ---- lists and refs ---- */

static void add_people(struct watched *watched, const struct api_tenant *tenant, size_t count)
{
	scoped(api_answer) answer = {0};
	char body[2 * PATH_BYTES];
	for (size_t i = 0; i < count; i++) {
		snprintf(body, sizeof body,
			"{\"ref\":\"somebody-%zu\",\"name\":\"Some Body\",\"kind\":\"staff\"}", i);
		cr_assert(api_call(&watched->log.api, "POST", "/v1/people", tenant->token, body, &answer) ==
				201,
			"%s", answer.body);
	}
}

/* Two look-ups of a tenant, each leading where the other did. */
static void swap_refs(struct watched *watched, struct id tenant)
{
	uint8_t keys[2][KV_KEY_MAX];
	struct span names[2];
	scoped(buf) first = BUF(1024), second = BUF(1024);
	struct buf *values[] = {&first, &second};
	scoped(kv_txn) txn = {0};
	log_world_must(kv_write(watched->log.api.server.volume.data, &txn));
	scoped(kv_cursor) rows = {0};
	log_world_must(kv_seek(&txn, TABLE_PERSON_TERM, id_span(&tenant), &rows));
	for (size_t i = 0; i < 2; i++) {
		cr_assert(kv_next(&rows) && span_starts(rows.key, id_span(&tenant)));
		memcpy(keys[i], rows.key.at, rows.key.len);
		names[i] = span_of(keys[i], rows.key.len);
		buf_put(values[i], rows.value);
	}
	log_world_must(kv_put(&txn, TABLE_PERSON_TERM, names[0], buf_span(&second)));
	log_world_must(kv_put(&txn, TABLE_PERSON_TERM, names[1], buf_span(&first)));
	log_world_must(kv_commit(&txn));
}

/* More rows than one step looks at, before those that were changed. */
Test(log_checks, refs_that_changed_places_are_found_behind_many_that_did_not)
{
	scoped(watched) watched = {0};
	open_watched(&watched);
	const struct api_tenant *tenant = &watched.log.api.tenant;
	add_people(&watched, tenant, 2 * LOOKUP_CHECK_ROWS);
	add_people(&watched, &watched.other, 2);
	cr_assert(look(&watched, log_checks_lookups).fault == CHECK_SOUND);
	cr_assert(!watched.health.sum_mismatch);
	swap_refs(&watched, watched.other.id);
	cr_assert(look(&watched, log_checks_state).fault == CHECK_SOUND, "no sum says so");
	struct check_report report = look(&watched, log_checks_lookups);
	cr_assert(report.fault == CHECK_LOOKUP && report.table == TABLE_PERSON_TERM, "%s",
		check_text(report.fault));
	cr_assert(watched.health.sum_mismatch && !watched.health.log_broken);
	cr_assert(told(&watched, watched.other.id, ACTION_LOG_VERIFICATION_FAILED) == 1);
	cr_assert(told(&watched, tenant->id, ACTION_LOG_VERIFICATION_FAILED) == 0, "it is not theirs");
}

Test(log_checks, a_check_of_refs_can_be_called_off)
{
	scoped(watched) watched = {0};
	struct check_report report;
	open_watched(&watched);
	add_people(&watched, &watched.log.api.tenant, 2 * LOOKUP_CHECK_ROWS);
	watched.called_off = true;
	const struct log_checks_ask ask = {&watched.log.api.server, rest, &watched};
	cr_assert(log_checks_lookups(&ask, &report).kind == ERR_BUSY);
	cr_assert(!watched.health.sum_mismatch);
}

/* ---- keys ---- */

/* Two rows of the keyring, each in the other's place. */
static void swap_keys(
	struct watched *watched, const struct keyring_name *one, const struct keyring_name *other)
{
	int slots;
	uint8_t names[2][KEYRING_ROWS_NAME];
	scoped(kv_txn) txn = {0};
	scoped(buf) first = BUF(1024), second = BUF(1024);
	struct span found;
	struct kv *kv = keyring_kv(keeper_keyring(watched->log.api.server.keeper), &slots);
	keyring_rows_name(one, names[0]);
	keyring_rows_name(other, names[1]);
	log_world_must(kv_write(kv, &txn));
	log_world_must(kv_get(&txn, slots + 1, SPAN_BYTES(names[0]), &found));
	buf_put(&first, found);
	log_world_must(kv_get(&txn, slots + 1, SPAN_BYTES(names[1]), &found));
	buf_put(&second, found);
	log_world_must(kv_put(&txn, slots + 1, SPAN_BYTES(names[0]), buf_span(&second)));
	log_world_must(kv_put(&txn, slots + 1, SPAN_BYTES(names[1]), buf_span(&first)));
	log_world_must(kv_commit(&txn));
}

static struct keyring_name key_of_person(struct watched *watched, size_t number)
{
	return (struct keyring_name){
		KEYRING_PERSON, watched->log.api.tenant.id, watched->log.people[number].id};
}

Test(log_checks, keys_that_all_lie_in_their_places_are_found_sound)
{
	scoped(watched) watched = {0};
	scoped(api_answer) answer = {0};
	open_watched(&watched);
	cr_assert(look(&watched, log_checks_keys).fault == CHECK_SOUND);
	cr_assert(!watched.health.keys_forged && !keeper_met_forged(watched.log.api.server.keeper));
	cr_assert(told(&watched, watched.log.api.tenant.id, ACTION_LOG_VERIFICATION_FAILED) == 0);
	cr_assert(
		api_call(&watched.log.api, "GET", "/readyz", NULL, NULL, &answer) == 200, "%s", answer.body);
	cr_assert(json_is_true(api_member(&answer, "checks/keys_in_place")), "%s", answer.body);
}

Test(log_checks, two_keys_that_changed_places_are_an_alert_to_those_whose_they_are)
{
	scoped(watched) watched = {0};
	scoped(api_answer) answer = {0};
	open_watched(&watched);
	const struct api_tenant *tenant = &watched.log.api.tenant;
	struct keyring_name one = key_of_person(&watched, 0), other = key_of_person(&watched, 1);
	swap_keys(&watched, &one, &other);
	struct check_report report = look(&watched, log_checks_keys);
	cr_assert(report.fault == CHECK_KEYS && ids_equal(report.tenant, tenant->id), "%s",
		check_text(report.fault));
	cr_assert(watched.health.keys_forged && !watched.health.sum_mismatch && !watched.health.log_broken);
	cr_assert(told(&watched, tenant->id, ACTION_LOG_VERIFICATION_FAILED) == 1);
	cr_assert(told(&watched, watched.other.id, ACTION_LOG_VERIFICATION_FAILED) == 0, "it is not theirs");
	cr_assert(api_call(&watched.log.api, "GET", "/readyz", NULL, NULL, &answer) == 503);
	cr_assert(json_is_false(api_member(&answer, "checks/keys_in_place")), "%s", answer.body);
	detail(&watched, tenant, "log.verification_failed", &answer);
	cr_assert(strstr(answer.body, "\"kind\":\"keys\""), "%s", answer.body);
}

Test(log_checks, a_key_in_anothers_place_is_noticed_by_the_first_who_asks_for_it)
{
	scoped(watched) watched = {0};
	scoped(buf) record = BUF(1024);
	open_watched(&watched);
	struct keeper *keeper = watched.log.api.server.keeper;
	const struct keys *keys = keeper_keys(keeper);
	struct id tenant = watched.log.api.tenant.id;
	struct keyring_name names[2];
	const struct seal_context context = {.object_type = SEAL_LABEL};
	/* Nobody has asked for the keys of somebody new, so they are not in memory. */
	for (size_t i = 0; i < 2; i++) {
		const struct subject new = {SUBJECT_PERSON, random_id((struct instant){1})};
		log_world_must(keeper_make_subject(keeper, tenant, &new));
		names[i] = (struct keyring_name){KEYRING_PERSON, tenant, new.id};
	}
	log_world_must(keys->save_new(keys->keeper));
	swap_keys(&watched, &names[0], &names[1]);
	cr_assert(!keeper_met_forged(keeper), "nobody has asked yet");
	const struct subject asked = {SUBJECT_PERSON, names[0].id};
	cr_assert(keys->seal_row(keys->keeper, tenant, &asked, context, SPAN_LIT("x"), &record).kind ==
		ERR_FORGED);
	cr_assert(keeper_met_forged(keeper));
	cr_assert(!keeper_met_forged(keeper), "it is told once");
}
