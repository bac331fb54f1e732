/* SPDX-License-Identifier: Apache-2.0 */
/* tile_folder - a mirrored log in a temporary folder, as a log of C2SP tiles would leave it, and ways to
 * damage it. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "crypto/note.h"

struct tile_folder {
	char path[64];
	uint64_t size;
	uint64_t seed; /* of the entries' content */
	struct sign_key key;
	struct arena arena;
	struct buf vkey; /* NUL-ended */
	struct note_verifier verifier;
};

extern const char TILE_FOLDER_ORIGIN[];

/* tile_folder_make - checkpoint, all tiles, all bundles. The same seed gives the same entries. */
struct tile_folder tile_folder_make(uint64_t size, uint64_t seed);
void tile_folder_done(struct tile_folder *folder); /* removes it */

/* tile_folder_entry - the bytes of one entry, 0 to 40 of them, in place of what out holds. */
void tile_folder_entry(const struct tile_folder *folder, uint64_t index, struct buf *out);

void tile_folder_read(const struct tile_folder *folder, const char *path, struct buf *out);
void tile_folder_write(const struct tile_folder *folder, const char *path, struct span content);
void tile_folder_flip(const struct tile_folder *folder, const char *path, size_t offset);
void tile_folder_remove(const struct tile_folder *folder, const char *path);

/* tile_folder_sign - another checkpoint over this text. */
void tile_folder_sign(const struct tile_folder *folder, struct span text);
