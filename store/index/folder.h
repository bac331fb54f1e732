/* SPDX-License-Identifier: Apache-2.0 */
/* folder - the thread that folds and merges behind the commits, and makes the index anew when it is asked to. */
#pragma once

#include "base/err.h"
#include "store/volume.h"

struct folder; /* opaque */

/* folder_open - fold whenever volume->fold_rows rows wait; between folds, merge: a round at the start, and one
 * after every MERGE_FAN folds. Every second it looks for an order (store/index/reindex_order.h). `failed` is told what failed; it is tried again later. */
fallible folder_open(struct volume *volume, struct alarm failed, struct folder **folder);

/* folder_close - stop the thread, after the committer: then fold what is left. An index that is half made waits for
 * the next start. Takes NULL. */
fallible folder_close(struct folder *folder);
