/* SPDX-License-Identifier: Apache-2.0 */
/* golden - put the payload behind the module's back, and have it read. */
#include "tests/support/golden.h"

#include "tests/support/kv_mem.h"
#include "tests/support/vectors.h"

#include <stdio.h>
#include <stdlib.h>

enum { FOLD = 1000, ROW_MAX = 64 * 1024, STEP = 16 };

/* In a world of its own, so that no reading leans on the one before. */
static struct err read_as(const struct golden *golden, struct span payload)
{
	scoped(world) world = {0};
	world_make(&world, &kv_mem, FOLD);
	world_put_row(&world, golden->table, noun_key_span(&golden->key), payload);
	return golden->read(&world);
}

void golden_is_read(const struct golden *golden)
{
	scoped(buf) payload = BUF(ROW_MAX);
	vectors_read_hex(golden->file, &payload);
	world_must(read_as(golden, buf_span(&payload)));
}

static void is_corrupt(const struct golden *golden, struct span payload, const char *how)
{
	if (read_as(golden, payload).kind == ERR_CORRUPT)
		return;
	fprintf(stderr, "%s, %s, is not refused at %zu bytes\n", golden->file, how, payload.len);
	abort();
}

void golden_is_read_whole(const struct golden *golden)
{
	scoped(buf) payload = BUF(ROW_MAX);
	vectors_read_hex(golden->file, &payload);
	payload.data[0]++;
	is_corrupt(golden, buf_span(&payload), "of another version");
	payload.data[0]--;
	for (size_t len = STEP; len < payload.len; len += STEP)
		is_corrupt(golden, span_of(payload.data, len), "cut short");
	is_corrupt(golden, span_of(payload.data, payload.len - 1), "cut short");
}

void golden_is_written(struct world *world, const struct golden *golden)
{
	struct row row;
	scoped(buf) payload = BUF(ROW_MAX);
	scoped(reading) reading = {0};
	vectors_read_hex(golden->file, &payload);
	world_must(reading_open(&world->volume, &reading));
	world_must(reading_get(&reading, golden->table, noun_key_span(&golden->key), &row));
	if (span_equal(row.payload, buf_span(&payload)))
		return;
	fprintf(stderr, "the row is not that of %s\n", golden->file);
	abort();
}
