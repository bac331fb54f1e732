/* SPDX-License-Identifier: Apache-2.0 */
/* stress_new_keys - several draw keys and look for them at once, while somebody saves: for the thread sanitiser, and for whoever believes
 * that a key is somewhere at every moment. Prints "N passed, N failed". */
#include "server/keeper/keytree.h"
#include "server/keeper/new_keys.h"
#include "tests/support/temp_dir.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 4, EACH = 600 };

struct stress {
	struct keyring *keyring;
	struct new_keys keys;
	atomic_uint drawing; /* threads that are not through */
	atomic_uint missed;
};

struct drawer {
	struct stress *stress;
	unsigned first;
};

static void must(struct err err)
{
	if (!err_failed(err))
		return;
	printf("FAILED: %s (%s)\n", err.why, err.at);
	exit(1);
}

static struct keyring_row row_of(unsigned number)
{
	struct keyring_row row = {
		.name = keytree_name_of(KEYRING_PERSON, (struct id){{1}}, (struct id){{2}}), .epoch = 1};
	memcpy(&row.name.id.bytes[8], &number, sizeof number);
	memcpy(row.wrapped, &number, sizeof number);
	return row;
}

/* As the keeper looks for one. */
static bool is_there(struct stress *stress, unsigned number)
{
	const struct keyring_row wanted = row_of(number);
	struct keyring_row row;
	if (!new_keys_find(&stress->keys, &wanted.name, &row) &&
		err_failed(keyring_get(stress->keyring, &wanted.name, &row)))
		return false;
	return memcmp(row.wrapped, wanted.wrapped, sizeof row.wrapped) == 0;
}

static void *draw(void *context)
{
	struct drawer *drawer = context;
	struct stress *stress = drawer->stress;
	for (unsigned i = drawer->first; i < drawer->first + EACH; i++) {
		const struct keyring_row row = row_of(i);
		must(new_keys_add(&stress->keys, stress->keyring, &row));
		stress->missed += !is_there(stress, i);
		stress->missed += !is_there(stress, drawer->first);
	}
	stress->drawing--;
	return NULL;
}

static void run(struct stress *stress)
{
	struct drawer drawers[THREADS];
	pthread_t threads[THREADS];
	stress->drawing = THREADS;
	for (unsigned i = 0; i < THREADS; i++) {
		drawers[i] = (struct drawer){stress, i * EACH};
		if (pthread_create(&threads[i], NULL, draw, &drawers[i]) != 0)
			abort();
	}
	while (stress->drawing > 0)
		must(new_keys_save(&stress->keys, stress->keyring));
	for (unsigned i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	must(new_keys_save(&stress->keys, stress->keyring));
}

/* With nothing left in memory. */
static unsigned count_durable(struct stress *stress)
{
	unsigned count = 0;
	struct keyring_row row;
	for (unsigned i = 0; i < THREADS * EACH; i++) {
		const struct keyring_row wanted = row_of(i);
		count += !new_keys_find(&stress->keys, &wanted.name, &row) && is_there(stress, i);
	}
	return count;
}

static unsigned judge(bool holds, const char *claim)
{
	if (!holds)
		printf("FAILED: %s\n", claim);
	return holds;
}

int main(void)
{
	static struct stress stress;
	struct temp_dir dir = temp_dir_make();
	must(keyring_open(&kv_lmdb, dir.path, true, &stress.keyring));
	new_keys_open(&stress.keys);
	run(&stress);
	unsigned passed = judge(stress.missed == 0, "a key is found from the moment on when it was drawn") +
		judge(count_durable(&stress) == THREADS * EACH, "each is durable in the end");
	new_keys_close(&stress.keys);
	keyring_close(stress.keyring);
	temp_dir_done(&dir);
	printf("%u passed, %u failed\n", passed, 2 - passed);
	return passed == 2 ? 0 : 1;
}
