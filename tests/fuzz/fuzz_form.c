/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_form - hostile bytes as a form: what is taken is in order, each name once, and its canonical text reads back the
 * same. */
#include "server/api/form.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool claim)
{
	if (!claim)
		abort();
}

static void check_taken(const struct form *form, struct arena *arena)
{
	struct form again;
	scoped(buf) text = BUF(4 * 1024 * 1024);
	for (size_t i = 1; i < form->count; i++)
		expect(span_compare(form->pairs[i - 1].name, form->pairs[i].name) < 0);
	form_put_canonical(form, &text);
	expect(!err_failed(buf_check(&text)));
	expect(!err_failed(form_parse(buf_span(&text), arena, &again)) && again.count == form->count);
	for (size_t i = 0; i < form->count; i++)
		expect(span_equal(form->pairs[i].name, again.pairs[i].name) &&
			span_equal(form->pairs[i].value, again.pairs[i].value));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct form form = {.count = 0};
	scoped(arena) arena = ARENA(8 * 1024 * 1024);
	struct err err = form_parse(span_of(data, size), &arena, &form);
	if (err_failed(err))
		expect(form.count == 0);
	else
		check_taken(&form, &arena);
	return 0;
}
