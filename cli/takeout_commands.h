/* SPDX-License-Identifier: Apache-2.0 */
/* takeout_commands - a client's credentials leave in a sealed file: asked for, approved, taken. */
#pragma once

#include "cli/commands_call.h"

/* Ask, approve and cancel show the takeout as it is then; take writes the file, which is sealed.
 * Fail: as session_fetch, confirmation_get, new_file_open. */
fallible takeout_list_run(struct commands_call *call);
fallible takeout_ask_run(struct commands_call *call);
fallible takeout_approve_run(struct commands_call *call);
fallible takeout_take_run(struct commands_call *call);
fallible takeout_cancel_run(struct commands_call *call);
