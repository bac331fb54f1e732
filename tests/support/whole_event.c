/* SPDX-License-Identifier: Apache-2.0 */
/* whole_event - values by place and form. */
#include "tests/support/whole_event.h"

struct span whole_event_first(struct span names)
{
	struct span first = SPAN_NONE;
	span_cut(&names, '|', &first);
	return first;
}

static void put_value(struct buf *body, const struct need *need)
{
	static const char *const PLACES[] = {
		[NEEDS_OBJECT] = "{\"type\":\"order\",\"id\":\"o1\"}",
		[NEEDS_COUNT] = "3",
		[NEEDS_PURPOSE] = "\"a reason to look\"",
		[NEEDS_CHANGES] = "[{\"field\":\"price\",\"before\":1,\"after\":2}]",
	};
	static const char *const FORMS[] = {[NEEDS_ANYTHING] = "\"x\"",
		[NEEDS_BOOL] = "false",
		[NEEDS_NUMBER] = "7",
		[NEEDS_LIST] = "[\"x\"]"};
	if (need->form == NEEDS_WORD)
		buf_printf(body, "\"%.*s\"", SPAN_FMT(whole_event_first(need->choices)));
	else if (need->place == NEEDS_DETAIL || need->place == NEEDS_REASON)
		buf_put_text(body, FORMS[need->form]);
	else
		buf_put_text(body, PLACES[need->place]);
}

static void put_name(struct buf *body, struct span name)
{
	if (body->data[body->len - 1] != '{')
		buf_put_u8(body, ',');
	buf_printf(body, "\"%.*s\":", SPAN_FMT(name));
}

static void put_members(struct buf *body, const struct action_row *row, struct span left_out, unsigned places)
{
	struct span required = span_text(row->required), rest = required;
	struct need need;
	while (needs_next(required, &rest, &need)) {
		struct span name = whole_event_first(need.name);
		if (!(places & 1u << need.place) || span_equal(name, left_out))
			continue;
		put_name(body, name);
		put_value(body, &need);
	}
}

void whole_event_put(struct buf *body, const struct action_row *row, struct span left_out, unsigned skipped)
{
	put_members(body, row, left_out, ~(skipped | 1u << NEEDS_DETAIL));
	put_name(body, SPAN_LIT("detail"));
	buf_put_u8(body, '{');
	put_members(body, row, left_out, 1u << NEEDS_DETAIL);
	buf_put_u8(body, '}');
}
