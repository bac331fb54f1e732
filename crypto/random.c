/* SPDX-License-Identifier: Apache-2.0 */
/* random - getrandom(2), and a buffer of it per thread for ids. */
#include "crypto/random.h"

#include "crypto/secret.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

enum { ID_POOL = 4096, ID_RANDOM = 10 };

/* Random bytes that no id has used yet stand at the end of the pool. */
struct id_pool {
	uint8_t bytes[ID_POOL];
	size_t left;
};

void random_fill(uint8_t *out, size_t n)
{
	size_t have = 0;
	while (have < n) {
		ssize_t got = getrandom(out + have, n - have, 0);
		if (got > 0)
			have += (size_t)got;
		else if (got == 0 || errno != EINTR)
			abort(); /* To go on without randomness would be to go on with guessable keys. */
	}
}

uint32_t random_below(uint32_t bound)
{
	/* The lowest 2^32 mod bound values would come up once too often, so they are drawn again. */
	uint32_t skip = (0u - bound) % bound;
	uint32_t draw;
	do
		random_fill((uint8_t *)&draw, sizeof draw);
	while (draw < skip);
	return draw % bound;
}

static void id_pool_take(struct id_pool *pool, uint8_t out[static ID_RANDOM])
{
	if (pool->left < ID_RANDOM) {
		random_fill(pool->bytes, ID_POOL);
		pool->left = ID_POOL;
	}
	uint8_t *at = pool->bytes + ID_POOL - pool->left;
	memcpy(out, at, ID_RANDOM);
	secret_wipe(at, ID_RANDOM);
	pool->left -= ID_RANDOM;
}

struct id random_id(struct instant now)
{
	static _Thread_local struct id_pool pool;
	uint8_t random[ID_RANDOM];
	id_pool_take(&pool, random);
	return ids_make(now, random);
}
