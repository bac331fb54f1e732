/* SPDX-License-Identifier: Apache-2.0 */
/* tile_folder - tiles from the bottom up, written file by file. */
#include "tests/cli/tile_folder.h"

#include "crypto/checkpoint.h"
#include "crypto/tile.h"

#include <criterion/criterion.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_ROOM = 256, ENTRY_MAX = 40, FILE_ROOM = 1024 * 1024 };

const char TILE_FOLDER_ORIGIN[] = "log.example.org/tenant";

/* splitmix64: content that differs from entry to entry and is the same in every run. */
static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
	return x ^ (x >> 31);
}

void tile_folder_entry(const struct tile_folder *folder, uint64_t index, struct buf *out)
{
	uint64_t state = mix(folder->seed * 1000003 + index);
	size_t len = state % (ENTRY_MAX + 1);
	buf_clear(out);
	for (size_t i = 0; i < len; i++) {
		state = mix(state);
		buf_put_u8(out, (uint8_t)state);
	}
}

static void full_path(const struct tile_folder *folder, const char *path, char out[static PATH_ROOM])
{
	snprintf(out, PATH_ROOM, "%s/%s", folder->path, path);
}

static void make_parents(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0700);
		*slash = '/';
	}
}

void tile_folder_write(const struct tile_folder *folder, const char *path, struct span content)
{
	char full[PATH_ROOM];
	full_path(folder, path, full);
	make_parents(full);
	FILE *file = fopen(full, "wb");
	cr_assert(file != NULL, "%s can be written", full);
	size_t written = content.len ? fwrite(content.at, 1, content.len, file) : 0;
	cr_assert(fclose(file) == 0 && written == content.len, "%s is written", full);
}

void tile_folder_read(const struct tile_folder *folder, const char *path, struct buf *out)
{
	char full[PATH_ROOM];
	uint8_t chunk[4096];
	size_t n;
	full_path(folder, path, full);
	FILE *file = fopen(full, "rb");
	cr_assert(file != NULL, "%s can be read", full);
	buf_clear(out);
	while ((n = fread(chunk, 1, sizeof chunk, file)) > 0)
		buf_put(out, span_of(chunk, n));
	fclose(file);
}

void tile_folder_flip(const struct tile_folder *folder, const char *path, size_t offset)
{
	scoped(buf) content = BUF(FILE_ROOM);
	tile_folder_read(folder, path, &content);
	cr_assert(offset < content.len, "%s has a byte %zu", path, offset);
	content.data[offset] ^= 1;
	tile_folder_write(folder, path, buf_span(&content));
}

void tile_folder_remove(const struct tile_folder *folder, const char *path)
{
	char full[PATH_ROOM];
	full_path(folder, path, full);
	cr_assert(unlink(full) == 0, "%s is removed", full);
}

void tile_folder_sign(const struct tile_folder *folder, struct span text)
{
	scoped(buf) note = BUF(4096);
	struct err err = note_sign(text, span_text(TILE_FOLDER_ORIGIN), &folder->key, &note);
	cr_assert(!err_failed(err), "a checkpoint is signed");
	tile_folder_write(folder, "checkpoint", buf_span(&note));
}

static void write_tile(const struct tile_folder *folder, struct tile tile, struct span content)
{
	char path[TILE_PATH_MAX];
	tile_path(&tile, path);
	tile_folder_write(folder, path, content);
}

/* All tiles of a level from its hashes, which become the hashes of the level above. */
static void write_level(const struct tile_folder *folder, uint8_t level, struct buf *hashes)
{
	size_t count = hashes->len / MERKLE_HASH;
	size_t above = 0;
	for (size_t first = 0; first < count; first += TILE_WIDTH) {
		size_t width = count - first < TILE_WIDTH ? count - first : TILE_WIDTH;
		struct span content = span_of(hashes->data + first * MERKLE_HASH, width * MERKLE_HASH);
		struct tile tile = {.level = level, .index = first / TILE_WIDTH, .width = (uint16_t)width};
		write_tile(folder, tile, content);
		struct merkle_hash root;
		if (width < TILE_WIDTH || err_failed(tile_node(content, TILE_HEIGHT, 0, &root)))
			continue;
		memcpy(hashes->data + above++ * MERKLE_HASH, root.bytes, MERKLE_HASH);
	}
	hashes->len = above * MERKLE_HASH;
}

/* Bundles; gathers the leaf hashes and the tree's frontier. */
static void write_bundles(
	const struct tile_folder *folder, struct buf *hashes, struct merkle_frontier *frontier)
{
	scoped(buf) bundle = BUF(FILE_ROOM);
	scoped(buf) entry = BUF(ENTRY_MAX);
	for (uint64_t i = 0; i < folder->size; i++) {
		tile_folder_entry(folder, i, &entry);
		buf_put_sized(&bundle, buf_span(&entry));
		struct merkle_hash leaf = merkle_leaf(buf_span(&entry));
		buf_put(hashes, SPAN_BYTES(leaf.bytes));
		merkle_grow(frontier, &leaf);
		uint64_t width = i % TILE_WIDTH + 1;
		if (width < TILE_WIDTH && i + 1 < folder->size)
			continue;
		struct tile tile = {.entries = true, .index = i / TILE_WIDTH, .width = (uint16_t)width};
		write_tile(folder, tile, buf_span(&bundle));
		buf_clear(&bundle);
	}
}

static void write_log(const struct tile_folder *folder)
{
	scoped(buf) hashes = BUF(16 * FILE_ROOM);
	scoped(buf) text = BUF(1024);
	struct merkle_frontier frontier = {0};
	write_bundles(folder, &hashes, &frontier);
	for (uint8_t level = 0; hashes.len > 0; level++)
		write_level(folder, level, &hashes);
	checkpoint_put(&text,
		&(struct checkpoint){span_text(TILE_FOLDER_ORIGIN), folder->size, merkle_root(&frontier)});
	tile_folder_sign(folder, buf_span(&text));
}

struct tile_folder tile_folder_make(uint64_t size, uint64_t seed)
{
	static const uint8_t KEY_SEED[SIGN_SEED] = {42};
	struct tile_folder folder = {.path = "/tmp/muniment-test-XXXXXX", .size = size, .seed = seed};
	uint8_t public_key[SIGN_PUBLIC];
	folder.arena = ARENA(4096);
	folder.vkey = BUF(1024);
	cr_assert(mkdtemp(folder.path) != NULL, "a temporary folder");
	sign_key_init(&folder.key, KEY_SEED);
	sign_key_public(&folder.key, public_key);
	note_put_vkey(&folder.vkey, span_text(TILE_FOLDER_ORIGIN), public_key);
	struct err err = note_parse_vkey(buf_span(&folder.vkey), &folder.arena, &folder.verifier);
	cr_assert(!err_failed(err), "a verifier key");
	buf_put_u8(&folder.vkey, 0);
	write_log(&folder);
	return folder;
}

static int remove_one(const char *path, const struct stat *facts, int type, struct FTW *walk)
{
	(void)facts;
	(void)type;
	(void)walk;
	return remove(path);
}

void tile_folder_done(struct tile_folder *folder)
{
	nftw(folder->path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	sign_key_done(&folder->key);
	arena_done(&folder->arena);
	buf_done(&folder->vkey);
}
