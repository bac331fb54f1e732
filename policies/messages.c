/* SPDX-License-Identifier: Apache-2.0 */
/* messages - the rows made from strings.json as a table, and one pass that fills in values. */
#include "policies/messages.h"

#include <assert.h>

static const char *const KEYS[MESSAGE_COUNT] = {
#define MESSAGE(id, key) [MESSAGE_##id] = (key),
#define TEXT(language, id, text)
#include "policies/messages.inc"
#undef MESSAGE
#undef TEXT
};

static const char *const TEXTS[LANGUAGE_COUNT][MESSAGE_COUNT] = {
#define MESSAGE(id, key)
#define TEXT(language, id, text) [LANGUAGE_##language][MESSAGE_##id] = (text),
#include "policies/messages.inc"
#undef MESSAGE
#undef TEXT
};

const char *messages_key(enum message message)
{
	assert(message < MESSAGE_COUNT);
	return KEYS[message];
}

const char *messages_text(enum language language, enum message message)
{
	assert(language < LANGUAGE_COUNT && message < MESSAGE_COUNT);
	return TEXTS[language][message];
}

/* C0 controls and DEL as bytes; C1 controls, LINE and PARAGRAPH SEPARATOR as their UTF-8: all that some
 * reader takes for the end of a line. */
static bool has_control(struct span text)
{
	for (size_t at = 0; at < text.len; at++) {
		struct span rest = span_from(text, at);
		if (rest.at[0] < 0x20 || rest.at[0] == 0x7f)
			return true;
		if (rest.len > 1 && rest.at[0] == 0xc2 && rest.at[1] >= 0x80 && rest.at[1] < 0xa0)
			return true;
		if (span_starts(rest, SPAN_LIT("\xe2\x80\xa8")) ||
			span_starts(rest, SPAN_LIT("\xe2\x80\xa9")))
			return true;
	}
	return false;
}

static const struct message_value *find_value(const struct messages_ask *ask, struct span name)
{
	for (size_t at = 0; at < ask->count; at++)
		if (span_is(name, ask->values[at].name))
			return &ask->values[at];
	return NULL;
}

/* Takes the text up to the next placeholder, and the placeholder's name; false when no placeholder is left.
 */
static bool next_placeholder(struct span *text, struct span *before, struct span *name)
{
	if (!span_cut(text, '{', before) || !text->at)
		return false;
	return span_cut(text, '}', name);
}

/* Everything is checked before the first byte is written. */
static fallible check_values(const struct messages_ask *ask)
{
	for (size_t at = 0; at < ask->count; at++)
		if (has_control(ask->values[at].value))
			return FAIL(INVALID, "a value holds a control character");
	struct span text = span_text(messages_text(ask->language, ask->message));
	struct span before;
	struct span name;
	while (next_placeholder(&text, &before, &name))
		if (!find_value(ask, name))
			return FAIL(BUG, "a placeholder has no value");
	return OK;
}

fallible messages_render(struct buf *out, const struct messages_ask *ask)
{
	TRY(check_values(ask));
	struct span text = span_text(messages_text(ask->language, ask->message));
	struct span before;
	struct span name;
	while (next_placeholder(&text, &before, &name)) {
		buf_put(out, before);
		buf_put(out, find_value(ask, name)->value);
	}
	buf_put(out, before);
	return buf_check(out);
}
