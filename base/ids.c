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

/* Of each digit its value and one more; 0: it is none. */
static const uint8_t VALUES[UINT8_MAX + 1] = {
	['0'] = 1,
	['1'] = 2,
	['2'] = 3,
	['3'] = 4,
	['4'] = 5,
	['5'] = 6,
	['6'] = 7,
	['7'] = 8,
	['8'] = 9,
	['9'] = 10,
	['a'] = 11,
	['b'] = 12,
	['c'] = 13,
	['d'] = 14,
	['e'] = 15,
	['f'] = 16,
	['g'] = 17,
	['h'] = 18,
	['j'] = 19,
	['k'] = 20,
	['m'] = 21,
	['n'] = 22,
	['p'] = 23,
	['q'] = 24,
	['r'] = 25,
	['s'] = 26,
	['t'] = 27,
	['v'] = 28,
	['w'] = 29,
	['x'] = 30,
	['y'] = 31,
	['z'] = 32,
};

/* Of 26 digits of five bits the first 13 and the top bit of the next one are the upper half of an id. */
enum { HIGH_DIGITS = 13, LOW_DIGITS = 12 };

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
	uint64_t high = half(id.bytes), low = half(id.bytes + 8);
	char *digits = out + IDS_PREFIX;
	memcpy(out, PREFIXES[kind], 3);
	out[3] = '_';
	/* 26 digits hold 130 bits: two zero bits stand in front, so the first digit is 7 at the most. Of the
	 * lower half four bits are left, which the last one of the upper half makes a digit of. */
	put_digits(digits, HIGH_DIGITS, high >> 1);
	digits[HIGH_DIGITS] = DIGITS[(high & 1) << 4 | low >> 60];
	put_digits(digits + HIGH_DIGITS + 1, LOW_DIGITS, low);
	digits[IDS_DIGITS] = '\0';
}

static void put_half(uint8_t *at, uint64_t bits)
{
	uint64_t turned = htobe64(bits);
	memcpy(at, &turned, sizeof turned);
}

/* So many digits; false when one of them is none. */
static bool take_digits(const uint8_t *digits, size_t count, uint64_t *bits)
{
	uint64_t taken = 0;
	for (size_t i = 0; i < count; i++) {
		if (!VALUES[digits[i]])
			return false;
		taken = taken << 5 | (VALUES[digits[i]] - 1u);
	}
	*bits = taken;
	return true;
}

fallible ids_parse(enum id_kind kind, struct span text, struct id *id)
{
	if (text.len != ID_TEXT || memcmp(text.at, PREFIXES[kind], 3) != 0 || text.at[3] != '_')
		return FAIL(NOT_FOUND, "an id has another prefix or length");
	if (text.at[IDS_PREFIX] > '7')
		return FAIL(NOT_FOUND, "an id is over 128 bits");
	const uint8_t *digits = text.at + IDS_PREFIX;
	uint64_t high, middle, low;
	if (!take_digits(digits, HIGH_DIGITS, &high) || !take_digits(digits + HIGH_DIGITS, 1, &middle) ||
		!take_digits(digits + HIGH_DIGITS + 1, LOW_DIGITS, &low))
		return FAIL(NOT_FOUND, "an id has a character outside its alphabet");
	put_half(id->bytes, high << 1 | middle >> 4);
	put_half(id->bytes + 8, middle << 60 | low);
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
