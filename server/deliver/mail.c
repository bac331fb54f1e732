/* SPDX-License-Identifier: Apache-2.0 */
/* mail - headers, then one paragraph a message. */
#include "server/deliver/mail.h"

#include "base/arena.h"
#include "base/text.h"
#include "base/timestamp.h"
#include "server/deliver/mime.h"

enum {
	VALUES_MAX = 64,
	VALUE_MAX = 1000, /* bytes of one value; longer ones are cut */
	TIME_MAX = 64,
	ARENA_MAX = VALUES_MAX * (VALUE_MAX + TIME_MAX) * 2,
	BODY_MAX = 32 * 1024,
	SUBJECT_MAX = 4096,
};

/* How a language writes a date: D day, M month, Y year with two, two and four digits, N the month's English
 * name, H hour, I minute; everything else stands for itself. Source: the project's list of mail texts,
 * checked by readers of each language. */
static const char *const TIMES[LANGUAGE_COUNT] = {
	[LANGUAGE_EN] = "D N Y, H:I",
	[LANGUAGE_BG] = "D.M.Y г., H:I",
	[LANGUAGE_SV] = "Y-M-D H:I",
	[LANGUAGE_RU] = "D.M.Y H:I",
	[LANGUAGE_HU] = "Y. M. D. H:I",
	[LANGUAGE_FI] = "D.M.Y klo H.I",
};

static void put_part(struct buf *out, char part, const char *rfc3339)
{
	static const char MONTHS[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	size_t month = (size_t)(rfc3339[5] - '0') * 10 + (size_t)(rfc3339[6] - '0');
	switch (part) {
	case 'Y':
		buf_printf(out, "%.4s", rfc3339);
		return;
	case 'M':
		buf_printf(out, "%.2s", rfc3339 + 5);
		return;
	case 'N':
		buf_printf(out, "%.3s", MONTHS + 3 * (month - 1));
		return;
	case 'D':
		buf_printf(out, "%.2s", rfc3339 + 8);
		return;
	case 'H':
		buf_printf(out, "%.2s", rfc3339 + 11);
		return;
	case 'I':
		buf_printf(out, "%.2s", rfc3339 + 14);
		return;
	default:
		buf_put_u8(out, (uint8_t)part);
		return;
	}
}

void mail_put_time(struct buf *out, enum language language, struct instant at)
{
	char rfc3339[TIMESTAMP_TEXT + 1];
	timestamp_print(at, rfc3339);
	for (const char *form = TIMES[language]; *form; form++)
		put_part(out, *form, rfc3339);
	buf_put_text(out, " UTC");
}

/* ---- values ---- */

/* What the texts are filled with: the caller's values as lines, the time in the reader's form. */
struct filled {
	struct message_value values[VALUES_MAX];
	size_t count;
	struct span sender;
	struct arena arena;
};

static void filled_done(struct filled *filled)
{
	arena_done(&filled->arena);
}

/* A value as one line. What could end it becomes '?': a device whose name holds a line break must not keep
 * its owner from being told. */
static fallible take_line(struct filled *filled, struct span text, struct span *line)
{
	struct span cut = text_is_utf8(text) ? text_cut(text, VALUE_MAX) : span_first(text, VALUE_MAX);
	char *copy = arena_text(&filled->arena, cut);
	if (!copy)
		return FAIL(NO_MEMORY, "there is no memory for a mail");
	mime_make_line((uint8_t *)copy, cut.len);
	*line = span_of(copy, cut.len);
	return OK;
}

static fallible take_time(struct filled *filled, enum language language, struct instant at, struct span *text)
{
	scoped(buf) shown = BUF(TIME_MAX);
	mail_put_time(&shown, language, at);
	TRY(buf_check(&shown));
	return take_line(filled, buf_span(&shown), text);
}

/* Names of values that are shown as a time, when they are one. */
static bool is_time_name(const char *name)
{
	return strcmp(name, "time") == 0 || strcmp(name, "since") == 0 || strcmp(name, "until") == 0;
}

static fallible fill(const struct mail_ask *ask, struct filled *filled)
{
	struct instant at;
	if (ask->count > VALUES_MAX)
		return FAIL(BUG, "a mail has more values than any text uses");
	filled->count = ask->count;
	for (size_t i = 0; i < ask->count; i++) {
		const struct message_value *value = &ask->values[i];
		bool is_time = is_time_name(value->name) && !err_failed(timestamp_parse(value->value, &at));
		filled->values[i].name = value->name;
		if (is_time)
			TRY(take_time(filled, ask->language, at, &filled->values[i].value));
		else
			TRY(take_line(filled, value->value, &filled->values[i].value));
	}
	return take_line(filled, ask->sender, &filled->sender);
}

static const struct message_value *find_value(const struct filled *filled, const char *name)
{
	for (size_t i = 0; i < filled->count; i++)
		if (strcmp(filled->values[i].name, name) == 0)
			return &filled->values[i];
	return NULL;
}

/* ---- text ---- */

static fallible put_message(
	const struct mail_ask *ask, const struct filled *filled, enum message message, struct buf *out)
{
	const struct messages_ask render = {ask->language, message, filled->values, filled->count};
	return messages_render(out, &render);
}

/* "Device: Firefox on Linux", in a block with its neighbours. */
static void put_label(
	const struct mail_ask *ask, const struct message_value *value, enum message message, struct buf *body)
{
	buf_printf(body, "%s: ", messages_text(ask->language, message));
	buf_put(body, value->value);
	buf_put_u8(body, '\n');
}

static fallible put_body(const struct mail_ask *ask, const struct notice_row *row,
	const struct filled *filled, struct buf *body)
{
	bool after_label = false;
	for (size_t i = 0; i < row->body_count; i++) {
		enum message message = (enum message)row->body[i];
		const char *label = notices_label(message);
		const struct message_value *value = label ? find_value(filled, label) : NULL;
		if (label && !value)
			continue;
		if (body->len > 0 && !(label && after_label))
			buf_put_u8(body, '\n');
		after_label = label != NULL;
		if (label) {
			put_label(ask, value, message, body);
			continue;
		}
		TRY(put_message(ask, filled, message, body));
		buf_put_u8(body, '\n');
	}
	return buf_check(body);
}

/* ---- headers ---- */

/* An address stands in headers and in SMTP commands as it is: nothing in it may end or open either. */
static bool is_address(struct span address)
{
	static const char SPECIAL[] = "<>()[],:;\\\" ";
	for (size_t i = 0; i < address.len; i++)
		if (address.at[i] && strchr(SPECIAL, address.at[i]))
			return false;
	return text_is_email(address);
}

static struct span domain_of(struct span address)
{
	struct span local;
	(void)span_cut(&address, '@', &local);
	return address;
}

static void put_headers(const struct mail_ask *ask, struct span sender, struct span subject, struct buf *out)
{
	mime_put_mailbox(out, "From", sender, ask->from);
	mime_put_mailbox(out, "To", SPAN_NONE, ask->to);
	mime_put_header(out, "Subject", subject);
	mime_put_date(out, ask->time);
	buf_printf(out, "Message-ID: <%s@%.*s>\r\n", ask->id, SPAN_FMT(domain_of(ask->from)));
	buf_put_text(out,
		"MIME-Version: 1.0\r\n"
		"Content-Type: text/plain; charset=UTF-8\r\n"
		"Content-Transfer-Encoding: quoted-printable\r\n");
	buf_printf(out, "Content-Language: %s\r\n", languages_code(ask->language));
	/* No out-of-office answer to a machine (RFC 3834 §5). */
	buf_put_text(out, "Auto-Submitted: auto-generated\r\n\r\n");
}

static fallible render(const struct mail_ask *ask, const struct notice_row *row, struct buf *subject,
	struct buf *body, struct buf *out)
{
	scoped(filled) filled = {.arena = ARENA(ARENA_MAX)};
	TRY(fill(ask, &filled));
	TRY(put_message(ask, &filled, row->subject, subject));
	TRY(put_body(ask, row, &filled, body));
	put_headers(ask, filled.sender, buf_span(subject), out);
	mime_put_quoted(out, buf_span(body));
	return buf_check(out);
}

fallible mail_render(const struct mail_ask *ask, struct buf *out)
{
	const struct notice_row *row = notices_row(ask->kind);
	if (!row)
		return FAIL(BUG, "a notice is of no known kind");
	if (!is_address(ask->from) || !is_address(ask->to))
		return FAIL(INVALID, "an address can't stand in a mail");
	scoped(buf) subject = BUF(SUBJECT_MAX);
	scoped(buf) body = BUF(BODY_MAX);
	struct err err = render(ask, row, &subject, &body, out);
	/* A code stood in it. */
	if (body.data)
		explicit_bzero(body.data, body.cap);
	return err;
}
