/* SPDX-License-Identifier: Apache-2.0 */
/* Mails: in six languages, in the form that every reader takes, and never somebody else's words in a header.
 */
#include "server/deliver/mail.h"

#include "base/text.h"
#include "server/deliver/letter.h"
#include "tests/support/vectors.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

static const struct instant MADE = {1795262400000}; /* 2026-11-21T12:00:00Z, a Saturday */

static const struct message_value VALUES[] = {
	{"name", SPAN_LIT("Nagy Eszter")},
	{"app", SPAN_LIT("Bürobuch")},
	{"login", SPAN_LIT("eszter@tiszapart.example")},
	{"code", SPAN_LIT("482913")},
	{"minutes", SPAN_LIT("10")},
	{"time", SPAN_LIT("2026-10-12T14:35:07.123Z")},
	{"device", SPAN_LIT("Firefox = Linux")},
	{"ip", SPAN_LIT("192.0.2.17")},
	{"contact", SPAN_LIT("sec@tiszapart.example")},
};

enum { VALUE_COUNT = sizeof VALUES / sizeof VALUES[0], CODE = 3, DEVICE = 6 };

static struct mail_ask login_code(enum language language)
{
	return (struct mail_ask){.language = language,
		.kind = NOTICE_LOGIN_CODE,
		.id = "0123456789abcdef0123456789abcdef",
		.time = MADE,
		.from = SPAN_LIT("noreply@muniment.example"),
		.to = SPAN_LIT("eszter@tiszapart.example"),
		.sender = SPAN_LIT("Tiszapart Kft. – Szeged"),
		.values = VALUES,
		.count = VALUE_COUNT};
}

static void render(const struct mail_ask *ask, struct buf *mail)
{
	struct err err = mail_render(ask, mail);
	cr_assert(!err_failed(err), "%s", err.why);
	buf_put_u8(mail, 0);
	mail->len--;
}

static bool has(const struct buf *mail, const char *text)
{
	return strstr((const char *)mail->data, text) != NULL;
}

/* The body as its reader sees it. */
static void read_body(const struct buf *mail, struct buf *body)
{
	const char *at = strstr((const char *)mail->data, "\r\n\r\n") + 4;
	for (; *at; at++) {
		uint8_t byte;
		if (*at == '=' && at[1] == '\r') {
			at += 2;
		} else if (*at == '=') {
			cr_assert(!err_failed(text_parse_hex(span_of(at + 1, 2), &byte, 1)));
			buf_put_u8(body, byte);
			at += 2;
		} else if (*at != '\r') {
			buf_put_u8(body, (uint8_t)*at);
		}
	}
	buf_put_u8(body, 0);
	body->len--;
}

Test(mail, reads_as_agreed_in_every_language)
{
	for (unsigned language = 0; language < LANGUAGE_COUNT; language++) {
		scoped(buf) mail = BUF(LETTER_MAX);
		scoped(buf) golden = BUF(LETTER_MAX);
		char name[64];
		struct mail_ask ask = login_code((enum language)language);
		snprintf(name, sizeof name, "golden/mail_%s.eml", languages_code((enum language)language));
		render(&ask, &mail);
		vectors_read(name, &golden);
		cr_assert(span_equal(buf_span(&mail), buf_span(&golden)), "%s:\n%.*s", name,
			SPAN_FMT(buf_span(&mail)));
	}
}

Test(mail, times_have_the_form_of_their_language)
{
	static const char *const FORMS[LANGUAGE_COUNT] = {
		[LANGUAGE_EN] = "12 Oct 2026, 14:35 UTC",
		[LANGUAGE_BG] = "12.10.2026 г., 14:35 UTC",
		[LANGUAGE_SV] = "2026-10-12 14:35 UTC",
		[LANGUAGE_RU] = "12.10.2026 14:35 UTC",
		[LANGUAGE_HU] = "2026. 10. 12. 14:35 UTC",
		[LANGUAGE_FI] = "12.10.2026 klo 14.35 UTC",
	};
	for (unsigned language = 0; language < LANGUAGE_COUNT; language++) {
		scoped(buf) text = BUF(64);
		mail_put_time(&text, (enum language)language, (struct instant){1791815707123});
		cr_assert(span_is(buf_span(&text), FORMS[language]), "%.*s", SPAN_FMT(buf_span(&text)));
	}
}

Test(mail, headers_are_those_of_a_machine_that_writes_plain_text)
{
	scoped(buf) mail = BUF(LETTER_MAX);
	struct mail_ask ask = login_code(LANGUAGE_EN);
	render(&ask, &mail);
	cr_assert(has(&mail, "\r\nDate: Sat, 21 Nov 2026 12:00:00 +0000\r\n"));
	cr_assert(has(&mail, "\r\nMessage-ID: <0123456789abcdef0123456789abcdef@muniment.example>\r\n"));
	cr_assert(has(&mail, "\r\nTo: eszter@tiszapart.example\r\n") &&
		has(&mail, "\r\n <noreply@muniment.example>\r\n"));
	cr_assert(has(&mail, "\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n"));
	cr_assert(has(&mail, "\r\nAuto-Submitted: auto-generated\r\n"));
}

Test(mail, lines_are_short_and_ascii_and_end_with_crlf)
{
	for (unsigned language = 0; language < LANGUAGE_COUNT; language++) {
		scoped(buf) mail = BUF(LETTER_MAX);
		struct mail_ask ask = login_code((enum language)language);
		render(&ask, &mail);
		size_t column = 0;
		for (size_t i = 0; i < mail.len; i++) {
			bool ends = mail.data[i] == '\r';
			cr_assert(mail.data[i] < 0x80 &&
				(mail.data[i] == '\n') == (i > 0 && mail.data[i - 1] == '\r'));
			column = ends || mail.data[i] == '\n' ? 0 : column + 1;
			cr_assert(column <= 76, "line of %zu", column);
		}
	}
}

Test(mail, the_code_stands_in_the_body_and_not_in_the_subject)
{
	for (unsigned language = 0; language < LANGUAGE_COUNT; language++) {
		scoped(buf) mail = BUF(LETTER_MAX);
		scoped(buf) body = BUF(LETTER_MAX);
		struct mail_ask ask = login_code((enum language)language);
		render(&ask, &mail);
		read_body(&mail, &body);
		cr_assert(has(&body, "482913"));
		*strstr((char *)mail.data, "\r\n\r\n") = 0;
		cr_assert(!has(&mail, "482913"));
	}
}

Test(mail, labels_without_a_value_are_left_out)
{
	scoped(buf) mail = BUF(LETTER_MAX);
	scoped(buf) body = BUF(LETTER_MAX);
	struct message_value values[VALUE_COUNT];
	struct mail_ask ask = login_code(LANGUAGE_EN);
	memcpy(values, VALUES, sizeof values);
	values[DEVICE].name = "spare";
	ask.values = values;
	render(&ask, &mail);
	read_body(&mail, &body);
	cr_assert(!has(&body, "Device") &&
			has(&body, "\n\nTime: 12 Oct 2026, 14:35 UTC\nIP address: 192.0.2.17\n\n"),
		"%s", body.data);
}

Test(mail, a_text_without_its_value_is_never_sent)
{
	scoped(buf) mail = BUF(LETTER_MAX);
	struct mail_ask ask = login_code(LANGUAGE_EN);
	ask.count = CODE;
	cr_assert(mail_render(&ask, &mail).kind == ERR_BUG);
}

Test(mail, an_unknown_kind_is_never_sent)
{
	scoped(buf) mail = BUF(LETTER_MAX);
	struct mail_ask ask = login_code(LANGUAGE_EN);
	ask.kind = (enum notice_kind)999;
	cr_assert(mail_render(&ask, &mail).kind == ERR_BUG);
}

Test(mail, a_value_can_not_begin_a_header_or_a_line)
{
	static const char *const HOSTILE[] = {"x\r\nBcc: all@evil.example", "x\nBcc: all@evil.example",
		"x\rBcc: all@evil.example",
		"x\xc2\x85"
		"Bcc: all@evil.example",
		"x\xe2\x80\xa8"
		"Bcc: all@evil.example",
		"x\xff\xfe"
		"Bcc: all@evil.example"};
	for (size_t i = 0; i < sizeof HOSTILE / sizeof HOSTILE[0]; i++) {
		scoped(buf) mail = BUF(LETTER_MAX);
		scoped(buf) body = BUF(LETTER_MAX);
		struct message_value values[VALUE_COUNT];
		struct mail_ask ask = login_code(LANGUAGE_EN);
		memcpy(values, VALUES, sizeof values);
		for (size_t at = 0; at < VALUE_COUNT; at++)
			values[at].value = span_text(HOSTILE[i]);
		ask.values = values;
		ask.sender = span_text(HOSTILE[i]);
		render(&ask, &mail);
		read_body(&mail, &body);
		cr_assert(!has(&mail, "\nBcc") && !has(&body, "\nBcc") && !has(&mail, "\rBcc"));
		cr_assert(has(&body, "?Bcc: all@evil.example"), "%s", body.data);
	}
}

Test(mail, an_address_can_not_begin_a_header_or_name_another)
{
	static const char *const HOSTILE[] = {"a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example",
		"a@b.example>,<c@d.example", "", "nobody", "\"a b\"@c.example", "a@b.example\n",
		"(c)a@b.example"};
	for (size_t i = 0; i < sizeof HOSTILE / sizeof HOSTILE[0]; i++) {
		scoped(buf) mail = BUF(LETTER_MAX);
		struct mail_ask ask = login_code(LANGUAGE_EN);
		ask.to = span_text(HOSTILE[i]);
		cr_assert(mail_render(&ask, &mail).kind == ERR_INVALID, "%s", HOSTILE[i]);
		ask = login_code(LANGUAGE_EN);
		ask.from = span_text(HOSTILE[i]);
		cr_assert(mail_render(&ask, &mail).kind == ERR_INVALID, "%s", HOSTILE[i]);
	}
}

Test(mail, a_subject_that_looks_encoded_is_encoded)
{
	scoped(buf) mail = BUF(LETTER_MAX);
	struct message_value values[VALUE_COUNT];
	struct mail_ask ask = login_code(LANGUAGE_EN);
	memcpy(values, VALUES, sizeof values);
	values[1].value = SPAN_LIT("=?UTF-8?B?QQ==?=");
	ask.values = values;
	render(&ask, &mail);
	cr_assert(has(&mail, "\r\nSubject: =?UTF-8?B?PT9VVEYt"), "%s", mail.data);
}

Test(mail, a_very_long_value_is_cut_and_the_mail_still_goes)
{
	scoped(buf) mail = BUF(LETTER_MAX);
	struct message_value values[VALUE_COUNT];
	char text[6000];
	struct mail_ask ask = login_code(LANGUAGE_RU);
	memset(text, '=', sizeof text);
	for (size_t at = 0; at < VALUE_COUNT; at++)
		values[at] = (struct message_value){VALUES[at].name, span_of(text, sizeof text)};
	ask.values = values;
	render(&ask, &mail);
	cr_assert(mail.len < LETTER_MAX);
}

Test(mail, every_kind_can_be_rendered_in_every_language)
{
	static const char *const NAMES[] = {"name", "app", "login", "code", "minutes", "time", "device", "ip",
		"change", "actor", "label", "assistant", "task", "reason", "contact", "agency", "count",
		"left", "absent", "since", "until", "url", "week", "year", "hours", "uses", "reveals",
		"exports", "handovers", "alerts", "denied", "purchases", "seq", "hash", "helpers", "adjusted",
		"deposit", "left_out", "pruned", "grants", "changes", "approver", "place", "action"};
	struct message_value values[sizeof NAMES / sizeof NAMES[0]];
	for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++)
		values[i] = (struct message_value){NAMES[i], SPAN_LIT("v")};
	for (const struct notice_row *row = notices_next(NULL); row; row = notices_next(row))
		for (unsigned language = 0; language < LANGUAGE_COUNT; language++) {
			scoped(buf) mail = BUF(LETTER_MAX);
			struct mail_ask ask = login_code((enum language)language);
			ask.kind = row->kind;
			ask.values = values;
			ask.count = sizeof NAMES / sizeof NAMES[0];
			render(&ask, &mail);
		}
}

Test(mail, the_times_of_a_handover_are_shown_as_times_and_an_open_end_not_at_all)
{
	static const struct message_value values[] = {{"name", SPAN_LIT("Eva")},
		{"agency", SPAN_LIT("Koivu")}, {"assistant", SPAN_LIT("Tyyne")}, {"absent", SPAN_LIT("Aino")},
		{"since", SPAN_LIT("2026-10-13T08:28:00.000Z")},
		{"until", SPAN_LIT("2026-10-16T14:00:00.000Z")}};
	const size_t count = sizeof values / sizeof values[0];
	scoped(buf) mail = BUF(LETTER_MAX), open_end = BUF(LETTER_MAX);
	struct mail_ask ask = login_code(LANGUAGE_EN);
	ask.kind = NOTICE_HANDOVER_STARTED;
	ask.values = values;
	ask.count = count;
	render(&ask, &mail);
	buf_put_u8(&mail, 0);
	cr_assert(strstr((const char *)mail.data, "13 Oct 2026, 08:28 UTC"), "%s", (const char *)mail.data);
	cr_assert(!strstr((const char *)mail.data, "T08:28:00"), "%s", (const char *)mail.data);
	cr_assert(strstr((const char *)mail.data, "Tyyne") && strstr((const char *)mail.data, "Aino"));
	cr_assert(strstr((const char *)mail.data, "Planned end: 16 Oct 2026, 14:00 UTC"));
	ask.count = count - 1;
	render(&ask, &open_end);
	buf_put_u8(&open_end, 0);
	cr_assert(strstr((const char *)open_end.data, "Tyyne"));
	cr_assert(!strstr((const char *)open_end.data, "Planned end"), "%s", (const char *)open_end.data);
}
