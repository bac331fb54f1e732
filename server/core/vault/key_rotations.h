/* SPDX-License-Identifier: Apache-2.0 */
/* key_rotations - a rotation of keys from its beginning to the events that tell of it, in steps that each are durable: after a
 * crash it goes on where it stood, and is told once. Others use the keys meanwhile. */
#pragma once

#include "server/core/server.h"

/* What an operator asks for. */
struct key_rotations_ask {
	enum key_rotation_what what;
	bool deep; /* of a client: every secret gets another data key and another record */
	struct id tenant, client;
};

/* key_rotations_parse - "root", a tenant's id, or a client's. Fails: INPUT it is none of them, or deep and no client ·
 * NOT_FOUND there is none of this id. */
fallible key_rotations_parse(
	const struct server *server, struct span text, bool deep, struct key_rotations_ask *ask);

/* key_rotations_begin - Fails: as key_rotation_begin of server/keeper/key_rotation.h. key_rotations_find - the one that is under way. Fails:
 * NOT_FOUND. */
fallible key_rotations_begin(
	const struct server *server, const struct key_rotations_ask *ask, struct key_rotation *rotation);
fallible key_rotations_find(const struct server *server, struct key_rotation *rotation);

/* key_rotations_step - one step further. Not from inside an act.
 *
 *   over  true: it is done and told
 * Fails: as the step that failed; it can be taken again. */
fallible key_rotations_step(const struct server *server, struct key_rotation *rotation, bool *over);
