/* SPDX-License-Identifier: Apache-2.0 */
/* form - pairs, kept in order. */
#include "server/api/form.h"

#include "base/text.h"
#include "server/http/target.h"

static fallible add(struct form *form, struct form_pair pair)
{
	size_t at = form->count;
	if (form->count == FORM_MAX)
		return FAIL(INPUT, "a form has too many fields");
	while (at > 0 && span_compare(form->pairs[at - 1].name, pair.name) > 0)
		at--;
	if (at > 0 && span_equal(form->pairs[at - 1].name, pair.name))
		return FAIL(INPUT, "a form has one field twice");
	memmove(&form->pairs[at + 1], &form->pairs[at], (form->count - at) * sizeof pair);
	form->pairs[at] = pair;
	form->count++;
	return OK;
}

fallible form_parse(struct span body, struct arena *arena, struct form *form)
{
	size_t at = 0;
	struct err err;
	struct form_pair pair;
	struct form read = {.count = 0};
	while (target_parameter(body, &at, arena, &pair.name, &pair.value, &err))
		TRY(add(&read, pair));
	TRY(err);
	*form = read;
	return OK;
}

struct span form_value(const struct form *form, const char *name)
{
	for (size_t i = 0; i < form->count; i++)
		if (span_is(form->pairs[i].name, name))
			return form->pairs[i].value;
	return SPAN_NONE;
}

void form_put_canonical(const struct form *form, struct buf *out)
{
	for (size_t i = 0; i < form->count; i++) {
		buf_put_text(out, i ? "&" : "");
		text_put_percent(out, form->pairs[i].name);
		buf_put_u8(out, '=');
		text_put_percent(out, form->pairs[i].value);
	}
}
