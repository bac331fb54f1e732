/* SPDX-License-Identifier: Apache-2.0 */
/* deposit_commands - links by which clients hand their secrets in. */
#pragma once

#include "cli/commands_call.h"

/* Lists, a new link with its words, and the decision on what came.
 * Fail: as session_fetch. */
fallible deposit_list_run(struct commands_call *call);
fallible deposit_link_run(struct commands_call *call);
fallible deposit_accept_run(struct commands_call *call);
