/* SPDX-License-Identifier: Apache-2.0 */
/* log_list - the command that shows events of the log, page by page. */
#pragma once

#include "base/err.h"
#include "cli/commands_call.h"

/* log_list_run - prints a table, or JSON lines, and under a table which part of the log was searched.
 *
 * Fails: INPUT an option is none · what the server refuses, REMOTE, BUSY · IO. */
fallible log_list_run(struct commands_call *call);
