/* SPDX-License-Identifier: Apache-2.0 */
/* Signed checkpoints as they lie in data/. */
#include "store/nouns/checkpoint_row.h"

#include "tests/support/kv_mem.h"
#include "tests/support/vectors.h"
#include "tests/support/world.h"

#include <criterion/criterion.h>

enum { FOLD = 1000, MEMORY = 64 * 1024 };

static const struct checkpoint_row EXAMPLE = {
	.size = 0x0102030405060708, .root = {{0xaa, 0xbb}}, .note = {(const uint8_t *)"a signed note\n", 14}};

struct write {
	struct id tenant;
	const struct checkpoint_row *row; /* NULL: the payload as it stands */
	struct span payload;
};

static fallible run_write(struct act *act, void *context)
{
	const struct write *write = context;
	if (write->row)
		return checkpoint_row_put(act, write->tenant, write->row);
	return act_put(act, TABLE_CHECKPOINT, id_span(&write->tenant), write->payload);
}

static struct err put(struct world *world, struct write write)
{
	return world_perform(
		world, (struct act_job){.kind = ACT_HOUSEKEEPING, .run = run_write, .context = &write});
}

static struct err get(struct world *world, struct id tenant, struct arena *arena, struct checkpoint_row *row)
{
	scoped(reading) reading = {0};
	TRY(reading_open(&world->volume, &reading));
	const struct view view = view_reading(&reading);
	return checkpoint_row_get(&view, tenant, arena, row);
}

Test(checkpoint_row, reads_back_what_was_put_for_this_tenant_alone)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	struct checkpoint_row read = {0};
	world_make(&world, &kv_mem, FOLD);
	cr_assert(get(&world, world_tenant(1), &arena, &read).kind == ERR_NOT_FOUND, "nothing yet");
	world_must(put(&world, (struct write){world_tenant(1), &EXAMPLE, SPAN_NONE}));
	world_must(get(&world, world_tenant(1), &arena, &read));
	cr_assert(read.size == EXAMPLE.size && memcmp(&read.root, &EXAMPLE.root, sizeof read.root) == 0,
		"the same");
	cr_assert(span_equal(read.note, EXAMPLE.note), "the note verbatim");
	cr_assert(
		get(&world, world_tenant(2), &arena, &read).kind == ERR_NOT_FOUND, "another tenant has none");
}

Test(checkpoint_row, refuses_bytes_that_are_none)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	static const uint8_t SHORT[20] = {1}, OTHER[60] = {2}, NOTELESS[1 + 8 + MERKLE_HASH] = {1};
	const struct span payloads[] = {
		SPAN_BYTES(SHORT), SPAN_BYTES(OTHER), SPAN_BYTES(NOTELESS), SPAN_NONE};
	struct checkpoint_row read;
	world_make(&world, &kv_mem, FOLD);
	for (size_t i = 0; i < 4; i++) {
		world_must(put(&world, (struct write){world_tenant(1), NULL, payloads[i]}));
		cr_assert(get(&world, world_tenant(1), &arena, &read).kind == ERR_CORRUPT, "payload %zu", i);
	}
}

Test(checkpoint_row, refuses_a_note_over_its_maximum)
{
	scoped(world) world = {0};
	static const uint8_t LONG[CHECKPOINT_ROW_NOTE_MAX + 1] = {1};
	const struct checkpoint_row row = {.size = 1, .note = SPAN_BYTES(LONG)};
	world_make(&world, &kv_mem, FOLD);
	cr_assert(put(&world, (struct write){world_tenant(1), &row, SPAN_NONE}).kind == ERR_TOO_LARGE);
}

Test(checkpoint_row, reads_its_golden_file_for_ever)
{
	scoped(world) world = {0};
	scoped(arena) arena = ARENA(MEMORY);
	scoped(buf) golden = BUF(512);
	struct checkpoint_row read = {0};
	world_make(&world, &kv_mem, FOLD);
	vectors_read_hex("golden/checkpoint_row_1.hex", &golden);
	world_must(put(&world, (struct write){world_tenant(1), NULL, buf_span(&golden)}));
	world_must(get(&world, world_tenant(1), &arena, &read));
	cr_assert(read.size == EXAMPLE.size && span_equal(read.note, EXAMPLE.note), "it is the example");
	cr_assert(memcmp(&read.root, &EXAMPLE.root, sizeof read.root) == 0, "its root too");
}
