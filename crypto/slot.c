/* SPDX-License-Identifier: Apache-2.0 */
/* slot - an X25519 pair per slot: its private half under the slot's secret, the root key sealed to its public
 * half. */
#include "crypto/slot.h"

#include "base/reader.h"
#include "crypto/hash.h"
#include "crypto/secret.h"

#include <sodium.h>

enum {
	SLOT_PLAIN = 1, /* versions: without facts, and with them */
	SLOT_FACTS = 2,
	SEALED_ROOT = crypto_box_SEALBYTES + SEAL_KEY,
};

_Static_assert(SEALED_ROOT == 80, "the record's layout counts 80 bytes for the sealed root key");

struct pair {
	uint8_t public_key[crypto_box_PUBLICKEYBYTES];
	uint8_t private_key[crypto_box_SECRETKEYBYTES];
};

static void pair_done(struct pair *pair)
{
	secret_wipe(pair, sizeof *pair);
}

static struct seal_context context_of(uint8_t field)
{
	return (struct seal_context){.object_type = SEAL_SLOT, .field_type = field};
}

/* Without the root key nobody can add a slot of his own and wait for the next rotation. */
static void body_mac(const struct seal_key *root, struct span body, uint8_t mac[static HASH_BLAKE])
{
	struct mac_key key;
	hash_derive(root->bytes, "mn.slotm", SPAN_NONE, key.bytes);
	hash_mac(&key, &body, 1, mac);
	mac_key_done(&key);
}

static fallible wrap(const uint8_t key_bytes[static SEAL_KEY], uint8_t field,
	const uint8_t inner[static SEAL_KEY], struct buf *record)
{
	scoped(seal_key) key;
	struct seal_context context = context_of(field);
	uint8_t wrapped[SEAL_WRAPPED];
	memcpy(key.bytes, key_bytes, SEAL_KEY);
	TRY(seal_wrap(&key, &context, inner, wrapped));
	buf_put(record, SPAN_BYTES(wrapped));
	return OK;
}

static void put_method(const struct slot_method *method, struct buf *record)
{
	buf_put_u8(record, method->facts.len ? SLOT_FACTS : SLOT_PLAIN);
	buf_put_u8(record, (uint8_t)method->kind);
	if (method->facts.len == 0)
		return;
	buf_put_u16(record, (uint16_t)method->facts.len);
	buf_put(record, method->facts);
}

/* Behind the private key: what only the root key's holder can write. */
static fallible put_root(const struct seal_key *root,
	const uint8_t public_key[static crypto_box_PUBLICKEYBYTES], size_t start, struct buf *record)
{
	uint8_t sealed[SEALED_ROOT], mac[HASH_BLAKE];
	if (crypto_box_seal(sealed, root->bytes, SEAL_KEY, public_key) != 0)
		return FAIL(NO_MEMORY, "the root key cannot be sealed to a slot");
	buf_put(record, SPAN_BYTES(sealed));
	TRY(wrap(root->bytes, 2, public_key, record));
	TRY(buf_check(record));
	body_mac(root, span_from(buf_span(record), start), mac);
	buf_put(record, SPAN_BYTES(mac));
	return buf_check(record);
}

fallible slot_make(const struct slot_method *method, const uint8_t secret[static SLOT_SECRET],
	const struct seal_key *root, struct buf *record)
{
	scoped(pair) pair;
	size_t start = record->len;
	if (method->facts.len > SLOT_FACTS_MAX)
		return FAIL(INPUT, "a slot has too many facts");
	if (crypto_box_keypair(pair.public_key, pair.private_key) != 0)
		return FAIL(NO_MEMORY, "a slot's key pair cannot be made");
	put_method(method, record);
	TRY(wrap(secret, 1, pair.private_key, record));
	return put_root(root, pair.public_key, start, record);
}

/* The parts of a record, as they lie in it. */
struct parts {
	struct slot_method method;
	struct span private_key, sealed, public_key, body, mac;
};

static fallible read_method(struct reader *reader, struct slot_method *method)
{
	uint8_t version = reader_u8(reader);
	*method = (struct slot_method){.kind = (enum slot_kind)reader_u8(reader)};
	if (version != SLOT_PLAIN && version != SLOT_FACTS)
		return FAIL(CORRUPT, "an unseal slot has an unknown version");
	if (method->kind < SLOT_KEY_FILE || method->kind > SLOT_CREDENTIAL)
		return FAIL(CORRUPT, "an unseal slot is of an unknown kind");
	if (version == SLOT_PLAIN)
		return OK;
	method->facts = reader_run(reader, reader_u16(reader));
	return method->facts.len > SLOT_FACTS_MAX ? FAIL(CORRUPT, "a slot has too many facts") : OK;
}

static fallible read_parts(struct span record, struct parts *parts)
{
	struct reader reader = READER(record);
	TRY(read_method(&reader, &parts->method));
	parts->private_key = reader_run(&reader, SEAL_WRAPPED);
	parts->sealed = reader_run(&reader, SEALED_ROOT);
	parts->public_key = reader_run(&reader, SEAL_WRAPPED);
	parts->mac = reader_run(&reader, HASH_BLAKE);
	TRY(reader_check(&reader));
	parts->body = span_first(record, record.len - HASH_BLAKE);
	return OK;
}

fallible slot_read(struct span record, struct slot_method *method)
{
	struct parts parts;
	TRY(read_parts(record, &parts));
	*method = parts.method;
	return OK;
}

static fallible open_root(struct span sealed, const struct pair *pair, struct seal_key *root)
{
	if (crypto_box_seal_open(root->bytes, sealed.at, sealed.len, pair->public_key, pair->private_key) !=
		0)
		return FAIL(FORGED, "the sealed root key does not open");
	return OK;
}

static fallible check_body(const struct parts *parts, const struct seal_key *root)
{
	uint8_t mac[HASH_BLAKE];
	body_mac(root, parts->body, mac);
	return secret_equal(SPAN_BYTES(mac), parts->mac)
		? OK
		: FAIL(FORGED, "an unseal slot was not made with this root key");
}

fallible slot_open(struct span record, const uint8_t secret[static SLOT_SECRET], struct seal_key *root)
{
	struct parts parts;
	scoped(pair) pair;
	scoped(seal_key) key, opened;
	struct seal_context context = context_of(1);
	TRY(read_parts(record, &parts));
	memcpy(key.bytes, secret, SLOT_SECRET);
	TRY(seal_unwrap(&key, &context, parts.private_key, pair.private_key));
	if (crypto_scalarmult_base(pair.public_key, pair.private_key) != 0)
		return FAIL(FORGED, "a slot's private key is not one");
	TRY(open_root(parts.sealed, &pair, &opened));
	TRY(check_body(&parts, &opened));
	*root = opened;
	return OK;
}

/* ---- another root key ---- */

fallible slot_reseal(
	struct span record, const struct seal_key *before, const struct seal_key *after, struct buf *out)
{
	struct parts parts;
	uint8_t public_key[crypto_box_PUBLICKEYBYTES];
	struct seal_context context = context_of(2);
	size_t start = out->len;
	TRY(read_parts(record, &parts));
	TRY(check_body(&parts, before));
	TRY(seal_unwrap(before, &context, parts.public_key, public_key));
	put_method(&parts.method, out);
	buf_put(out, parts.private_key);
	return put_root(after, public_key, start, out);
}
