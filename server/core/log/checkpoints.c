/* SPDX-License-Identifier: Apache-2.0 */
/* checkpoints - from the tree to a signed note, and back from notes to the tree. */
#include "server/core/log/checkpoints.h"

#include "crypto/checkpoint.h"
#include "store/index/tree.h"
#include "store/keyring.h"
#include "store/nouns/tenant.h"

#include <pthread.h>
#include <unistd.h>

enum { CHECK_ARENA_MAX = 64 * 1024 };

/* ---- signing ---- */

static fallible read_origin(
	const struct server *server, struct id tenant, struct arena *arena, struct span *origin)
{
	scoped(reading) reading = {0};
	struct tenant record;
	TRY(reading_open(&server->volume, &reading));
	struct view view = view_reading(&reading);
	TRY(tenant_get_clear(&view, tenant, arena, &record));
	*origin = record.origin;
	return OK;
}

static fallible root_of(struct tree *tree, uint64_t size, struct merkle_hash *root)
{
	struct merkle_source source = tree_source(tree);
	*root = merkle_empty();
	return size > 0 ? merkle_range_root(&source, size, root) : OK;
}

/* check_continues - before each signature: the tiles that others will fetch make the root that is about to be signed, and
 * the root that was signed last. A mark above the tree is the signer's to refuse: it may be that we are only late. */
static fallible check_continues(
	const struct server *server, struct tree *tree, const struct merkle_hash *root)
{
	struct keyring_mark mark;
	struct merkle_hash now;
	TRY(root_of(tree, tree->size, &now));
	if (memcmp(now.bytes, root->bytes, sizeof now.bytes) != 0)
		return FAIL(CORRUPT, "the tiles of a log do not make its root");
	struct err err = keeper_mark(server->keeper, tree->tenant, &mark);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	if (mark.size > tree->size)
		return OK;
	TRY(root_of(tree, mark.size, &now));
	if (memcmp(now.bytes, mark.root, sizeof now.bytes) != 0)
		return FAIL(CORRUPT, "a log does not continue what was signed before");
	return OK;
}

static fallible sign(const struct server *server, struct id tenant, struct span origin, struct arena *arena,
	struct checkpoint_row *row)
{
	const struct keys *keys = server->volume.keys;
	scoped(tree) tree = {0};
	scoped(buf) text = BUF(CHECKPOINT_ROW_NOTE_MAX);
	scoped(buf) note = BUF(CHECKPOINT_ROW_NOTE_MAX);
	TRY(tree_open(&server->volume, tenant, &tree));
	*row = (struct checkpoint_row){.size = tree.size, .root = merkle_root(&tree.frontier)};
	TRY(check_continues(server, &tree, &row->root));
	checkpoint_put(&text, &(struct checkpoint){origin, row->size, row->root});
	TRY(buf_check(&text));
	TRY(keys->sign_checkpoint(keys->keeper, tenant, buf_span(&text), row->size, row->root.bytes, &note));
	return buf_keep(&note, arena, &row->note);
}

/* Another thread may sign a larger tree between our look at ours and our signature: then ours is only out of
 * date. */
static bool is_overtaken(const struct server *server, struct id tenant, uint64_t size)
{
	struct keyring_mark mark;
	return !err_failed(keeper_mark(server->keeper, tenant, &mark)) && mark.size > size &&
		mark.size <= tail_size_of(server->volume.tail, tenant);
}

static fallible sign_newest(
	const struct server *server, struct id tenant, struct arena *arena, struct checkpoint_row *row)
{
	struct span origin;
	TRY(read_origin(server, tenant, arena, &origin));
	for (unsigned i = 0; i < CHECKPOINTS_TRIES; i++) {
		struct err err = sign(server, tenant, origin, arena, row);
		if (err.kind != ERR_CORRUPT || !is_overtaken(server, tenant, row->size))
			return err;
	}
	return FAIL(BUSY, "others sign checkpoints all the time");
}

fallible checkpoints_prepare(const struct server *server, struct id tenant, uint64_t size,
	struct arena *arena, struct checkpoints_ask *ask)
{
	struct checkpoints_ask made = {.fresh = true};
	scoped(reading) reading = {0};
	TRY(reading_open(&server->volume, &reading));
	struct view view = view_reading(&reading);
	struct err err = checkpoint_row_get(&view, tenant, arena, &made.row);
	if (err.kind != ERR_NOT_FOUND)
		TRY(err);
	made.fresh = err.kind == ERR_NOT_FOUND || made.row.size < size;
	reading_done(&reading);
	if (made.fresh && server->volume.read_only)
		return FAIL(BUSY, "nothing is signed while the log contradicts what was signed before");
	if (made.fresh)
		TRY(sign_newest(server, tenant, arena, &made.row));
	*ask = made;
	return OK;
}

fallible checkpoints_write(
	struct act *act, struct id tenant, struct arena *arena, struct checkpoints_ask *ask)
{
	struct checkpoint_row stored;
	struct view view = view_act(act);
	struct err err = checkpoint_row_get(&view, tenant, arena, &stored);
	if (err.kind != ERR_NOT_FOUND)
		TRY(err);
	if (err_failed(err) || stored.size < ask->row.size)
		return checkpoint_row_put(act, tenant, &ask->row);
	ask->row = stored;
	return OK;
}

/* ---- comparing ---- */

/* A tree that is held to what was said of it. Its checkpoint and its mark mostly speak of one size: the root of
 * that is made once. */
struct comparison {
	struct tree *tree;
	struct checkpoints_verdict *verdict;
	uint64_t size;
	struct merkle_hash root; /* of that size */
};

static fallible make_root(struct comparison *comparison, uint64_t size)
{
	if (size == comparison->size)
		return OK;
	TRY(root_of(comparison->tree, size, &comparison->root));
	comparison->size = size;
	return OK;
}

static fallible check_claim(struct comparison *comparison, uint64_t size, const struct merkle_hash *root,
	const char *shorter, const char *different)
{
	const struct tree *tree = comparison->tree;
	struct checkpoints_verdict *verdict = comparison->verdict;
	if (!verdict->holds)
		return OK;
	if (size <= tree->size)
		TRY(make_root(comparison, size));
	if (size <= tree->size && memcmp(&comparison->root, root, sizeof *root) == 0)
		return OK;
	*verdict = (struct checkpoints_verdict){.tenant = tree->tenant,
		.signed_size = size,
		.log_size = tree->size,
		.why = size > tree->size ? shorter : different};
	return OK;
}

static fallible check_stored(const struct view *view, struct comparison *comparison)
{
	scoped(arena) arena = ARENA(CHECK_ARENA_MAX);
	struct checkpoint_row row;
	struct err err = checkpoint_row_get(view, comparison->tree->tenant, &arena, &row);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	return check_claim(comparison, row.size, &row.root, "the log is shorter than its stored checkpoint",
		"the log is not the one of its stored checkpoint");
}

static fallible check_mark(const struct server *server, struct comparison *comparison)
{
	struct keyring_mark mark;
	struct merkle_hash root;
	struct err err = keeper_mark(server->keeper, comparison->tree->tenant, &mark);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	memcpy(root.bytes, mark.root, sizeof root.bytes);
	return check_claim(comparison, mark.size, &root, "the log is shorter than the mark in the keyring",
		"the log is not the one that the mark in the keyring names");
}

static fallible check_tenant(const struct server *server, const struct view *view, struct id tenant,
	struct checkpoints_verdict *verdict)
{
	scoped(tree) tree = {0};
	TRY(tree_open(&server->volume, tenant, &tree));
	struct comparison comparison = {.tree = &tree, .verdict = verdict, .root = merkle_empty()};
	TRY(check_stored(view, &comparison));
	return check_mark(server, &comparison);
}

/* ---- all logs, by several threads ---- */

/* Of many tenants most of a start is hashing, and nobody else has anything to do then. */
enum { CHECKERS_MAX = 4 };

/* A thread, and the tenants that it looks at: every `of`-th, from number nth on. */
struct checker {
	const struct server *server;
	unsigned nth, of;
	struct checkpoints_verdict verdict;
	struct err err;
	pthread_t thread;
	bool is_running;
};

static fallible check_some_tenants(struct checker *checker)
{
	scoped(reading) reading = {0};
	scoped(kv_cursor) rows = {0};
	TRY(reading_open(&checker->server->volume, &reading));
	struct view view = view_reading(&reading);
	TRY(kv_seek(&reading.txn, TABLE_TENANT, SPAN_NONE, &rows));
	for (uint64_t i = 0; checker->verdict.holds && kv_next(&rows); i++) {
		struct id tenant;
		if (i % checker->of != checker->nth)
			continue;
		if (rows.key.len != sizeof tenant.bytes)
			return FAIL(CORRUPT, "a tenant's row has a key that is no id");
		memcpy(tenant.bytes, rows.key.at, sizeof tenant.bytes);
		TRY(check_tenant(checker->server, &view, tenant, &checker->verdict));
	}
	return rows.err;
}

static void *run_checker(void *context)
{
	struct checker *checker = context;
	checker->err = check_some_tenants(checker);
	return NULL;
}

static unsigned checker_count(void)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	return processors < 1 ? 1 : processors > CHECKERS_MAX ? CHECKERS_MAX : (unsigned)processors;
}

static bool comes_before(struct id a, struct id b)
{
	return memcmp(a.bytes, b.bytes, sizeof a.bytes) < 0;
}

/* Each finds the first of its own: of those the one that comes first of all. */
static void join_verdict(const struct checker *checker, struct checkpoints_verdict *verdict)
{
	const struct checkpoints_verdict *found = &checker->verdict;
	if (!found->holds && (verdict->holds || comes_before(found->tenant, verdict->tenant)))
		*verdict = *found;
}

fallible checkpoints_check_all(const struct server *server, struct checkpoints_verdict *verdict)
{
	struct checker checkers[CHECKERS_MAX];
	unsigned count = checker_count();
	const struct checkpoints_verdict holds = {.holds = true, .why = ""};
	for (unsigned i = 0; i < count; i++) {
		checkers[i] = (struct checker){.server = server, .nth = i, .of = count, .verdict = holds};
		checkers[i].is_running =
			i > 0 && pthread_create(&checkers[i].thread, NULL, run_checker, &checkers[i]) == 0;
	}
	struct err err = OK;
	struct checkpoints_verdict first = holds;
	for (unsigned i = 0; i < count; i++) {
		/* The first is ours, and whatever got no thread. */
		if (checkers[i].is_running)
			pthread_join(checkers[i].thread, NULL);
		else
			run_checker(&checkers[i]);
		join_verdict(&checkers[i], &first);
		err = err_failed(err) ? err : checkers[i].err;
	}
	TRY(err);
	*verdict = first;
	return OK;
}
