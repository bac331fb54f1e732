/* SPDX-License-Identifier: Apache-2.0 */
/* test_keeper_signs - checkpoints that never contradict each other, the mark that remembers them, receipts.
 */
#include "server/keeper/keeper.h"

#include "crypto/note.h"
#include "tests/server/keeper_world.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>

enum { NOTE_ROOM = 4096 };

/* ---- signatures ---- */

static void root_of(uint64_t size, uint8_t root[static HASH_SHA256])
{
	memset(root, (int)(size % 250 + 1), HASH_SHA256);
}

static struct err sign(
	struct keeper_world *world, uint64_t size, const uint8_t root[static HASH_SHA256], struct buf *note)
{
	char text[64];
	int n = snprintf(text, sizeof text, "muniment.test/log\n%llu\nroot\n", (unsigned long long)size);
	return world->keys->sign_checkpoint(
		world->keeper, KEEPER_TENANT, span_of(text, (size_t)n), size, root, note);
}

static struct err sign_size(struct keeper_world *world, uint64_t size)
{
	scoped(buf) note = BUF(NOTE_ROOM);
	uint8_t root[HASH_SHA256];
	root_of(size, root);
	return sign(world, size, root, &note);
}

Test(keeper, a_checkpoint_is_signed_as_the_tenants_log_and_marked)
{
	scoped(keeper_world) world = {0};
	scoped(buf) note = BUF(NOTE_ROOM);
	scoped(buf) vkey = BUF(NOTE_ROOM);
	scoped(arena) arena = ARENA(NOTE_ROOM);
	struct note_verifier verifier;
	struct keyring_mark mark;
	struct span text;
	uint8_t root[HASH_SHA256], checkpoint[SIGN_PUBLIC], receipt[SIGN_PUBLIC];
	keeper_world_make(&world);
	root_of(5, root);
	cr_assert(keeper_mark(world.keeper, KEEPER_TENANT, &mark).kind == ERR_NOT_FOUND);
	keeper_world_must(sign(&world, 5, root, &note));
	keeper_world_must(keeper_public(world.keeper, KEEPER_TENANT, checkpoint, receipt));
	cr_assert(memcmp(checkpoint, receipt, sizeof receipt) != 0, "receipts have a key of their own");
	note_put_vkey(&vkey, SPAN_LIT("muniment.test/log"), checkpoint);
	keeper_world_must(note_parse_vkey(buf_span(&vkey), &arena, &verifier));
	keeper_world_must(note_open(buf_span(&note), &verifier, 1, &text));
	cr_assert(span_starts(text, SPAN_LIT("muniment.test/log\n5\n")));
	keeper_world_must(keeper_mark(world.keeper, KEEPER_TENANT, &mark));
	cr_assert(mark.size == 5 && memcmp(mark.root, root, sizeof root) == 0 &&
		mark.time.ms == KEEPER_NOON.ms);
	cr_assert(keeper_mark(world.keeper, KEEPER_OTHER_TENANT, &mark).kind == ERR_NOT_FOUND);
}

Test(keeper, what_was_signed_is_never_contradicted)
{
	scoped(keeper_world) world = {0};
	scoped(buf) note = BUF(NOTE_ROOM);
	uint8_t other[HASH_SHA256];
	struct keyring_mark mark;
	keeper_world_make(&world);
	keeper_world_must(sign_size(&world, 5));
	keeper_world_must(sign_size(&world, 5));
	root_of(6, other);
	for (int i = 0; i < 2; i++) {
		cr_assert(sign_size(&world, 4).kind == ERR_CORRUPT, "a smaller log");
		cr_assert(sign_size(&world, 0).kind == ERR_CORRUPT, "an empty log");
		cr_assert(sign(&world, 5, other, &note).kind == ERR_CORRUPT, "another log of the same size");
		cr_assert(note.len == 0);
		keeper_world_reopen(&world);
	}
	keeper_world_must(keeper_mark(world.keeper, KEEPER_TENANT, &mark));
	cr_assert(mark.size == 5, "a refusal leaves the mark");
	keeper_world_must(sign_size(&world, 6));
	cr_assert(sign_size(&world, 5).kind == ERR_CORRUPT);
}

/* Whoever can write to the keyring, but has no keys, would lower the mark so that an old copy is signed. */
static void edit_mark(struct keeper_world *world, void (*edit)(struct keyring_mark *mark))
{
	struct keyring_mark mark;
	struct keyring *keyring = keeper_world_open_keyring(world);
	keeper_world_must(keyring_get_mark(keyring, KEEPER_TENANT, &mark));
	edit(&mark);
	keeper_world_must(keyring_put_mark(keyring, KEEPER_TENANT, &mark));
	keyring_close(keyring);
	keeper_world_must(keeper_world_try_open(world, SPAN_BYTES(KEEPER_SECRET), false));
}

static void lower_size(struct keyring_mark *mark)
{
	mark->size--;
}

static void change_root(struct keyring_mark *mark)
{
	mark->root[31] ^= 1;
}

static void change_time(struct keyring_mark *mark)
{
	mark->time.ms++;
}

static void change_mac(struct keyring_mark *mark)
{
	mark->mac[0] ^= 1;
}

Test(keeper, a_mark_that_was_edited_by_hand_is_forged_and_nothing_is_signed)
{
	static void (*const EDITS[])(struct keyring_mark * mark) = {
		lower_size, change_root, change_time, change_mac};
	for (size_t i = 0; i < sizeof EDITS / sizeof EDITS[0]; i++) {
		scoped(keeper_world) world = {0};
		struct keyring_mark mark;
		keeper_world_make(&world);
		keeper_world_must(sign_size(&world, 5));
		edit_mark(&world, EDITS[i]);
		cr_assert(keeper_mark(world.keeper, KEEPER_TENANT, &mark).kind == ERR_FORGED, "edit %zu", i);
		cr_assert(sign_size(&world, 9).kind == ERR_FORGED, "edit %zu", i);
	}
}

Test(keeper, a_mark_of_another_tenant_is_forged)
{
	scoped(keeper_world) world = {0};
	struct keyring_mark mark;
	keeper_world_make(&world);
	keeper_world_must(sign_size(&world, 5));
	struct keyring *keyring = keeper_world_open_keyring(&world);
	keeper_world_must(keyring_get_mark(keyring, KEEPER_TENANT, &mark));
	keeper_world_must(keyring_put_mark(keyring, KEEPER_OTHER_TENANT, &mark));
	keyring_close(keyring);
	keeper_world_must(keeper_world_try_open(&world, SPAN_BYTES(KEEPER_SECRET), false));
	cr_assert(keeper_mark(world.keeper, KEEPER_OTHER_TENANT, &mark).kind == ERR_FORGED);
	keeper_world_must(keeper_mark(world.keeper, KEEPER_TENANT, &mark));
}

/* ---- two threads signing ---- */

enum { SIZES = 60 };

struct signing {
	struct keeper_world *world;
	uint64_t first;
	size_t signed_count;
};

/* Every second size; the other thread has the others. */
static void *sign_rising(void *context)
{
	struct signing *signing = context;
	for (uint64_t size = signing->first; size <= SIZES; size += 2) {
		struct err err = sign_size(signing->world, size);
		cr_assert(!err_failed(err) || err.kind == ERR_CORRUPT, "%s", err.why);
		signing->signed_count += !err_failed(err);
	}
	return NULL;
}

Test(keeper, two_threads_that_sign_leave_the_highest_mark)
{
	scoped(keeper_world) world = {0};
	struct signing signing[2] = {{&world, 1, 0}, {&world, 2, 0}};
	pthread_t threads[2];
	struct keyring_mark mark;
	uint8_t root[HASH_SHA256];
	keeper_world_make(&world);
	for (size_t i = 0; i < 2; i++)
		cr_assert(pthread_create(&threads[i], NULL, sign_rising, &signing[i]) == 0);
	for (size_t i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	keeper_world_must(keeper_mark(world.keeper, KEEPER_TENANT, &mark));
	root_of(SIZES, root);
	cr_assert(mark.size == SIZES && memcmp(mark.root, root, sizeof root) == 0);
	cr_assert(signing[1].signed_count > 0);
}

Test(keeper, a_receipt_is_signed_with_the_receipt_key_of_its_tenant)
{
	scoped(keeper_world) world = {0};
	uint8_t checkpoint[SIGN_PUBLIC], receipt[SIGN_PUBLIC], other[SIGN_PUBLIC], unused[SIGN_PUBLIC];
	uint8_t signature[SIGN_SIGNATURE];
	const struct span message = SPAN_LIT("muniment-receipt-v1\n{}");
	keeper_world_make(&world);
	keeper_world_must(keeper_sign_receipt(world.keeper, KEEPER_TENANT, message, signature));
	keeper_world_must(keeper_public(world.keeper, KEEPER_TENANT, checkpoint, receipt));
	keeper_world_must(keeper_public(world.keeper, KEEPER_OTHER_TENANT, unused, other));
	keeper_world_must(sign_check(receipt, message, SPAN_BYTES(signature)));
	cr_assert(err_failed(sign_check(checkpoint, message, SPAN_BYTES(signature))));
	cr_assert(err_failed(sign_check(other, message, SPAN_BYTES(signature))));
	cr_assert(err_failed(sign_check(receipt, SPAN_LIT("another"), SPAN_BYTES(signature))));
	keeper_world_reopen(&world);
	keeper_world_must(keeper_receipt_public(world.keeper, KEEPER_TENANT, other));
	cr_assert(memcmp(receipt, other, sizeof receipt) == 0);
}
