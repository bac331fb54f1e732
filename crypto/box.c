/* SPDX-License-Identifier: Apache-2.0 */
/* box - libsodium's sealed boxes. */
#include "crypto/box.h"

#include "crypto/random.h"

#include <sodium.h>

#include <assert.h>

_Static_assert(BOX_PUBLIC == crypto_box_PUBLICKEYBYTES, "a public key of X25519");
_Static_assert(BOX_SECRET == crypto_box_SECRETKEYBYTES, "a secret key of X25519");
_Static_assert(BOX_OVERHEAD == crypto_box_SEALBYTES, "an ephemeral key and a tag");

void box_key_done(struct box_key *key)
{
	sodium_memzero(key, sizeof *key);
}

void box_pair(uint8_t public[static BOX_PUBLIC], struct box_key *key)
{
	random_fill(key->bytes, sizeof key->bytes);
	box_public(key, public);
}

void box_public(const struct box_key *key, uint8_t public[static BOX_PUBLIC])
{
	/* Only an all-zero product fails, which the base point never gives. */
	int failed = crypto_scalarmult_base(public, key->bytes);
	assert(failed == 0);
	(void)failed;
}

fallible box_seal_to(const uint8_t public[static BOX_PUBLIC], struct span plain, struct buf *out)
{
	static const uint8_t NOTHING[1];
	size_t before = out->len;
	uint8_t *room = buf_room(out, BOX_OVERHEAD + plain.len);
	TRY(buf_check(out));
	if (crypto_box_seal(room, plain.len ? plain.at : NOTHING, plain.len, public) != 0) {
		out->len = before;
		return FAIL(INVALID, "a public key is a point of small order");
	}
	return OK;
}

fallible box_open(const struct box_key *key, struct span sealed, struct buf *out)
{
	uint8_t public[BOX_PUBLIC];
	size_t before = out->len;
	if (sealed.len < BOX_OVERHEAD)
		return FAIL(FORGED, "a sealed box ends too early");
	/* A box of nothing still needs somewhere to write nothing to. */
	uint8_t nothing[1],
		*room = sealed.len > BOX_OVERHEAD ? buf_room(out, sealed.len - BOX_OVERHEAD) : nothing;
	TRY(buf_check(out));
	box_public(key, public);
	if (crypto_box_seal_open(room, sealed.at, sealed.len, public, key->bytes) != 0) {
		out->len = before;
		return FAIL(FORGED, "a box was sealed to another key, or changed");
	}
	return OK;
}
