/* SPDX-License-Identifier: Apache-2.0 */
/* export_notices - every owner is told when a part of the log left, also when the export was cut. */
#pragma once

#include "server/core/letters.h"
#include "server/core/server.h"
#include "store/nouns/export.h"

/* export_notices_prepare - one mail for each owner, whoever exported: rows, format, name and purpose.
 *
 *   export  as its end will be recorded, the purpose opened
 * Fails: as tell_prepare. Cost: O(people) to find the owners. */
fallible export_notices_prepare(const struct server *server, const struct export *export, struct instant now,
	struct arena *arena, struct letters *told);
