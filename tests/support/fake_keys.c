/* SPDX-License-Identifier: Apache-2.0 */
/* fake_keys - everything derived from a root of known bytes through crypto/. */
#include "tests/support/fake_keys.h"

#include "crypto/hash.h"
#include "crypto/sign.h"

enum { EPOCH = 1 };

static const uint8_t ROOT[HASH_KEY] = "a root that everybody may know.";
static const char SIGNER[] = "muniment.test/log";

/* The context is what the key is of; the label what it is for. */
static void derive(
	const char *label, struct id tenant, const struct subject *subject, uint8_t key[static HASH_KEY])
{
	scoped(buf) context = BUF(64);
	buf_put(&context, SPAN_BYTES(tenant.bytes));
	if (subject) {
		buf_put_u8(&context, (uint8_t)subject->kind);
		buf_put(&context, SPAN_BYTES(subject->id.bytes));
	}
	hash_derive(ROOT, label, buf_span(&context), key);
}

static struct mac_key audit_key(void)
{
	struct mac_key key;
	hash_derive(ROOT, "audit", SPAN_NONE, key.bytes);
	return key;
}

static struct sign_key checkpoint_key(void)
{
	uint8_t seed[SIGN_SEED];
	struct sign_key key;
	hash_derive(ROOT, "checkpoint", SPAN_NONE, seed);
	sign_key_init(&key, seed);
	return key;
}

static fallible part_key(void *keeper, struct id tenant, const struct subject *subject, struct id event,
	enum part_kind kind, uint32_t *epoch, struct part_key *key)
{
	(void)keeper;
	struct seal_key own;
	derive("subject", tenant, subject, own.bytes);
	part_derive(&own, tenant, event, kind, key);
	if (subject->kind != SUBJECT_TENANT)
		*epoch = EPOCH;
	return OK;
}

static void complete(struct seal_context *context, struct id tenant, const struct subject *subject)
{
	context->tenant = tenant;
	context->client = subject->id;
	context->key_epoch = EPOCH;
}

static fallible seal_row(void *keeper, struct id tenant, const struct subject *subject,
	struct seal_context context, struct span plain, struct buf *out)
{
	(void)keeper;
	struct seal_key key;
	derive("row", tenant, subject, key.bytes);
	complete(&context, tenant, subject);
	return seal_box(&key, &context, plain, out);
}

static fallible open_row(void *keeper, struct id tenant, const struct subject *subject,
	struct seal_context context, struct span record, struct buf *plain)
{
	(void)keeper;
	struct seal_key key;
	derive("row", tenant, subject, key.bytes);
	complete(&context, tenant, subject);
	return seal_open(&key, &context, record, plain);
}

static fallible term(
	void *keeper, struct id tenant, const char *label, struct span text, uint8_t out[static KEYS_TERM])
{
	(void)keeper;
	struct mac_key key;
	uint8_t whole[HASH_BLAKE];
	derive("term", tenant, NULL, key.bytes);
	const struct span parts[] = {span_text(label), text};
	hash_mac(&key, parts, 2, whole);
	memcpy(out, whole, KEYS_TERM);
	return OK;
}

static fallible search_tokens(void *keeper, struct id tenant, const struct span *items, size_t count,
	uint32_t *epoch, uint32_t *tokens)
{
	(void)keeper;
	uint8_t key[HASH_KEY];
	derive("search", tenant, NULL, key);
	for (size_t i = 0; i < count; i++)
		tokens[i] = (uint32_t)hash_short(key, items[i]);
	*epoch = EPOCH;
	return OK;
}

static void mac(void *keeper, const struct span *parts, size_t count, uint8_t out[static KEYS_MAC])
{
	(void)keeper;
	uint8_t whole[HASH_BLAKE];
	struct mac_key key = audit_key();
	hash_mac(&key, parts, count, whole);
	memcpy(out, whole, KEYS_MAC);
}

static void sum_term(void *keeper, const struct span *parts, size_t count, uint8_t out[static HASH_WIDE])
{
	(void)keeper;
	struct mac_key key = audit_key();
	hash_mac_wide(&key, parts, count, out);
}

static fallible sign_checkpoint(void *keeper, struct id tenant, struct span text, uint64_t size,
	const uint8_t root[static HASH_SHA256], struct buf *note)
{
	(void)keeper;
	(void)tenant;
	(void)size;
	(void)root;
	struct sign_key key = checkpoint_key();
	return note_sign(text, span_text(SIGNER), &key, note);
}

static fallible check_data_key(void *keeper, struct id tenant, struct id client, struct span wrapped)
{
	(void)keeper, (void)tenant, (void)client, (void)wrapped;
	return OK;
}

static fallible save_new(void *keeper)
{
	(void)keeper;
	return OK;
}

static void mailbox(void *keeper, struct span address, uint8_t out[static KEYS_TERM])
{
	(void)keeper;
	uint8_t whole[HASH_BLAKE];
	struct mac_key key = audit_key();
	const struct span parts[] = {SPAN_LIT("mailbox"), address};
	hash_mac(&key, parts, 2, whole);
	memcpy(out, whole, KEYS_TERM);
}

const struct keys *fake_keys_table(void)
{
	static const struct keys TABLE = {
		.part_key = part_key,
		.seal_row = seal_row,
		.open_row = open_row,
		.term = term,
		.search_tokens = search_tokens,
		.mac = mac,
		.sum_term = sum_term,
		.sign_checkpoint = sign_checkpoint,
		.check_data_key = check_data_key,
		.save_new = save_new,
		.mailbox = mailbox,
	};
	return &TABLE;
}

static fallible open_gone(void *keeper, struct id tenant, const struct subject *subject,
	struct seal_context context, struct span record, struct buf *plain)
{
	(void)keeper;
	(void)tenant;
	(void)subject;
	(void)context;
	(void)record;
	(void)plain;
	return FAIL(NOT_FOUND, "the key is gone");
}

struct keys fake_keys_gone(void)
{
	struct keys keys = *fake_keys_table();
	keys.open_row = open_gone;
	return keys;
}

/* note.h does not publish how a key's id is made, but its vkey text carries it. */
struct note_verifier fake_keys_verifier(void)
{
	struct sign_key key = checkpoint_key();
	struct note_verifier verifier;
	uint8_t public_key[SIGN_PUBLIC];
	scoped(buf) vkey = BUF(1024);
	struct arena arena = ARENA(4096);
	sign_key_public(&key, public_key);
	note_put_vkey(&vkey, span_text(SIGNER), public_key);
	struct err err = note_parse_vkey(buf_span(&vkey), &arena, &verifier);
	verifier.name = err_failed(err) ? SPAN_NONE : span_text(SIGNER);
	arena_done(&arena);
	return verifier;
}
