/* SPDX-License-Identifier: Apache-2.0 */
/* fields - a secret field is opened at release, from the version that was read before the act; a rotation of keys may
 * have come to its end since. */
#pragma once

#include "server/core/server.h"
#include "store/nouns/version.h"

/* fields_open - as keeper_open_field. Where the key is gone that the version's data key lay under, the version is read
 * again: what it is wrapped by now opens the same secret. Not inside an act.
 *
 * Fails: CORRUPT the version holds no such field · as keeper_open_field and version_get. */
fallible fields_open(const struct server *server, const struct version *version, struct id client,
	enum credential_field field, struct secret *plain);
