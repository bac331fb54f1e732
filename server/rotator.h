/* SPDX-License-Identifier: Apache-2.0 */
/* rotator - the thread that rotates keys while the server runs; at start it goes on with what was cut short. */
#pragma once

#include "server/core/vault/key_rotations.h"
#include "server/env/journal.h"

struct rotator; /* opaque; thread-safe */

/* rotator_open - Fails: NO_MEMORY · CORRUPT, IO what is under way can't be read. Owns: rotator_close, which ends the step
 * that runs and takes NULL. */
fallible rotator_open(struct server *server, struct journal *journal, struct rotator **rotator);
void rotator_close(struct rotator *rotator);

/* rotator_ask - begin one; it is durable on return, and the thread does the rest. text: "root", a tenant's or client's id,
 * "deep " and a client's id. Not from a pool thread of http. Fails: as key_rotations_parse and key_rotations_begin. */
fallible rotator_ask(struct rotator *rotator, struct span text);

enum rotator_state { ROTATOR_IDLE, ROTATOR_RUNNING, ROTATOR_STUCK, ROTATOR_STATE_COUNT };

/* What it is at, or did last since it was opened. */
struct rotator_report {
	enum rotator_state state;
	uint64_t done, all, left;
	const char *why; /* of STUCK: static; it is tried again */
};

void rotator_look(struct rotator *rotator, struct rotator_report *report);

/* rotator_print - as an answer of the local socket. rotator_read - and back; why stays NULL. Fails: INPUT. Source:
 * docs/formats.md "local socket". */
void rotator_print(const struct rotator_report *report, struct buf *text);
fallible rotator_read(struct span text, struct rotator_report *report, struct span *why);
