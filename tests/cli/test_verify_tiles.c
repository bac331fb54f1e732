/* SPDX-License-Identifier: Apache-2.0 */
/* test_verify_tiles - whole logs pass; each kind of damage is refused and named. */
#include "cli/verify_tiles.h"

#include "cli/folder.h"
#include "crypto/checkpoint.h"
#include "crypto/tile.h"
#include "tests/cli/tile_folder.h"

#include <criterion/criterion.h>
#include <stdio.h>

/* Tiles 0/000 and 0/001 full, 0/002.p/88, 1/000.p/2; bundles alike. */
enum { SIZE = 600, SEED = 1 };

static struct err verify(struct tile_folder *mirror, struct verify_tiles_report *report)
{
	scoped(folder) folder = FOLDER;
	cr_assert(!err_failed(folder_open(mirror->path, &folder)), "the folder opens");
	struct fetch fetch = folder_fetch(&folder);
	struct verify_tiles_ask ask = {.fetch = &fetch, .verifier = &mirror->verifier};
	return verify_tiles_check(&ask, report);
}

static void passes(struct tile_folder *mirror)
{
	struct verify_tiles_report report;
	struct err err = verify(mirror, &report);
	cr_assert(!err_failed(err), "%s: %s", report.where, err.why);
	cr_assert(report.size == mirror->size, "its size is told");
}

static void is_refused(struct tile_folder *mirror, const char *where, const char *why)
{
	struct verify_tiles_report report;
	struct err err = verify(mirror, &report);
	cr_assert(err.kind == ERR_FORGED, "expected \"%s: %s\", got kind %d: %s: %s", where, why,
		(int)err.kind, report.where, err.why);
	cr_assert(strcmp(report.where, where) == 0, "expected %s, got %s", where, report.where);
	cr_assert(strcmp(err.why, why) == 0, "%s: expected \"%s\", got \"%s\"", where, why, err.why);
}

static void remove_bundles(struct tile_folder *mirror)
{
	tile_folder_remove(mirror, "tile/entries/000");
	tile_folder_remove(mirror, "tile/entries/001");
	tile_folder_remove(mirror, "tile/entries/002.p/88");
}

static const char DIFFER[] = "its bytes and its leaf hash in the tree differ";
static const char NOT_ABOVE[] = "its hashes do not give its hash in the tile above";
static const char NO_SIGNATURE[] = "it has no valid signature of the verifier key";
static const char OTHER_ROOT[] = "the tiles agree with each other but not with the checkpoint's root";

Test(verify_tiles, passes_whole_logs_of_many_sizes)
{
	static const uint64_t SIZES[] = {0, 1, 2, 255, 256, 257, 511, 512, 513, 600};
	for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++) {
		scoped(tile_folder) mirror = tile_folder_make(SIZES[i], i);
		struct verify_tiles_report report;
		struct err err = verify(&mirror, &report);
		cr_assert(!err_failed(err), "%zu: %s: %s", (size_t)SIZES[i], report.where, err.why);
		cr_assert(report.size == SIZES[i] && report.missing_count == 0, "%zu is whole",
			(size_t)SIZES[i]);
	}
}

Test(verify_tiles, passes_a_log_of_three_levels_and_names_damage_at_each)
{
	scoped(tile_folder) mirror = tile_folder_make(70000, SEED);
	passes(&mirror);
	tile_folder_flip(&mirror, "tile/1/000", 5 * MERKLE_HASH);
	is_refused(&mirror, "tile/1/000", NOT_ABOVE);
	tile_folder_flip(&mirror, "tile/1/000", 5 * MERKLE_HASH);
	tile_folder_flip(&mirror, "tile/2/000.p/1", 31);
	is_refused(&mirror, "tile/1/000 or tile/2/000.p/1", "they contradict each other, and the checkpoint");
	tile_folder_flip(&mirror, "tile/2/000.p/1", 31);
	tile_folder_flip(&mirror, "tile/entries/273.p/112", 2);
	is_refused(&mirror, "entry 69888", DIFFER);
	tile_folder_flip(&mirror, "tile/entries/273.p/112", 2);
	passes(&mirror);
}

Test(verify_tiles, refuses_every_changed_byte_of_the_checkpoint)
{
	scoped(tile_folder) mirror = tile_folder_make(1, SEED);
	scoped(buf) note = BUF(4096);
	tile_folder_read(&mirror, "checkpoint", &note);
	for (size_t i = 0; i < note.len; i++) {
		struct verify_tiles_report report;
		tile_folder_flip(&mirror, "checkpoint", i);
		cr_assert(verify(&mirror, &report).kind == ERR_FORGED, "byte %zu", i);
		cr_assert(strcmp(report.where, "checkpoint") == 0, "byte %zu: %s", i, report.where);
		tile_folder_flip(&mirror, "checkpoint", i);
	}
	tile_folder_flip(&mirror, "checkpoint", 3);
	is_refused(&mirror, "checkpoint", NO_SIGNATURE);
	tile_folder_write(&mirror, "checkpoint", SPAN_LIT("no note\n"));
	is_refused(&mirror, "checkpoint", "it is not a signed note");
	tile_folder_write(&mirror, "checkpoint", SPAN_NONE);
	is_refused(&mirror, "checkpoint", "it is not a signed note");
	tile_folder_remove(&mirror, "checkpoint");
	is_refused(&mirror, "checkpoint", "it is missing");
}

Test(verify_tiles, trusts_no_other_key_than_the_one_given)
{
	scoped(tile_folder) mirror = tile_folder_make(5, SEED);
	mirror.verifier.public_key[0] ^= 1;
	is_refused(&mirror, "checkpoint", NO_SIGNATURE);
	mirror.verifier.public_key[0] ^= 1;
	mirror.verifier.key_id ^= 1;
	is_refused(&mirror, "checkpoint", NO_SIGNATURE);
}

Test(verify_tiles, refuses_what_the_key_signed_for_another_origin_or_as_no_checkpoint)
{
	scoped(tile_folder) mirror = tile_folder_make(5, SEED);
	scoped(buf) text = BUF(1024);
	struct merkle_hash empty = merkle_empty();
	checkpoint_put(&text, &(struct checkpoint){SPAN_LIT("log.example.org/other"), 5, empty});
	tile_folder_sign(&mirror, buf_span(&text));
	is_refused(&mirror, "checkpoint", "its origin is another than the verifier key's name");
	tile_folder_sign(&mirror, SPAN_LIT("a letter\n"));
	is_refused(&mirror, "checkpoint", "its text is not that of a checkpoint");
}

Test(verify_tiles, names_the_entry_whose_bytes_were_changed)
{
	scoped(tile_folder) mirror = tile_folder_make(SIZE, SEED);
	scoped(buf) entry = BUF(64);
	size_t offset = 0;
	for (uint64_t i = 256; i < 262; i++) {
		char where[32];
		snprintf(where, sizeof where, "entry %zu", (size_t)i);
		tile_folder_entry(&mirror, i, &entry);
		for (size_t n = 0; n < entry.len; n++) {
			tile_folder_flip(&mirror, "tile/entries/001", offset + 2 + n);
			is_refused(&mirror, where, DIFFER);
			tile_folder_flip(&mirror, "tile/entries/001", offset + 2 + n);
		}
		tile_folder_flip(&mirror, "tile/entries/001", offset + 1);
		is_refused(&mirror, where, DIFFER);
		tile_folder_flip(&mirror, "tile/entries/001", offset + 1);
		offset += 2 + entry.len;
	}
	passes(&mirror);
}

Test(verify_tiles, names_the_entry_whose_leaf_hash_was_changed)
{
	scoped(tile_folder) mirror = tile_folder_make(SIZE, SEED);
	for (size_t i = 0; i < MERKLE_HASH; i++) {
		tile_folder_flip(&mirror, "tile/0/001", 10 * MERKLE_HASH + i);
		is_refused(&mirror, "entry 266", DIFFER);
		tile_folder_flip(&mirror, "tile/0/001", 10 * MERKLE_HASH + i);
	}
	tile_folder_flip(&mirror, "tile/0/002.p/88", 87 * MERKLE_HASH);
	is_refused(&mirror, "entry 599", DIFFER);
}

Test(verify_tiles, names_the_tile_when_there_are_no_entries_to_compare)
{
	scoped(tile_folder) mirror = tile_folder_make(SIZE, SEED);
	remove_bundles(&mirror);
	passes(&mirror);
	tile_folder_flip(&mirror, "tile/0/001", 8191);
	is_refused(&mirror, "tile/0/001", NOT_ABOVE);
	tile_folder_flip(&mirror, "tile/0/001", 8191);
	tile_folder_flip(&mirror, "tile/0/002.p/88", 0);
	is_refused(&mirror, "root", OTHER_ROOT);
	tile_folder_flip(&mirror, "tile/0/002.p/88", 0);
	tile_folder_flip(&mirror, "tile/1/000.p/2", MERKLE_HASH);
	is_refused(&mirror, "tile/0/001 or tile/1/000.p/2", "they contradict each other, and the checkpoint");
}

Test(verify_tiles, names_the_tile_when_an_entry_and_its_hash_were_changed_together)
{
	scoped(tile_folder) mirror = tile_folder_make(SIZE, SEED);
	scoped(buf) bundle = BUF(64 * 1024);
	scoped(buf) tile = BUF(8192);
	tile_folder_read(&mirror, "tile/entries/000", &bundle);
	tile_folder_read(&mirror, "tile/0/000", &tile);
	size_t len = bundle.data[1];
	cr_assert(len > 0, "the first entry has content");
	bundle.data[2] ^= 1;
	struct merkle_hash leaf = merkle_leaf(span_of(bundle.data + 2, len));
	memcpy(tile.data, leaf.bytes, sizeof leaf.bytes);
	tile_folder_write(&mirror, "tile/entries/000", buf_span(&bundle));
	tile_folder_write(&mirror, "tile/0/000", buf_span(&tile));
	is_refused(&mirror, "tile/0/000", NOT_ABOVE);
}

/* Everything but the checkpoint rewritten: entries, tiles and all, by somebody without the key. */
Test(verify_tiles, refuses_a_whole_other_history_under_the_old_checkpoint)
{
	scoped(tile_folder) mirror = tile_folder_make(SIZE, SEED);
	scoped(tile_folder) other = tile_folder_make(SIZE, SEED + 1);
	scoped(buf) note = BUF(4096);
	tile_folder_read(&mirror, "checkpoint", &note);
	tile_folder_write(&other, "checkpoint", buf_span(&note));
	is_refused(&other, "root", OTHER_ROOT);
}

Test(verify_tiles, refuses_a_log_whose_newest_entries_were_dropped)
{
	scoped(tile_folder) mirror = tile_folder_make(SIZE, SEED);
	scoped(tile_folder) shorter = tile_folder_make(SIZE - 1, SEED);
	scoped(buf) note = BUF(4096);
	tile_folder_read(&mirror, "checkpoint", &note);
	tile_folder_write(&shorter, "checkpoint", buf_span(&note));
	is_refused(&shorter, "tile/0/002.p/88", "it is missing");
}

Test(verify_tiles, names_the_tile_that_is_missing_cut_or_too_long)
{
	static const char *const PATHS[] = {"tile/0/000", "tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2"};
	scoped(tile_folder) mirror = tile_folder_make(SIZE, SEED);
	for (size_t i = 0; i < sizeof PATHS / sizeof *PATHS; i++) {
		scoped(buf) tile = BUF(16 * 1024);
		tile_folder_read(&mirror, PATHS[i], &tile);
		tile_folder_remove(&mirror, PATHS[i]);
		is_refused(&mirror, PATHS[i], "it is missing");
		tile_folder_write(&mirror, PATHS[i], span_first(buf_span(&tile), tile.len - 1));
		is_refused(&mirror, PATHS[i], "its length is not that of its hashes");
		tile_folder_write(&mirror, PATHS[i], SPAN_NONE);
		is_refused(&mirror, PATHS[i], "its length is not that of its hashes");
		buf_put_u8(&tile, 0);
		tile_folder_write(&mirror, PATHS[i], buf_span(&tile));
		bool full = tile.len > 8192;
		is_refused(&mirror, PATHS[i],
			full ? "it is longer than it can be" : "its length is not that of its hashes");
		tile_folder_write(&mirror, PATHS[i], span_first(buf_span(&tile), tile.len - 1));
	}
	passes(&mirror);
}

Test(verify_tiles, refuses_bundles_that_are_cut_or_go_on)
{
	scoped(tile_folder) mirror = tile_folder_make(SIZE, SEED);
	scoped(buf) bundle = BUF(64 * 1024);
	tile_folder_read(&mirror, "tile/entries/000", &bundle);
	tile_folder_write(&mirror, "tile/entries/000", span_first(buf_span(&bundle), bundle.len - 1));
	is_refused(&mirror, "entry 255", "its bundle ends before it does");
	tile_folder_write(&mirror, "tile/entries/000", SPAN_NONE);
	is_refused(&mirror, "entry 0", "its bundle ends before it does");
	buf_put_u8(&bundle, 0);
	tile_folder_write(&mirror, "tile/entries/000", buf_span(&bundle));
	is_refused(&mirror, "tile/entries/000", "it goes on behind its last entry");
}

Test(verify_tiles, refuses_two_entries_that_changed_places)
{
	scoped(tile_folder) mirror = tile_folder_make(SIZE, SEED);
	scoped(buf) bundle = BUF(64 * 1024);
	scoped(buf) swapped = BUF(64 * 1024);
	tile_folder_read(&mirror, "tile/entries/000", &bundle);
	struct span rest = buf_span(&bundle);
	struct span first = span_first(rest, 2 + (size_t)rest.at[1]);
	struct span second = span_from(rest, first.len);
	second = span_first(second, 2 + (size_t)second.at[1]);
	buf_put(&swapped, second);
	buf_put(&swapped, first);
	buf_put(&swapped, span_from(rest, first.len + second.len));
	tile_folder_write(&mirror, "tile/entries/000", buf_span(&swapped));
	is_refused(&mirror, "entry 0", DIFFER);
}

Test(verify_tiles, tells_which_bundles_are_missing)
{
	scoped(tile_folder) mirror = tile_folder_make(SIZE, SEED);
	struct verify_tiles_report report;
	tile_folder_remove(&mirror, "tile/entries/001");
	cr_assert(!err_failed(verify(&mirror, &report)), "hashes are enough");
	cr_assert(report.missing_count == 256 && report.missing_first == 256 && report.missing_last == 511,
		"the middle");
	tile_folder_remove(&mirror, "tile/entries/002.p/88");
	cr_assert(!err_failed(verify(&mirror, &report)), "hashes are enough");
	cr_assert(report.missing_count == 344 && report.missing_first == 256 && report.missing_last == 599,
		"the end");
	cr_assert(!report.withheld, "nobody withholds them");
}

/* C2SP: a partial tile may be dropped once the full one exists. */
Test(verify_tiles, reads_the_beginning_of_a_full_tile_in_place_of_a_partial_one)
{
	scoped(tile_folder) mirror = tile_folder_make(SIZE, SEED);
	scoped(buf) tile = BUF(8192);
	scoped(buf) bundle = BUF(64 * 1024);
	tile_folder_read(&mirror, "tile/0/002.p/88", &tile);
	tile_folder_read(&mirror, "tile/entries/002.p/88", &bundle);
	while (tile.len < 8192)
		buf_put_u8(&tile, 7);
	buf_put_sized(&bundle, SPAN_LIT("a later entry"));
	tile_folder_write(&mirror, "tile/0/002", buf_span(&tile));
	tile_folder_write(&mirror, "tile/entries/002", buf_span(&bundle));
	tile_folder_remove(&mirror, "tile/0/002.p/88");
	tile_folder_remove(&mirror, "tile/entries/002.p/88");
	passes(&mirror);
	tile_folder_flip(&mirror, "tile/0/002", 0);
	is_refused(&mirror, "entry 512", DIFFER);
}

/* A fetch in front of a folder that fails for one path with one kind. */
struct refusing {
	struct fetch behind;
	const char *path;
	struct err err;
	unsigned asked;
};

static fallible refuse_one(void *context, const char *path, struct buf *out)
{
	struct refusing *refusing = context;
	if (strncmp(path, refusing->path, strlen(refusing->path)) == 0) {
		refusing->asked++;
		return refusing->err;
	}
	return refusing->behind.get(refusing->behind.context, path, out);
}

static struct err verify_refused(
	struct tile_folder *mirror, struct refusing *refusing, struct verify_tiles_report *report)
{
	scoped(folder) folder = FOLDER;
	cr_assert(!err_failed(folder_open(mirror->path, &folder)), "the folder opens");
	refusing->behind = folder_fetch(&folder);
	struct fetch fetch = {refusing, refuse_one};
	struct verify_tiles_ask ask = {.fetch = &fetch, .verifier = &mirror->verifier};
	return verify_tiles_check(&ask, report);
}

Test(verify_tiles, passes_on_trouble_of_the_way_as_no_verdict)
{
	scoped(tile_folder) mirror = tile_folder_make(SIZE, SEED);
	static const char *const PATHS[] = {"checkpoint", "tile/0/001", "tile/1/000.p/2", "tile/entries/001"};
	for (size_t i = 0; i < sizeof PATHS / sizeof *PATHS; i++) {
		struct refusing refusing = {.path = PATHS[i], .err = FAIL(REMOTE, "a test breaks the line")};
		struct verify_tiles_report report;
		cr_assert(verify_refused(&mirror, &refusing, &report).kind == ERR_REMOTE, "%s", PATHS[i]);
		cr_assert(strcmp(report.where, PATHS[i]) == 0, "%s is named, not %s", PATHS[i], report.where);
	}
}

Test(verify_tiles, tells_bundles_that_are_withheld_and_asks_for_them_once)
{
	scoped(tile_folder) mirror = tile_folder_make(SIZE, SEED);
	struct refusing refusing = {.path = "tile/entries/", .err = FAIL(DENIED, "a test withholds")};
	struct verify_tiles_report report;
	cr_assert(!err_failed(verify_refused(&mirror, &refusing, &report)), "hashes are enough");
	cr_assert(report.withheld && report.missing_count == SIZE, "all are withheld");
	cr_assert(refusing.asked == 1, "asked once, not %u times", refusing.asked);
	refusing = (struct refusing){.path = "tile/0/", .err = FAIL(DENIED, "a test withholds")};
	cr_assert(verify_refused(&mirror, &refusing, &report).kind == ERR_DENIED, "tiles are needed");
}

struct steps {
	uint64_t done;
	unsigned count;
};

static void count_step(void *context, uint64_t done, uint64_t total)
{
	struct steps *steps = context;
	cr_assert(done > steps->done && done <= total && total == SIZE, "steps go up");
	*steps = (struct steps){done, steps->count + 1};
}

Test(verify_tiles, tells_its_progress_up_to_the_end)
{
	scoped(tile_folder) mirror = tile_folder_make(SIZE, SEED);
	scoped(folder) folder = FOLDER;
	struct steps steps = {0};
	struct verify_tiles_report report;
	cr_assert(!err_failed(folder_open(mirror.path, &folder)), "the folder opens");
	struct fetch fetch = folder_fetch(&folder);
	struct verify_tiles_ask ask = {
		.fetch = &fetch, .verifier = &mirror.verifier, .progress = count_step, .context = &steps};
	cr_assert(!err_failed(verify_tiles_check(&ask, &report)), "it passes");
	cr_assert(steps.done == SIZE && steps.count == 3, "three tiles of entries");
}

static struct err verify_marked(
	struct tile_folder *mirror, const struct verify_tiles_mark *mark, struct verify_tiles_report *report)
{
	scoped(folder) folder = FOLDER;
	cr_assert(!err_failed(folder_open(mirror->path, &folder)), "the folder opens");
	struct fetch fetch = folder_fetch(&folder);
	struct verify_tiles_ask ask = {.fetch = &fetch, .verifier = &mirror->verifier, .mark = mark};
	return verify_tiles_check(&ask, report);
}

Test(verify_tiles, a_log_extends_what_was_kept_of_it_and_no_other_history)
{
	static const uint64_t SIZES[] = {1, 255, 256, 257, 512, 513, 599, SIZE};
	scoped(tile_folder) mirror = tile_folder_make(SIZE, SEED);
	struct verify_tiles_report report;
	for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++) {
		scoped(tile_folder) then = tile_folder_make(SIZES[i], SEED);
		cr_assert(!err_failed(verify(&then, &report)), "%s", report.where);
		struct verify_tiles_mark mark = {SIZES[i], report.root};
		cr_assert(!err_failed(verify_marked(&mirror, &mark, &report)), "%zu", (size_t)SIZES[i]);
		mark.root.bytes[i] ^= 1;
		cr_assert(verify_marked(&mirror, &mark, &report).kind == ERR_FORGED);
		cr_assert(strcmp(report.where, "check value") == 0, "%s", report.where);
	}
	scoped(tile_folder) other = tile_folder_make(257, SEED + 1);
	cr_assert(!err_failed(verify(&other, &report)));
	struct verify_tiles_mark mark = {257, report.root};
	cr_assert(
		verify_marked(&mirror, &mark, &report).kind == ERR_FORGED, "another history of that length");
	scoped(tile_folder) longer = tile_folder_make(SIZE + 1, SEED);
	cr_assert(!err_failed(verify(&longer, &report)));
	mark = (struct verify_tiles_mark){SIZE + 1, report.root};
	struct err err = verify_marked(&mirror, &mark, &report);
	cr_assert(err.kind == ERR_FORGED && strcmp(report.where, "check value") == 0,
		"what was cut off is missed");
}
