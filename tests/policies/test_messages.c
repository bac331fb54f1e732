/* SPDX-License-Identifier: Apache-2.0 */
/* Message texts: complete in six languages, and values that can't break out of their line. */
#include "base/text.h"
#include "policies/messages.h"

#include <criterion/criterion.h>

#include <stdio.h>

/* What a render gives, or the kind of its failure. */
static enum err_kind render(
	struct buf *out, enum message message, const struct message_value *values, size_t count)
{
	return messages_render(out, &(struct messages_ask){LANGUAGE_EN, message, values, count}).kind;
}

Test(messages, every_language_has_every_text)
{
	for (unsigned language = 0; language < LANGUAGE_COUNT; language++)
		for (unsigned message = 0; message < MESSAGE_COUNT; message++) {
			const char *text = messages_text((enum language)language, (enum message)message);
			cr_assert(text != NULL && *text, "%s lacks %s",
				languages_code((enum language)language), messages_key((enum message)message));
			cr_assert(text_is_utf8(span_text(text)));
			cr_assert(!strpbrk(text, "\r\n\t"));
		}
}

/* Whether each {placeholder} of one text stands in the other as well. */
static bool has_placeholders_of(const char *text, const char *other)
{
	struct span rest = span_text(other);
	struct span skipped;
	struct span name;
	while (span_cut(&rest, '{', &skipped) && rest.at && span_cut(&rest, '}', &name)) {
		char wanted[64];
		snprintf(wanted, sizeof wanted, "{%.*s}", SPAN_FMT(name));
		if (!strstr(text, wanted))
			return false;
	}
	return true;
}

Test(messages, placeholders_are_the_same_in_every_language)
{
	for (unsigned language = 1; language < LANGUAGE_COUNT; language++)
		for (unsigned message = 0; message < MESSAGE_COUNT; message++) {
			const char *text = messages_text((enum language)language, (enum message)message);
			const char *english = messages_text(LANGUAGE_EN, (enum message)message);
			cr_assert(has_placeholders_of(text, english) && has_placeholders_of(english, text),
				"%s %s", languages_code((enum language)language),
				messages_key((enum message)message));
		}
}

Test(messages, each_has_a_key_of_its_own)
{
	for (unsigned one = 0; one < MESSAGE_COUNT; one++)
		for (unsigned other = 0; other < one; other++)
			cr_assert(strcmp(messages_key((enum message)one),
					  messages_key((enum message)other)) != 0,
				"%s", messages_key((enum message)one));
}

Test(messages, no_subject_holds_a_code)
{
	for (unsigned message = 0; message < MESSAGE_COUNT; message++)
		if (strstr(messages_key((enum message)message), ".subject"))
			cr_assert(!strstr(messages_text(LANGUAGE_EN, (enum message)message), "{code}"));
}

Test(messages, values_stand_in_their_places)
{
	static const struct message_value VALUES[] = {
		{"login", SPAN_LIT("ilona")}, {"app", SPAN_LIT("Desk")}};
	scoped(buf) out = BUF(1024);
	cr_assert(render(&out, MESSAGE_LOGIN_CODE_INTRO, VALUES, 2) == ERR_NONE);
	cr_assert(span_is(buf_span(&out), "Someone (we hope it is you) is signing in to Desk as ilona."));
}

Test(messages, a_text_is_added_behind_what_stands_there)
{
	static const struct message_value VALUES[] = {{"code", SPAN_LIT("123456")}};
	scoped(buf) out = BUF(1024);
	buf_put_text(&out, "> ");
	cr_assert(render(&out, MESSAGE_LOGIN_CODE_CODE, VALUES, 1) == ERR_NONE);
	cr_assert(span_is(buf_span(&out), "> Sign-in code: 123456"));
}

Test(messages, a_text_without_placeholders_needs_no_values)
{
	scoped(buf) out = BUF(1024);
	cr_assert(render(&out, MESSAGE_LABEL_TIME, NULL, 0) == ERR_NONE);
	cr_assert(span_is(buf_span(&out), "Time"));
}

Test(messages, a_value_with_braces_is_not_filled_in_again)
{
	static const struct message_value VALUES[] = {{"login", SPAN_LIT("{app} }{ {login}")},
		{"app", SPAN_LIT("{code}")}, {"code", SPAN_LIT("1")}};
	scoped(buf) out = BUF(1024);
	cr_assert(render(&out, MESSAGE_LOGIN_CODE_INTRO, VALUES, 3) == ERR_NONE);
	cr_assert(span_is(
		buf_span(&out), "Someone (we hope it is you) is signing in to {code} as {app} }{ {login}."));
}

Test(messages, a_placeholder_without_a_value_is_refused_and_nothing_is_written)
{
	static const struct message_value VALUES[] = {
		{"app", SPAN_LIT("Desk")}, {"Login", SPAN_LIT("ilona")}};
	scoped(buf) out = BUF(1024);
	cr_assert(render(&out, MESSAGE_LOGIN_CODE_INTRO, VALUES, 2) == ERR_BUG);
	cr_assert(out.len == 0 && !err_failed(buf_check(&out)));
}

Test(messages, a_value_that_ends_the_line_is_refused_and_nothing_is_written)
{
	static const struct span HOSTILE[] = {SPAN_LIT("x\r\nBcc: y@example.org"), SPAN_LIT("x\ny"),
		SPAN_LIT("x\r"), SPAN_LIT("\n"), SPAN_LIT("a\0b"), SPAN_LIT("a\x7f"), SPAN_LIT("a\x1b[2J"),
		SPAN_LIT("a\xc2\x85z"), SPAN_LIT("a\xe2\x80\xa8z"), SPAN_LIT("a\xe2\x80\xa9")};
	for (size_t at = 0; at < sizeof HOSTILE / sizeof HOSTILE[0]; at++) {
		struct message_value value = {"app", HOSTILE[at]};
		scoped(buf) out = BUF(1024);
		cr_assert(render(&out, MESSAGE_LOGIN_CODE_SUBJECT, &value, 1) == ERR_INVALID, "%zu", at);
		cr_assert(out.len == 0);
	}
}

Test(messages, letters_of_every_language_are_welcome_as_values)
{
	static const struct message_value VALUES[] = {{"app", SPAN_LIT("Брезовица \xe2\x80\x94 Ősz")}};
	scoped(buf) out = BUF(1024);
	cr_assert(render(&out, MESSAGE_LOGIN_CODE_SUBJECT, VALUES, 1) == ERR_NONE);
}

Test(messages, a_buffer_that_is_full_says_so)
{
	static const struct message_value VALUES[] = {{"app", SPAN_LIT("Desk")}};
	scoped(buf) out = BUF(8);
	cr_assert(render(&out, MESSAGE_LOGIN_CODE_SUBJECT, VALUES, 1) == ERR_TOO_LARGE);
}
