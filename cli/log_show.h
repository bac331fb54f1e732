/* SPDX-License-Identifier: Apache-2.0 */
/* log_show - the command that shows one event, and checks its proof. */
#pragma once

#include "base/err.h"
#include "cli/commands_call.h"

/* log_show_run - prints every field of one event; with --proof its proof is written, with a key it is checked.
 *
 * Fails: INPUT an option is none · what the server refuses, REMOTE, BUSY · IO. */
fallible log_show_run(struct commands_call *call);
