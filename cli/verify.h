/* SPDX-License-Identifier: Apache-2.0 */
/* verify - the command that checks a proof file, a folder of tiles or a log over HTTP. */
#pragma once

#include "base/err.h"
#include "cli/commands_call.h"

/* verify_run - prints one line of what was verified.
 *
 * Fails: INPUT the key, the leaf hash, the URL or the token is none · FORGED what was given does not hold;
 * call->where names the first thing that does not · NOT_FOUND there is no such file or folder · STRANGER,
 * DENIED, REMOTE, BUSY the server · IO. */
fallible verify_run(struct commands_call *call);
