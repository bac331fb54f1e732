/* SPDX-License-Identifier: Apache-2.0 */
/* fold - turn the oldest rows of the tail into one immutable index segment and into tiles, in one transaction
 * of index/.
 *
 * Nothing of it is needed for durability: what is lost is folded again from the log. */
#pragma once

#include "base/err.h"
#include "store/volume.h"

/* fold_once - at most volume->fold_rows of them; nothing to do is OK. Then the tail forgets them.
 * Fails: FULL · IO · CORRUPT: nothing of the fold stands, the tail keeps its rows. Thread: one at a time.
 * Cost: O(rows log rows); commits never wait for it. */
fallible fold_once(struct volume *volume);
