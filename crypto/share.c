/* SPDX-License-Identifier: Apache-2.0 */
/* share - Crockford's base32 without tables, around set, threshold, place, value and checksum. */
#include "crypto/share.h"

#include "crypto/hash.h"
#include "crypto/random.h"
#include "crypto/secret.h"

enum {
	CLEAR = SHARE_SET + 2, /* set, least and count, place */
	BODY = CLEAR + SHAMIR_SECRET,
	SUM = 4,
	WHOLE = BODY + SUM,
	CHARACTERS = WHOLE * 8 / 5,
	GROUP = 4,
};

_Static_assert(WHOLE * 8 % 5 == 0, "no bit is left over");
_Static_assert(SHARE_TEXT == 3 + CHARACTERS / GROUP * (GROUP + 1), "a dash stands before each group");

static const struct span PREFIX = {(const uint8_t *)"MN1", 3};

struct whole {
	uint8_t bytes[WHOLE];
};

static void whole_done(struct whole *whole)
{
	secret_wipe(whole, sizeof *whole);
}

void share_done(struct share *share)
{
	secret_wipe(share, sizeof *share);
}

/* ---- characters, without branch or table ---- */

/* 1 where a < b, for numbers of at most 31 bits. */
static unsigned less(unsigned a, unsigned b)
{
	return (a - b) >> 31;
}

static unsigned mask_of(unsigned bit)
{
	return 0u - bit;
}

/* 0-9, then A-Z without I, L, O, U: each letter that is left out moves those behind it on by one. */
static unsigned character_of(unsigned value)
{
	unsigned letter =
		'A' - 10 + value + less(17, value) + less(19, value) + less(21, value) + less(26, value);
	unsigned is_digit = mask_of(less(value, 10));
	return (is_digit & ('0' + value)) | (~is_digit & letter);
}

/* `to` where c is `from`, else c. */
static unsigned replace(unsigned c, unsigned from, unsigned to)
{
	unsigned same = mask_of(less(c ^ from, 1));
	return (same & to) | (~same & c);
}

/* As it was meant: capitals, and the digits that letters are taken for. */
static unsigned meant(unsigned c)
{
	unsigned is_small = less('a' - 1, c) & less(c, 'z' + 1);
	c -= 0x20 & mask_of(is_small);
	c = replace(c, 'I', '1');
	c = replace(c, 'L', '1');
	return replace(c, 'O', '0');
}

/* The value of a character; 32 or more when it has none. Compares with all of them. */
static unsigned value_of(unsigned c)
{
	unsigned value = 0, found = 0;
	for (unsigned i = 0; i < 32; i++) {
		unsigned same = less(character_of(i) ^ c, 1);
		value |= i & mask_of(same);
		found |= same;
	}
	return value | (1 - found) << 5;
}

/* ---- bytes ---- */

static void put_clear(const struct share *share, uint8_t bytes[static CLEAR])
{
	memcpy(bytes, share->set, SHARE_SET);
	bytes[SHARE_SET] = (uint8_t)((share->least - 1u) << 4 | (share->count - 1u));
	bytes[SHARE_SET + 1] = share->point.x;
}

static void sum_of(const struct whole *whole, uint8_t sum[static SUM])
{
	const struct span parts[] = {SPAN_LIT("muniment share 1"), span_of(whole->bytes, BODY)};
	uint8_t hash[HASH_BLAKE];
	hash_blake(parts, sizeof parts / sizeof parts[0], hash);
	memcpy(sum, hash, SUM);
	secret_wipe(hash, sizeof hash);
}

void share_print(const struct share *share, char text[static SHARE_TEXT + 1])
{
	scoped(whole) whole;
	size_t at = PREFIX.len;
	unsigned pending = 0, bits = 0;
	put_clear(share, whole.bytes);
	memcpy(whole.bytes + CLEAR, share->point.y, SHAMIR_SECRET);
	sum_of(&whole, whole.bytes + BODY);
	memcpy(text, "mn1", PREFIX.len);
	for (size_t i = 0, next = 0; i < CHARACTERS; i++) {
		if (i % GROUP == 0)
			text[at++] = '-';
		if (bits < 5) {
			pending = (pending << 8 | whole.bytes[next++]) & 0xfff;
			bits += 8;
		}
		bits -= 5;
		text[at++] = (char)character_of(pending >> bits & 31);
	}
	text[at] = '\0';
}

static bool is_separator(uint8_t c)
{
	return c == ' ' || c == '-' || c == '\t' || c == '\r' || c == '\n';
}

/* The prefix and the characters; what else stands there makes `strange` other than zero. */
struct typing {
	size_t count; /* with the prefix */
	unsigned strange;
	unsigned pending, bits;
	struct whole whole;
};

static void typing_done(struct typing *typing)
{
	secret_wipe(typing, sizeof *typing);
}

static void take_character(struct typing *typing, unsigned c)
{
	size_t place = typing->count++;
	if (place < PREFIX.len) {
		typing->strange |= meant(c) ^ meant(PREFIX.at[place]);
		return;
	}
	size_t at = place - PREFIX.len;
	unsigned value = value_of(meant(c));
	typing->strange |= value >> 5;
	typing->pending = (typing->pending << 5 | (value & 31)) & 0xfff;
	typing->bits += 5;
	if (typing->bits < 8)
		return;
	typing->bits -= 8;
	typing->whole.bytes[at * 5 / 8] = (uint8_t)(typing->pending >> typing->bits);
}

/* A threshold and a count as they are packed. */
static bool take_counts(uint8_t packed, uint8_t *least, uint8_t *count)
{
	*least = (uint8_t)((packed >> 4) + 1);
	*count = (uint8_t)((packed & 15) + 1);
	return *least >= SHAMIR_LEAST && *least <= *count;
}

static fallible read_whole(const struct whole *whole, struct share *share)
{
	uint8_t sum[SUM];
	struct share read = {.point.x = whole->bytes[SHARE_SET + 1]};
	sum_of(whole, sum);
	if (!secret_equal(SPAN_BYTES(sum), span_of(whole->bytes + BODY, SUM)))
		return FAIL(INPUT, "a character of this share is wrong");
	if (!take_counts(whole->bytes[SHARE_SET], &read.least, &read.count) || read.point.x == 0 ||
		read.point.x > read.count)
		return FAIL(INPUT, "this is no share of ours");
	memcpy(read.set, whole->bytes, SHARE_SET);
	memcpy(read.point.y, whole->bytes + CLEAR, SHAMIR_SECRET);
	*share = read;
	share_done(&read);
	return OK;
}

fallible share_parse(struct span typed, struct share *share)
{
	scoped(typing) typing = {0};
	if (typed.len > SHARE_TYPED_MAX)
		return FAIL(INPUT, "this is longer than a share");
	for (size_t i = 0; i < typed.len && typing.count <= PREFIX.len + CHARACTERS; i++) {
		if (is_separator(typed.at[i]))
			continue;
		if (typing.count < PREFIX.len + CHARACTERS)
			take_character(&typing, typed.at[i]);
		else
			typing.count++;
	}
	if (typing.count != PREFIX.len + CHARACTERS || typing.strange != 0)
		return FAIL(INPUT, "a share is mn1- and 72 letters and digits");
	return read_whole(&typing.whole, share);
}

/* ---- sets ---- */

fallible share_split(
	const uint8_t secret[static SHAMIR_SECRET], size_t least, size_t count, struct share *shares)
{
	struct shamir_point points[SHAMIR_MOST];
	uint8_t set[SHARE_SET];
	TRY(shamir_split(secret, least, count, points));
	random_fill(set, sizeof set);
	for (size_t i = 0; i < count; i++) {
		shares[i] =
			(struct share){.least = (uint8_t)least, .count = (uint8_t)count, .point = points[i]};
		memcpy(shares[i].set, set, sizeof set);
	}
	secret_wipe(points, sizeof points);
	return OK;
}

void share_check(const struct share *share, uint8_t check[static SHARE_CHECK])
{
	uint8_t clear[CLEAR], mac[HASH_BLAKE];
	const struct span parts[] = {SPAN_LIT("mn.share"), SPAN_BYTES(clear)};
	scoped(mac_key) key;
	put_clear(share, clear);
	memcpy(key.bytes, share->point.y, sizeof key.bytes);
	hash_mac(&key, parts, sizeof parts / sizeof parts[0], mac);
	memcpy(check, mac, SHARE_CHECK);
}

void share_put_set(const struct share *shares, struct buf *set)
{
	uint8_t clear[CLEAR], check[SHARE_CHECK];
	put_clear(&shares[0], clear);
	buf_put(set, span_of(clear, SHARE_SET + 1));
	for (size_t i = 0; i < shares[0].count; i++) {
		share_check(&shares[i], check);
		buf_put(set, SPAN_BYTES(check));
	}
}

fallible share_read_set(struct span set, uint8_t *least, uint8_t *count)
{
	uint8_t k, n;
	if (set.len <= SHARE_SET || !take_counts(set.at[SHARE_SET], &k, &n) ||
		set.len != SHARE_SET + 1 + (size_t)n * SHARE_CHECK)
		return FAIL(CORRUPT, "the facts of a set of shares are not in a known form");
	*least = k;
	*count = n;
	return OK;
}

fallible share_is_of(struct span set, const struct share *share)
{
	uint8_t least, count, clear[CLEAR], check[SHARE_CHECK];
	TRY(share_read_set(set, &least, &count));
	put_clear(share, clear);
	if (!span_starts(set, span_of(clear, SHARE_SET + 1)) || share->point.x == 0 || share->point.x > count)
		return FAIL(FORGED, "a share is of another set");
	share_check(share, check);
	struct span right = span_from(set, SHARE_SET + 1 + (share->point.x - 1u) * SHARE_CHECK);
	if (!secret_equal(SPAN_BYTES(check), span_first(right, SHARE_CHECK)))
		return FAIL(FORGED, "a share is wrong");
	return OK;
}

static bool is_same_set(const struct share *a, const struct share *b)
{
	return memcmp(a->set, b->set, SHARE_SET) == 0 && a->least == b->least && a->count == b->count;
}

fallible share_combine(const struct share *shares, size_t count, uint8_t secret[static SHAMIR_SECRET])
{
	struct shamir_point points[SHAMIR_MOST];
	if (count == 0 || count > SHAMIR_MOST || count < shares[0].least)
		return FAIL(INPUT, "there are not enough shares");
	for (size_t i = 0; i < count; i++) {
		if (!is_same_set(&shares[0], &shares[i]))
			return FAIL(INPUT, "these shares are of different sets");
		points[i] = shares[i].point;
	}
	struct err err = shamir_combine(points, count, secret);
	secret_wipe(points, sizeof points);
	return err;
}
