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

fallible keytree_wrap(
	const struct seal_key *parent, const uint8_t key[static SEAL_KEY], struct keyring_row *row)
{
	struct seal_context context = wrap_context(&row->name, row->epoch);
	return seal_wrap(parent, &context, key, row->wrapped);
}

fallible keytree_unwrap(const struct seal_key *parent, const struct keyring_row *row, struct seal_key *key)
{
	struct seal_context context = wrap_context(&row->name, row->epoch);
	return seal_unwrap(parent, &context, SPAN_BYTES(row->wrapped), key->bytes);
}

static fallible find(
	struct keytree *tree, const struct keyring_name *name, struct seal_key *key, uint32_t *epoch);

enum keytree_parent keytree_parent(enum keyring_kind kind)
{
	switch (kind) {
	case KEYRING_TENANT:
	case KEYRING_TENANT_BEFORE:
	case KEYRING_SERVER:
		return KEYTREE_UNDER_ROOT;
	case KEYRING_SEED:
		return KEYTREE_UNDER_SEEDS;
	case KEYRING_CLIENT:
	case KEYRING_PERSON:
	case KEYRING_INDEX:
	case KEYRING_LOG:
	case KEYRING_CHECKPOINT:
	case KEYRING_RECEIPT:
	case KEYRING_SHORT:
	case KEYRING_SEARCH:
	case KEYRING_ROWS:
	case KEYRING_VAULT:
	case KEYRING_VAULT_BEFORE:
	case KEYRING_KIND_END:
		break;
	}
	return KEYTREE_UNDER_TENANT;
}

/* The key that a name is wrapped under. At most two steps: everything lies under a tenant key or a root. */
static fallible parent_key(struct keytree *tree, const struct keyring_name *name, struct seal_key *parent)
{
	uint32_t epoch;
	struct keyring_name tenant = keytree_name(KEYRING_TENANT, name->tenant);
	enum keytree_parent above = keytree_parent(name->kind);
	if (above == KEYTREE_UNDER_TENANT)
		return find(tree, &tenant, parent, &epoch);
	*parent = above == KEYTREE_UNDER_ROOT ? tree->roots->keyring : tree->roots->seeds;
	return OK;
}

/* While a tenant's keys are wrapped anew, those whose turn has not come lie under the key that goes. */
static bool find_parent_before(struct keytree *tree, const struct keyring_name *name, struct seal_key *parent)
{
	uint32_t epoch;
	struct keyring_name before = keytree_name(KEYRING_TENANT_BEFORE, name->tenant);
	return keytree_parent(name->kind) == KEYTREE_UNDER_TENANT &&
		!err_failed(find(tree, &before, parent, &epoch));
}

static fallible unwrap_key(
	struct keytree *tree, const struct keyring_name *name, struct seal_key *key, uint32_t *epoch)
{
	struct keyring_row row;
	scoped(seal_key) parent = {0};
	/* The new ones first: a key goes from them into the keyring. */
	if (!new_keys_find(&tree->new, name, &row))
		TRY(keyring_get(tree->keyring, name, &row));
	TRY(parent_key(tree, name, &parent));
	struct err err = keytree_unwrap(&parent, &row, key);
	if (err.kind == ERR_FORGED && find_parent_before(tree, name, &parent))
		err = keytree_unwrap(&parent, &row, key);
	TRY(err);
	*epoch = row.epoch;
	return OK;
}

/* With `moving` held for reading. */
static fallible find(
	struct keytree *tree, const struct keyring_name *name, struct seal_key *key, uint32_t *epoch)
{
	if (cache_get(tree->cache, name, key, epoch))
		return OK;
	uint64_t generation = cache_generation(tree->cache);
	struct err err = unwrap_key(tree, name, key, epoch);
	if (err.kind == ERR_FORGED)
		tree->met_forged = true;
	TRY(err);
	cache_put(tree->cache, name, key, *epoch, generation);
	return OK;
}

fallible keytree_find(
	struct keytree *tree, const struct keyring_name *name, struct seal_key *key, uint32_t *epoch)
{
	if (cache_get(tree->cache, name, key, epoch))
		return OK;
	pthread_rwlock_rdlock(&tree->moving);
	struct err err = find(tree, name, key, epoch);
	pthread_rwlock_unlock(&tree->moving);
	return err;
}

/* What the key of a name gives for one use; kept under a name that no key of the keyring has, NULL: it is not kept. */
static fallible find_derived(struct keytree *tree, const struct keyring_name *name,
	const struct keyring_name *kept, const char *label, struct seal_key *key)
{
	uint32_t epoch;
	scoped(seal_key) from = {0};
	if (kept && cache_get(tree->cache, kept, key, &epoch))
		return OK;
	uint64_t generation = cache_generation(tree->cache);
	TRY(keytree_find(tree, name, &from, &epoch));
	hash_derive(from.bytes, label, SPAN_NONE, key->bytes);
	if (kept)
		cache_put(tree->cache, kept, key, epoch, generation);
	return OK;
}

fallible keytree_find_index(struct keytree *tree, struct id tenant, const char *label, struct seal_key *key)
{
	size_t len = strlen(label);
	const struct keyring_name name = keytree_name(KEYRING_INDEX, tenant);
	/* The index key has no id of its own: the label takes its place in the cache. */
	struct keyring_name kept = name;
	bool fits = len > 0 && len <= sizeof kept.id.bytes;
	memcpy(kept.id.bytes, label, fits ? len : 0);
	return find_derived(tree, &name, fits ? &kept : NULL, label, key);
}

/* Each use of a credential opens two rows of its client. People are too many for their row keys to take the places of others. */
fallible keytree_find_rows(struct keytree *tree, const struct keyring_name *subject, struct seal_key *key)
{
	struct keyring_name kept = *subject;
	kept.kind = KEYRING_KIND_END;
	return find_derived(tree, subject, subject->kind == KEYRING_CLIENT ? &kept : NULL, "mn.rows", key);
}

fallible keytree_check(struct keytree *tree, const struct keyring_name *name)
{
	scoped(seal_key) key = {0};
	uint32_t epoch;
	pthread_rwlock_rdlock(&tree->moving);
	struct err err = unwrap_key(tree, name, &key, &epoch);
	pthread_rwlock_unlock(&tree->moving);
	return err;
}

/* ---- making and destroying ---- */

/* Draw a key and wrap it under `parent`, or under the one that the tree has for it where parent is NULL. */
static fallible draw_row(struct keytree *tree, const struct keyring_name *name, const struct seal_key *parent,
	uint32_t epoch, struct keyring_row *row)
{
	scoped(seal_key) key = {0}, found = {0};
	if (!parent) {
		TRY(parent_key(tree, name, &found));
		parent = &found;
	}
	*row = (struct keyring_row){.name = *name, .epoch = epoch};
	random_fill(key.bytes, sizeof key.bytes);
	return keytree_wrap(parent, key.bytes, row);
}

/* The key above must be the same from the look at it until the new row is there. */
static fallible put_drawn(struct keytree *tree, const struct keyring_name *name, uint32_t epoch)
{
	struct keyring_row row;
	pthread_rwlock_rdlock(&tree->moving);
	struct err err = draw_row(tree, name, NULL, epoch, &row);
	if (!err_failed(err))
		err = keyring_put(tree->keyring, &row, 1);
	pthread_rwlock_unlock(&tree->moving);
	return err;
}

fallible keytree_make(struct keytree *tree, const struct keyring_name *name)
{
	struct keyring_row row;
	pthread_rwlock_rdlock(&tree->moving);
	struct err err = draw_row(tree, name, NULL, KEYTREE_FIRST_EPOCH, &row);
	if (!err_failed(err))
		err = new_keys_add(&tree->new, tree->keyring, &row);
	pthread_rwlock_unlock(&tree->moving);
	return err;
}

fallible keytree_save_new(struct keytree *tree)
{
	return new_keys_save(&tree->new, tree->keyring);
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
		err = put_drawn(tree, name, KEYTREE_FIRST_EPOCH);
	pthread_mutex_unlock(&tree->making);
	TRY(err);
	return keytree_find(tree, name, key, &epoch);
}

static const enum keyring_kind OWN[] = {KEYRING_INDEX, KEYRING_CHECKPOINT, KEYRING_RECEIPT, KEYRING_SEARCH};
enum { OWN_COUNT = sizeof OWN / sizeof OWN[0], OWN_ROWS = 2 + OWN_COUNT };

static fallible draw_tenant(struct keytree *tree, struct id tenant, struct keyring_row rows[static OWN_ROWS])
{
	scoped(seal_key) key = {0};
	struct keyring_name name = keytree_name(KEYRING_TENANT, tenant);
	TRY(draw_row(tree, &name, NULL, 1, &rows[0]));
	TRY(keytree_unwrap(&tree->roots->keyring, &rows[0], &key));
	name.kind = KEYRING_SEED;
	TRY(draw_row(tree, &name, NULL, 1, &rows[1]));
	for (size_t i = 0; i < OWN_COUNT; i++) {
		name.kind = OWN[i];
		TRY(draw_row(tree, &name, &key, 1, &rows[2 + i]));
	}
	return OK;
}

fallible keytree_make_tenant(struct keytree *tree, struct id tenant)
{
	struct keyring_row rows[OWN_ROWS];
	pthread_rwlock_rdlock(&tree->moving);
	struct err err = draw_tenant(tree, tenant, rows);
	if (!err_failed(err))
		err = keyring_put(tree->keyring, rows, OWN_ROWS);
	pthread_rwlock_unlock(&tree->moving);
	return err;
}

fallible keytree_drop(struct keytree *tree, const struct keyring_name *name)
{
	cache_clear(tree->cache);
	TRY(keytree_save_new(tree));
	TRY(keyring_drop(tree->keyring, name));
	/* Again, for a reader that unwrapped it in between. */
	cache_clear(tree->cache);
	return OK;
}

fallible keytree_destroy(struct keytree *tree, const struct keyring_name *names, size_t count)
{
	cache_clear(tree->cache);
	TRY(keytree_save_new(tree)); /* what is to be destroyed is in the keyring */
	TRY(keyring_destroy(tree->keyring, names, count));
	cache_clear(tree->cache);
	return OK;
}

/* Drawn, not counted: a keyring that was put back from a copy counts to the same number with another key. */
uint32_t keytree_draw_epoch(uint32_t before)
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
	cache_clear(tree->cache);
	if (!err_failed(err) || err.kind == ERR_NOT_FOUND)
		err = put_drawn(tree, name, keytree_draw_epoch(row.epoch));
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

uint8_t *keytree_server_key(struct keytree_roots *roots, unsigned number)
{
	if (number == 1)
		return roots->audit.bytes;
	return number == 2 ? roots->sum.bytes : roots->uses[number - 3].bytes;
}

void keytree_set_root(struct keytree_roots *roots, const struct seal_key *root)
{
	roots->root = *root;
	derive(root, "mn.kring", &roots->keyring);
	derive(root, "mn.seeds", &roots->seeds);
}

/* As a rotation left it; else it comes from the root key, which is the first one. */
static fallible find_server_key(struct keyring *keyring, struct keytree_roots *roots, unsigned number)
{
	static const char *const LABELS[KEYTREE_SERVER_COUNT] = {
		"", "mn.audit", "mn.sum", "mn.token", "mn.cursor", "mn.idempotency", "mn.code", "mn.duo"};
	_Static_assert(KEYTREE_SERVER_COUNT == 8, "each key of the server has a label");
	scoped(seal_key) key = {0};
	struct keyring_row row;
	struct keyring_name name = keytree_name_numbered(KEYRING_SERVER, (struct id){{0}}, number);
	struct err err = keyring_get(keyring, &name, &row);
	if (err.kind == ERR_NOT_FOUND) {
		hash_derive(roots->root.bytes, LABELS[number], SPAN_NONE, keytree_server_key(roots, number));
		return OK;
	}
	TRY(err);
	TRY(keytree_unwrap(&roots->keyring, &row, &key));
	memcpy(keytree_server_key(roots, number), key.bytes, sizeof key.bytes);
	return OK;
}

static fallible find_roots(struct keyring *keyring, const struct seal_key *root, struct keytree_roots *roots)
{
	keytree_set_root(roots, root);
	for (unsigned number = 1; number < KEYTREE_SERVER_COUNT; number++)
		TRY(find_server_key(keyring, roots, number));
	return OK;
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
	TRY(find_roots(tree->keyring, &root, (struct keytree_roots *)(void *)tree->cell.bytes));
	tree->roots = (const struct keytree_roots *)(const void *)tree->cell.bytes;
	return OK;
}

fallible keytree_open(const struct keeper_ask *ask, struct keytree *tree)
{
	*tree = (struct keytree){0};
	new_keys_open(&tree->new);
	pthread_mutex_init(&tree->making, NULL);
	pthread_rwlock_init(&tree->moving, NULL);
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
	pthread_rwlock_destroy(&tree->moving);
	pthread_mutex_destroy(&tree->making);
	new_keys_close(&tree->new);
}
