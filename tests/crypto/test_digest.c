/* SPDX-License-Identifier: Apache-2.0 */
/* test_digest - the hash of pieces is the hash of the whole. */
#include "crypto/digest.h"

#include <criterion/criterion.h>

Test(digest, of_any_cut_into_pieces_is_the_hash_of_the_whole)
{
	uint8_t message[300], whole[HASH_SHA256], pieces[HASH_SHA256];
	for (size_t i = 0; i < sizeof message; i++)
		message[i] = (uint8_t)(i * 7);
	hash_sha256(SPAN_BYTES(message), whole);
	for (size_t cut = 0; cut <= sizeof message; cut += 13) {
		struct digest digest;
		digest_init(&digest);
		digest_add(&digest, span_of(message, cut));
		digest_add(&digest, SPAN_NONE);
		digest_add(&digest, span_of(message + cut, sizeof message - cut));
		digest_end(&digest, pieces);
		cr_assert(memcmp(whole, pieces, sizeof whole) == 0, "cut at %zu", cut);
	}
}

Test(digest, of_other_pieces_is_another)
{
	uint8_t one[HASH_SHA256], other[HASH_SHA256];
	struct digest digest;
	digest_init(&digest);
	digest_add(&digest, SPAN_LIT("ab"));
	digest_end(&digest, one);
	digest_init(&digest);
	digest_add(&digest, SPAN_LIT("ba"));
	digest_end(&digest, other);
	cr_assert(memcmp(one, other, sizeof one) != 0);
}
