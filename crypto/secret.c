/* SPDX-License-Identifier: Apache-2.0 */
/* secret - one guarded mapping in blocks of 16 KiB; a block holds cells of one size while any of its cells is
 * out. */
#include "crypto/secret.h"

#include <sodium.h>

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
	ARENA_MIN = 64 * 1024,
	ARENA_MAX = 16 * 1024 * 1024,
	CANARY = 16,
	HEAD = 64, /* bytes before the first block; they hold the mark that a fork wipes */
	CELL_MAX = 16 * 1024,
	BLOCK = CELL_MAX + 64,
	CELL_MIN = 64,
	BLOCK_CELLS = BLOCK / (CELL_MIN + CANARY), /* of the smallest size */
	MAP_WORDS = (BLOCK_CELLS + 63) / 64,
};

static const size_t CELL_SIZES[] = {CELL_MIN, 128, 512, 2048, CELL_MAX};

/* What is known of a block stands outside the arena, so that no overrun of a cell can damage it. */
struct block {
	size_t cell;               /* bytes of a cell without its canary; 0 = the block is free */
	unsigned used;             /* cells that are out */
	uint64_t map[MAP_WORDS];   /* a bit per cell: 1 = out */
	uint16_t len[BLOCK_CELLS]; /* bytes asked for; the canary stands behind them */
};

struct secret_arena {
	pthread_mutex_t lock;
	uint8_t *mapping; /* with a guard page at each end */
	size_t mapping_bytes;
	uint8_t *base; /* page-aligned, between the guards */
	size_t bytes;
	uint8_t canary[CANARY];
	size_t used; /* cells that are out */
	size_t block_count;
	struct block blocks[];
};

static bool mark_is_wiped(const struct secret_arena *arena)
{
	return sodium_is_zero(arena->base, CANARY);
}

static size_t page_bytes(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

/* The pages between the guards: readable, out of core dumps, zero in a forked child. */
static fallible protect(struct secret_arena *arena)
{
	if (mprotect(arena->base, arena->bytes, PROT_READ | PROT_WRITE) != 0)
		return FAIL(NO_MEMORY, "the pages for secrets cannot be opened");
	if (madvise(arena->base, arena->bytes, MADV_DONTDUMP) != 0)
		return FAIL(NO_MEMORY, "the pages for secrets cannot be kept out of core dumps");
	if (madvise(arena->base, arena->bytes, MADV_WIPEONFORK) != 0)
		return FAIL(NO_MEMORY, "the pages for secrets cannot be kept from a forked child");
	return OK;
}

static fallible map(struct secret_arena *arena, size_t bytes)
{
	size_t page = page_bytes();
	arena->bytes = (bytes + page - 1) / page * page;
	arena->mapping_bytes = arena->bytes + 2 * page;
	void *mapping = mmap(NULL, arena->mapping_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (mapping == MAP_FAILED)
		return FAIL(NO_MEMORY, "there are no pages for secrets");
	arena->mapping = mapping;
	arena->base = arena->mapping + page;
	return protect(arena);
}

static fallible lock_pages(const struct secret_arena *arena, enum secret_lock lock, bool *locked)
{
	/* Not mlock: the sanitizers replace it by one that does nothing and says yes. */
	*locked = mlock2(arena->base, arena->bytes, 0) == 0;
	if (!*locked && lock == SECRET_LOCK_NEEDED)
		return FAIL(NO_MEMORY, "the pages for secrets cannot be locked: raise RLIMIT_MEMLOCK");
	return OK;
}

/* Takes a half-built arena. */
static void unmap(struct secret_arena *arena)
{
	if (arena->mapping)
		munmap(arena->mapping, arena->mapping_bytes);
	pthread_mutex_destroy(&arena->lock);
	free(arena);
}

static fallible build(struct secret_arena *arena, size_t bytes, enum secret_lock lock, bool *locked)
{
	TRY(map(arena, bytes));
	TRY(lock_pages(arena, lock, locked));
	if (getrandom(arena->canary, CANARY, 0) != CANARY)
		return FAIL(NO_MEMORY, "there is no randomness for the canaries");
	memcpy(arena->base, arena->canary, CANARY);
	return OK;
}

fallible secret_arena_open(size_t bytes, enum secret_lock lock, struct secret_arena **arena, bool *locked)
{
	assert(bytes >= ARENA_MIN && bytes <= ARENA_MAX);
	size_t count = (bytes - HEAD) / BLOCK;
	struct secret_arena *new = calloc(1, sizeof *new + count * sizeof new->blocks[0]);
	if (!new)
		return FAIL(NO_MEMORY, "there is no memory for the arena of secrets");
	new->block_count = count;
	pthread_mutex_init(&new->lock, NULL);
	bool is_locked = false;
	struct err err = build(new, bytes, lock, &is_locked);
	if (err_failed(err)) {
		unmap(new);
		return err;
	}
	*locked = is_locked;
	*arena = new;
	return OK;
}

void secret_arena_close(struct secret_arena *arena)
{
	if (!arena)
		return;
	/* A forked child has inherited the count but not the cells. */
	assert(arena->used == 0 || mark_is_wiped(arena));
	sodium_memzero(arena->base, arena->bytes);
	unmap(arena);
}

static size_t cell_size(size_t len)
{
	size_t i = 0;
	while (CELL_SIZES[i] < len)
		i++;
	return CELL_SIZES[i];
}

static size_t block_cells(const struct block *block)
{
	return BLOCK / (block->cell + CANARY);
}

/* A block with room for one more cell of that size: one that is begun before one that is free. */
static struct block *find_block(struct secret_arena *arena, size_t cell)
{
	struct block *empty = NULL;
	for (size_t i = 0; i < arena->block_count; i++) {
		struct block *block = &arena->blocks[i];
		if (block->cell == cell && block->used < block_cells(block))
			return block;
		if (block->cell == 0 && !empty)
			empty = block;
	}
	if (empty)
		empty->cell = cell;
	return empty;
}

static size_t find_cell(const struct block *block)
{
	size_t word = 0;
	while (block->map[word] == UINT64_MAX)
		word++;
	return word * 64 + (size_t)__builtin_ctzll(~block->map[word]);
}

static uint8_t *cell_at(const struct secret_arena *arena, const struct block *block, size_t cell)
{
	size_t number = (size_t)(block - arena->blocks);
	return arena->base + HEAD + number * BLOCK + cell * (block->cell + CANARY);
}

static uint8_t *take_cell(struct secret_arena *arena, size_t len)
{
	struct block *block = find_block(arena, cell_size(len));
	if (!block)
		return NULL;
	size_t cell = find_cell(block);
	block->map[cell / 64] |= UINT64_C(1) << cell % 64;
	block->len[cell] = (uint16_t)len;
	block->used++;
	arena->used++;
	uint8_t *bytes = cell_at(arena, block, cell);
	memset(bytes, 0, len);
	memcpy(bytes + len, arena->canary, CANARY);
	return bytes;
}

fallible secret_take(struct secret_arena *arena, size_t len, struct secret *secret)
{
	if (len > CELL_MAX)
		return FAIL(NO_MEMORY, "a secret is over 16 KiB");
	pthread_mutex_lock(&arena->lock);
	uint8_t *bytes = take_cell(arena, len);
	pthread_mutex_unlock(&arena->lock);
	if (!bytes)
		return FAIL(NO_MEMORY, "the arena of secrets is used up");
	*secret = (struct secret){.arena = arena, .bytes = bytes, .len = len};
	return OK;
}

/* The block and the number of a cell that is out; anything else is our own mistake, and to go on would hide
 * it. */
static struct block *locate(struct secret_arena *arena, const uint8_t *bytes, size_t *cell)
{
	const uint8_t *first = arena->base + HEAD;
	if (bytes < first || bytes >= first + arena->block_count * BLOCK)
		abort();
	size_t offset = (size_t)(bytes - first);
	struct block *block = &arena->blocks[offset / BLOCK];
	size_t stride = block->cell + CANARY;
	*cell = offset % BLOCK / stride;
	if (block->cell == 0 || offset % BLOCK % stride != 0 || *cell >= block_cells(block))
		abort();
	if (!(block->map[*cell / 64] >> *cell % 64 & 1))
		abort();
	return block;
}

static void give_back(struct secret_arena *arena, uint8_t *bytes)
{
	size_t cell;
	struct block *block = locate(arena, bytes, &cell);
	size_t len = block->len[cell];
	if (!mark_is_wiped(arena) && sodium_memcmp(bytes + len, arena->canary, CANARY) != 0)
		abort();
	sodium_memzero(bytes, len + CANARY);
	block->map[cell / 64] &= ~(UINT64_C(1) << cell % 64);
	block->used--;
	arena->used--;
	if (block->used == 0)
		block->cell = 0;
}

void secret_done(struct secret *secret)
{
	if (!secret->bytes)
		return;
	pthread_mutex_lock(&secret->arena->lock);
	give_back(secret->arena, secret->bytes);
	pthread_mutex_unlock(&secret->arena->lock);
	*secret = (struct secret){0};
}

bool secret_equal(struct span a, struct span b)
{
	return a.len == b.len && (a.len == 0 || sodium_memcmp(a.at, b.at, a.len) == 0);
}

void secret_wipe(void *bytes, size_t n)
{
	if (n > 0)
		sodium_memzero(bytes, n);
}

fallible secret_setup(void)
{
	if (sodium_init() < 0)
		return FAIL(IO, "libsodium cannot start");
	const struct rlimit none = {0, 0};
	if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, 0) != 0)
		return FAIL(IO, "core dumps cannot be switched off");
	return OK;
}
