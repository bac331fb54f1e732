/* SPDX-License-Identifier: Apache-2.0 */
/* text - UTF-8 as people write it: checking, NFC, case folding; hex and base64; digits of a typed code. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"

/* text_is_utf8 - well formed per RFC 3629: no surrogates, nothing overlong, at most U+10FFFF. */
bool text_is_utf8(struct span text);

/* text_normalise - NFC into the arena. Fails: INVALID not UTF-8 · NO_MEMORY. */
fallible text_normalise(struct span text, struct arena *arena, struct span *nfc);

/* text_fold - full case folding, then NFC: for comparing what people type. Fails as text_normalise. */
fallible text_fold(struct span text, struct arena *arena, struct span *folded);

/* text_fold_alike - text_fold for what looks alike: compatible forms (NFKC), each digit of any script as 0 to 9, and nothing that is not
 * seen. For finding what somebody wrote in another way, never for keeping. Fails as text_normalise. */
fallible text_fold_alike(struct span text, struct arena *arena, struct span *folded);

/* text_fold_phrase - text_fold_alike of words as they follow each other: any white space between two is one blank, and any dash a
 * hyphen. Fails as text_normalise. */
fallible text_fold_phrase(struct span text, struct arena *arena, struct span *folded);

/* text_has_digit - one of any script, full-width or raised ones too. */
bool text_has_digit(struct span text);

/* text_has - whether a part that is folded already (text_fold) stands in a text; case does not count. Fails as
 * text_normalise. */
fallible text_has(struct span text, struct span part, struct arena *arena, bool *has);

/* text_next_word - the next run of letters, digits and their marks; false at the end. Whatever is no UTF-8
 * ends a word.
 *
 *   rest  what is left to look through; shrinks */
bool text_next_word(struct span *rest, struct span *word);

/* text_cut - at most max bytes, never inside a character. */
struct span text_cut(struct span text, size_t max);

/* text_is_email - something@domain: one @, no space, control character or CR/LF, 3 to 254 bytes, a
 * dot-separated ASCII or UTF-8 domain. The only promise is that it can stand in an SMTP command. */
bool text_is_email(struct span text);

/* text_mask_email - i***@example.org, for showing; into out. */
void text_mask_email(struct span email, struct buf *out);

/* text_is_ref - a caller's own name for a thing: 1 to 128 of [A-Za-z0-9._:@+-], none of our prefixes in
 * front. */
bool text_is_ref(struct span text);

/* text_code - the digits of a typed code; spaces (also U+00A0 and U+202F) and dashes are dropped.
 *
 *   digits  NUL-ended, min to max digits
 * Fails: MALFORMED_CODE anything else stands in it, or fewer or more digits. */
fallible text_code(struct span typed, size_t min, size_t max, char *digits);

void text_put_hex(struct buf *out, struct span bytes);
fallible text_parse_hex(struct span text, uint8_t *out, size_t bytes); /* exactly bytes; INPUT */

/* base64 with padding (C2SP notes) and base64url without (tokens, headers). Decoding is strict: no spaces, no
 * wrong or missing padding, unused bits zero. Fails: INPUT. */
void text_put_base64(struct buf *out, struct span bytes);
void text_put_base64url(struct buf *out, struct span bytes);
fallible text_parse_base64(struct span text, struct buf *out);
fallible text_parse_base64url(struct span text, struct buf *out);

/* text_put_base32 - RFC 4648 without padding: TOTP secrets. Not constant-time: crypto/totp.c has its own for
 * stored seeds. */
void text_put_base32(struct buf *out, struct span bytes);

/* text_parse_base32 - upper or lower case, spaces and padding ignored; unused bits must be zero. Fails:
 * INPUT. */
fallible text_parse_base32(struct span text, struct buf *out);

/* text_put_percent - percent-encoded for a URI: unreserved characters of RFC 3986 stay. */
void text_put_percent(struct buf *out, struct span text);
