/* SPDX-License-Identifier: Apache-2.0 */
/* commands - the table of commands: from words of the command line to a call, and from a failure to an exit
 * code. */
#pragma once

#include "base/err.h"

#include <stddef.h>

enum { COMMANDS_WHERE = 256 };

enum commands_option {
#define OPTION(name, text, value, help) COMMANDS_##name,
#define COMMAND(name, operand, takes, needs, summary, details)
#include "cli/commands.def"
#undef OPTION
#undef COMMAND
	COMMANDS_OPTION_COUNT
};

/* What a command is given. */
struct commands_call {
	const char *operand;
	const char *option[COMMANDS_OPTION_COUNT]; /* NULL = not given */
	char where[COMMANDS_WHERE]; /* a command that fails may say where: "entry 1234"; empty = nowhere */
};

/* commands_run - parse the words behind the program's name, run the command, print what it says or why it
 * fails.
 *
 * Returns the exit code: 0 done · 1 failed · 2 wrong usage · 3 verification failed · 4 the server refuses the
 * token. */
int commands_run(const char *const *words, size_t count);
