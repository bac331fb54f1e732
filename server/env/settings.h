/* SPDX-License-Identifier: Apache-2.0 */
/* settings - the rows of settings.def as a table: names, and values from and to text. Part of conf; others
 * include conf.h. */
#pragma once

#include "server/env/conf.h"

enum settings_type {
	SETTINGS_TEXT,
	SETTINGS_PATH,
	SETTINGS_NUMBER,
	SETTINGS_BYTES,
	SETTINGS_SWITCH,
	SETTINGS_CHOICE,
	SETTINGS_LIST,
};

struct settings_row {
	const char *key;
	enum settings_type type;
	size_t offset; /* in struct conf */
	const char *initial;
	int64_t least, most;
	const char *unit;
	unsigned commands; /* bits: 1 << enum conf_command */
	bool masked;
	bool only_flag; /* an OPTION: neither in the file nor in the environment */
	const char *help;
};

/* settings_row - one row; the whole table lives as long as the program. */
const struct settings_row *settings_row(enum conf_setting setting);

enum { SETTINGS_NAME_MAX = 64 };

/* A setting's name in the environment (MUNIMENT_MAIL_KIND) or on the command line (--mail-kind). */
struct settings_name {
	char text[SETTINGS_NAME_MAX];
};

struct settings_name settings_environment(const struct settings_row *row);
struct settings_name settings_flag(const struct settings_row *row);

/* settings_read - a value's text into its field; a list is cut at its commas. settings_add - one more item of
 * a list.
 * Fails: INPUT and why, to stand behind the setting's name · NO_MEMORY. The field is as it was then. */
fallible settings_read(
	const struct settings_row *row, struct span text, struct arena *arena, struct conf *conf);
fallible settings_add(struct conf_list *list, struct span text, struct arena *arena);

/* settings_put_text - a text for a field of conf, NUL-ended in the arena. Fails: INPUT no UTF-8, or too long
 * · NO_MEMORY. */
fallible settings_put_text(struct span text, struct arena *arena, const char **field);

/* settings_print - the value as YAML; "***" when it is masked and given. */
void settings_print(const struct settings_row *row, const struct conf *conf, struct buf *out);
