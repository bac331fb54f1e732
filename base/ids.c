/* SPDX-License-Identifier: Apache-2.0 */
/* ids - the bit layout of UUIDv7 and the base32 of TypeID. */
#include "base/ids.h"

#include <endian.h>

enum { IDS_PREFIX = 4 /* three letters and the underscore */, IDS_DIGITS = 26 };

static const char PREFIXES[ID_KIND_COUNT][IDS_PREFIX] = {
	[ID_TENANT] = "ten",
	[ID_APPLICATION] = "app",
	[ID_PERSON] = "per",
	[ID_CLIENT] = "cli",
	[ID_FACTOR] = "fac",
	[ID_VERIFICATION] = "ver",
	[ID_EVENT] = "evt",
	[ID_CREDENTIAL] = "crd",
	[ID_GRANT] = "grt",
	[ID_USE] = "use",
	[ID_HANDOVER] = "hov",
	[ID_DEPOSIT] = "dep",
	[ID_SLIP] = "slp",
	[ID_DEVICE] = "dev",
	[ID_TOKEN] = "tok",
	[ID_EXPORT] = "exp",
	[ID_REQUEST] = "req",
	[ID_ENROLMENT] = "enr",
	[ID_ERASURE] = "ers",
	[ID_HOLD] = "hld",
	[ID_REMEMBERED] = "rem",
	[ID_FACTOR_RESET] = "frs",
	[ID_CONSENT] = "cns",
	[ID_BREAKGLASS] = "bgl",
	[ID_AGREEMENT] = "agr",
	[ID_SESSION] = "ses",
	[ID_SIGN_IN] = "sgn",
	[ID_TAKEOUT] = "tko",
};

/* Crockford's alphabet: no i, l, o, u. */
static const char DIGITS[] = "0123456789abcdefghjkmnpqrstvwxyz";

struct id ids_make(struct instant at, const uint8_t random[static 10])
{
	struct id id;
	uint64_t ms = (uint64_t)at.ms;
	for (size_t i = 6; i > 0; i--, ms >>= 8)
		id.bytes[i - 1] = (uint8_t)ms;
	memcpy(id.bytes + 6, random, 10);
	id.bytes[6] = (uint8_t)(0x70 | (id.bytes[6] & 0x0f)); /* version 7 */
	id.bytes[8] = (uint8_t)(0x80 | (id.bytes[8] & 0x3f)); /* the variant of RFC 9562 */
	return id;
}

struct instant ids_time(struct id id)
{
	int64_t ms = 0;
	for (size_t i = 0; i < 6; i++)
		ms = ms << 8 | id.bytes[i];
	return (struct instant){ms};
}

static uint64_t half(const uint8_t *at)
{
	uint64_t bits;
	memcpy(&bits, at, sizeof bits);
	return be64toh(bits);
}

/* So many digits from the right, of so many fives of bits. */
static void put_digits(char *digits, size_t count, uint64_t bits)
{
	for (; count > 0; count--, bits >>= 5)
		digits[count - 1] = DIGITS[bits & 31];
}

void ids_print(enum id_kind kind, struct id id, char out[static ID_TEXT + 1])
{
	enum { LOW_DIGITS = 12 /* of 60 bits of the lower half */ };
	uint64_t high = half(id.bytes), low = half(id.bytes + 8);
	char *digits = out + IDS_PREFIX;
	memcpy(out, PREFIXES[kind], 3);
	out[3] = '_';
	/* 26 digits hold 130 bits: two zero bits stand in front, so the first digit is 7 at the most. Of the
	 * lower half four bits are left, which the last one of the upper half makes a digit of. */
	put_digits(digits, IDS_DIGITS - LOW_DIGITS - 1, high >> 1);
	digits[IDS_DIGITS - LOW_DIGITS - 1] = DIGITS[(high & 1) << 4 | low >> 60];
	put_digits(digits + IDS_DIGITS - LOW_DIGITS, LOW_DIGITS, low);
	digits[IDS_DIGITS] = '\0';
}

static int digit_value(uint8_t c)
{
	const char *found = c ? strchr(DIGITS, c) : NULL;
	return found ? (int)(found - DIGITS) : -1;
}

fallible ids_parse(enum id_kind kind, struct span text, struct id *id)
{
	if (text.len != ID_TEXT || memcmp(text.at, PREFIXES[kind], 3) != 0 || text.at[3] != '_')
		return FAIL(NOT_FOUND, "an id has another prefix or length");
	if (text.at[IDS_PREFIX] > '7')
		return FAIL(NOT_FOUND, "an id is over 128 bits");
	struct id parsed = {0};
	size_t byte = 0;
	unsigned bits = 0;
	unsigned held = 0;
	for (size_t i = 0; i < IDS_DIGITS; i++) {
		int value = digit_value(text.at[IDS_PREFIX + i]);
		if (value < 0)
			return FAIL(NOT_FOUND, "an id has a character outside its alphabet");
		bits = bits << 5 | (unsigned)value;
		held += i == 0 ? 3 : 5;
		if (held >= 8) {
			held -= 8;
			parsed.bytes[byte++] = (uint8_t)(bits >> held);
			bits &= (1u << held) - 1;
		}
	}
	*id = parsed;
	return OK;
}

bool ids_has_prefix(struct span text)
{
	/* Tokens are no ids, but a ref that looks like one would be as confusing. */
	if (span_starts(text, SPAN_LIT("mun_")))
		return true;
	if (text.len < IDS_PREFIX || text.at[3] != '_')
		return false;
	for (size_t kind = 0; kind < ID_KIND_COUNT; kind++)
		if (memcmp(text.at, PREFIXES[kind], 3) == 0)
			return true;
	return false;
}

const char *ids_prefix(enum id_kind kind)
{
	return PREFIXES[kind];
}
