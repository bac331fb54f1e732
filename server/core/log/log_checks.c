/* SPDX-License-Identifier: Apache-2.0 */
/* log_checks - run a check of store/check.h on a store that is in use, and tell what it found. */
#include "server/core/log/log_checks.h"

#include "base/text.h"
#include "server/core/change_news.h"
#include "server/core/detail.h"
#include "server/keeper/key_check.h"
#include "store/event.h"
#include "store/nouns/event_add.h"
#include "store/nouns/lookup_check.h"

#include <stdio.h>

enum { TOLD_MEMORY = 64 * 1024, NUMBER_MAX = 24 };

/* ---- one event ---- */

struct telling {
	struct id tenant;
	struct event_draft draft;
	struct letters letters; /* to the owners, of a fault */
};

static fallible run_telling(struct act *act, void *context)
{
	struct telling *telling = context;
	TRY(letters_write(act, &telling->letters));
	return event_add(act, telling->tenant, &telling->draft.leaf, NULL);
}

/* Whoever answers for the business does not find it out by chance, the next time that they look. */
static fallible seal_letters(
	const struct server *server, struct id tenant, struct arena *arena, struct letters *letters)
{
	scoped(reading) reading = {0};
	TRY(reading_open(&server->volume, &reading));
	struct view view = view_reading(&reading);
	const struct letters_desk desk = {server, &view, tenant, arena};
	const struct change_news news = {
		.action = ACTION_LOG_VERIFICATION_FAILED, .now = volume_now(&server->volume)};
	return change_news_add_owners(&desk, &news, 0, (struct id){0}, letters);
}

/* The very rows that are damaged may be those of the owners: the entry is made all the same. */
static void add_letters(
	const struct server *server, struct id tenant, struct arena *arena, struct letters *letters)
{
	struct err err = seal_letters(server, tenant, arena, letters);
	if (err_failed(err))
		letters->count = 0;
}

static fallible tell(struct server *server, struct id tenant, enum action action,
	const struct detail_field *fields, size_t count)
{
	scoped(arena) arena = ARENA(TOLD_MEMORY);
	struct telling telling = {.tenant = tenant};
	struct instant now = volume_now(&server->volume);
	struct event event = {.action = action,
		.source = LEAF_SERVER,
		.outcome = action == ACTION_LOG_VERIFIED ? LEAF_SUCCESS : LEAF_FAILED,
		.time = now,
		.actor = LEAF_SYSTEM};
	TRY(detail_print(fields, count, &arena, &event.texts[LEAF_TEXT_DETAIL]));
	TRY(event_seal(server->volume.keys, tenant, &event, now, &arena, &telling.draft));
	if (action == ACTION_LOG_VERIFICATION_FAILED)
		add_letters(server, tenant, &arena, &telling.letters);
	return committer_run(server->committer,
		(struct act_job){.kind = ACT_EVENT, .run = run_telling, .context = &telling});
}

/* ---- what does not hold ---- */

static const char *kind_of(enum check_fault fault)
{
	static const char *const KINDS[CHECK_FAULT_COUNT] = {
		[CHECK_SOUND] = "none",
		[CHECK_FORMAT] = "format",
		[CHECK_HEAD_FORM] = "head",
		[CHECK_HEAD_FORGED] = "head",
		[CHECK_ROW_FORM] = "form",
		[CHECK_ROW_MISSING] = "missing",
		[CHECK_ROW_BEYOND] = "beyond",
		[CHECK_LEAF] = "leaf",
		[CHECK_INDEX] = "index",
		[CHECK_CHAIN] = "chain",
		[CHECK_HEAD_CHAIN] = "head",
		[CHECK_CHECKPOINT_FORM] = "checkpoint",
		[CHECK_CHECKPOINT_ROOT] = "checkpoint",
		[CHECK_CHECKPOINT_SIZE] = "checkpoint",
		[CHECK_STATE_FORM] = "state",
		[CHECK_STATE_FORGED] = "state",
		[CHECK_SUM] = "state",
		[CHECK_LOOKUP] = "state",
		[CHECK_KEYS] = "keys",
	};
	return KINDS[fault];
}

static bool is_of_state(enum check_fault fault)
{
	return fault == CHECK_STATE_FORM || fault == CHECK_STATE_FORGED || fault == CHECK_SUM ||
		fault == CHECK_LOOKUP || fault == CHECK_HEAD_FORM || fault == CHECK_HEAD_FORGED;
}

/* first_bad_seq is what the log's readers call the entry by: its index. What is no entry has none. */
static fallible tell_fault(struct server *server, struct id tenant, const struct check_report *report)
{
	char number[NUMBER_MAX];
	snprintf(number, sizeof number, "%llu", (unsigned long long)report->index);
	const struct detail_field fields[] = {{"kind", span_text(kind_of(report->fault)), DETAIL_TEXT},
		{"first_bad_seq", span_text(number), DETAIL_NUMBER}};
	bool is_of_log = !is_of_state(report->fault) && report->fault != CHECK_KEYS;
	bool has_index = is_of_log && ids_equal(tenant, report->tenant);
	return tell(server, tenant, ACTION_LOG_VERIFICATION_FAILED, fields, has_index ? 2 : 1);
}

static bool is_known(struct tail *tail, struct id tenant)
{
	tail_lock(tail);
	bool known = !ids_is_none(tenant) && tail_tenant(tail, tenant);
	tail_unlock(tail);
	return known;
}

/* Whose row or entry it is, by bytes that may have been changed themselves: nobody new is believed. */
static struct id blamed(const struct check_report *report)
{
	struct id tenant = report->tenant;
	bool is_row = report->fault == CHECK_STATE_FORM || report->fault == CHECK_STATE_FORGED;
	if (is_row && report->key_len >= sizeof tenant.bytes)
		memcpy(tenant.bytes, report->key, sizeof tenant.bytes);
	return tenant;
}

/* Everybody is told, whatever becomes of one of them. */
static fallible tell_everybody(struct server *server, const struct check_report *report)
{
	struct id tenant;
	struct err first = OK;
	for (uint32_t number = 0; tail_find_tenant(server->volume.tail, number, &tenant); number++) {
		struct err err = tell_fault(server, tenant, report);
		if (err_failed(err) && !err_failed(first))
			first = err;
	}
	return first;
}

/* What is released rests on it from this moment; to tell comes after. */
static fallible conclude(struct server *server, const struct check_report *report)
{
	if (report->fault == CHECK_SOUND)
		return OK;
	if (is_of_state(report->fault))
		server->health->sum_mismatch = true;
	else if (report->fault == CHECK_KEYS)
		server->health->keys_forged = true;
	else
		server->health->log_broken = true;
	struct id tenant = blamed(report);
	return is_known(server->volume.tail, tenant) ? tell_fault(server, tenant, report)
						     : tell_everybody(server, report);
}

/* ---- what holds ---- */

/* One log that can't be written to, since its keys are gone, does not keep the others from being told. */
struct round {
	const struct log_checks_ask *ask;
	struct err first;
};

static bool rest(void *context)
{
	const struct round *round = context;
	return round->ask->rest(round->ask->context);
}

static fallible tell_verified(void *context, struct id tenant, const struct merkle_frontier *tree)
{
	struct round *round = context;
	char last[NUMBER_MAX];
	scoped(buf) hash = BUF(2 * MERKLE_HASH);
	struct merkle_hash root = merkle_root(tree);
	if (!rest(round))
		return FAIL(BUSY, "the check was called off");
	text_put_hex(&hash, SPAN_BYTES(root.bytes));
	TRY(buf_check(&hash));
	snprintf(last, sizeof last, "%llu", (unsigned long long)tree->size - 1);
	const struct detail_field fields[] = {{"from_seq", SPAN_LIT("0"), DETAIL_NUMBER},
		{"to_seq", span_text(last), DETAIL_NUMBER}, {"head_hash", buf_span(&hash), DETAIL_TEXT},
		{"result", SPAN_LIT("ok"), DETAIL_TEXT}};
	struct err err = tell(round->ask->server, tenant, ACTION_LOG_VERIFIED, fields, 4);
	if (err_failed(err) && !err_failed(round->first))
		round->first = err;
	return OK;
}

/* ---- the four checks ---- */

fallible log_checks_state(const struct log_checks_ask *ask, struct check_report *report)
{
	const struct volume *volume = &ask->server->volume;
	const struct check_ask check = {.data = volume->data, .keys = volume->keys};
	TRY(check_rows(&check, report));
	return conclude(ask->server, report);
}

static fallible check_some_lookups(
	const struct volume *volume, struct lookup_check *check, struct check_report *report)
{
	scoped(reading) reading = {0};
	TRY(reading_open(volume, &reading));
	struct view view = view_reading(&reading);
	return lookup_check_some(&view, check, report);
}

fallible log_checks_lookups(const struct log_checks_ask *ask, struct check_report *report)
{
	struct lookup_check check = {.is_over = false};
	*report = (struct check_report){0};
	while (!check.is_over) {
		TRY(check_some_lookups(&ask->server->volume, &check, report));
		if (!check.is_over && !ask->rest(ask->context))
			return FAIL(BUSY, "the check was called off");
	}
	return conclude(ask->server, report);
}

fallible log_checks_log(const struct log_checks_ask *ask, struct check_report *report)
{
	struct server *server = ask->server;
	struct round round = {.ask = ask};
	const struct check_ask check = {.data = server->volume.data,
		.keys = server->volume.keys,
		.context = &round,
		.rest = rest,
		.tell = tell_verified};
	TRY(check_live(&check, report));
	TRY(conclude(server, report));
	if (report->fault == CHECK_SOUND)
		server->health->log_verified_ms = volume_now(&server->volume).ms;
	return round.first;
}

fallible log_checks_keys(const struct log_checks_ask *ask, struct check_report *report)
{
	struct key_check check = {.count = 0};
	while (!check.is_over) {
		TRY(keeper_check_some(ask->server->keeper, &check));
		if (!check.is_over && !ask->rest(ask->context))
			return FAIL(BUSY, "the check was called off");
	}
	*report = (struct check_report){
		.fault = check.is_forged ? CHECK_KEYS : CHECK_SOUND, .tenant = check.forged.tenant};
	return conclude(ask->server, report);
}
