/* SPDX-License-Identifier: Apache-2.0 */
/* test_rotator - what the server says of a rotation is read back, and nothing else is. */
#include "server/rotator.h"

#include <criterion/criterion.h>

enum { TEXT_MAX = 512 };

static const struct rotator_report REPORTS[] = {
	{ROTATOR_IDLE, 0, 0, 0, NULL},
	{ROTATOR_RUNNING, 250, 100000, 0, NULL},
	{ROTATOR_IDLE, 100000, 100000, 3, NULL},
	{ROTATOR_STUCK, 7, 9, 1, "the store is full, and so is the disk"},
};

Test(rotator, says_what_is_read_back)
{
	for (size_t i = 0; i < sizeof REPORTS / sizeof REPORTS[0]; i++) {
		scoped(buf) text = BUF(TEXT_MAX);
		struct rotator_report read;
		struct span why;
		rotator_print(&REPORTS[i], &text);
		cr_assert(!err_failed(rotator_read(buf_span(&text), &read, &why)));
		cr_assert(read.state == REPORTS[i].state && read.done == REPORTS[i].done);
		cr_assert(read.all == REPORTS[i].all && read.left == REPORTS[i].left);
		cr_assert(span_is(why, REPORTS[i].why ? REPORTS[i].why : ""));
	}
}

Test(rotator, of_which_something_else_is_said_is_not_read)
{
	static const char *const WRONG[] = {"", "idle", "idle 1", "idle 1 2", "Idle 1 2 3 ", "gone 1 2 3 ",
		"idle -1 2 3 ", "running 1 x 3 ", "running 1  2 3", "stuck 99999999999999999999 1 1 x",
		" idle 1 2 3 "};
	for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
		struct rotator_report read = {.done = 77};
		struct span why;
		cr_assert(rotator_read(span_text(WRONG[i]), &read, &why).kind == ERR_INPUT, "%s", WRONG[i]);
		cr_assert(read.done == 77);
	}
}
