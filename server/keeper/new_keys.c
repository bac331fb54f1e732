/* SPDX-License-Identifier: Apache-2.0 */
/* new_keys - a short list that is emptied from its front. */
#include "server/keeper/new_keys.h"

#include <string.h>

void new_keys_open(struct new_keys *keys)
{
	pthread_mutex_init(&keys->lock, NULL);
	pthread_mutex_init(&keys->saving, NULL);
	keys->count = 0;
}

void new_keys_close(struct new_keys *keys)
{
	pthread_mutex_destroy(&keys->lock);
	pthread_mutex_destroy(&keys->saving);
}

static bool try_add(struct new_keys *keys, const struct keyring_row *row)
{
	pthread_mutex_lock(&keys->lock);
	bool has_room = keys->count < NEW_KEYS_MAX;
	if (has_room)
		keys->rows[keys->count++] = *row;
	pthread_mutex_unlock(&keys->lock);
	return has_room;
}

fallible new_keys_add(struct new_keys *keys, struct keyring *keyring, const struct keyring_row *row)
{
	while (!try_add(keys, row))
		TRY(new_keys_save(keys, keyring));
	return OK;
}

static bool is_named(const struct keyring_row *row, const struct keyring_name *name)
{
	return row->name.kind == name->kind && ids_equal(row->name.id, name->id) &&
		ids_equal(row->name.tenant, name->tenant);
}

bool new_keys_find(struct new_keys *keys, const struct keyring_name *name, struct keyring_row *row)
{
	bool found = false;
	pthread_mutex_lock(&keys->lock);
	for (size_t i = keys->count; i > 0 && !found; i--) {
		found = is_named(&keys->rows[i - 1], name);
		if (found)
			*row = keys->rows[i - 1];
	}
	pthread_mutex_unlock(&keys->lock);
	return found;
}

/* With `saving` held: rows are only added meanwhile, behind those that are saved. */
static fallible save(struct new_keys *keys, struct keyring *keyring)
{
	pthread_mutex_lock(&keys->lock);
	size_t count = keys->count;
	pthread_mutex_unlock(&keys->lock);
	if (count == 0)
		return OK;
	TRY(keyring_put(keyring, keys->rows, count));
	pthread_mutex_lock(&keys->lock);
	keys->count -= count;
	memmove(keys->rows, &keys->rows[count], keys->count * sizeof keys->rows[0]);
	pthread_mutex_unlock(&keys->lock);
	return OK;
}

fallible new_keys_save(struct new_keys *keys, struct keyring *keyring)
{
	pthread_mutex_lock(&keys->saving);
	struct err err = save(keys, keyring);
	pthread_mutex_unlock(&keys->saving);
	return err;
}
