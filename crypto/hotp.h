/* SPDX-License-Identifier: Apache-2.0 */
/* hotp - the codes of RFC 4226 for counters that follow each other. The seed is taken in once for all of them, nothing is
 * allocated, and what was made of the seed is wiped. */
#pragma once

#include "base/span.h"

enum hotp_hash { HOTP_SHA1, HOTP_SHA256, HOTP_SHA512 };

enum { HOTP_DIGITS_MAX = 8, HOTP_CODE = HOTP_DIGITS_MAX + 1 /* bytes, with the NUL */ };

struct hotp_ask {
	enum hotp_hash hash;
	struct span seed;
	unsigned digits; /* 1 to HOTP_DIGITS_MAX */
	uint64_t first;  /* counter */
	size_t count;
};

/* hotp_codes - count codes, that of the first counter first. A seed of any length gives codes: who asks refuses short ones.
 * Cost: two blocks of the hash, and two a code.
 * Source: RFC 4226 §5.3; RFC 6238 §1.2 for the longer hashes. */
void hotp_codes(const struct hotp_ask *ask, char (*codes)[HOTP_CODE]);
