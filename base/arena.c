/* SPDX-License-Identifier: Apache-2.0 */
/* arena - blocks of at least 16 KiB in a list: what one request takes fits into one. */
#include "base/arena.h"

#include <stdalign.h>
#include <stdlib.h>

enum { ARENA_BLOCK = 16 * 1024 };

struct arena_block {
	struct arena_block *next;
	size_t size; /* bytes of data */
	size_t used; /* of them, once a newer block stands in front; of the newest, arena->used */
	alignas(max_align_t) uint8_t data[];
};

/* What was never given out holds nothing. */
static void wipe(const struct arena *arena, struct arena_block *block)
{
	explicit_bzero(block->data, block == arena->blocks ? arena->used : block->used);
}

/* All blocks but one of the ordinary size, which is returned; NULL if there is none. */
static struct arena_block *release(struct arena *arena)
{
	struct arena_block *kept = NULL, *next;
	for (struct arena_block *block = arena->blocks; block; block = next) {
		next = block->next;
		wipe(arena, block);
		if (!kept && block->size == ARENA_BLOCK)
			kept = block;
		else
			free(block);
	}
	return kept;
}

void arena_done(struct arena *arena)
{
	free(release(arena));
	*arena = (struct arena){.max = arena->max};
}

void arena_clear(struct arena *arena)
{
	struct arena_block *kept = release(arena);
	if (kept)
		kept->next = NULL;
	*arena = (struct arena){.blocks = kept, .max = arena->max};
}

struct arena_mark arena_mark(const struct arena *arena)
{
	return (struct arena_mark){arena->blocks, arena->used, arena->total};
}

void arena_rewind(struct arena *arena, struct arena_mark mark)
{
	while (arena->blocks != mark.newest) {
		struct arena_block *block = arena->blocks;
		wipe(arena, block);
		arena->blocks = block->next;
		arena->used = block->next ? block->next->used : 0;
		free(block);
	}
	if (mark.newest)
		explicit_bzero(mark.newest->data + mark.used, arena->used - mark.used);
	arena->used = mark.used;
	arena->total = mark.total;
}

static bool add_block(struct arena *arena, size_t need)
{
	size_t size = need > ARENA_BLOCK ? need : ARENA_BLOCK;
	struct arena_block *block = malloc(sizeof *block + size);
	if (!block)
		return false;
	if (arena->blocks)
		arena->blocks->used = arena->used;
	block->next = arena->blocks;
	block->size = size;
	arena->blocks = block;
	arena->used = 0;
	return true;
}

void *arena_room(struct arena *arena, size_t bytes)
{
	size_t align = alignof(max_align_t);
	if (bytes > arena->max)
		return NULL;
	size_t need = (bytes + align - 1) / align * align;
	if (need > arena->max - arena->total)
		return NULL;
	if ((!arena->blocks || need > arena->blocks->size - arena->used) && !add_block(arena, need))
		return NULL;
	void *out = arena->blocks->data + arena->used;
	arena->used += need;
	arena->total += need;
	return out;
}

void *arena_alloc(struct arena *arena, size_t bytes)
{
	void *out = arena_room(arena, bytes);
	if (out)
		memset(out, 0, bytes);
	return out;
}

/* Room for a copy with a NUL behind it; NULL on failure. */
static uint8_t *copy_of(struct arena *arena, struct span bytes)
{
	uint8_t *copy = arena_room(arena, bytes.len + 1);
	if (!copy)
		return NULL;
	if (bytes.len)
		memcpy(copy, bytes.at, bytes.len);
	copy[bytes.len] = '\0';
	return copy;
}

struct span arena_copy(struct arena *arena, struct span bytes)
{
	uint8_t *copy = copy_of(arena, bytes);
	return copy ? span_of(copy, bytes.len) : SPAN_NONE;
}

fallible arena_keep(struct arena *arena, struct span bytes, struct span *kept)
{
	struct span copy = arena_copy(arena, bytes);
	if (!copy.at)
		return FAIL(NO_MEMORY, "a call has used up its memory");
	*kept = copy;
	return OK;
}

char *arena_text(struct arena *arena, struct span bytes)
{
	return (char *)copy_of(arena, bytes);
}
