/* SPDX-License-Identifier: Apache-2.0 */
/* erasing - an approved erasure is carried out when it is due, in steps that each are durable:
 *
 *	1. an act marks person or client (with its contacts) as erasing: unreadable from its commit on; factors and
 *	   grants end, caches are emptied
 *	2. the keys are destroyed in keyring/ and the shred keys of their buckets turn
 *	3. an act marks them as erased, with the event erasure.executed
 *
 * A crash between any two is finished by erasing_resume, which also destroys the keys of everybody who was ever
 * erased once more: a keyring that was put back revives nobody (FOUNDATIONS 19). */
#pragma once

#include "server/core/server.h"
#include "store/nouns/erasure.h"

enum { ERASING_REINDEX_DAYS = 7, ERASING_GRANTS_AT_ONCE = 200 };

/* erasing_turn - carry out what is due; *done counts what was. An erasure that a hold forbids is refused; one over the
 * day's number, or of the last owner, waits another hour. Not from inside an act. Fails: as due_turn. */
fallible erasing_turn(const struct server *server, struct instant now, size_t *done);

/* erasing_step - the next step of one erasure: APPROVED to ERASING, or ERASING to ERASED. For erasing_turn and tests
 * of what a crash leaves. Fails: HELD · SLOW_DOWN over the day's number · CONFLICT neither of the two states ·
 * STALE · IO · FULL. */
fallible erasing_step(const struct server *server, struct id tenant, struct id id, struct instant now);

/* erasing_resume - at start, before anything is served: finish a turn of shred keys, destroy again the keys of all who
 * are erased, finish what was under way. With a volume that takes no writes only the keys. Fails: as erasing_step. */
fallible erasing_resume(const struct server *server, struct instant now);

/* erasing_unmark - take the marks off the tenants whose words the index has under their new key. Not from inside an
 * act. Fails: BUSY · IO · CORRUPT · FULL; it is tried again. */
fallible erasing_unmark(const struct server *server);
