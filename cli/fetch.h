/* SPDX-License-Identifier: Apache-2.0 */
/* fetch - where the files of a log come from: a mirrored folder or a server. */
#pragma once

#include "base/buf.h"
#include "base/err.h"

/* One way to get a file by its path relative to the log's prefix, such as "checkpoint" or "tile/0/000". */
struct fetch {
	void *context;
	/* The whole file, in place of what out holds. Fails: NOT_FOUND it is absent · EXPIRED it was pruned ·
	 * TOO_LARGE it is over out's maximum · STRANGER, DENIED the server wants another token · BUSY ·
	 * REMOTE · IO · NO_MEMORY. */
	fallible (*get)(void *context, const char *path, struct buf *out);
};
