/* SPDX-License-Identifier: Apache-2.0 */
/* log_declared - a look-up for each name. */
#include "server/api/log/log_declared.h"

#include "store/nouns/declared.h"

enum { NAME_MAX_BYTES = 32, ROW_MAX = 8 * 1024 };

static fallible check_one(const struct view *view, struct id tenant, struct span name, bool *known)
{
	struct declared declared;
	scoped(arena) arena = ARENA(ROW_MAX);
	struct err err = declared_get_clear(view, tenant, name, &arena, &declared);
	*known = err.kind != ERR_NOT_FOUND;
	return *known ? err : OK;
}

static fallible check_values(struct call *call, const struct view *view, const struct log_values *values,
	const char *within, const char *filter)
{
	bool all = true;
	scoped(buf) parameter = BUF(NAME_MAX_BYTES);
	for (size_t i = 0; i < values->declared_count && all; i++)
		TRY(check_one(view, call->caller.tenant, values->declared[i], &all));
	if (all)
		return OK;
	buf_printf(&parameter, "%s%s", within, filter);
	call_note(call, buf_span(&parameter), err_row(CODE_UNKNOWN_ACTION)->name);
	return buf_check(&parameter);
}

fallible log_declared_check(struct call *call, const struct log_filters *filters, const char *within)
{
	scoped(reading) reading = {0};
	if (filters->has.declared_count + filters->lacks.declared_count == 0)
		return OK;
	TRY(call_reading(call, &reading));
	struct view view = view_reading(&reading);
	TRY(check_values(call, &view, &filters->has, within, "action"));
	TRY(check_values(call, &view, &filters->lacks, within, "not_action"));
	return call->problems.count
		? FAIL(INVALID, "a filter of the log names an action that nobody declared")
		: OK;
}
