/* SPDX-License-Identifier: Apache-2.0 */
/* receipt - the command that checks a receipt: who proved who they are, for what, when. */
#pragma once

#include "base/err.h"
#include "cli/commands_call.h"

/* receipt_run - the operand is the receipt, or a file with it: alone in it, or as the member "receipt" of the answer that
 * it came in. The key comes from the file of --keys, which holds an answer of GET /v1/keys, else from the server.
 *
 * Fails: FORGED the key did not sign it, or it is none; call->where names it · INPUT the file of keys holds none, or
 * nobody says which server · NOT_FOUND there is no such file · STRANGER, DENIED, REMOTE, BUSY the server · IO. */
fallible receipt_run(struct commands_call *call);
