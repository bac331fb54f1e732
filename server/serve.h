/* SPDX-License-Identifier: Apache-2.0 */
/* serve - `munimentd serve`: open the store, listen, work until SIGTERM or SIGINT, drain, stop. */
#pragma once

#include "server/env/conf.h"
#include "server/env/journal.h"

/* serve_run - prints one line when ready; returns when it was told to stop and everything acknowledged is
 * durable.
 * Fails: whatever start_open and http_open fail with; DENIED a demo store on another address than
 * loopback. */
fallible serve_run(const struct conf *conf, struct journal *journal);
