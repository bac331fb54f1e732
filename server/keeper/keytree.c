/* SPDX-License-Identifier: Apache-2.0 */
/* keytree - each key lies wrapped under the one above it. */
#include "server/keeper/keytree.h"

#include "crypto/random.h"

/* ---- names ---- */

struct keyring_name keytree_name_of(enum keyring_kind kind, struct id tenant, struct id id)
{
	return (struct keyring_name){kind, tenant, id};
}

struct keyring_name keytree_name(enum keyring_kind kind, struct id tenant)
{
	return (struct keyring_name){.kind = kind, .tenant = tenant};
}

struct keyring_name keytree_name_numbered(enum keyring_kind kind, struct id tenant, uint32_t number)
{
	struct keyring_name name = keytree_name(kind, tenant);
	for (size_t i = 16; i > 12; i--, number >>= 8)
		name.id.bytes[i - 1] = (uint8_t)number;
	return name;
}

/* ---- the way down ---- */

static struct seal_context wrap_context(const struct keyring_name *name, uint32_t epoch)
{
	return (struct seal_context){.tenant = name->tenant,
		.object = name->id,
		.object_type = SEAL_KEY_WRAP,
		.field_type = (uint8_t)name->kind,
		.key_epoch = epoch};
}

/* The key that a name is wrapped under. At most two steps: everything lies under a tenant key or a root. */
static fallible parent_key(struct keytree *tree, const struct keyring_name *name, struct seal_key *parent)
{
	uint32_t epoch;
	switch (name->kind) {
	case KEYRING_TENANT:
		*parent = tree->roots->keyring;
		return OK;
	case KEYRING_SEED:
		*parent = tree->roots->seeds;
		return OK;
	case KEYRING_CLIENT:
	case KEYRING_PERSON:
	case KEYRING_INDEX:
	case KEYRING_LOG:
	case KEYRING_CHECKPOINT:
	case KEYRING_RECEIPT:
	case KEYRING_SHORT:
	case KEYRING_SEARCH:
		break;
	}
	struct keyring_name tenant = keytree_name(KEYRING_TENANT, name->tenant);
	return keytree_find(tree, &tenant, parent, &epoch);
}

static fallible unwrap_key(
	struct keytree *tree, const struct keyring_name *name, struct seal_key *key, uint32_t *epoch)
{
	struct keyring_row row;
	scoped(seal_key) parent;
	TRY(keyring_get(tree->keyring, name, &row));
	TRY(parent_key(tree, name, &parent));
	struct seal_context context = wrap_context(name, row.epoch);
	TRY(seal_unwrap(&parent, &context, SPAN_BYTES(row.wrapped), key->bytes));
	*epoch = row.epoch;
	return OK;
}

fallible keytree_find(
	struct keytree *tree, const struct keyring_name *name, struct seal_key *key, uint32_t *epoch)
{
	if (cache_get(tree->cache, name, key, epoch))
		return OK;
	uint64_t generation = cache_generation(tree->cache);
	TRY(unwrap_key(tree, name, key, epoch));
	cache_put(tree->cache, name, key, *epoch, generation);
	return OK;
}

/* ---- making and destroying ---- */

/* Draw a key and wrap it under `parent`, or under the tenant's key where parent is NULL. */
static fallible draw_row(struct keytree *tree, const struct keyring_name *name, const struct seal_key *parent,
	uint32_t epoch, struct keyring_row *row)
{
	scoped(seal_key) key, found = {0};
	struct seal_context context = wrap_context(name, epoch);
	if (!parent) {
		TRY(parent_key(tree, name, &found));
		parent = &found;
	}
	*row = (struct keyring_row){.name = *name, .epoch = epoch};
	random_fill(key.bytes, sizeof key.bytes);
	return seal_wrap(parent, &context, key.bytes, row->wrapped);
}

fallible keytree_make(struct keytree *tree, const struct keyring_name *name)
{
	struct keyring_row row;
	TRY(draw_row(tree, name, NULL, 1, &row));
	return keyring_put(tree->keyring, &row, 1);
}

fallible keytree_find_or_make(struct keytree *tree, const struct keyring_name *name, struct seal_key *key)
{
	uint32_t epoch;
	struct err err = keytree_find(tree, name, key, &epoch);
	if (err.kind != ERR_NOT_FOUND)
		return err;
	pthread_mutex_lock(&tree->making);
	err = keytree_find(tree, name, key, &epoch);
	if (err.kind == ERR_NOT_FOUND)
		err = keytree_make(tree, name);
	pthread_mutex_unlock(&tree->making);
	TRY(err);
	return keytree_find(tree, name, key, &epoch);
}

fallible keytree_make_tenant(struct keytree *tree, struct id tenant)
{
	static const enum keyring_kind OWN[] = {
		KEYRING_INDEX, KEYRING_CHECKPOINT, KEYRING_RECEIPT, KEYRING_SEARCH};
	enum { OWN_COUNT = sizeof OWN / sizeof OWN[0], ROWS = 2 + OWN_COUNT };
	struct keyring_row rows[ROWS];
	scoped(seal_key) key;
	struct keyring_name name = keytree_name(KEYRING_TENANT, tenant);
	struct seal_context context = wrap_context(&name, 1);
	TRY(draw_row(tree, &name, NULL, 1, &rows[0]));
	TRY(seal_unwrap(&tree->roots->keyring, &context, SPAN_BYTES(rows[0].wrapped), key.bytes));
	name.kind = KEYRING_SEED;
	TRY(draw_row(tree, &name, NULL, 1, &rows[1]));
	for (size_t i = 0; i < OWN_COUNT; i++) {
		name.kind = OWN[i];
		TRY(draw_row(tree, &name, &key, 1, &rows[2 + i]));
	}
	return keyring_put(tree->keyring, rows, ROWS);
}

fallible keytree_drop(struct keytree *tree, const struct keyring_name *name)
{
	cache_clear(tree->cache);
	TRY(keyring_drop(tree->keyring, name));
	/* Again, for a reader that unwrapped it in between. */
	cache_clear(tree->cache);
	return OK;
}

fallible keytree_destroy(struct keytree *tree, const struct keyring_name *names, size_t count)
{
	cache_clear(tree->cache);
	TRY(keyring_destroy(tree->keyring, names, count));
	cache_clear(tree->cache);
	return OK;
}

/* Drawn, not counted: a keyring that was put back from a copy counts to the same number with another key. */
static uint32_t draw_epoch(uint32_t before)
{
	uint8_t bytes[4];
	uint32_t epoch = before;
	while (epoch == before || epoch <= 1) {
		random_fill(bytes, sizeof bytes);
		memcpy(&epoch, bytes, sizeof epoch);
	}
	return epoch;
}

fallible keytree_turn(struct keytree *tree, const struct keyring_name *name)
{
	struct keyring_row row = {.epoch = 0};
	pthread_mutex_lock(&tree->making);
	struct err err = keyring_get(tree->keyring, name, &row);
	if (!err_failed(err) || err.kind == ERR_NOT_FOUND)
		err = draw_row(tree, name, NULL, draw_epoch(row.epoch), &row);
	cache_clear(tree->cache);
	if (!err_failed(err))
		err = keyring_put(tree->keyring, &row, 1);
	/* Again, for a reader that unwrapped the old one in between. */
	cache_clear(tree->cache);
	pthread_mutex_unlock(&tree->making);
	return err;
}

/* ---- opening ---- */

static void derive(const struct seal_key *root, const char *label, struct seal_key *key)
{
	hash_derive(root->bytes, label, SPAN_NONE, key->bytes);
}

static void derive_roots(const struct seal_key *root, struct keytree_roots *roots)
{
	static const char *const USES[KEEPER_USE_COUNT] = {
		[KEEPER_TOKEN] = "mn.token",
		[KEEPER_CURSOR] = "mn.cursor",
		[KEEPER_IDEMPOTENCY] = "mn.idempotency",
		[KEEPER_CODE] = "mn.code",
		[KEEPER_DUO] = "mn.duo",
	};
	derive(root, "mn.kring", &roots->keyring);
	derive(root, "mn.seeds", &roots->seeds);
	hash_derive(root->bytes, "mn.audit", SPAN_NONE, roots->audit.bytes);
	hash_derive(root->bytes, "mn.sum", SPAN_NONE, roots->sum.bytes);
	for (size_t i = 0; i < KEEPER_USE_COUNT; i++)
		hash_derive(root->bytes, USES[i], SPAN_NONE, roots->uses[i].bytes);
}

static fallible unseal(const struct keeper_ask *ask, struct keyring *keyring, struct seal_key *root)
{
	if (!ask->create)
		return slots_open(keyring, &ask->unseal, root);
	random_fill(root->bytes, sizeof root->bytes);
	return slots_make_first(keyring, &ask->unseal, root);
}

static fallible prepare(const struct keeper_ask *ask, struct keytree *tree)
{
	scoped(seal_key) root = {0};
	TRY(keyring_open(ask->backend, ask->directory, ask->create, &tree->keyring));
	TRY(cache_open(ask->arena, &tree->cache));
	TRY(secret_take(ask->arena, sizeof(struct keytree_roots), &tree->cell));
	TRY(unseal(ask, tree->keyring, &root));
	derive_roots(&root, (struct keytree_roots *)(void *)tree->cell.bytes);
	tree->roots = (const struct keytree_roots *)(const void *)tree->cell.bytes;
	return OK;
}

fallible keytree_open(const struct keeper_ask *ask, struct keytree *tree)
{
	*tree = (struct keytree){0};
	pthread_mutex_init(&tree->making, NULL);
	struct err err = prepare(ask, tree);
	if (err_failed(err))
		keytree_close(tree);
	return err;
}

void keytree_close(struct keytree *tree)
{
	cache_close(tree->cache);
	secret_done(&tree->cell);
	keyring_close(tree->keyring);
	pthread_mutex_destroy(&tree->making);
}
