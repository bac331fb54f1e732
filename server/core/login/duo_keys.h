/* SPDX-License-Identifier: Apache-2.0 */
/* duo_keys - with what an application signs requests as clients of Duo do: an integration key that names it and a secret key,
 * both of which follow from its id, so that nothing of them is kept. */
#pragma once

#include "base/err.h"
#include "base/ids.h"
#include "server/keeper/keeper.h"

enum { DUO_KEYS_NAME = 2 * ID_TEXT + 1, DUO_KEYS_SECRET = 40 };

/* duo_keys_name - the integration key, NUL-ended: the ids of tenant and application, a dot between. duo_keys_parse - back.
 * Fails: as ids_parse. */
void duo_keys_name(struct id tenant, struct id application, char name[static DUO_KEYS_NAME + 1]);
fallible duo_keys_parse(struct span name, struct id *tenant, struct id *application);

/* duo_keys_secret - hexadecimal, NUL-ended; wipe it. The same as long as the store lives: it ends with its application. */
void duo_keys_secret(const struct keeper *keeper, struct id tenant, struct id application,
	char secret[static DUO_KEYS_SECRET + 1]);
