/* SPDX-License-Identifier: Apache-2.0 */
/* keeper - the key tree: unwrap on the way down, keep a little in locked memory. */
#include "server/keeper/keeper.h"

#include "crypto/note.h"
#include "crypto/random.h"
#include "crypto/slot.h"
#include "server/keeper/cache.h"
#include "store/event.h"
#include "store/keyring.h"

#include <pthread.h>
#include <stdlib.h>

enum { KEEPER_SEED_MAX = 256, KEEPER_FIELD_MAX = 64 * 1024 };

/* Server-wide keys, in one locked cell. */
struct roots {
	struct seal_key keyring; /* wraps tenant keys */
	struct seal_key seeds;   /* wraps seed keys */
	struct mac_key audit;    /* MACs of rows and of the head */
	struct mac_key sum;      /* terms of the head's sum */
	struct mac_key uses[KEEPER_USE_COUNT];
};

struct keeper {
	struct keyring *keyring;
	struct cache *cache;
	struct secret_arena *arena;
	struct secret roots_cell;
	struct roots *roots;
	pthread_mutex_t making; /* one thread at a time makes a key on demand */
	pthread_mutex_t signing; /* high-water marks only rise */
	struct keys keys;
};

/* ---- the tree ---- */

static struct keyring_name name_of(enum keyring_kind kind, struct id tenant, struct id id)
{
	return (struct keyring_name){kind, tenant, id};
}

static struct id number_id(uint32_t number)
{
	struct id id = {0};
	for (size_t i = 16; i > 12; i--, number >>= 8)
		id.bytes[i - 1] = (uint8_t)number;
	return id;
}

static const struct id NO_ID;

static struct seal_context wrap_context(const struct keyring_name *name, uint32_t epoch)
{
	return (struct seal_context){.tenant = name->tenant, .object = name->id, .object_type = SEAL_KEY_WRAP,
		.field_type = (uint8_t)name->kind, .key_epoch = epoch};
}

static fallible find_key(struct keeper *keeper, const struct keyring_name *name, struct seal_key *key, uint32_t *epoch);

/* The key that a name is wrapped under. At most two steps: everything lies under a tenant key or a root. */
static fallible parent_key(struct keeper *keeper, const struct keyring_name *name, struct seal_key *parent)
{
	uint32_t epoch;
	switch (name->kind) {
	case KEYRING_TENANT:
		*parent = keeper->roots->keyring;
		return OK;
	case KEYRING_SEED:
		*parent = keeper->roots->seeds;
		return OK;
	case KEYRING_CLIENT:
	case KEYRING_PERSON:
	case KEYRING_INDEX:
	case KEYRING_LOG:
	case KEYRING_CHECKPOINT:
	case KEYRING_RECEIPT:
	case KEYRING_SHORT:
		break;
	}
	struct keyring_name tenant = name_of(KEYRING_TENANT, name->tenant, NO_ID);
	return find_key(keeper, &tenant, parent, &epoch);
}

static fallible unwrap_key(struct keeper *keeper, const struct keyring_name *name, struct seal_key *key, uint32_t *epoch)
{
	struct keyring_row row;
	scoped(seal_key) parent;
	TRY(keyring_get(keeper->keyring, name, &row));
	TRY(parent_key(keeper, name, &parent));
	struct seal_context context = wrap_context(name, row.epoch);
	TRY(seal_unwrap(&parent, &context, SPAN_BYTES(row.wrapped), key->bytes));
	*epoch = row.epoch;
	return OK;
}

static fallible find_key(struct keeper *keeper, const struct keyring_name *name, struct seal_key *key, uint32_t *epoch)
{
	if (cache_get(keeper->cache, name, key, epoch))
		return OK;
	uint64_t generation = cache_generation(keeper->cache);
	TRY(unwrap_key(keeper, name, key, epoch));
	cache_put(keeper->cache, name, key, *epoch, generation);
	return OK;
}

/* Draw a key and wrap it under `parent`, or under the tenant's key where parent is NULL. */
static fallible draw_row(struct keeper *keeper, const struct keyring_name *name, const struct seal_key *parent,
	struct keyring_row *row)
{
	scoped(seal_key) key, found = {0};
	struct seal_context context = wrap_context(name, 1);
	if (!parent) {
		TRY(parent_key(keeper, name, &found));
		parent = &found;
	}
	*row = (struct keyring_row){.name = *name, .epoch = 1};
	random_fill(key.bytes, sizeof key.bytes);
	return seal_wrap(parent, &context, key.bytes, row->wrapped);
}

static fallible make_key(struct keeper *keeper, const struct keyring_name *name)
{
	struct keyring_row row;
	TRY(draw_row(keeper, name, NULL, &row));
	return keyring_put(keeper->keyring, &row, 1);
}

/* A key that comes into being when it is first needed: of a month, of a day. */
static fallible find_or_make(struct keeper *keeper, const struct keyring_name *name, struct seal_key *key)
{
	uint32_t epoch;
	struct err err = find_key(keeper, name, key, &epoch);
	if (err.kind != ERR_NOT_FOUND)
		return err;
	pthread_mutex_lock(&keeper->making);
	err = find_key(keeper, name, key, &epoch);
	if (err.kind == ERR_NOT_FOUND)
		err = make_key(keeper, name);
	pthread_mutex_unlock(&keeper->making);
	TRY(err);
	return find_key(keeper, name, key, &epoch);
}

static void derive(const struct seal_key *from, const char *label, struct seal_key *key)
{
	hash_derive(from->bytes, label, SPAN_NONE, key->bytes);
}

/* ---- making and destroying ---- */

fallible keeper_make_tenant(struct keeper *keeper, struct id tenant)
{
	static const enum keyring_kind OWN[] = {KEYRING_INDEX, KEYRING_CHECKPOINT, KEYRING_RECEIPT};
	enum { OWN_COUNT = sizeof OWN / sizeof OWN[0], ROWS = 2 + OWN_COUNT };
	struct keyring_row rows[ROWS];
	scoped(seal_key) key;
	struct keyring_name name = name_of(KEYRING_TENANT, tenant, NO_ID);
	struct seal_context context = wrap_context(&name, 1);
	TRY(draw_row(keeper, &name, NULL, &rows[0]));
	TRY(seal_unwrap(&keeper->roots->keyring, &context, SPAN_BYTES(rows[0].wrapped), key.bytes));
	name.kind = KEYRING_SEED;
	TRY(draw_row(keeper, &name, NULL, &rows[1]));
	for (size_t i = 0; i < OWN_COUNT; i++) {
		name.kind = OWN[i];
		TRY(draw_row(keeper, &name, &key, &rows[2 + i]));
	}
	return keyring_put(keeper->keyring, rows, ROWS);
}

static enum keyring_kind subject_key_kind(const struct subject *subject)
{
	return subject->kind == SUBJECT_CLIENT ? KEYRING_CLIENT : KEYRING_PERSON;
}

fallible keeper_make_subject(struct keeper *keeper, struct id tenant, const struct subject *subject)
{
	struct keyring_name name = name_of(subject_key_kind(subject), tenant, subject->id);
	return make_key(keeper, &name);
}

fallible keeper_drop_subject(struct keeper *keeper, struct id tenant, const struct subject *subject)
{
	struct keyring_name name = name_of(subject_key_kind(subject), tenant, subject->id);
	cache_clear(keeper->cache);
	TRY(keyring_drop(keeper->keyring, &name));
	/* Again, for a reader that unwrapped it in between. */
	cache_clear(keeper->cache);
	return OK;
}

/* ---- what the store asks ---- */

static fallible subject_key(struct keeper *keeper, struct id tenant, const struct subject *subject, uint32_t *epoch,
	struct seal_key *key)
{
	struct keyring_name name;
	if (subject->kind != SUBJECT_TENANT) {
		name = name_of(subject_key_kind(subject), tenant, subject->id);
		return find_key(keeper, &name, key, epoch);
	}
	uint32_t found;
	name = name_of(KEYRING_LOG, tenant, number_id(*epoch));
	/* Only the month that is running comes into being; a month that was destroyed stays so. */
	if (*epoch == event_month(clock_now()))
		return find_or_make(keeper, &name, key);
	return find_key(keeper, &name, key, &found);
}

static fallible part_key_of(void *context, struct id tenant, const struct subject *subject, struct id event,
	enum part_kind kind, uint32_t *epoch, struct part_key *key)
{
	scoped(seal_key) of_subject = {0};
	TRY(subject_key(context, tenant, subject, epoch, &of_subject));
	part_derive(&of_subject, tenant, event, kind, key);
	return OK;
}

/* The key of state rows: the subject's, kept apart from that of event parts; the tenant's own for what has no subject. */
static fallible row_key(struct keeper *keeper, struct id tenant, const struct subject *subject, struct seal_key *key)
{
	uint32_t epoch = 0;
	scoped(seal_key) from = {0};
	struct keyring_name name = name_of(KEYRING_TENANT, tenant, NO_ID);
	if (subject->kind == SUBJECT_TENANT)
		TRY(find_key(keeper, &name, &from, &epoch));
	else
		TRY(subject_key(keeper, tenant, subject, &epoch, &from));
	derive(&from, "mn.rows", key);
	return OK;
}

static fallible seal_row_of(void *context, struct id tenant, const struct subject *subject, struct seal_context place,
	struct span plain, struct buf *out)
{
	scoped(seal_key) key = {0};
	place.tenant = tenant;
	place.client = subject->id;
	TRY(row_key(context, tenant, subject, &key));
	return seal_box(&key, &place, plain, out);
}

static fallible open_row_of(void *context, struct id tenant, const struct subject *subject, struct seal_context place,
	struct span record, struct buf *plain)
{
	scoped(seal_key) key = {0};
	place.tenant = tenant;
	place.client = subject->id;
	TRY(row_key(context, tenant, subject, &key));
	return seal_open(&key, &place, record, plain);
}

static fallible tenant_hash(struct keeper *keeper, struct id tenant, const char *label, struct span text,
	uint8_t out[static HASH_BLAKE])
{
	uint32_t epoch;
	scoped(seal_key) key = {0};
	struct mac_key mac;
	struct keyring_name name = name_of(KEYRING_INDEX, tenant, NO_ID);
	TRY(find_key(keeper, &name, &key, &epoch));
	hash_derive(key.bytes, label, SPAN_NONE, mac.bytes);
	hash_mac(&mac, &text, 1, out);
	mac_key_done(&mac);
	return OK;
}

static fallible term_of(void *context, struct id tenant, const char *label, struct span text, uint8_t term[static KEYS_TERM])
{
	uint8_t wide[HASH_BLAKE];
	TRY(tenant_hash(context, tenant, label, text, wide));
	memcpy(term, wide, KEYS_TERM);
	return OK;
}

static void mac_of(void *context, const struct span *parts, size_t count, uint8_t mac[static KEYS_MAC])
{
	const struct keeper *keeper = context;
	uint8_t wide[HASH_BLAKE];
	hash_mac(&keeper->roots->audit, parts, count, wide);
	memcpy(mac, wide, KEYS_MAC);
}

static void sum_term_of(void *context, const struct span *parts, size_t count, uint8_t term[static HASH_WIDE])
{
	const struct keeper *keeper = context;
	hash_mac_wide(&keeper->roots->sum, parts, count, term);
}

/* ---- signatures ---- */

static fallible signing_key(struct keeper *keeper, struct id tenant, enum keyring_kind kind, struct sign_key *key)
{
	uint32_t epoch;
	scoped(seal_key) seed = {0};
	struct keyring_name name = name_of(kind, tenant, NO_ID);
	if (cache_get_pair(keeper->cache, &name, key))
		return OK;
	uint64_t generation = cache_generation(keeper->cache);
	TRY(find_key(keeper, &name, &seed, &epoch));
	sign_key_init(key, seed.bytes);
	cache_put_pair(keeper->cache, &name, key, generation);
	return OK;
}

static void mark_mac(const struct keeper *keeper, struct id tenant, const struct keyring_mark *mark, uint8_t mac[static KEYRING_MAC])
{
	scoped(buf) text = BUF(64);
	uint8_t wide[HASH_BLAKE];
	buf_put_u64(&text, mark->size);
	buf_put_i64(&text, mark->time.ms);
	const struct span parts[] = {SPAN_LIT("mark"), SPAN_BYTES(tenant.bytes), buf_span(&text), SPAN_BYTES(mark->root)};
	hash_mac(&keeper->roots->audit, parts, 4, wide);
	memcpy(mac, wide, KEYRING_MAC);
}

/* The mark as the keeper left it; one that was put there by hand is refused. */
static fallible get_mark(struct keeper *keeper, struct id tenant, struct keyring_mark *mark)
{
	uint8_t mac[KEYRING_MAC];
	struct keyring_mark read;
	TRY(keyring_get_mark(keeper->keyring, tenant, &read));
	mark_mac(keeper, tenant, &read, mac);
	if (!secret_equal(SPAN_BYTES(mac), SPAN_BYTES(read.mac)))
		return FAIL(FORGED, "a high-water mark fails its MAC");
	*mark = read;
	return OK;
}

/* A log that was signed can't shrink, and can't be another one at the same size. */
static fallible raise_mark(struct keeper *keeper, struct id tenant, uint64_t size, const uint8_t root[static HASH_SHA256])
{
	struct keyring_mark mark = {0};
	struct err err = get_mark(keeper, tenant, &mark);
	if (err.kind != ERR_NOT_FOUND)
		TRY(err);
	bool same = mark.size == size && memcmp(mark.root, root, HASH_SHA256) == 0;
	if (err.kind != ERR_NOT_FOUND && (size < mark.size || (size == mark.size && !same)))
		return FAIL(CORRUPT, "a checkpoint would contradict one that was signed before");
	if (same)
		return OK;
	mark = (struct keyring_mark){.size = size, .time = clock_now()};
	memcpy(mark.root, root, HASH_SHA256);
	mark_mac(keeper, tenant, &mark, mark.mac);
	return keyring_put_mark(keeper->keyring, tenant, &mark);
}

static fallible sign_checkpoint_of(void *context, struct id tenant, struct span text, uint64_t size,
	const uint8_t root[static HASH_SHA256], struct buf *note)
{
	struct keeper *keeper = context;
	struct span origin, rest = text;
	scoped(sign_key) key = {0};
	span_cut(&rest, '\n', &origin);
	TRY(signing_key(keeper, tenant, KEYRING_CHECKPOINT, &key));
	pthread_mutex_lock(&keeper->signing);
	struct err err = raise_mark(keeper, tenant, size, root);
	pthread_mutex_unlock(&keeper->signing);
	TRY(err);
	return note_sign(text, origin, &key, note);
}

fallible keeper_public(struct keeper *keeper, struct id tenant, uint8_t checkpoint[static SIGN_PUBLIC],
	uint8_t receipt[static SIGN_PUBLIC])
{
	scoped(sign_key) first = {0}, second = {0};
	TRY(signing_key(keeper, tenant, KEYRING_CHECKPOINT, &first));
	TRY(signing_key(keeper, tenant, KEYRING_RECEIPT, &second));
	sign_key_public(&first, checkpoint);
	sign_key_public(&second, receipt);
	return OK;
}

fallible keeper_sign_receipt(struct keeper *keeper, struct id tenant, struct span message,
	uint8_t signature[static SIGN_SIGNATURE])
{
	scoped(sign_key) key = {0};
	TRY(signing_key(keeper, tenant, KEYRING_RECEIPT, &key));
	sign_message(&key, message, signature);
	return OK;
}

fallible keeper_mark(struct keeper *keeper, struct id tenant, struct keyring_mark *mark)
{
	return get_mark(keeper, tenant, mark);
}

/* ---- hashes ---- */

void keeper_hash(const struct keeper *keeper, enum keeper_use use, const struct span *parts, size_t count,
	uint8_t out[static HASH_BLAKE])
{
	hash_mac(&keeper->roots->uses[use], parts, count, out);
}

fallible keeper_decoy(struct keeper *keeper, struct id tenant, struct span text, uint8_t out[static HASH_BLAKE])
{
	return tenant_hash(keeper, tenant, "mn.decoy", text, out);
}

/* ---- sealing ---- */

/* Open into locked memory; the heap buffer on the way is wiped. */
static fallible open_secret(struct keeper *keeper, const struct seal_key *key, const struct seal_context *context,
	struct span record, size_t max, struct secret *secret)
{
	scoped(buf) plain = BUF(max);
	TRY(seal_open(key, context, record, &plain));
	struct err err = secret_take(keeper->arena, plain.len ? plain.len : 1, secret);
	if (!err_failed(err)) {
		memcpy(secret->bytes, plain.data, plain.len);
		secret->len = plain.len;
	}
	secret_wipe(plain.data, plain.len);
	return err;
}

static fallible seed_key(struct keeper *keeper, struct id tenant, struct seal_key *key)
{
	uint32_t epoch;
	struct keyring_name name = name_of(KEYRING_SEED, tenant, NO_ID);
	return find_key(keeper, &name, key, &epoch);
}

fallible keeper_seal_seed(struct keeper *keeper, struct seal_context context, struct span seed, struct buf *record)
{
	scoped(seal_key) key = {0};
	context.object_type = SEAL_SEED;
	TRY(seed_key(keeper, context.tenant, &key));
	return seal_box(&key, &context, seed, record);
}

fallible keeper_open_seed(struct keeper *keeper, struct seal_context context, struct span record, struct secret *seed)
{
	scoped(seal_key) key = {0};
	context.object_type = SEAL_SEED;
	TRY(seed_key(keeper, context.tenant, &key));
	return open_secret(keeper, &key, &context, record, KEEPER_SEED_MAX, seed);
}

static fallible client_key(struct keeper *keeper, const struct seal_context *context, struct seal_key *key)
{
	uint32_t epoch;
	struct keyring_name name = name_of(KEYRING_CLIENT, context->tenant, context->client);
	return find_key(keeper, &name, key, &epoch);
}

fallible keeper_make_data_key(struct keeper *keeper, struct seal_context context, uint8_t wrapped[static SEAL_WRAPPED])
{
	scoped(seal_key) key = {0}, data = {0};
	context.object_type = SEAL_DATA_KEY;
	context.field_type = 0;
	TRY(client_key(keeper, &context, &key));
	random_fill(data.bytes, sizeof data.bytes);
	return seal_wrap(&key, &context, data.bytes, wrapped);
}

static fallible open_data_key(struct keeper *keeper, struct seal_context context, struct span wrapped, struct seal_key *data)
{
	scoped(seal_key) key = {0};
	context.object_type = SEAL_DATA_KEY;
	context.field_type = 0;
	TRY(client_key(keeper, &context, &key));
	return seal_unwrap(&key, &context, wrapped, data->bytes);
}

fallible keeper_seal_field(struct keeper *keeper, struct seal_context context, struct span wrapped, struct span plain,
	struct buf *record)
{
	scoped(seal_key) data = {0};
	TRY(open_data_key(keeper, context, wrapped, &data));
	context.object_type = SEAL_FIELD;
	return seal_box(&data, &context, plain, record);
}

fallible keeper_open_field(struct keeper *keeper, struct seal_context context, struct span wrapped, struct span record,
	struct secret *plain)
{
	scoped(seal_key) data = {0};
	TRY(open_data_key(keeper, context, wrapped, &data));
	context.object_type = SEAL_FIELD;
	return open_secret(keeper, &data, &context, record, KEEPER_FIELD_MAX, plain);
}

static struct seal_context short_context(struct id tenant, uint32_t day, struct id object)
{
	return (struct seal_context){.tenant = tenant, .object = object, .version = day, .object_type = SEAL_SHORT};
}

fallible keeper_seal_short(struct keeper *keeper, struct id tenant, uint32_t day, struct id object, struct span plain,
	struct buf *record)
{
	scoped(seal_key) key = {0};
	struct keyring_name name = name_of(KEYRING_SHORT, tenant, number_id(day));
	struct seal_context context = short_context(tenant, day, object);
	TRY(find_or_make(keeper, &name, &key));
	return seal_box(&key, &context, plain, record);
}

fallible keeper_open_short(struct keeper *keeper, struct id tenant, uint32_t day, struct id object, struct span record,
	struct buf *plain)
{
	uint32_t epoch;
	scoped(seal_key) key = {0};
	struct keyring_name name = name_of(KEYRING_SHORT, tenant, number_id(day));
	struct seal_context context = short_context(tenant, day, object);
	TRY(find_key(keeper, &name, &key, &epoch));
	return seal_open(&key, &context, record, plain);
}

/* ---- opening ---- */

static void derive_roots(const struct seal_key *root, struct roots *roots)
{
	static const char *const USES[KEEPER_USE_COUNT] = {
		[KEEPER_TOKEN] = "mn.token",
		[KEEPER_CURSOR] = "mn.cursor",
		[KEEPER_IDEMPOTENCY] = "mn.idempotency",
		[KEEPER_CODE] = "mn.code",
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
	scoped(buf) slot = BUF(KEYRING_SLOT_MAX);
	if (ask->unseal.len != SLOT_SECRET)
		return FAIL(INPUT, "an unseal secret has 32 bytes");
	if (!ask->create) {
		TRY(keyring_get_slot(keyring, 0, &slot));
		return slot_open(buf_span(&slot), ask->unseal.at, root);
	}
	random_fill(root->bytes, sizeof root->bytes);
	TRY(slot_make(SLOT_KEY_FILE, ask->unseal.at, root, &slot));
	return keyring_put_slot(keyring, 0, buf_span(&slot));
}

static fallible prepare(struct keeper *keeper, const struct keeper_ask *ask)
{
	scoped(seal_key) root = {0};
	TRY(keyring_open(ask->backend, ask->directory, ask->create, &keeper->keyring));
	TRY(cache_open(ask->arena, &keeper->cache));
	TRY(secret_take(ask->arena, sizeof(struct roots), &keeper->roots_cell));
	keeper->roots = (struct roots *)(void *)keeper->roots_cell.bytes;
	TRY(unseal(ask, keeper->keyring, &root));
	derive_roots(&root, keeper->roots);
	return OK;
}

fallible keeper_open(const struct keeper_ask *ask, struct keeper **keeper)
{
	struct keeper *made = calloc(1, sizeof *made);
	if (!made)
		return FAIL(NO_MEMORY, "the keeper cannot be made");
	made->arena = ask->arena;
	made->keys = (struct keys){made, part_key_of, seal_row_of, open_row_of, term_of, mac_of, sum_term_of, sign_checkpoint_of};
	pthread_mutex_init(&made->making, NULL);
	pthread_mutex_init(&made->signing, NULL);
	struct err err = prepare(made, ask);
	if (err_failed(err)) {
		keeper_close(made);
		return err;
	}
	*keeper = made;
	return OK;
}

void keeper_close(struct keeper *keeper)
{
	if (!keeper)
		return;
	cache_close(keeper->cache);
	secret_done(&keeper->roots_cell);
	keyring_close(keeper->keyring);
	pthread_mutex_destroy(&keeper->making);
	pthread_mutex_destroy(&keeper->signing);
	free(keeper);
}

const struct keys *keeper_keys(const struct keeper *keeper)
{
	return &keeper->keys;
}
