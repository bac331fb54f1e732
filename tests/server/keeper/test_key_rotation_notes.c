/* SPDX-License-Identifier: Apache-2.0 */
/* test_key_rotation_notes - what the keyring keeps of rotations, byte by byte. */
#include "server/keeper/key_rotation.h"

#include "tests/server/keeper_world.h"
#include "tests/support/vectors.h"

#include <criterion/criterion.h>

enum { RECORD_MAX = 1024 };

static const struct slots_secret BY_FILE = {.kind = SLOT_KEY_FILE, .text = {KEEPER_SECRET, SLOT_SECRET}};

static const struct key_rotation GOLDEN = {.what = KEY_ROTATION_CLIENT,
	.deep = true,
	.stage = KEY_ROTATION_WRAPPING,
	.id = {{0x21, 0x21, 0x21, 0x21, 0x21, 0x21, 0x21, 0x21, 0x21, 0x21, 0x21, 0x21, 0x21, 0x21, 0x21,
		0x21}},
	.tenant = {{1}},
	.client = {{5}},
	.begun = {1795262400000},
	.done = 250,
	.all = 1000,
	.left = 2,
	.at = {{8}},
	.at_number = 7};

static void put_note(struct keyring *keyring, const char *name, struct span note)
{
	struct keyring_batch batch;
	keeper_world_must(keyring_batch_open(keyring, &batch));
	keeper_world_must(keyring_batch_put_note(&batch, name, note));
	keeper_world_must(keyring_batch_commit(&batch));
	keyring_batch_done(&batch);
}

Test(key_rotation_notes, that_is_under_way_is_noted_as_the_page_says_and_read_for_ever)
{
	scoped(keeper_world) world = {0};
	scoped(buf) golden = BUF(RECORD_MAX), note = BUF(RECORD_MAX);
	struct key_rotation found = {.what = KEY_ROTATION_ROOT};
	vectors_read_hex("golden/key_rotation_1.hex", &golden);
	keeper_world_make(&world);
	keeper_world_must(keeper_rotation_save(world.keeper, &GOLDEN));
	struct keyring *keyring = keeper_world_open_keyring(&world);
	keeper_world_must(keyring_note(keyring, "rotation", &note));
	cr_assert(span_equal(buf_span(&note), buf_span(&golden)));
	put_note(keyring, "rotation", buf_span(&golden));
	keyring_close(keyring);
	keeper_world_reopen(&world);
	keeper_world_must(keeper_rotation_find(world.keeper, &found));
	cr_assert(found.what == GOLDEN.what && found.deep && found.stage == GOLDEN.stage && found.left == 2);
	cr_assert(ids_equal(found.id, GOLDEN.id) && ids_equal(found.client, GOLDEN.client));
	cr_assert(found.done == 250 && found.all == 1000 && found.at_number == 7);
}

Test(key_rotation_notes, whose_note_is_cut_or_of_another_version_is_corrupt)
{
	scoped(keeper_world) world = {0};
	scoped(buf) golden = BUF(RECORD_MAX);
	vectors_read_hex("golden/key_rotation_1.hex", &golden);
	keeper_world_make(&world);
	for (size_t i = 0; i < golden.len + 4; i++) {
		struct key_rotation found;
		uint8_t spoilt[RECORD_MAX];
		memcpy(spoilt, golden.data, golden.len);
		bool cut = i < golden.len;
		if (!cut)
			spoilt[i - golden.len] = 0xee; /* version, what, (deep), stage */
		struct keyring *keyring = keeper_world_open_keyring(&world);
		put_note(keyring, "rotation", span_of(spoilt, cut ? i : golden.len));
		keyring_close(keyring);
		keeper_world_reopen(&world);
		enum err_kind kind = keeper_rotation_find(world.keeper, &found).kind;
		cr_assert(kind == ERR_CORRUPT || i == golden.len + 2, "%zu: %d", i, kind);
	}
}

Test(key_rotation_notes, of_the_root_key_is_noted_as_the_page_says)
{
	scoped(keeper_world) world = {0};
	scoped(buf) golden = BUF(RECORD_MAX), note = BUF(RECORD_MAX);
	struct seal_key before, after, found;
	struct keyring_batch batch;
	vectors_read_hex("golden/root_note_1.hex", &golden);
	memset(after.bytes, 9, sizeof after.bytes);
	keeper_world_make(&world);
	struct keyring *keyring = keeper_world_open_keyring(&world);
	keeper_world_must(slots_open(keyring, &BY_FILE, &before));
	keeper_world_must(keyring_batch_open(keyring, &batch));
	keeper_world_must(slots_reseal(&batch, &before, &after, KEEPER_NOON));
	keeper_world_must(keyring_batch_commit(&batch));
	keyring_batch_done(&batch);
	keeper_world_must(keyring_note(keyring, "root", &note));
	cr_assert(span_equal(buf_span(&note), buf_span(&golden)));
	keeper_world_must(slots_open(keyring, &BY_FILE, &found));
	cr_assert(memcmp(&found, &after, sizeof found) == 0);
	golden.data[20] ^= 1;
	put_note(keyring, "root", buf_span(&golden));
	cr_assert(slots_open(keyring, &BY_FILE, &found).kind == ERR_FORGED,
		"a note that fails its MAC lets nobody in");
	keyring_close(keyring);
}
