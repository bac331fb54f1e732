/* SPDX-License-Identifier: Apache-2.0 */
/* A keyring in a directory of its own, with keys by number, for the tests of the keyring. */
#pragma once

#include "store/keyring.h"

#include "tests/support/temp_dir.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <sys/stat.h>

enum { PATH = 256, MAGIC = 8, SHRED_KEY = 32 };

struct scene {
	struct temp_dir dir;
	struct keyring *keyring;
};

static inline void must(struct err err)
{
	cr_assert(!err_failed(err), "%s (%s)", err.why, err.at);
}

static inline struct err try_open(struct scene *scene, bool create)
{
	return keyring_open(&kv_lmdb, scene->dir.path, create, &scene->keyring);
}

static inline void scene_open(struct scene *scene)
{
	*scene = (struct scene){.dir = temp_dir_make()};
	must(try_open(scene, true));
}

static inline void close_keyring(struct scene *scene)
{
	keyring_close(scene->keyring);
	scene->keyring = NULL;
}

static inline void scene_done(struct scene *scene)
{
	close_keyring(scene);
	temp_dir_done(&scene->dir);
}

static inline void reopen(struct scene *scene)
{
	close_keyring(scene);
	must(try_open(scene, false));
}

/* ---- keys by number ---- */

static inline struct keyring_name name_of(unsigned number)
{
	struct keyring_name name = {.kind = KEYRING_PERSON};
	memset(name.tenant.bytes, 0x11, sizeof name.tenant.bytes);
	name.id.bytes[14] = (uint8_t)(number >> 8);
	name.id.bytes[15] = (uint8_t)number;
	name.id.bytes[0] = 0x22;
	return name;
}

static inline struct keyring_row row_of(unsigned number)
{
	struct keyring_row row = {.name = name_of(number), .epoch = number + 1};
	memset(row.wrapped, (int)(number % 251), sizeof row.wrapped);
	row.wrapped[0] = (uint8_t)(number >> 8);
	return row;
}

static inline void put(struct scene *scene, unsigned number)
{
	const struct keyring_row row = row_of(number);
	must(keyring_put(scene->keyring, &row, 1));
}

static inline struct err get(struct scene *scene, unsigned number)
{
	struct keyring_row read;
	const struct keyring_row want = row_of(number);
	TRY(keyring_get(scene->keyring, &want.name, &read));
	cr_assert(read.epoch == want.epoch && read.name.kind == want.name.kind);
	cr_assert(memcmp(read.wrapped, want.wrapped, sizeof read.wrapped) == 0, "key %u", number);
	return OK;
}

static inline void put_many(struct scene *scene, unsigned count)
{
	enum { AT_ONCE = 100 };
	struct keyring_row rows[AT_ONCE];
	for (unsigned at = 0; at < count; at += AT_ONCE) {
		unsigned n = count - at < AT_ONCE ? count - at : AT_ONCE;
		for (unsigned i = 0; i < n; i++)
			rows[i] = row_of(at + i);
		must(keyring_put(scene->keyring, rows, n));
	}
}

/* ---- the shred file ---- */

static inline void shred_path(const struct scene *scene, char path[static PATH])
{
	cr_assert(snprintf(path, PATH, "%s/keyring/shred", scene->dir.path) < PATH);
}

static inline size_t shred_bytes(const struct scene *scene)
{
	char path[PATH];
	struct stat there;
	shred_path(scene, path);
	cr_assert(stat(path, &there) == 0 && (there.st_mode & 0777) == 0600);
	return (size_t)there.st_size;
}
