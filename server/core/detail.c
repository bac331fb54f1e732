/* SPDX-License-Identifier: Apache-2.0 */
/* detail - the two JSON shapes that an event's texts have. */
#include "server/core/detail.h"

#include "base/json_out.h"

bool detail_note(struct detail_changes *changes, const char *field, struct span before, struct span after)
{
	if (span_equal(before, after) || changes->count == DETAIL_CHANGES_MAX)
		return false;
	changes->rows[changes->count++] = (struct detail_change){field, before, after};
	return true;
}

fallible detail_print_changes(const struct detail_changes *changes, struct arena *arena, struct span *text)
{
	scoped(buf) json = BUF(DETAIL_MAX);
	struct json_out out = JSON_OUT(&json);
	json_out_open_array(&out, NULL);
	for (size_t i = 0; i < changes->count; i++) {
		const struct detail_change *change = &changes->rows[i];
		json_out_open(&out, NULL);
		json_out_text(&out, "field", change->field);
		if (change->before.len)
			json_out_span(&out, "before", change->before);
		if (change->after.len)
			json_out_span(&out, "after", change->after);
		json_out_close(&out);
	}
	json_out_close_array(&out);
	return buf_keep(&json, arena, text);
}

static void put_list(struct json_out *out, const struct detail_field *field)
{
	struct span rest = field->value, word;
	json_out_open_array(out, field->name);
	while (span_cut(&rest, ' ', &word))
		if (word.len)
			json_out_span(out, NULL, word);
	json_out_close_array(out);
}

static void put_field(struct json_out *out, const struct detail_field *field)
{
	switch (field->form) {
	case DETAIL_TEXT:
		json_out_span(out, field->name, field->value);
		break;
	case DETAIL_LIST:
		put_list(out, field);
		break;
	case DETAIL_NUMBER:
		json_out_raw(out, field->name, field->value);
		break;
	}
}

fallible detail_print(const struct detail_field *fields, size_t count, struct arena *arena, struct span *text)
{
	scoped(buf) json = BUF(DETAIL_MAX);
	struct json_out out = JSON_OUT(&json);
	json_out_open(&out, NULL);
	for (size_t i = 0; i < count; i++)
		put_field(&out, &fields[i]);
	json_out_close(&out);
	return buf_keep(&json, arena, text);
}
