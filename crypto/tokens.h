/* SPDX-License-Identifier: Apache-2.0 */
/* tokens - bearer tokens: a prefix, 30 base62 characters, 6 base62 characters of CRC-32; only a keyed hash is
 * stored. */
#pragma once

#include "base/err.h"
#include "base/span.h"
#include "crypto/hash.h"

enum { TOKEN_TEXT = 8 + 30 + 6 }; /* mun_app_ and 36 characters */

/* Stored numbers: never renumber. mun_app_ mun_per_ mun_opr_ mun_ses_ */
enum token_kind { TOKEN_APPLICATION, TOKEN_PERSON, TOKEN_OPERATOR, TOKEN_SESSION };

/* tokens_make - draw a new one: TOKEN_TEXT bytes and a NUL. The caller wipes it. */
void tokens_make(enum token_kind kind, char out[static TOKEN_TEXT + 1]);

/* tokens_check - form and check digits. Fails: STRANGER. */
fallible tokens_check(struct span text, enum token_kind *kind);

/* A one-time code or enrolment code: decimal digits with leading zeros kept. digits 6 to 9; out takes digits
 * + 1 bytes. */
void tokens_make_digits(size_t digits, char *out);
