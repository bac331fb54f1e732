/* SPDX-License-Identifier: Apache-2.0 */
/* handover_commands - who serves in place of whom. */
#pragma once

#include "cli/commands_call.h"

/* Lists, asking, deciding, and the early end.
 * Fail: as session_fetch · INPUT a time is none. */
fallible handover_list_run(struct commands_call *call);
fallible handover_start_run(struct commands_call *call);
fallible handover_approve_run(struct commands_call *call);
fallible handover_extend_run(struct commands_call *call);
fallible handover_return_run(struct commands_call *call);
