/* SPDX-License-Identifier: Apache-2.0 */
/* log_export - the command that writes events into a file, and compares it with what the server has on record. */
#pragma once

#include "base/err.h"
#include "cli/commands_call.h"

/* log_export_run - prints one line of what was written.
 *
 * Fails: INPUT an option is none · what the server refuses, REMOTE, BUSY · IO. */
fallible log_export_run(struct commands_call *call);
