/* SPDX-License-Identifier: Apache-2.0 */
/* rewraps - the data keys of a client's credentials, version by version: wrapped anew, or drawn anew together with the
 * records that lie under them. What is sealed keeps its place: the ceiling of modes stays inside. */
#pragma once

#include "server/core/server.h"

enum { REWRAPS_AT_ONCE = 250 /* versions of one act: others wait for it */ };

/* rewraps_count - how many versions a client's credentials have. */
fallible rewraps_count(const struct server *server, struct id tenant, struct id client, uint64_t *count);

/* rewraps_step - the versions behind rotation->at, at most REWRAPS_AT_ONCE, in one act; then rotation is counted on.
 *
 *   over  true: there were none
 * One whose data key opens by nothing is left as it is and counted; one that lies under the newest key is done.
 * Fails: BUSY versions changed in between, three times · FORGED a row was changed by hand · IO · FULL: nothing more
 * stands than before. */
fallible rewraps_step(const struct server *server, struct key_rotation *rotation, bool *over);
