/* SPDX-License-Identifier: Apache-2.0 */
/* keeper - what is asked of the keys: which one it takes, and in what context. */
#include "server/keeper/keeper.h"

#include "crypto/random.h"
#include "server/keeper/data_keys.h"
#include "server/keeper/key_check.h"
#include "server/keeper/keytree.h"
#include "server/keeper/signer.h"
#include "store/event.h"
#include "store/nouns/hold.h"

#include <stdlib.h>

enum {
	KEEPER_DAY_MS = 24 * 60 * 60 * 1000,
	KEEPER_UNDER_WAY_MS = 60 * 1000,
	KEEPER_SEED_MAX = 256,
	KEEPER_FIELD_MAX = 64 * 1024
};

struct keeper {
	struct keytree tree;
	struct signer signer;
	struct secret_arena *arena;
	struct keys keys;
};

/* ---- making and destroying ---- */

fallible keeper_make_tenant(struct keeper *keeper, struct id tenant)
{
	return keytree_make_tenant(&keeper->tree, tenant);
}

static struct keyring_name subject_name(struct id tenant, const struct subject *subject)
{
	enum keyring_kind kind = subject->kind == SUBJECT_CLIENT ? KEYRING_CLIENT : KEYRING_PERSON;
	return keytree_name_of(kind, tenant, subject->id);
}

fallible keeper_make_subject(struct keeper *keeper, struct id tenant, const struct subject *subject)
{
	struct keyring_name name = subject_name(tenant, subject);
	return keytree_make(&keeper->tree, &name);
}

fallible keeper_drop_subject(struct keeper *keeper, struct id tenant, const struct subject *subject)
{
	struct keyring_name name = subject_name(tenant, subject);
	return keytree_drop(&keeper->tree, &name);
}

fallible keeper_destroy(struct keeper *keeper, const struct hold_clearance *clearance)
{
	static const enum keyring_kind OF_CLIENT[] = {KEYRING_CLIENT, KEYRING_VAULT, KEYRING_VAULT_BEFORE};
	enum { OF_CLIENT_COUNT = sizeof OF_CLIENT / sizeof OF_CLIENT[0] };
	struct keyring_name names[HOLD_SUBJECTS_MAX * OF_CLIENT_COUNT];
	const struct subject *subjects;
	size_t count = hold_subjects(clearance, &subjects), names_count = 0;
	struct id tenant = hold_tenant(clearance);
	for (size_t i = 0; i < count; i++) {
		bool is_client = subjects[i].kind == SUBJECT_CLIENT;
		for (size_t k = 0; is_client && k < OF_CLIENT_COUNT; k++)
			names[names_count++] = keytree_name_of(OF_CLIENT[k], tenant, subjects[i].id);
		if (!is_client)
			names[names_count++] = subject_name(tenant, &subjects[i]);
	}
	return count ? keytree_destroy(&keeper->tree, names, names_count)
		     : FAIL(DENIED, "the clearance is for no subject");
}

fallible keeper_turn(struct keeper *keeper, struct instant now)
{
	struct keyring *keyring = keeper->tree.keyring;
	int64_t today = now.ms / KEEPER_DAY_MS;
	struct instant turned;
	TRY(keyring_turned(keyring, &turned));
	if (turned.ms == 0)
		return keyring_set_turned(keyring, now);
	if (now.ms - turned.ms < KEEPER_DAY_MS)
		return OK;
	cache_clear(keeper->tree.cache);
	if (today > KEEPER_SHORT_DAYS)
		TRY(keyring_drop_days(keyring, (uint32_t)(today - KEEPER_SHORT_DAYS)));
	TRY(keyring_turn(keyring));
	cache_clear(keeper->tree.cache);
	return keyring_set_turned(keyring, now);
}

fallible keeper_settle(struct keeper *keeper)
{
	return keyring_settle(keeper->tree.keyring);
}

fallible keeper_turn_search(struct keeper *keeper, struct id tenant)
{
	struct keyring_name name = keytree_name(KEYRING_SEARCH, tenant);
	return keytree_turn(&keeper->tree, &name);
}

/* ---- rotating ---- */

fallible keeper_rotation_find(struct keeper *keeper, struct key_rotation *rotation)
{
	return key_rotation_find(&keeper->tree, rotation);
}

fallible keeper_rotation_begin(struct keeper *keeper, struct key_rotation *rotation)
{
	return key_rotation_begin(&keeper->tree, rotation);
}

fallible keeper_rotation_rewrap(struct keeper *keeper, struct key_rotation *rotation)
{
	return key_rotation_rewrap(&keeper->tree, rotation);
}

fallible keeper_rotation_save(struct keeper *keeper, const struct key_rotation *rotation)
{
	return key_rotation_save(&keeper->tree, rotation);
}

fallible keeper_rotation_retire(struct keeper *keeper, struct key_rotation *rotation)
{
	return key_rotation_retire(&keeper->tree, rotation);
}

fallible keeper_rotation_end(struct keeper *keeper)
{
	return key_rotation_end(&keeper->tree);
}

/* ---- looking ---- */

fallible keeper_check_some(struct keeper *keeper, struct key_check *check)
{
	return key_check_some(&keeper->tree, check);
}

bool keeper_met_forged(struct keeper *keeper)
{
	return atomic_exchange(&keeper->tree.met_forged, false);
}

/* ---- what the store asks ---- */

static fallible subject_key(struct keeper *keeper, struct id tenant, const struct subject *subject,
	uint32_t *epoch, struct seal_key *key)
{
	struct keyring_name name = subject_name(tenant, subject);
	if (subject->kind != SUBJECT_TENANT)
		return keytree_find(&keeper->tree, &name, key, epoch);
	uint32_t found;
	name = keytree_name_numbered(KEYRING_LOG, tenant, *epoch);
	/* Only the month that is running comes into being, or the one that ended while the event was under way; a month that
	 * was destroyed stays so. */
	struct instant now = clock_now(), before = {now.ms - KEEPER_UNDER_WAY_MS};
	if (*epoch == event_month(now) || *epoch == event_month(before))
		return keytree_find_or_make(&keeper->tree, &name, key);
	return keytree_find(&keeper->tree, &name, key, &found);
}

static fallible part_key_of(void *context, struct id tenant, const struct subject *subject, struct id event,
	enum part_kind kind, uint32_t *epoch, struct part_key *key)
{
	scoped(seal_key) of_subject = {0};
	TRY(subject_key(context, tenant, subject, epoch, &of_subject));
	part_derive(&of_subject, tenant, event, kind, key);
	return OK;
}

/* From the tenant's first key; once that was rotated it is a key of its own. */
static fallible tenant_row_key(struct keeper *keeper, struct id tenant, struct seal_key *key)
{
	uint32_t epoch;
	scoped(seal_key) from = {0};
	struct keyring_name name = keytree_name(KEYRING_TENANT, tenant);
	TRY(keytree_find(&keeper->tree, &name, &from, &epoch));
	if (epoch == KEYTREE_FIRST_EPOCH) {
		hash_derive(from.bytes, "mn.rows", SPAN_NONE, key->bytes);
		return OK;
	}
	name.kind = KEYRING_ROWS;
	return keytree_find(&keeper->tree, &name, key, &epoch);
}

/* The key of state rows: the subject's, kept apart from that of event parts; the tenant's own for what has no
 * subject. */
static fallible row_key(
	struct keeper *keeper, struct id tenant, const struct subject *subject, struct seal_key *key)
{
	struct keyring_name name = subject_name(tenant, subject);
	return subject->kind == SUBJECT_TENANT ? tenant_row_key(keeper, tenant, key)
					       : keytree_find_rows(&keeper->tree, &name, key);
}

static fallible seal_row_of(void *context, struct id tenant, const struct subject *subject,
	struct seal_context place, struct span plain, struct buf *out)
{
	scoped(seal_key) key = {0};
	place.tenant = tenant;
	place.client = subject->id;
	TRY(row_key(context, tenant, subject, &key));
	return seal_box(&key, &place, plain, out);
}

static fallible open_row_of(void *context, struct id tenant, const struct subject *subject,
	struct seal_context place, struct span record, struct buf *plain)
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
	scoped(seal_key) key = {0};
	scoped(mac_key) mac = {0};
	TRY(keytree_find_index(&keeper->tree, tenant, label, &key));
	memcpy(mac.bytes, key.bytes, sizeof mac.bytes);
	hash_mac(&mac, &text, 1, out);
	return OK;
}

static fallible term_of(
	void *context, struct id tenant, const char *label, struct span text, uint8_t term[static KEYS_TERM])
{
	uint8_t wide[HASH_BLAKE];
	TRY(tenant_hash(context, tenant, label, text, wide));
	memcpy(term, wide, KEYS_TERM);
	return OK;
}

static fallible search_tokens_of(void *context, struct id tenant, const struct span *items, size_t count,
	uint32_t *epoch, uint32_t *tokens)
{
	struct keeper *keeper = context;
	uint32_t found;
	scoped(seal_key) key = {0};
	struct keyring_name name = keytree_name(KEYRING_SEARCH, tenant);
	struct err err = keytree_find(&keeper->tree, &name, &key, &found);
	/* A tenant made before there were search keys. */
	if (err.kind == ERR_NOT_FOUND) {
		TRY(keytree_find_or_make(&keeper->tree, &name, &key));
		err = keytree_find(&keeper->tree, &name, &key, &found);
	}
	TRY(err);
	/* The key has no other use, so half of it will do. */
	for (size_t i = 0; i < count; i++)
		tokens[i] = (uint32_t)hash_short(key.bytes, items[i]);
	*epoch = found;
	return OK;
}

static fallible check_data_key_of(void *context, struct id tenant, struct id client, struct span wrapped)
{
	struct keeper *keeper = context;
	return data_keys_check(&keeper->tree, tenant, client, wrapped);
}

static fallible save_new_of(void *context)
{
	struct keeper *keeper = context;
	return keytree_save_new(&keeper->tree);
}

static void mailbox_of(void *context, struct span address, uint8_t term[static KEYS_TERM])
{
	uint8_t wide[HASH_BLAKE];
	const struct span parts[] = {SPAN_LIT("mn.mailbox"), address};
	keeper_hash(context, KEEPER_CODE, parts, 2, wide);
	memcpy(term, wide, KEYS_TERM);
}

static void mac_of(void *context, const struct span *parts, size_t count, uint8_t mac[static KEYS_MAC])
{
	const struct keeper *keeper = context;
	uint8_t wide[HASH_BLAKE];
	hash_mac(&keeper->tree.roots->audit, parts, count, wide);
	memcpy(mac, wide, KEYS_MAC);
}

static void sum_term_of(void *context, const struct span *parts, size_t count, uint8_t term[static HASH_WIDE])
{
	const struct keeper *keeper = context;
	hash_mac_wide(&keeper->tree.roots->sum, parts, count, term);
}

static fallible sign_checkpoint_of(void *context, struct id tenant, struct span text, uint64_t size,
	const uint8_t root[static HASH_SHA256], struct buf *note)
{
	struct keeper *keeper = context;
	return signer_sign_checkpoint(&keeper->signer, tenant, text, size, root, note);
}

/* ---- hashes ---- */

void keeper_hash(const struct keeper *keeper, enum keeper_use use, const struct span *parts, size_t count,
	uint8_t out[static HASH_BLAKE])
{
	hash_mac(&keeper->tree.roots->uses[use], parts, count, out);
}

fallible keeper_decoy(
	struct keeper *keeper, struct id tenant, struct span text, uint8_t out[static HASH_BLAKE])
{
	return tenant_hash(keeper, tenant, "mn.decoy", text, out);
}

/* ---- sealing ---- */

/* Open into locked memory; the heap buffer on the way is wiped. */
static fallible open_secret(struct keeper *keeper, const struct seal_key *key,
	const struct seal_context *context, struct span record, size_t max, struct secret *secret)
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
	struct keyring_name name = keytree_name(KEYRING_SEED, tenant);
	return keytree_find(&keeper->tree, &name, key, &epoch);
}

fallible keeper_seal_seed(
	struct keeper *keeper, struct seal_context context, struct span seed, struct buf *record)
{
	scoped(seal_key) key = {0};
	context.object_type = SEAL_SEED;
	TRY(seed_key(keeper, context.tenant, &key));
	return seal_box(&key, &context, seed, record);
}

fallible keeper_open_seed(
	struct keeper *keeper, struct seal_context context, struct span record, struct secret *seed)
{
	scoped(seal_key) key = {0};
	context.object_type = SEAL_SEED;
	TRY(seed_key(keeper, context.tenant, &key));
	return open_secret(keeper, &key, &context, record, KEEPER_SEED_MAX, seed);
}

fallible keeper_make_data_key(
	struct keeper *keeper, struct seal_context context, uint8_t wrapped[static SEAL_WRAPPED])
{
	return data_keys_make(&keeper->tree, context, wrapped);
}

fallible keeper_rewrap_data_key(struct keeper *keeper, struct seal_context context, struct span wrapped,
	uint8_t again[static SEAL_WRAPPED])
{
	return data_keys_rewrap(&keeper->tree, context, wrapped, again);
}

fallible keeper_seal_field(struct keeper *keeper, struct seal_context context, struct span wrapped,
	struct span plain, struct buf *record)
{
	scoped(seal_key) data = {0};
	TRY(data_keys_open(&keeper->tree, context, wrapped, &data));
	context.object_type = SEAL_FIELD;
	return seal_box(&data, &context, plain, record);
}

fallible keeper_open_field(struct keeper *keeper, struct seal_context context, struct span wrapped,
	struct span record, struct secret *plain)
{
	scoped(seal_key) data = {0};
	TRY(data_keys_open(&keeper->tree, context, wrapped, &data));
	context.object_type = SEAL_FIELD;
	return open_secret(keeper, &data, &context, record, KEEPER_FIELD_MAX, plain);
}

fallible keeper_renew_field(struct keeper *keeper, const struct keeper_renewal *renewal, struct buf *record)
{
	scoped(secret) plain = {0};
	TRY(keeper_open_field(keeper, renewal->context, renewal->wrapped, renewal->record, &plain));
	return keeper_seal_field(keeper, renewal->context, renewal->fresh, secret_span(&plain), record);
}

static struct seal_context short_context(struct id tenant, uint32_t day, struct id object)
{
	return (struct seal_context){
		.tenant = tenant, .object = object, .version = day, .object_type = SEAL_SHORT};
}

fallible keeper_seal_short(struct keeper *keeper, struct id tenant, uint32_t day, struct id object,
	struct span plain, struct buf *record)
{
	scoped(seal_key) key = {0};
	struct keyring_name name = keytree_name_numbered(KEYRING_SHORT, tenant, day);
	struct seal_context context = short_context(tenant, day, object);
	TRY(keytree_find_or_make(&keeper->tree, &name, &key));
	return seal_box(&key, &context, plain, record);
}

fallible keeper_open_short(struct keeper *keeper, struct id tenant, uint32_t day, struct id object,
	struct span record, struct buf *plain)
{
	uint32_t epoch;
	scoped(seal_key) key = {0};
	struct keyring_name name = keytree_name_numbered(KEYRING_SHORT, tenant, day);
	struct seal_context context = short_context(tenant, day, object);
	TRY(keytree_find(&keeper->tree, &name, &key, &epoch));
	return seal_open(&key, &context, record, plain);
}

/* ---- signatures ---- */

fallible keeper_public(struct keeper *keeper, struct id tenant, uint8_t checkpoint[static SIGN_PUBLIC],
	uint8_t receipt[static SIGN_PUBLIC])
{
	return signer_public(&keeper->signer, tenant, checkpoint, receipt);
}

fallible keeper_receipt_public(struct keeper *keeper, struct id tenant, uint8_t receipt[static SIGN_PUBLIC])
{
	return signer_receipt_public(&keeper->signer, tenant, receipt);
}

fallible keeper_sign_receipt(struct keeper *keeper, struct id tenant, struct span message,
	uint8_t signature[static SIGN_SIGNATURE])
{
	return signer_sign_receipt(&keeper->signer, tenant, message, signature);
}

fallible keeper_mark(struct keeper *keeper, struct id tenant, struct keyring_mark *mark)
{
	return signer_mark(&keeper->signer, tenant, mark);
}

/* ---- opening ---- */

fallible keeper_open(const struct keeper_ask *ask, struct keeper **keeper)
{
	struct keeper *made = calloc(1, sizeof *made);
	if (!made)
		return FAIL(NO_MEMORY, "the keeper cannot be made");
	struct err err = keytree_open(ask, &made->tree);
	if (err_failed(err)) {
		free(made);
		return err;
	}
	signer_init(&made->signer, &made->tree);
	made->arena = ask->arena;
	made->keys = (struct keys){made, part_key_of, seal_row_of, open_row_of, term_of, search_tokens_of,
		mac_of, sum_term_of, sign_checkpoint_of, check_data_key_of, save_new_of, mailbox_of};
	*keeper = made;
	return OK;
}

void keeper_close(struct keeper *keeper)
{
	if (!keeper)
		return;
	signer_done(&keeper->signer);
	keytree_close(&keeper->tree);
	free(keeper);
}

const struct keys *keeper_keys(const struct keeper *keeper)
{
	return &keeper->keys;
}

struct keyring *keeper_keyring(const struct keeper *keeper)
{
	return keeper->tree.keyring;
}
