/* SPDX-License-Identifier: Apache-2.0 */
/* box - libsodium's sealed boxes. */
#include "crypto/box.h"

#include <sodium.h>

_Static_assert(BOX_PUBLIC == crypto_box_PUBLICKEYBYTES, "a public key of X25519");
_Static_assert(BOX_OVERHEAD == crypto_box_SEALBYTES, "an ephemeral key and a tag");

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
