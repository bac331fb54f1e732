/* SPDX-License-Identifier: Apache-2.0 */
/* The mails as a table. */
#include "policies/notices.h"

#include <criterion/criterion.h>

Test(notices, every_row_is_found_by_its_stored_number)
{
	size_t count = 0;
	for (const struct notice_row *row = notices_next(NULL); row; row = notices_next(row)) {
		cr_assert(notices_row(row->kind) == row);
		cr_assert(row->body_count > 0);
		count++;
	}
	cr_assert(count >= 6);
}

Test(notices, stored_numbers_never_change)
{
	cr_assert(NOTICE_LOGIN_CODE == 1 && NOTICE_FACTOR_CHANGED == 2 && NOTICE_CREDENTIAL_USED == 3);
	cr_assert(NOTICE_CREDENTIAL_REVEALED == 4 && NOTICE_ROTATION_DUE == 5 && NOTICE_LOCKED == 6);
}

Test(notices, an_unknown_number_has_no_row)
{
	cr_assert(notices_row((enum notice_kind)0) == NULL);
	cr_assert(notices_row((enum notice_kind)4095) == NULL);
}

Test(notices, no_subject_shows_a_code)
{
	for (const struct notice_row *row = notices_next(NULL); row; row = notices_next(row))
		for (unsigned language = 0; language < LANGUAGE_COUNT; language++)
			cr_assert(!strstr(messages_text((enum language)language, row->subject), "{code}"),
				"%s", row->name);
}

Test(notices, labels_stand_before_the_value_of_their_name)
{
	cr_assert(strcmp(notices_label(MESSAGE_LABEL_TIME), "time") == 0);
	cr_assert(strcmp(notices_label(MESSAGE_LABEL_DEVICE), "device") == 0);
	cr_assert(notices_label(MESSAGE_COMMON_GREETING) == NULL);
}

Test(notices, names_are_told_in_lower_case)
{
	scoped(buf) name = BUF(64);
	notices_put_name(notices_row(NOTICE_LOGIN_CODE), &name);
	cr_assert(span_is(buf_span(&name), "login_code"));
}
