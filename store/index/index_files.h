/* SPDX-License-Identifier: Apache-2.0 */
/* index_files - where the index lies, and where another one is made beside it: DIR/index and DIR/index.new. */
#pragma once

#include "base/err.h"
#include "store/kv.h"

enum index_files { INDEX_FILES_LIVE, INDEX_FILES_NEW };

/* index_files_open - open, or make, the environment there. Fails: as kv_open · INPUT the path is too long. Owns:
 * kv_close. */
fallible index_files_open(
	const struct kv_backend *backend, const char *directory, enum index_files which, struct kv **kv);

/* index_files_remove - files and directory; nothing there is nothing to do. No process may have it open. Fails: IO · INPUT. */
fallible index_files_remove(const char *directory, enum index_files which);

/* index_files_exchange - each takes the other's name, in one step: whoever is killed finds one of them
 * whole under either name. Both may be open. Fails: IO, also when the file system cannot do it · INPUT. */
fallible index_files_exchange(const char *directory);
