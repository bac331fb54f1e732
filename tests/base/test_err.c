/* SPDX-License-Identifier: Apache-2.0 */
/* What err.def and the control macros promise. */
#include "base/err.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

static fallible pass_up(struct err inner, int *reached)
{
	TRY(inner);
	*reached = 1;
	return OK;
}

Test(err, ok_is_no_failure)
{
	cr_assert(!err_failed(OK));
	cr_assert(OK.code == CODE_NONE);
}

Test(err, a_failure_names_its_kind_code_reason_and_place)
{
	struct err err = FAIL(EXPIRED, "it has ended");
	cr_assert(err_failed(err));
	cr_assert(err.kind == ERR_EXPIRED && err.code == CODE_EXPIRED);
	cr_assert_str_eq(err.why, "it has ended");
	cr_assert(strstr(err.at, "test_err.c:") != NULL, "%s", err.at);
}

Test(err, a_further_code_carries_the_kind_of_its_row)
{
	struct err err = FAIL_CODE(MALFORMED_CODE, "no digits");
	cr_assert(err.kind == ERR_INVALID && err.code == CODE_MALFORMED_CODE);
	err = FAIL_CODE(SEALED, "sealed");
	cr_assert(err.kind == ERR_BUSY && err.code == CODE_SEALED);
}

Test(err, no_room_is_that_of_the_disk_of_a_quota_or_of_a_file)
{
	cr_assert(err_is_full(ENOSPC) && err_is_full(EDQUOT) && err_is_full(EFBIG));
	cr_assert(!err_is_full(0) && !err_is_full(EIO) && !err_is_full(EACCES));
}

Test(err, try_passes_a_failure_up_untouched)
{
	int reached = 0;
	struct err first = FAIL(CORRUPT, "damaged");
	struct err err = pass_up(first, &reached);
	cr_assert(reached == 0);
	cr_assert(err.kind == first.kind && err.code == first.code && err.why == first.why &&
		err.at == first.at);
}

Test(err, try_goes_on_after_success)
{
	int reached = 0;
	struct err err = pass_up(OK, &reached);
	cr_assert(reached == 1 && !err_failed(err));
}

Test(err, no_code_is_success)
{
	cr_assert(err_row(CODE_NONE)->status == 200);
	cr_assert(err_row(CODE_NONE)->exit_code == 0);
	cr_assert(err_row(CODE_NONE)->kind == ERR_NONE);
}

Test(err, every_code_has_a_whole_row)
{
	for (enum err_code code = CODE_NONE + 1; code < CODE_COUNT; code++) {
		const struct err_row *row = err_row(code);
		cr_assert(row->kind != ERR_NONE, "code %d has no kind", code);
		cr_assert(
			row->status >= 400 && row->status <= 599, "%s has status %d", row->name, row->status);
		cr_assert(row->exit_code >= 1 && row->exit_code <= 5, "%s has exit code %d", row->name,
			row->exit_code);
		cr_assert(row->title[0] != '\0' &&
				row->name[strspn(row->name, "abcdefghijklmnopqrstuvwxyz_")] == '\0',
			"%s is not a name in lower case", row->name);
	}
}

Test(err, every_public_name_stands_once)
{
	for (enum err_code a = CODE_NONE; a < CODE_COUNT; a++)
		for (enum err_code b = a + 1; b < CODE_COUNT; b++)
			cr_assert(strcmp(err_row(a)->name, err_row(b)->name) != 0, "%s stands twice",
				err_row(a)->name);
}
