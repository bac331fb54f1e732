/* SPDX-License-Identifier: Apache-2.0 */
/* recovery_codes - sixteen characters that nobody confuses, 80 bits: drawn, read as people type them, hashed. */
#pragma once

#include "server/core/server.h"
#include "store/nouns/recovery.h"

enum {
	RECOVERY_CODES_PLAIN = 16,     /* characters that count */
	RECOVERY_CODES_TEXT = 19,      /* XXXX-XXXX-XXXX-XXXX, as it is shown */
	RECOVERY_CODES_TYPED_MAX = 64, /* with spaces, dashes, small letters */
};

/* recovery_codes_draw - one code as it is shown, and its hash: bound to tenant and person, so that it is right nowhere
 * else. */
void recovery_codes_draw(const struct keeper *keeper, struct id tenant, struct id person,
	char text[static RECOVERY_CODES_TEXT + 1], uint8_t hash[static HASH_BLAKE]);

/* recovery_codes_parse - what was typed: in either case, spaces and dashes anywhere, I and L for 1, O for 0.
 *
 *   code  RECOVERY_CODES_PLAIN characters of 0-9, A-Z without I, L, O, U; not NUL-ended
 * Fails: MALFORMED_CODE it can't be a code. */
fallible recovery_codes_parse(struct span typed, char code[static RECOVERY_CODES_PLAIN]);

/* recovery_codes_hash - the same, hashed. Fails: as recovery_codes_parse. */
fallible recovery_codes_hash(const struct keeper *keeper, struct id tenant, struct id person,
	struct span typed, uint8_t hash[static HASH_BLAKE]);
