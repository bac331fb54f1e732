/* SPDX-License-Identifier: Apache-2.0 */
/* log_follow - the command that shows events as they arrive. */
#pragma once

#include "base/err.h"
#include "cli/commands_call.h"

/* log_follow_run - prints until it is stopped, or until --limit events were seen; asks again when the server goes away.
 *
 * Fails: INPUT an option is none · what the server refuses, REMOTE, BUSY · IO. */
fallible log_follow_run(struct commands_call *call);
