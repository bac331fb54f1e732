/* SPDX-License-Identifier: Apache-2.0 */
/* passphrase - Argon2id of libsodium, within limits. */
#include "crypto/passphrase.h"

#include "base/buf.h"
#include "base/reader.h"
#include "crypto/random.h"

#include <sodium.h>

enum {
	SALT = crypto_pwhash_argon2id_SALTBYTES,
	PASSES_MAX = 16,
	MEMORY_LEAST_KIB = 8 * 1024,
	MEMORY_MAX_KIB = 1024 * 1024,
	KIB = 1024,
};

_Static_assert(PASSPHRASE_FACTS == SALT + 8, "a salt and two numbers");

static bool is_bearable(const struct passphrase_cost *cost)
{
	return cost->passes >= 1 && cost->passes <= PASSES_MAX && cost->memory_kib >= MEMORY_LEAST_KIB &&
		cost->memory_kib <= MEMORY_MAX_KIB;
}

fallible passphrase_draw(const struct passphrase_cost *cost, uint8_t facts[static PASSPHRASE_FACTS])
{
	scoped(buf) numbers = BUF(PASSPHRASE_FACTS - SALT);
	if (!is_bearable(cost))
		return FAIL(INPUT, "Argon2id takes 1 to 16 passes and 8 MiB to 1 GiB here");
	buf_put_u32(&numbers, cost->passes);
	buf_put_u32(&numbers, cost->memory_kib);
	TRY(buf_check(&numbers));
	random_fill(facts, SALT);
	memcpy(facts + SALT, numbers.data, numbers.len);
	return OK;
}

fallible passphrase_read(struct span facts, struct passphrase_cost *cost)
{
	struct reader reader = READER(facts);
	struct passphrase_cost read;
	reader_run(&reader, SALT);
	read.passes = reader_u32(&reader);
	read.memory_kib = reader_u32(&reader);
	TRY(reader_check(&reader));
	if (!is_bearable(&read))
		return FAIL(CORRUPT, "a passphrase's facts ask for a cost outside the limits");
	*cost = read;
	return OK;
}

fallible passphrase_stretch(struct span facts, struct span text, uint8_t secret[static PASSPHRASE_SECRET])
{
	struct passphrase_cost cost;
	TRY(passphrase_read(facts, &cost));
	if (text.len > PASSPHRASE_MAX)
		return FAIL(INPUT, "a passphrase is too long");
	if (crypto_pwhash(secret, PASSPHRASE_SECRET, (const char *)text.at, text.len, facts.at, cost.passes,
		    (size_t)cost.memory_kib * KIB, crypto_pwhash_ALG_ARGON2ID13) != 0)
		return FAIL(NO_MEMORY, "there is not enough memory for this passphrase's cost");
	return OK;
}
