/* SPDX-License-Identifier: Apache-2.0 */
/* data_keys - from an epoch to the key that wraps. */
#include "server/keeper/data_keys.h"

#include "crypto/random.h"

enum { EPOCH_OWN = 0 /* of the client's own key as what wraps */ };

static fallible find_own(struct keytree *tree, struct id tenant, struct id client, struct seal_key *key)
{
	uint32_t epoch;
	struct keyring_name name = keytree_name_of(KEYRING_CLIENT, tenant, client);
	return keytree_find(tree, &name, key, &epoch);
}

/* What wraps new ones. */
static fallible find_current(
	struct keytree *tree, struct id tenant, struct id client, struct seal_key *key, uint32_t *epoch)
{
	struct keyring_name name = keytree_name_of(KEYRING_VAULT, tenant, client);
	struct err err = keytree_find(tree, &name, key, epoch);
	if (err.kind != ERR_NOT_FOUND)
		return err;
	*epoch = EPOCH_OWN;
	return find_own(tree, tenant, client, key);
}

/* What wrapped one, as its header says; a header that lies finds a key that does not open. */
static fallible find_for(
	struct keytree *tree, const struct seal_context *context, struct span wrapped, struct seal_key *key)
{
	static const enum keyring_kind KINDS[] = {KEYRING_VAULT, KEYRING_VAULT_BEFORE};
	uint32_t epoch = seal_epoch(wrapped), found;
	if (epoch == EPOCH_OWN)
		return find_own(tree, context->tenant, context->client, key);
	for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
		struct keyring_name name = keytree_name_of(KINDS[i], context->tenant, context->client);
		struct err err = keytree_find(tree, &name, key, &found);
		if (err.kind != ERR_NOT_FOUND)
			TRY(err);
		if (!err_failed(err) && found == epoch)
			return OK;
	}
	return FAIL(NOT_FOUND, "the key that wrapped a data key is gone");
}

static fallible wrap(struct keytree *tree, struct seal_context context, const struct seal_key *data,
	uint8_t wrapped[static SEAL_WRAPPED])
{
	scoped(seal_key) key = {0};
	context.object_type = SEAL_DATA_KEY;
	context.field_type = 0;
	TRY(find_current(tree, context.tenant, context.client, &key, &context.key_epoch));
	return seal_wrap(&key, &context, data->bytes, wrapped);
}

fallible data_keys_make(
	struct keytree *tree, struct seal_context context, uint8_t wrapped[static SEAL_WRAPPED])
{
	scoped(seal_key) data = {0};
	random_fill(data.bytes, sizeof data.bytes);
	return wrap(tree, context, &data, wrapped);
}

fallible data_keys_open(
	struct keytree *tree, struct seal_context context, struct span wrapped, struct seal_key *data)
{
	scoped(seal_key) key = {0};
	context.object_type = SEAL_DATA_KEY;
	context.field_type = 0;
	context.key_epoch = seal_epoch(wrapped);
	TRY(find_for(tree, &context, wrapped, &key));
	return seal_unwrap(&key, &context, wrapped, data->bytes);
}

fallible data_keys_rewrap(struct keytree *tree, struct seal_context context, struct span wrapped,
	uint8_t again[static SEAL_WRAPPED])
{
	scoped(seal_key) data = {0};
	TRY(data_keys_open(tree, context, wrapped, &data));
	return wrap(tree, context, &data, again);
}

fallible data_keys_check(struct keytree *tree, struct id tenant, struct id client, struct span wrapped)
{
	uint32_t epoch;
	scoped(seal_key) key = {0};
	TRY(find_current(tree, tenant, client, &key, &epoch));
	return seal_epoch(wrapped) == epoch
		? OK
		: FAIL_CODE(STALE, "the client's key was rotated while a secret was sealed");
}
