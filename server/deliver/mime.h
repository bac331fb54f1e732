/* SPDX-License-Identifier: Apache-2.0 */
/* mime - the pieces of a mail: header lines that can't be broken out of, and a body in quoted-printable. */
#pragma once

#include "base/buf.h"
#include "base/clock.h"

/* mime_put_header - "Name: text" and CRLF. A text that is not short and plain ASCII is written as
 * encoded-words, folded.
 *
 *   text  UTF-8 without control characters, as mime_make_line leaves it
 * Source: RFC 5322 §2.2, RFC 2047 §2. */
void mime_put_header(struct buf *out, const char *name, struct span text);

/* mime_put_mailbox - "Name: =?UTF-8?B?…?= <address>" and CRLF; without a display text the address alone. */
void mime_put_mailbox(struct buf *out, const char *name, struct span display, struct span address);

/* mime_put_date - "Date: Sat, 21 Nov 2026 12:00:00 +0000" and CRLF. Source: RFC 5322 §3.3. */
void mime_put_date(struct buf *out, struct instant at);

/* mime_put_quoted - a text as quoted-printable; its LF become CRLF, its lines have at most 76 bytes. Source:
 * RFC 2045 §6.7. */
void mime_put_quoted(struct buf *out, struct span text);

/* mime_make_line - replace, in place and byte by byte, what some reader takes for the end of a line (C0, DEL,
 * C1, U+2028, U+2029) by '?'; in what is no UTF-8 also every byte over 0x7f. */
void mime_make_line(uint8_t *text, size_t len);
