/* SPDX-License-Identifier: Apache-2.0 */
/* ask_json - one option, one member. */
#include "cli/ask_json.h"

#include "base/span.h"
#include "cli/when.h"

static const int64_t NUMBER_MOST = 1000000;

void ask_json_text(
	struct json_out *out, const struct commands_call *call, const char *name, enum commands_option option)
{
	if (call->option[option])
		json_out_text(out, name, call->option[option]);
}

void ask_json_list(
	struct json_out *out, const struct commands_call *call, const char *name, enum commands_option option)
{
	struct span rest, word;
	if (!call->option[option])
		return;
	rest = span_text(call->option[option]);
	json_out_open_array(out, name);
	while (span_cut(&rest, ',', &word))
		json_out_span(out, NULL, span_trim(word));
	json_out_close_array(out);
}

fallible ask_json_time(
	struct json_out *out, struct commands_call *call, const char *name, enum commands_option option)
{
	struct instant at;
	if (!call->option[option])
		return OK;
	commands_say_where(call, call->option[option]);
	TRY(when_parse(span_text(call->option[option]), call->environment->now, WHEN_BEGIN, &at));
	call->where[0] = '\0';
	json_out_time(out, name, at);
	return OK;
}

fallible ask_json_number(
	struct json_out *out, struct commands_call *call, const char *name, enum commands_option option)
{
	uint64_t number;
	if (!call->option[option])
		return OK;
	commands_say_where(call, call->option[option]);
	if (!span_number(span_text(call->option[option]), (uint64_t)NUMBER_MOST, &number) || number == 0)
		return FAIL(INPUT, "the option takes a whole number from 1 on");
	call->where[0] = '\0';
	json_out_number(out, name, (int64_t)number);
	return OK;
}
