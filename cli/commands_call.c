/* SPDX-License-Identifier: Apache-2.0 */
/* commands_call - where a command failed. */
#include "cli/commands_call.h"

#include <stdio.h>

void commands_say_where(struct commands_call *call, const char *where)
{
	snprintf(call->where, sizeof call->where, "%s", where);
}
