/* SPDX-License-Identifier: Apache-2.0 */
/* shred - the keys of the buckets, in memory and in their file. */
#include "store/shred.h"

#include "base/reader.h"
#include "crypto/random.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUCKET_BYTES = 4 + 1 + 2 * SEAL_KEY, MAGIC_BYTES = 8 };

struct shred_bucket {
	uint32_t generation;
	bool turning; /* rows may still lie under `before` */
	struct seal_key key;
	struct seal_key before;
};

/* Without a turn ever: the keys alone. */
static const char MAGIC_PLAIN[MAGIC_BYTES] = {'M', 'N', 'S', 'H', 'R', 'E', 'D', '1'};
static const char MAGIC_TURNED[MAGIC_BYTES] = {'M', 'N', 'S', 'H', 'R', 'E', 'D', '2'};

static struct shred_bucket *bucket_at(const struct shred *shred, size_t at)
{
	return (struct shred_bucket *)(void *)shred->buckets.data + at;
}

fallible shred_init(struct shred *shred, const char *folder)
{
	*shred = (struct shred){.buckets = BUF(2 * SHRED_FILE_MAX)};
	if (snprintf(shred->folder, sizeof shred->folder, "%s", folder) >= (int)sizeof shred->folder)
		return FAIL(INPUT, "the path of the data directory is too long");
	snprintf(shred->path, sizeof shred->path, "%s/shred", shred->folder);
	return OK;
}

static void wipe(struct buf *buf)
{
	if (buf->data)
		explicit_bzero(buf->data, buf->cap);
	buf_done(buf);
}

void shred_done(struct shred *shred)
{
	wipe(&shred->buckets);
}

bool shred_exists(const struct shred *shred)
{
	struct stat there;
	return stat(shred->path, &there) == 0;
}

size_t shred_count(const struct shred *shred)
{
	return shred->buckets.len / sizeof(struct shred_bucket);
}

/* ---- the file ---- */

static fallible write_whole(int fd, struct span bytes)
{
	while (bytes.len) {
		ssize_t n = write(fd, bytes.at, bytes.len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return err_is_full(errno) ? FAIL(FULL, "the disk has no room for the shred file")
						  : FAIL(IO, "the shred file cannot be written");
		bytes = span_from(bytes, (size_t)n);
	}
	return fsync(fd) == 0 ? OK : FAIL(IO, "the shred file cannot be synced");
}

/* Without it a crash may take the new name back, and a key would lie under a bucket that is gone. */
static fallible sync_folder(const struct shred *shred)
{
	int fd = open(shred->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return FAIL(IO, "the folder of the shred file cannot be opened");
	int synced = fsync(fd);
	close(fd);
	return synced == 0 ? OK : FAIL(IO, "the folder of the shred file cannot be synced");
}

static bool was_turned(const struct shred *shred)
{
	for (size_t i = 0; i < shred_count(shred); i++)
		if (bucket_at(shred, i)->generation > 0)
			return true;
	return false;
}

static void encode(const struct shred *shred, struct buf *file)
{
	bool turned = was_turned(shred);
	buf_put(file, span_of(turned ? MAGIC_TURNED : MAGIC_PLAIN, MAGIC_BYTES));
	for (size_t i = 0; i < shred_count(shred); i++) {
		const struct shred_bucket *bucket = bucket_at(shred, i);
		if (turned) {
			buf_put_u32(file, bucket->generation);
			buf_put_u8(file, bucket->turning);
		}
		buf_put(file, SPAN_BYTES(bucket->key.bytes));
		if (turned)
			buf_put(file, SPAN_BYTES(bucket->before.bytes));
	}
}

static fallible write_aside(const char *aside, struct span bytes)
{
	int fd = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_is_full(errno) ? FAIL(FULL, "the disk has no room for the shred file")
					  : FAIL(IO, "the shred file cannot be made");
	struct err err = write_whole(fd, bytes);
	close(fd);
	return err;
}

/* The name is gone, the blocks are not: as far as the filesystem lets us, what stood there goes too. A failure is
 * no failure of the save. */
static void overwrite(int fd)
{
	static const uint8_t zeros[4096];
	struct stat old;
	if (fd < 0)
		return;
	off_t size = fstat(fd, &old) == 0 ? old.st_size : 0;
	for (off_t at = 0; at < size; at += (off_t)sizeof zeros)
		if (pwrite(fd, zeros, sizeof zeros, at) < 0)
			break;
	fsync(fd);
	close(fd);
}

static fallible replace(const struct shred *shred, const char *aside)
{
	int before = open(shred->path, O_WRONLY | O_CLOEXEC);
	struct err err = rename(aside, shred->path) == 0 ? sync_folder(shred)
							 : FAIL(IO, "the shred file cannot be replaced");
	if (err_failed(err) && before >= 0) {
		close(before);
		return err;
	}
	overwrite(before);
	return err;
}

fallible shred_save(const struct shred *shred)
{
	char aside[SHRED_PATH + 8];
	struct buf file = BUF(SHRED_FILE_MAX);
	snprintf(aside, sizeof aside, "%s.new", shred->path);
	encode(shred, &file);
	struct err err = buf_check(&file);
	if (!err_failed(err))
		err = write_aside(aside, buf_span(&file));
	wipe(&file);
	return err_failed(err) ? err : replace(shred, aside);
}

static fallible read_file(const struct shred *shred, struct buf *file)
{
	uint8_t chunk[4096];
	ssize_t n;
	int fd = open(shred->path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return FAIL(NOT_FOUND, "the keyring has no shred file");
	while ((n = read(fd, chunk, sizeof chunk)) > 0)
		buf_put(file, span_of(chunk, (size_t)n));
	close(fd);
	explicit_bzero(chunk, sizeof chunk);
	return n < 0 ? FAIL(IO, "the shred file cannot be read") : buf_check(file);
}

static fallible decode(struct span file, struct buf *buckets)
{
	bool turned = span_starts(file, span_of(MAGIC_TURNED, MAGIC_BYTES));
	size_t width = turned ? BUCKET_BYTES : SEAL_KEY;
	if ((!turned && !span_starts(file, span_of(MAGIC_PLAIN, MAGIC_BYTES))) ||
		(file.len - MAGIC_BYTES) % width != 0)
		return FAIL(CORRUPT, "the shred file is not in a known form");
	struct reader reader = READER(span_from(file, MAGIC_BYTES));
	while (reader.rest.len && !reader.failed) {
		struct shred_bucket bucket = {.generation = 0};
		if (turned) {
			bucket.generation = reader_u32(&reader);
			bucket.turning = reader_u8(&reader) != 0;
		}
		reader_copy(&reader, bucket.key.bytes, sizeof bucket.key.bytes);
		if (turned)
			reader_copy(&reader, bucket.before.bytes, sizeof bucket.before.bytes);
		buf_put(buckets, span_of(&bucket, sizeof bucket));
		explicit_bzero(&bucket, sizeof bucket);
	}
	TRY(reader_check(&reader));
	return buf_check(buckets);
}

fallible shred_load(struct shred *shred)
{
	struct buf file = BUF(SHRED_FILE_MAX);
	struct buf buckets = BUF(2 * SHRED_FILE_MAX);
	struct err err = read_file(shred, &file);
	if (!err_failed(err))
		err = decode(buf_span(&file), &buckets);
	wipe(&file);
	if (err_failed(err)) {
		wipe(&buckets);
		return err;
	}
	wipe(&shred->buckets);
	shred->buckets = buckets;
	return OK;
}

/* ---- buckets ---- */

fallible shred_grow(struct shred *shred)
{
	struct shred_bucket bucket = {.generation = 0};
	random_fill(bucket.key.bytes, sizeof bucket.key.bytes);
	buf_put(&shred->buckets, span_of(&bucket, sizeof bucket));
	explicit_bzero(&bucket, sizeof bucket);
	TRY(buf_check(&shred->buckets));
	struct err err = shred_save(shred);
	/* Else the next key would lie under one that is in memory alone. */
	if (err_failed(err))
		shred->buckets.len -= sizeof bucket;
	return err;
}

uint32_t shred_generation(const struct shred *shred, uint32_t bucket)
{
	return bucket < shred_count(shred) ? bucket_at(shred, bucket)->generation : 0;
}

fallible shred_key(const struct shred *shred, uint32_t bucket, uint32_t generation, struct seal_key *key)
{
	if (bucket >= shred_count(shred))
		return FAIL(CORRUPT, "the shred file lacks a bucket");
	const struct shred_bucket *found = bucket_at(shred, bucket);
	if (generation == found->generation)
		*key = found->key;
	else if (found->turning && generation + 1 == found->generation)
		*key = found->before;
	else
		return FAIL(CORRUPT, "a key lies under a shred key that was destroyed");
	return OK;
}

bool shred_is_turning(const struct shred *shred)
{
	for (size_t i = 0; i < shred_count(shred); i++)
		if (bucket_at(shred, i)->turning)
			return true;
	return false;
}

bool shred_must_rewrap(const struct shred *shred, uint32_t bucket, uint32_t generation)
{
	if (bucket >= shred_count(shred))
		return false;
	const struct shred_bucket *found = bucket_at(shred, bucket);
	return found->turning && generation + 1 == found->generation;
}

/* ---- turning ---- */

/* What a failed save takes back. */
static void turn_back(struct shred *shred, struct span marks)
{
	for (size_t i = 0; i < marks.len; i++) {
		struct shred_bucket *bucket = bucket_at(shred, i);
		if (!marks.at[i])
			continue;
		bucket->generation--;
		bucket->turning = false;
		bucket->key = bucket->before;
		explicit_bzero(&bucket->before, sizeof bucket->before);
	}
}

fallible shred_turn(struct shred *shred, struct span marks)
{
	if (marks.len != shred_count(shred) || shred_is_turning(shred))
		return FAIL(BUG, "a turn of shred keys would begin over another one");
	for (size_t i = 0; i < marks.len; i++) {
		struct shred_bucket *bucket = bucket_at(shred, i);
		if (!marks.at[i])
			continue;
		bucket->generation++;
		bucket->turning = true;
		bucket->before = bucket->key;
		random_fill(bucket->key.bytes, sizeof bucket->key.bytes);
	}
	struct err err = shred_save(shred);
	if (err_failed(err))
		turn_back(shred, marks);
	return err;
}

fallible shred_settle(struct shred *shred)
{
	struct shred settled = *shred;
	settled.buckets = BUF(2 * SHRED_FILE_MAX);
	buf_put(&settled.buckets, buf_span(&shred->buckets));
	struct err err = buf_check(&settled.buckets);
	for (size_t i = 0; !err_failed(err) && i < shred_count(&settled); i++) {
		struct shred_bucket *bucket = bucket_at(&settled, i);
		bucket->turning = false;
		explicit_bzero(&bucket->before, sizeof bucket->before);
	}
	if (!err_failed(err))
		err = shred_save(&settled);
	if (err_failed(err)) {
		wipe(&settled.buckets);
		return err;
	}
	wipe(&shred->buckets);
	shred->buckets = settled.buckets;
	return OK;
}
