/* SPDX-License-Identifier: Apache-2.0 */
/* test_form - forms as other programs send them, and forms that could be read in two ways. */
#include "server/api/form.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { ARENA_BYTES = 64 * 1024 };

static struct err parse(const char *body, struct arena *arena, struct form *form)
{
	return form_parse(span_text(body), arena, form);
}

Test(form, finds_each_field_by_its_name)
{
	struct form form;
	scoped(arena) arena = ARENA(ARENA_BYTES);
	cr_assert(!err_failed(parse("user=anna%40example.org&pass=123+456&realm=&empty", &arena, &form)));
	cr_assert(form.count == 4);
	cr_assert(span_is(form_value(&form, "user"), "anna@example.org"));
	cr_assert(span_is(form_value(&form, "pass"), "123 456"), "a plus is a space");
	cr_assert(form_value(&form, "realm").len == 0 && form_value(&form, "empty").len == 0);
	cr_assert(form_value(&form, "User").at == NULL && form_value(&form, "us").at == NULL);
}

Test(form, of_an_empty_body_has_no_field)
{
	struct form form;
	scoped(arena) arena = ARENA(ARENA_BYTES);
	cr_assert(!err_failed(parse("", &arena, &form)) && form.count == 0);
	cr_assert(!err_failed(parse("&&&", &arena, &form)) && form.count == 0);
}

Test(form, with_one_field_twice_is_refused_however_it_is_written)
{
	static const char *const BAD[] = {"a=1&a=1", "a=1&b=2&a=3", "a=1&%61=2", "a&a"};
	struct form form = {.count = 99};
	scoped(arena) arena = ARENA(ARENA_BYTES);
	for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++)
		cr_assert(parse(BAD[i], &arena, &form).kind == ERR_INPUT, "%s", BAD[i]);
	cr_assert(form.count == 99, "and nothing of it is handed out");
}

Test(form, with_a_bad_escape_or_no_utf_8_is_refused)
{
	static const char *const BAD[] = {"a=%", "a=%4", "a=%zz", "a=%00", "%=1", "a=%ff", "a=\xff"};
	struct form form;
	scoped(arena) arena = ARENA(ARENA_BYTES);
	for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++)
		cr_assert(parse(BAD[i], &arena, &form).kind == ERR_INPUT, "%s", BAD[i]);
}

Test(form, holds_so_many_fields_and_no_more)
{
	struct form form;
	scoped(arena) arena = ARENA(ARENA_BYTES);
	scoped(buf) body = BUF(4096);
	for (unsigned i = 0; i < FORM_MAX; i++)
		buf_printf(&body, "f%u=1&", i);
	cr_assert(!err_failed(form_parse(buf_span(&body), &arena, &form)) && form.count == FORM_MAX);
	buf_put_text(&body, "more=1");
	cr_assert(form_parse(buf_span(&body), &arena, &form).kind == ERR_INPUT);
}

Test(form, is_written_in_the_order_of_names_with_capital_escapes)
{
	struct form form;
	scoped(arena) arena = ARENA(ARENA_BYTES);
	scoped(buf) out = BUF(4096);
	cr_assert(!err_failed(parse("username=root&realname=First%20Last&z=%c3%a9~&a=%2f", &arena, &form)));
	form_put_canonical(&form, &out);
	cr_assert(span_is(buf_span(&out), "a=%2F&realname=First%20Last&username=root&z=%C3%A9~"));
}
