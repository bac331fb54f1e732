/* SPDX-License-Identifier: Apache-2.0 */
/* desk - what is asked of a running server over its local socket is done here: shares, passphrases and keys are taken,
 * the house is opened and sealed, and both are put on the log. */
#pragma once

#include "server/attempt.h"
#include "server/control.h"
#include "server/house.h"

struct desk {
	struct house *house;
	struct control control;
	struct secret_arena *arena; /* of what was brought so far */
	struct attempt attempt;
};

/* desk_open - listen. Fails: IO · NO_MEMORY. Owns: desk_close, which takes a zeroed one. */
fallible desk_open(struct house *house, struct desk *desk);
void desk_close(struct desk *desk);

/* desk_serve - whoever is at the socket now. What goes wrong is told to him and to the journal.
 *
 * Fails: IO, NO_MEMORY the server can't go on. */
fallible desk_serve(struct desk *desk);

/* desk_pause_ms - how long nothing has to be looked at: forgotten shares are wiped then by desk_look. -1 = for ever. */
int64_t desk_pause_ms(const struct desk *desk);
void desk_look(struct desk *desk);
