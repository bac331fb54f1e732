/* SPDX-License-Identifier: Apache-2.0 */
/* What is signed, stored, proved and served, and what a start compares. */
#include "server/core/log/checkpoints.h"

#include "base/arena.h"
#include "crypto/checkpoint.h"
#include "crypto/tile.h"
#include "store/index/index.h"
#include "store/keyring.h"
#include "tests/server/log_world.h"
#include "tests/support/wire.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { MEMORY = 1024 * 1024, TILE_MAX = 16 * 1024 * 1024, THREADS = 4, ASKS = 12 };

/* ---- reading what is served, byte by byte ---- */

/* The body of a GET; its status. */
static int fetch(struct log_world *world, const char *path, const char *token, struct buf *body)
{
	scoped(buf) request = BUF(4096);
	scoped(buf) reply = BUF(TILE_MAX);
	buf_printf(&request,
		"GET /v1/%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer %s\r\n\r\n",
		path, token);
	int status = wire_ask(http_port(world->api.http), buf_span(&request), &reply);
	const uint8_t *end = memmem(reply.data, reply.len, "\r\n\r\n", 4);
	cr_assert(end != NULL, "%s is answered", path);
	buf_clear(body);
	/* The last byte is the NUL that wire_ask adds. */
	buf_put(body, span_of(end + 4, (size_t)(reply.data + reply.len - end) - 4));
	return status;
}

static struct note_verifier verifier_of(struct log_world *world, struct arena *arena)
{
	uint8_t checkpoint[SIGN_PUBLIC], receipt[SIGN_PUBLIC];
	char id[ID_TEXT + 1], origin[128];
	struct note_verifier verifier;
	scoped(buf) vkey = BUF(1024);
	ids_print(ID_TENANT, world->api.tenant.id, id);
	snprintf(origin, sizeof origin, "muniment.invalid/%s", id);
	log_world_must(keeper_public(world->api.server.keeper, world->api.tenant.id, checkpoint, receipt));
	note_put_vkey(&vkey, span_text(origin), checkpoint);
	log_world_must(note_parse_vkey(buf_span(&vkey), arena, &verifier));
	return verifier;
}

static struct checkpoint fetch_checkpoint(struct log_world *world, struct arena *arena)
{
	scoped(buf) note = BUF(TILE_MAX);
	struct checkpoint checkpoint;
	struct span text;
	const struct note_verifier verifier = verifier_of(world, arena);
	cr_assert(fetch(world, "log/checkpoint", world->api.tenant.token, &note) == 200,
		"there is a checkpoint");
	log_world_must(note_open(arena_copy(arena, buf_span(&note)), &verifier, 1, &text));
	log_world_must(checkpoint_parse(text, &checkpoint));
	cr_assert(span_equal(checkpoint.origin, verifier.name), "the origin is the key's name");
	return checkpoint;
}

static void fetch_tile(struct log_world *world, const struct tile *tile, struct buf *body)
{
	char path[TILE_PATH_MAX], whole[TILE_PATH_MAX + 8];
	tile_path(tile, path);
	snprintf(whole, sizeof whole, "log/%s", path);
	cr_assert(fetch(world, whole, world->api.tenant.token, body) == 200, "%s is served", whole);
}

/* The bundle's entries grow the tree; its level-0 tile has their hashes. */
static void check_bundle(
	struct log_world *world, uint64_t index, uint16_t width, struct merkle_frontier *frontier)
{
	scoped(buf) entries = BUF(TILE_MAX);
	scoped(buf) hashes = BUF(TILE_MAX);
	fetch_tile(world, &(struct tile){.entries = true, .index = index, .width = width}, &entries);
	fetch_tile(world, &(struct tile){.index = index, .width = width}, &hashes);
	cr_assert(hashes.len == (size_t)width * MERKLE_HASH, "a hash an entry");
	struct span rest = buf_span(&entries);
	for (size_t i = 0; i < width; i++) {
		cr_assert(rest.len > 2, "entry %zu is there", i);
		size_t len = (size_t)(rest.at[0] << 8 | rest.at[1]);
		const struct merkle_hash leaf = merkle_leaf(span_first(span_from(rest, 2), len));
		cr_assert(memcmp(leaf.bytes, hashes.data + i * MERKLE_HASH, MERKLE_HASH) == 0,
			"entry %zu has its hash", i);
		merkle_grow(frontier, &leaf);
		rest = span_from(rest, 2 + len);
	}
	cr_assert(rest.len == 0, "and nothing else");
}

/* Level 1: the roots of full tiles. */
static void check_level_1(struct log_world *world, uint64_t size)
{
	uint16_t width = tile_width(1, 0, size);
	scoped(buf) above = BUF(TILE_MAX);
	if (width == 0)
		return;
	fetch_tile(world, &(struct tile){.level = 1, .width = width}, &above);
	for (uint64_t i = 0; i < width; i++) {
		scoped(buf) below = BUF(TILE_MAX);
		struct merkle_hash root;
		fetch_tile(world, &(struct tile){.index = i, .width = TILE_WIDTH}, &below);
		log_world_must(tile_node(buf_span(&below), TILE_HEIGHT, 0, &root));
		cr_assert(memcmp(root.bytes, above.data + i * MERKLE_HASH, MERKLE_HASH) == 0,
			"the root of tile %zu", (size_t)i);
	}
}

static void check_tree(struct log_world *world)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct merkle_frontier frontier = {0};
	const struct checkpoint checkpoint = fetch_checkpoint(world, &arena);
	cr_assert(checkpoint.size == log_world_size(world), "it covers everything");
	for (uint64_t i = 0; i * TILE_WIDTH < checkpoint.size; i++)
		check_bundle(world, i, tile_width(0, i, checkpoint.size), &frontier);
	const struct merkle_hash root = merkle_root(&frontier);
	cr_assert(memcmp(root.bytes, checkpoint.root.bytes, MERKLE_HASH) == 0,
		"entries make the root that was signed");
	check_level_1(world, checkpoint.size);
}

Test(checkpoints, every_tile_and_entry_verifies_against_what_was_signed_folded_or_not)
{
	scoped(log_world) world = {0};
	struct dice dice = {40};
	log_world_open(&world);
	check_tree(&world);
	log_world_fill(&world, &dice, 500);
	check_tree(&world);
	log_world_fold(&world);
	check_tree(&world);
	log_world_fill(&world, &dice, 90);
	check_tree(&world);
	log_world_fold(&world);
	log_world_fill(&world, &dice, 1);
	check_tree(&world);
}

Test(checkpoints, a_tile_narrower_than_the_tree_is_served_and_none_that_is_wider)
{
	static const char *const ABSENT[] = {"log/tile/0/000", "log/tile/0/000.p/200",
		"log/tile/entries/000.p/200", "log/tile/entries/001.p/1", "log/tile/1/000.p/1",
		"log/tile/0/000.p/0", "log/tile/0/0", "log/tile/8/000", "log/tile/0/x000/000",
		"log/tile/entries/000/1", "log/tile/colour/000", "log/tile/0/999999"};
	scoped(log_world) world = {0};
	scoped(buf) body = BUF(TILE_MAX);
	struct dice dice = {4};
	log_world_open(&world);
	log_world_fill(&world, &dice, 30);
	cr_assert(fetch(&world, "log/tile/0/000.p/5", world.api.tenant.token, &body) == 200,
		"of an older checkpoint");
	cr_assert(body.len == 5 * MERKLE_HASH, "exactly as wide as asked");
	for (size_t i = 0; i < sizeof ABSENT / sizeof ABSENT[0]; i++)
		cr_assert(fetch(&world, ABSENT[i], world.api.tenant.token, &body) == 404, "%s", ABSENT[i]);
}

Test(checkpoints, hashes_are_for_any_reader_and_entries_only_for_the_whole_tenants)
{
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	scoped(buf) body = BUF(TILE_MAX);
	struct api_application writer;
	struct api_tenant other;
	struct api_person auditor;
	log_world_open(&world);
	api_world_application(&world.api, &world.api.tenant, SCOPE_BIT(EVENTS_WRITE), &writer);
	api_world_person(&world.api, &world.api.tenant, "auditor", NULL, &auditor);
	cr_assert(fetch(&world, "log/checkpoint", world.people[0].token, &body) == 200, "an assistant");
	cr_assert(fetch(&world, "log/tile/0/000.p/2", world.people[0].token, &body) == 200,
		"hashes say nothing");
	api_call(&world.api, "GET", "/v1/log/tile/entries/000.p/2", world.people[0].token, NULL, &answer);
	cr_assert(api_is_code(&answer, 403, "not_allowed"), "entries do");
	cr_assert(fetch(&world, "log/tile/entries/000.p/2", auditor.token, &body) == 200, "an auditor");
	api_call(&world.api, "GET", "/v1/log/checkpoint", writer.token, NULL, &answer);
	cr_assert(api_is_code(&answer, 403, "scope_missing"), "not without the scope");
	api_world_tenant(&world.api, &other);
	cr_assert(fetch(&world, "log/tile/0/000.p/3", other.token, &body) == 404,
		"another tenant has its own, short log");
}

Test(checkpoints, a_full_tile_may_be_kept_for_ever_and_a_checkpoint_not_at_all)
{
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	struct dice dice = {4};
	log_world_open(&world);
	log_world_fill(&world, &dice, 300);
	cr_assert(api_call(&world.api, "GET", "/v1/log/tile/0/000", world.api.tenant.token, NULL, &answer) ==
			200,
		"full");
	cr_assert(strstr(answer.head, "Cache-Control: private, max-age=31536000, immutable"), "%s",
		answer.head);
	cr_assert(strstr(answer.head, "Content-Type: application/octet-stream"), "%s", answer.head);
	api_call(&world.api, "GET", "/v1/log/tile/0/001.p/7", world.api.tenant.token, NULL, &answer);
	cr_assert(!strstr(answer.head, "immutable"), "partial: %s", answer.head);
	api_call(&world.api, "GET", "/v1/log/checkpoint", world.api.tenant.token, NULL, &answer);
	cr_assert(strstr(answer.head, "no-cache"), "%s", answer.head);
	cr_assert(strstr(answer.head, "Content-Type: text/plain; charset=utf-8"), "%s", answer.head);
}

/* ---- proofs ---- */

static void check_proof(
	struct log_world *world, const char *id, uint64_t index, struct checkpoint *checkpoint)
{
	scoped(arena) arena = ARENA(MEMORY);
	scoped(buf) proof = BUF(TILE_MAX);
	scoped(reading) reading = {0};
	const struct note_verifier verifier = verifier_of(world, &arena);
	char path[128];
	struct log_row row;
	uint64_t proven;
	snprintf(path, sizeof path, "events/%s/proof", id);
	cr_assert(fetch(world, path, world->api.tenant.token, &proof) == 200, "there is a proof");
	log_world_must(reading_open(&world->api.server.volume, &reading));
	log_world_must(log_get(&reading.txn, index + 1, &row));
	log_hash(&row);
	log_world_must(
		checkpoint_check_proof(buf_span(&proof), &verifier, &row.leaf_hash, checkpoint, &proven));
	cr_assert(proven == index && checkpoint->size > index, "of this leaf");
	struct merkle_hash other = row.leaf_hash;
	other.bytes[0] ^= 1;
	cr_assert(
		err_failed(checkpoint_check_proof(buf_span(&proof), &verifier, &other, checkpoint, &proven)),
		"of no other");
}

Test(checkpoints, a_proof_verifies_and_signs_only_when_the_last_checkpoint_does_not_cover_it)
{
	scoped(log_world) world = {0};
	struct checkpoint first = {0}, second = {0}, third = {0};
	char old[ID_TEXT + 1], new[ID_TEXT + 1];
	log_world_open(&world);
	uint64_t index = log_world_post(&world, "record.viewed", &world.people[0], NULL, NULL, old);
	check_proof(&world, old, index, &first);
	uint64_t later = log_world_post(&world, "record.viewed", &world.people[0], NULL, NULL, new);
	check_proof(&world, old, index, &second);
	cr_assert(second.size == first.size, "the old leaf needs no new signature");
	log_world_fold(&world);
	check_proof(&world, new, later, &third);
	cr_assert(third.size > second.size, "the new one does");
	check_proof(&world, old, index, &first);
	cr_assert(first.size == third.size, "and from then on it serves both");
}

/* ---- what is signed is stored first, and never goes back ---- */

static fallible stored_size(struct log_world *world, uint64_t *size)
{
	scoped(arena) arena = ARENA(MEMORY);
	scoped(reading) reading = {0};
	struct checkpoint_row row;
	TRY(reading_open(&world->api.server.volume, &reading));
	const struct view view = view_reading(&reading);
	TRY(checkpoint_row_get(&view, world->api.tenant.id, &arena, &row));
	*size = row.size;
	return OK;
}

Test(checkpoints, what_is_served_lies_in_the_store_and_in_the_keyring)
{
	scoped(log_world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct keyring_mark mark;
	uint64_t size = 0;
	log_world_open(&world);
	cr_assert(stored_size(&world, &size).kind == ERR_NOT_FOUND, "nothing was signed yet");
	const struct checkpoint checkpoint = fetch_checkpoint(&world, &arena);
	log_world_must(stored_size(&world, &size));
	log_world_must(keeper_mark(world.api.server.keeper, world.api.tenant.id, &mark));
	cr_assert(size == checkpoint.size && mark.size == checkpoint.size, "the same size");
	cr_assert(memcmp(mark.root, checkpoint.root.bytes, sizeof mark.root) == 0, "the same root");
}

struct older {
	struct id tenant;
	struct checkpoints_ask ask;
	struct arena *arena;
};

static fallible write_older(struct act *act, void *context)
{
	struct older *older = context;
	return checkpoints_write(act, older->tenant, older->arena, &older->ask);
}

Test(checkpoints, an_older_one_never_replaces_a_newer_one)
{
	scoped(log_world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct older older = {
		.ask = {.row = {.size = 1, .note = SPAN_LIT("old\n")}, .fresh = true}, .arena = &arena};
	uint64_t size = 0;
	log_world_open(&world);
	older.tenant = world.api.tenant.id;
	const struct checkpoint checkpoint = fetch_checkpoint(&world, &arena);
	log_world_must(committer_run(world.api.server.committer,
		(struct act_job){.kind = ACT_HOUSEKEEPING, .run = write_older, .context = &older}));
	log_world_must(stored_size(&world, &size));
	cr_assert(size == checkpoint.size && older.ask.row.size == checkpoint.size,
		"the newer one stands, and is given");
}

struct asker {
	struct log_world *world;
	pthread_t thread;
	bool failed;
};

static void *ask_often(void *context)
{
	struct asker *asker = context;
	for (unsigned i = 0; i < ASKS; i++) {
		scoped(api_answer) answer = {0};
		char id[ID_TEXT + 1];
		log_world_post(asker->world, "record.viewed", &asker->world->people[0], NULL, NULL, id);
		asker->failed |= api_call(&asker->world->api, "GET", "/v1/log/checkpoint",
					 asker->world->api.tenant.token, NULL, &answer) != 200;
	}
	return NULL;
}

Test(checkpoints, many_who_ask_while_events_arrive_are_all_answered)
{
	scoped(log_world) world = {0};
	struct asker askers[THREADS];
	log_world_open(&world);
	for (size_t i = 0; i < THREADS; i++) {
		askers[i] = (struct asker){.world = &world};
		cr_assert(pthread_create(&askers[i].thread, NULL, ask_often, &askers[i]) == 0, "a thread");
	}
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(askers[i].thread, NULL);
		cr_assert(!askers[i].failed, "each one got a checkpoint");
	}
	check_tree(&world);
}

/* ---- at start ---- */

Test(checkpoints, a_log_that_extends_what_was_signed_passes)
{
	scoped(log_world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct checkpoints_verdict verdict;
	struct dice dice = {6};
	log_world_open(&world);
	log_world_must(checkpoints_check_all(&world.api.server, &verdict));
	cr_assert(verdict.holds, "nothing was signed");
	fetch_checkpoint(&world, &arena);
	log_world_must(checkpoints_check_all(&world.api.server, &verdict));
	cr_assert(verdict.holds, "just signed");
	log_world_fill(&world, &dice, 300);
	log_world_fold(&world);
	log_world_must(checkpoints_check_all(&world.api.server, &verdict));
	cr_assert(verdict.holds, "grown since");
}

/* Sign, as if more events had been there: what is left after they were cut off. */
static void sign_larger(struct log_world *world)
{
	const struct keys *keys = world->api.server.volume.keys;
	scoped(buf) note = BUF(4096);
	const uint8_t root[HASH_SHA256] = {7};
	log_world_must(keys->sign_checkpoint(keys->keeper, world->api.tenant.id,
		SPAN_LIT("origin\n9\nroot\n"), log_world_size(world) + 5, root, &note));
}

Test(checkpoints, a_log_shorter_than_the_mark_in_the_keyring_is_found_and_nothing_more_is_signed)
{
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	struct checkpoints_verdict verdict;
	log_world_open(&world);
	sign_larger(&world);
	log_world_must(checkpoints_check_all(&world.api.server, &verdict));
	cr_assert(!verdict.holds && ids_equal(verdict.tenant, world.api.tenant.id), "this tenant");
	cr_assert(verdict.signed_size == verdict.log_size + 5, "so much is missing");
	api_call(&world.api, "GET", "/v1/log/checkpoint", world.api.tenant.token, NULL, &answer);
	cr_assert(answer.status == 500, "the keeper signs no contradiction");
}

Test(checkpoints, a_log_that_does_not_continue_what_was_signed_is_not_signed)
{
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	scoped(buf) note = BUF(4096);
	struct keyring_mark mark;
	const struct keys *keys;
	struct dice dice = {44};
	const uint8_t other[HASH_SHA256] = {8};
	log_world_open(&world);
	keys = world.api.server.volume.keys;
	uint64_t size = log_world_size(&world);
	log_world_must(keys->sign_checkpoint(
		keys->keeper, world.api.tenant.id, SPAN_LIT("origin\n9\nroot\n"), size, other, &note));
	log_world_fill(&world, &dice, 20);
	api_call(&world.api, "GET", "/v1/log/checkpoint", world.api.tenant.token, NULL, &answer);
	cr_assert(answer.status == 500, "it is larger than what was signed, and has another beginning");
	log_world_must(keeper_mark(world.api.server.keeper, world.api.tenant.id, &mark));
	cr_assert(mark.size == size, "nothing was signed");
}

static fallible spoil_tile(struct kv_txn *txn, struct id tenant)
{
	scoped(buf) key = BUF(64);
	scoped(buf) copy = BUF(TILE_WIDTH * MERKLE_HASH);
	struct span tile;
	buf_put(&key, SPAN_BYTES(tenant.bytes));
	buf_put_u8(&key, 0);
	buf_put_u64(&key, 0);
	TRY(kv_get(txn, INDEX_TILE, buf_span(&key), &tile));
	buf_put(&copy, tile);
	TRY(buf_check(&copy));
	copy.data[1] ^= 1;
	return kv_put(txn, INDEX_TILE, buf_span(&key), buf_span(&copy));
}

Test(checkpoints, tiles_that_do_not_make_the_root_are_not_signed)
{
	scoped(log_world) world = {0};
	scoped(api_answer) answer = {0};
	scoped(kv_txn) txn = {0};
	struct dice dice = {45};
	log_world_open(&world);
	log_world_fill(&world, &dice, 20);
	log_world_fold(&world);
	log_world_must(kv_write(world.api.server.volume.index, &txn));
	log_world_must(spoil_tile(&txn, world.api.tenant.id));
	log_world_must(kv_commit(&txn));
	log_world_fill(&world, &dice, 3);
	api_call(&world.api, "GET", "/v1/log/checkpoint", world.api.tenant.token, NULL, &answer);
	cr_assert(answer.status == 500, "a checkpoint that nobody could verify");
}

struct stored {
	struct id tenant;
	struct checkpoint_row row;
};

static fallible store_row(struct act *act, void *context)
{
	const struct stored *stored = context;
	return checkpoint_row_put(act, stored->tenant, &stored->row);
}

Test(checkpoints, a_log_different_from_its_stored_checkpoint_is_found)
{
	scoped(log_world) world = {0};
	struct checkpoints_verdict verdict;
	log_world_open(&world);
	struct stored stored = {world.api.tenant.id, {.size = 2, .root = {{9}}, .note = SPAN_LIT("note")}};
	log_world_must(committer_run(world.api.server.committer,
		(struct act_job){.kind = ACT_HOUSEKEEPING, .run = store_row, .context = &stored}));
	log_world_must(checkpoints_check_all(&world.api.server, &verdict));
	cr_assert(!verdict.holds && verdict.signed_size == 2, "another root at that size");
	cr_assert(strstr(verdict.why, "not the one") != NULL, "%s", verdict.why);
}

/* More tenants than threads, so that each thread has several. */
enum { TENANTS = 23, MISSING_SIZE = 1000 };

static int against_order(const void *a, const void *b)
{
	return memcmp(b, a, sizeof(struct id));
}

Test(checkpoints, of_several_logs_that_do_not_hold_the_first_is_told_whichever_thread_finds_it)
{
	scoped(log_world) world = {0};
	struct checkpoints_verdict verdict;
	struct stored stored = {.row = {.size = MISSING_SIZE, .root = {{9}}, .note = SPAN_LIT("note")}};
	struct id tenants[TENANTS];
	log_world_open(&world);
	for (unsigned i = 0; i < TENANTS; i++) {
		struct api_tenant made;
		api_world_tenant(&world.api, &made);
		tenants[i] = made.id;
	}
	log_world_must(checkpoints_check_all(&world.api.server, &verdict));
	cr_assert(verdict.holds, "nothing was said of them");
	qsort(tenants, TENANTS, sizeof *tenants, against_order);
	for (unsigned i = 0; i < TENANTS; i++) {
		stored.tenant = tenants[i];
		log_world_must(committer_run(world.api.server.committer,
			(struct act_job){.kind = ACT_HOUSEKEEPING, .run = store_row, .context = &stored}));
		log_world_must(checkpoints_check_all(&world.api.server, &verdict));
		cr_assert(!verdict.holds && ids_equal(verdict.tenant, tenants[i]), "%u", i);
		cr_assert(verdict.signed_size == MISSING_SIZE && verdict.log_size < MISSING_SIZE);
	}
}

Test(checkpoints, while_the_log_contradicts_them_the_last_one_is_served_and_none_is_made)
{
	scoped(log_world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	scoped(api_answer) answer = {0};
	char id[ID_TEXT + 1], path[128];
	log_world_open(&world);
	const struct checkpoint before = fetch_checkpoint(&world, &arena);
	log_world_post(&world, "record.viewed", &world.people[0], NULL, NULL, id);
	world.api.server.volume.read_only = true;
	const struct checkpoint after = fetch_checkpoint(&world, &arena);
	cr_assert(after.size == before.size, "the last one");
	snprintf(path, sizeof path, "/v1/events/%s/proof", id);
	api_call(&world.api, "GET", path, world.api.tenant.token, NULL, &answer);
	cr_assert(api_is_code(&answer, 503, "busy"), "a leaf that it does not cover has no proof");
	world.api.server.volume.read_only = false;
}
