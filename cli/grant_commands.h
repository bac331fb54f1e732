/* SPDX-License-Identifier: Apache-2.0 */
/* grant_commands - who may use what, given, approved and taken back. */
#pragma once

#include "cli/commands_call.h"

/* Lists and single grants; give, revoke and approve show the grant as it is then.
 * Fail: as session_fetch · INPUT a time or a number is none. */
fallible grant_list_run(struct commands_call *call);
fallible grant_give_run(struct commands_call *call);
fallible grant_revoke_run(struct commands_call *call);
fallible grant_approve_run(struct commands_call *call);
