/* SPDX-License-Identifier: Apache-2.0 */
/* inspect - check a store at rest, and rebuild its index. */
#include "server/inspect.h"

#include "crypto/checkpoint.h"
#include "server/keeper/key_check.h"
#include "server/reindexing.h"
#include "server/start.h"
#include "store/check.h"
#include "store/index/fold.h"
#include "store/index/index_files.h"
#include "store/index/reindex_order.h"
#include "store/keyring.h"
#include "store/nouns/lookup_check.h"

#include <stdio.h>
#include <unistd.h>

enum { INSPECT_TEXT = 4096, INSPECT_NOTE = 64 * 1024, INSPECT_CLAIMS = 1 << 28 };

/* ---- verify ---- */

/* What the check is done with; keys only where the key file is. */
struct inspection {
	struct start start; /* secrets and keeper alone */
	struct kv *data;
	bool has_keys;
};

static void inspection_done(struct inspection *inspection)
{
	kv_close(inspection->data);
	start_close(&inspection->start);
}

static void show_progress(void *context, uint64_t done, uint64_t all)
{
	journal_progress(context, done, all);
}

static const char *noun_of(enum check_fault fault)
{
	return fault >= CHECK_CHECKPOINT_FORM && fault <= CHECK_CHECKPOINT_SIZE ? "checkpoint" : "entry";
}

static void put_fault(const struct check_report *report, struct buf *text)
{
	char tenant[ID_TEXT + 1];
	ids_print(ID_TENANT, report->tenant, tenant);
	buf_printf(text, "NOT SOUND: %s", check_text(report->fault));
	if (report->sequence)
		buf_printf(text, "; first bad %s: sequence %llu", noun_of(report->fault),
			(unsigned long long)report->sequence);
	if (report->fault == CHECK_KEYS)
		buf_printf(text, "; of %s", tenant);
	else if (!ids_is_none(report->tenant))
		buf_printf(text, ", index %llu of %s", (unsigned long long)report->index, tenant);
	if (report->key_len)
		buf_printf(text, "; in the table %s", tables_names()[report->table]);
	buf_put_text(text, "\n");
}

static void put_sound(const struct check_report *report, bool has_keys, struct buf *text)
{
	buf_printf(text, "sound: %llu entries (%llu of them pruned), %llu tenants, %llu checkpoints",
		(unsigned long long)report->events, (unsigned long long)report->stubs,
		(unsigned long long)report->tenants, (unsigned long long)report->checkpoints);
	if (has_keys)
		buf_printf(text, ", %llu state rows\n", (unsigned long long)report->protected_rows);
	else
		buf_put_text(text, "; state rows were not checked: there is no key file here\n");
}

static fallible say(struct journal *journal, const struct check_report *report, bool has_keys)
{
	scoped(buf) text = BUF(INSPECT_TEXT);
	if (report->fault == CHECK_SOUND)
		put_sound(report, has_keys, &text);
	else
		put_fault(report, &text);
	TRY(buf_check(&text));
	return journal_print(journal, buf_span(&text));
}

/* The tenant stands at the end of the origin; whose signature it is does not matter here, somebody else kept
 * it. */
static fallible read_since(const char *path, struct check_since *since)
{
	struct checkpoint said;
	scoped(buf) note = BUF(INSPECT_NOTE);
	TRY(conf_read_file(path, &note));
	const uint8_t *end = memmem(note.data, note.len, "\n\n", 2);
	if (!end || err_failed(checkpoint_parse(span_of(note.data, (size_t)(end - note.data) + 1), &said)))
		return FAIL(INPUT, "the file of --since is not a checkpoint");
	const uint8_t *slash = memrchr(said.origin.at, '/', said.origin.len);
	struct span name = slash ? span_from(said.origin, (size_t)(slash - said.origin.at) + 1) : said.origin;
	if (err_failed(ids_parse(ID_TENANT, name, &since->tenant)))
		return FAIL(INPUT, "the checkpoint of --since is not of a log of ours");
	since->size = said.size;
	since->root = said.root;
	return OK;
}

/* The keyring lies beside data/, and is looked at last. */
static fallible check_keys(struct keeper *keeper, struct check_report *report)
{
	struct key_check check = {.count = 0};
	while (!check.is_over)
		TRY(keeper_check_some(keeper, &check));
	if (check.is_forged) {
		report->fault = CHECK_KEYS;
		report->tenant = check.forged.tenant;
	}
	return OK;
}

/* Lists and refs, of whoever has the keys. */
static fallible check_lookups(struct kv *data, const struct keys *keys, struct check_report *report)
{
	const struct volume volume = {.data = data, .keys = keys};
	scoped(kv_txn) txn = {0};
	TRY(kv_read(data, &txn));
	const struct view view = {&volume, &txn};
	struct lookup_check check = {.is_over = false};
	while (!check.is_over)
		TRY(lookup_check_some(&view, &check, report));
	return OK;
}

/* What was signed last as each log, by the mark in the keyring. It was there before the checkpoint was in data/, so that a checkpoint
 * that was taken away there takes nothing from what the log is held to; and a crash between the two leaves the same: that it is not
 * there is no fault. */
static fallible add_mark(struct keeper *keeper, struct id tenant, struct buf *claims)
{
	struct keyring_mark mark;
	struct check_since claim = {.tenant = tenant, .is_mark = true};
	struct err err = keeper_mark(keeper, tenant, &mark);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	claim.size = mark.size;
	memcpy(claim.root.bytes, mark.root, sizeof claim.root.bytes);
	buf_put(claims, span_of(&claim, sizeof claim));
	return buf_check(claims);
}

static fallible add_marks(const struct inspection *inspection, struct buf *claims)
{
	scoped(kv_txn) txn = {0};
	scoped(kv_cursor) rows = {0};
	TRY(kv_read(inspection->data, &txn));
	TRY(kv_seek(&txn, TABLE_TENANT, SPAN_NONE, &rows));
	while (kv_next(&rows)) {
		struct id tenant;
		/* A key that is no tenant's is for the check of the rows to find. */
		if (rows.key.len != sizeof tenant.bytes)
			continue;
		memcpy(tenant.bytes, rows.key.at, sizeof tenant.bytes);
		TRY(add_mark(inspection->start.server.keeper, tenant, claims));
	}
	return rows.err;
}

static fallible add_outside(const struct conf *conf, struct buf *claims)
{
	struct check_since since = {.is_mark = false};
	if (!conf->since[0])
		return OK;
	TRY(read_since(conf->since, &since));
	buf_put(claims, span_of(&since, sizeof since));
	return buf_check(claims);
}

static fallible look(const struct conf *conf, struct journal *journal, struct inspection *inspection)
{
	struct check_report report = {0};
	scoped(buf) claims = BUF(INSPECT_CLAIMS);
	if (!conf->data[0])
		return FAIL(INPUT, "name the store's directory with --data DIR");
	struct err err = start_open_keys(conf, journal, &inspection->start);
	if (err.kind != ERR_NOT_FOUND)
		TRY(err);
	inspection->has_keys = !err_failed(err);
	TRY(check_open(conf->data, &kv_lmdb, &inspection->data));
	struct check_ask ask = {.data = inspection->data, .progress = show_progress, .context = journal};
	if (inspection->has_keys)
		ask.keys = keeper_keys(inspection->start.server.keeper);
	TRY(add_outside(conf, &claims));
	if (inspection->has_keys)
		TRY(add_marks(inspection, &claims));
	ask.since = (const struct check_since *)(const void *)claims.data;
	ask.since_count = claims.len / sizeof *ask.since;
	TRY(check_volume(&ask, &report));
	if (report.fault == CHECK_SOUND && inspection->has_keys)
		TRY(check_lookups(inspection->data, ask.keys, &report));
	if (report.fault == CHECK_SOUND && inspection->has_keys)
		TRY(check_keys(inspection->start.server.keeper, &report));
	TRY(say(journal, &report, inspection->has_keys));
	return report.fault == CHECK_SOUND ? OK : FAIL(FORGED, "the store is not sound");
}

fallible inspect_verify(const struct conf *conf, struct journal *journal)
{
	scoped(inspection) inspection = {0};
	return look(conf, journal, &inspection);
}

/* ---- reindex ---- */

/* Also what a running server had begun, and was asked for. */
static fallible drop_index(const struct conf *conf)
{
	TRY(index_files_remove(conf->data, INDEX_FILES_LIVE));
	TRY(index_files_remove(conf->data, INDEX_FILES_NEW));
	return reindex_order_drop(conf->data);
}

static fallible rebuild(struct start *start)
{
	while (tail_count(start->server.volume.tail) > 0)
		TRY(fold_once(&start->server.volume));
	return OK;
}

static fallible reindex_at_rest(const struct conf *conf, struct journal *journal)
{
	struct start start;
	scoped(buf) text = BUF(INSPECT_TEXT);
	TRY(start_open(conf, START_OPEN, journal, &start));
	struct err err = rebuild(&start);
	buf_printf(&text, "reindexed: %llu entries\n", (unsigned long long)start.server.volume.head.sequence);
	start_close(&start);
	TRY(err);
	return journal_print(journal, buf_span(&text));
}

fallible inspect_reindex(const struct conf *conf, struct journal *journal)
{
	int lock;
	if (!conf->data[0])
		return FAIL(INPUT, "name the store's directory with --data DIR");
	/* Nobody may have it open while files vanish: who has makes the index anew itself. */
	struct err err = volume_lock(conf->data, &lock);
	if (err.code == CODE_LOCKED_DIRECTORY)
		return reindexing_watch(conf, journal);
	TRY(err);
	err = drop_index(conf);
	volume_unlock(lock);
	TRY(err);
	return reindex_at_rest(conf, journal);
}
