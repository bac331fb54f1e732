/* SPDX-License-Identifier: Apache-2.0 */
/* setup - `munimentd init`: a new store, its first tenant, the setup token and the operator's. */
#pragma once

#include "server/env/conf.h"
#include "server/env/journal.h"

/* setup_run - prints (or writes to --token-file) one JSON line
 * {"tenant","token","operator_token","token_expires_at"}.
 * Fails: CONFLICT there is a store already, or the token file, and nothing is made; whatever start_open and the first act fail
 * with: what is left of a store then is told. */
fallible setup_run(const struct conf *conf, struct journal *journal);
