/* SPDX-License-Identifier: Apache-2.0 */
/* What the rows of actions.def require: where it stands, of what form it is. */
#include "policies/needs.h"

#include <criterion/criterion.h>

/* The need of an action by its name; ends the test when there is none. */
static struct need need_of(enum action action, const char *name)
{
	struct span required = span_text(action_row(action)->required), rest = required;
	struct need need;
	while (needs_next(required, &rest, &need))
		if (span_is(need.name, name))
			return need;
	cr_assert_fail("%s does not require %s", action_row(action)->name, name);
	return need;
}

Test(needs, what_every_event_has_itself_stands_there_and_the_rest_in_detail)
{
	cr_assert(need_of(ACTION_EXPORT_COMPLETED, "purpose").place == NEEDS_PURPOSE);
	cr_assert(need_of(ACTION_EXPORT_COMPLETED, "dataset").place == NEEDS_DETAIL);
	cr_assert(need_of(ACTION_RECORD_BULK_DELETED, "count").place == NEEDS_COUNT);
	cr_assert(need_of(ACTION_RECORD_EDITED, "object").place == NEEDS_OBJECT);
	cr_assert(need_of(ACTION_RECORD_EDITED, "changes").place == NEEDS_CHANGES);
	cr_assert(need_of(ACTION_LOGIN_FAILED, "reason").place == NEEDS_REASON);
	cr_assert(need_of(ACTION_LOGIN_SUSPICIOUS, "reasons").place == NEEDS_DETAIL);
}

Test(needs, forms_are_what_the_row_says)
{
	cr_assert(need_of(ACTION_LOGIN_SUCCEEDED, "factors").form == NEEDS_LIST);
	cr_assert(need_of(ACTION_LOGIN_SUSPICIOUS, "step_up").form == NEEDS_BOOL);
	cr_assert(need_of(ACTION_EXPORT_COMPLETED, "rows").form == NEEDS_NUMBER);
	cr_assert(need_of(ACTION_EXPORT_COMPLETED, "dataset").form == NEEDS_ANYTHING);
	struct need reason = need_of(ACTION_LOGIN_FAILED, "reason");
	cr_assert(reason.form == NEEDS_WORD);
	cr_assert(needs_has_word(reason.choices, SPAN_LIT("unknown_account")));
	cr_assert(!needs_has_word(reason.choices, SPAN_LIT("unknown")));
	cr_assert(!needs_has_word(reason.choices, SPAN_NONE));
}

Test(needs, an_own_field_may_stand_instead_of_some)
{
	cr_assert(need_of(ACTION_PURCHASE_MADE, "client_id").instead == NEEDS_CLIENT_INSTEAD);
	cr_assert(need_of(ACTION_PURCHASE_MADE, "task_ref").instead == NEEDS_TASK_INSTEAD);
	cr_assert(need_of(ACTION_SESSION_STARTED, "session_hash").instead == NEEDS_SESSION_INSTEAD);
	cr_assert(need_of(ACTION_IMPORT_COMPLETED, "rows").instead == NEEDS_COUNT_INSTEAD);
	cr_assert(need_of(ACTION_PURCHASE_MADE, "amount").instead == NEEDS_NOTHING);
}

Test(needs, only_the_id_that_a_row_begins_with_may_be_the_object)
{
	cr_assert(need_of(ACTION_SLIP_READ, "slip_id").instead == NEEDS_OBJECT_INSTEAD);
	cr_assert(need_of(ACTION_DSAR_RECEIVED, "request_id").instead == NEEDS_OBJECT_INSTEAD);
	cr_assert(need_of(ACTION_DSAR_RECEIVED, "subject_id").instead == NEEDS_NOTHING);
	cr_assert(need_of(ACTION_CLIENT_PAUSED, "client_id").instead == NEEDS_CLIENT_INSTEAD);
}

Test(needs, either_and_optional_are_told)
{
	cr_assert(need_of(ACTION_PURCHASE_MADE, "deposit_ref|card_last4").place == NEEDS_DETAIL);
	cr_assert(need_of(ACTION_CREDENTIAL_DENIED, "client_id").optional);
	cr_assert(!need_of(ACTION_CREDENTIAL_DENIED, "reason").optional);
}

Test(needs, no_row_has_more_fields_or_longer_names_than_there_is_room_for)
{
	for (unsigned at = 1; at < ACTION_COUNT; at++) {
		struct span required = span_text(action_row((enum action)at)->required), rest = required;
		struct need need;
		size_t count = 0;
		for (; needs_next(required, &rest, &need); count++)
			cr_assert(need.name.len > 0 && need.name.len <= NEEDS_NAME_MAX, "%s", required.at);
		cr_assert(count > 0 && count <= NEEDS_MAX, "%s", action_row((enum action)at)->name);
	}
}

Test(needs, a_declared_field_is_a_plain_name)
{
	static const char *const GOOD[] = {
		"a", "invoice_no", "items[]", "paid(bool)", "rows2(number)", "purpose"};
	static const char *const BAD[] = {"", "a,b", "2a", "_a", "A", "a b", "a?", "a(x|y)", "a|b", "a[",
		"a()", "(bool)", "[]", "an_name_that_is_longer_than_32_by"};
	for (size_t i = 0; i < sizeof GOOD / sizeof GOOD[0]; i++)
		cr_assert(needs_is_field(span_text(GOOD[i])), "%s", GOOD[i]);
	for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++)
		cr_assert(!needs_is_field(span_text(BAD[i])), "%s", BAD[i]);
}
