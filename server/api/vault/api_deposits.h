/* SPDX-License-Identifier: Apache-2.0 */
/* api_deposits - what both sides of a deposit's API write alike. */
#pragma once

#include "server/api/call.h"
#include "server/core/sight.h"
#include "server/core/vault/deposits.h"

/* api_deposits_put_fields - the members `kind` and `fields`. */
void api_deposits_put_fields(struct json_out *out, const struct deposit *deposit);
