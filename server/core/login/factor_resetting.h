/* SPDX-License-Identifier: Apache-2.0 */
/* factor_resetting - a reset of factors that a second person agreed to is carried out when it is due, in one act: all factors and
 * recovery codes end, and with them the codes that were handed over, remembered devices, and what was proven before. */
#pragma once

#include "server/core/server.h"

/* factor_resetting_turn - carry out what is due; *done counts what was. One of a person who is gone leaves the queue and
 * changes nothing. Not from inside an act. Fails: as due_turn. */
fallible factor_resetting_turn(const struct server *server, struct instant now, size_t *done);
