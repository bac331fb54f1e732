/* SPDX-License-Identifier: Apache-2.0 */
/* head - 512-bit sums and the head row's bytes. */
#include "store/head.h"

#include "base/reader.h"
#include "crypto/secret.h"

enum { HEAD_VERSION = 1, HEAD_BODY = 1 + 8 + HASH_BLAKE + HASH_WIDE };

static struct head_sum from_bytes(const uint8_t bytes[static HASH_WIDE])
{
	struct head_sum sum = {0};
	for (size_t i = 0; i < HASH_WIDE; i++)
		sum.limb[i / 8] |= (uint64_t)bytes[i] << (i % 8 * 8);
	return sum;
}

void head_join(struct head_sum *sum, const struct head_sum *difference)
{
	uint64_t carry = 0;
	for (size_t i = 0; i < 8; i++) {
		uint64_t limb = sum->limb[i] + carry;
		carry = limb < carry;
		limb += difference->limb[i];
		carry += limb < difference->limb[i];
		sum->limb[i] = limb;
	}
}

void head_add(struct head_sum *sum, const uint8_t term[static HASH_WIDE])
{
	struct head_sum one = from_bytes(term);
	head_join(sum, &one);
}

void head_subtract(struct head_sum *sum, const uint8_t term[static HASH_WIDE])
{
	/* Two's complement: adding the inverted term and one is subtracting it modulo 2^512. */
	struct head_sum one = {.limb = {1}};
	struct head_sum inverse = from_bytes(term);
	for (size_t i = 0; i < 8; i++)
		inverse.limb[i] = ~inverse.limb[i];
	head_join(&inverse, &one);
	head_join(sum, &inverse);
}

static void mac_of(const struct keys *keys, struct span body, uint8_t mac[static KEYS_MAC])
{
	const struct span parts[] = {SPAN_LIT("head"), body};
	keys->mac(keys->keeper, parts, 2, mac);
}

void head_encode(const struct head *head, const struct keys *keys, struct buf *out)
{
	size_t start = out->len;
	uint8_t mac[KEYS_MAC];
	buf_put_u8(out, HEAD_VERSION);
	buf_put_u64(out, head->sequence);
	buf_put(out, SPAN_BYTES(head->chain));
	for (size_t i = 8; i > 0; i--)
		buf_put_u64(out, head->sum.limb[i - 1]);
	mac_of(keys, span_from(buf_span(out), start), mac);
	buf_put(out, SPAN_BYTES(mac));
}

fallible head_decode(struct span row, const struct keys *keys, struct head *head)
{
	struct reader reader = READER(row);
	struct head read = {0};
	uint8_t stored[KEYS_MAC], mac[KEYS_MAC];
	if (reader_u8(&reader) != HEAD_VERSION)
		return FAIL(CORRUPT, "the head row has an unknown version");
	read.sequence = reader_u64(&reader);
	reader_copy(&reader, read.chain, sizeof read.chain);
	for (size_t i = 8; i > 0; i--)
		read.sum.limb[i - 1] = reader_u64(&reader);
	reader_copy(&reader, stored, sizeof stored);
	TRY(reader_check(&reader));
	if (keys) {
		mac_of(keys, span_first(row, HEAD_BODY), mac);
		if (!secret_equal(SPAN_BYTES(stored), SPAN_BYTES(mac)))
			return FAIL(FORGED, "the head row fails its MAC");
	}
	*head = read;
	return OK;
}
