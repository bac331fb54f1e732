/* SPDX-License-Identifier: Apache-2.0 */
/* ask_json - options of the command line as members of a request's body. */
#pragma once

#include "base/json_out.h"
#include "cli/commands_call.h"

/* ask_json_text - a member for an option that was given. ask_json_list - of a value with commas between, as a list. */
void ask_json_text(struct json_out *out, const struct commands_call *call, const char *name,
	enum commands_option option);
void ask_json_list(struct json_out *out, const struct commands_call *call, const char *name,
	enum commands_option option);

/* ask_json_time - of a time as cli/when.h reads it. ask_json_number - of a whole number from 1 on. Fail: INPUT. */
fallible ask_json_time(
	struct json_out *out, struct commands_call *call, const char *name, enum commands_option option);
fallible ask_json_number(
	struct json_out *out, struct commands_call *call, const char *name, enum commands_option option);
