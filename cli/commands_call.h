/* SPDX-License-Identifier: Apache-2.0 */
/* commands_call - what a command is told and given, and where it says that it failed. */
#pragma once

#include "base/clock.h"
#include "base/err.h"

#include <stddef.h>

enum { COMMANDS_WHERE = 256, COMMANDS_VALUES_MAX = 8 };

enum commands_option {
#define OPTION(name, text, value, most, words, help) COMMANDS_##name,
#define COMMAND(name, words, operand, takes, needs, summary, details)
#include "cli/commands.def"
#undef OPTION
#undef COMMAND
	COMMANDS_OPTION_COUNT
};

/* What a command is told by its surroundings. Texts are NULL when they are not set. */
struct commands_environment {
	const char *server;      /* MUNIMENT_SERVER */
	const char *token_file;  /* MUNIMENT_TOKEN_FILE */
	const char *config_home; /* XDG_CONFIG_HOME */
	const char *home;        /* HOME */
	const char *no_color;    /* NO_COLOR: anything but an empty text turns colours off */
	const char *terminal;    /* TERM */
	const char *path;        /* PATH */
	const char *display, *wayland_display, *runtime_dir,
		*x_authority; /* DISPLAY and so on: of the clipboard */
	struct instant now;
};

/* What a command is given. */
struct commands_call {
	const struct commands_environment *environment;
	const char *operand; /* NULL = none */
	const char *option
		[COMMANDS_OPTION_COUNT]; /* the first value, "" of one that takes none; NULL = not given */
	const char *values[COMMANDS_OPTION_COUNT][COMMANDS_VALUES_MAX]; /* all of them */
	size_t count[COMMANDS_OPTION_COUNT];
	char where[COMMANDS_WHERE]; /* a command that fails may say where: "entry 1234"; empty = nowhere */
};

/* commands_say_where - set where, cut to its room. */
void commands_say_where(struct commands_call *call, const char *where);
