/* SPDX-License-Identifier: Apache-2.0 */
/* commands - the table of commands: from words of the command line to a call, and from a failure to an exit
 * code. */
#pragma once

#include "cli/commands_call.h"

/* commands_run - parse the words behind the program's name, run the command, print what it says or why it
 * fails.
 *
 * Returns the exit code: 0 done · 1 failed · 2 wrong usage · 3 verification failed · 4 the server refuses the
 * token or what it is used for · 5 the server cannot be reached or is at its limit: try again. */
int commands_run(const struct commands_environment *environment, const char *const *words, size_t count);
