/* SPDX-License-Identifier: Apache-2.0 */
/* signer - find the signing key, and let no log shrink. */
#include "server/keeper/signer.h"

#include "crypto/note.h"

void signer_init(struct signer *signer, struct keytree *tree)
{
	signer->tree = tree;
	pthread_mutex_init(&signer->marking, NULL);
}

void signer_done(struct signer *signer)
{
	pthread_mutex_destroy(&signer->marking);
}

static fallible signing_key(
	struct signer *signer, struct id tenant, enum keyring_kind kind, struct sign_key *key)
{
	uint32_t epoch;
	scoped(seal_key) seed = {0};
	struct keyring_name name = keytree_name(kind, tenant);
	if (cache_get_pair(signer->tree->cache, &name, key))
		return OK;
	uint64_t generation = cache_generation(signer->tree->cache);
	TRY(keytree_find(signer->tree, &name, &seed, &epoch));
	sign_key_init(key, seed.bytes);
	cache_put_pair(signer->tree->cache, &name, key, generation);
	return OK;
}

/* ---- high-water marks ---- */

static void mark_mac(const struct signer *signer, struct id tenant, const struct keyring_mark *mark,
	uint8_t mac[static KEYRING_MAC])
{
	scoped(buf) text = BUF(64);
	uint8_t wide[HASH_BLAKE];
	buf_put_u64(&text, mark->size);
	buf_put_i64(&text, mark->time.ms);
	const struct span parts[] = {
		SPAN_LIT("mark"), SPAN_BYTES(tenant.bytes), buf_span(&text), SPAN_BYTES(mark->root)};
	hash_mac(&signer->tree->roots->audit, parts, 4, wide);
	memcpy(mac, wide, KEYRING_MAC);
}

/* The mark as it was left here; one that was put there by hand is refused. */
fallible signer_mark(struct signer *signer, struct id tenant, struct keyring_mark *mark)
{
	uint8_t mac[KEYRING_MAC];
	struct keyring_mark read;
	TRY(keyring_get_mark(signer->tree->keyring, tenant, &read));
	mark_mac(signer, tenant, &read, mac);
	if (!secret_equal(SPAN_BYTES(mac), SPAN_BYTES(read.mac)))
		return FAIL(FORGED, "a high-water mark fails its MAC");
	*mark = read;
	return OK;
}

/* A log that was signed can't shrink, and can't be another one at the same size. */
static fallible raise_mark(
	struct signer *signer, struct id tenant, uint64_t size, const uint8_t root[static HASH_SHA256])
{
	struct keyring_mark mark = {0};
	struct err err = signer_mark(signer, tenant, &mark);
	if (err.kind != ERR_NOT_FOUND)
		TRY(err);
	bool same = mark.size == size && memcmp(mark.root, root, HASH_SHA256) == 0;
	if (err.kind != ERR_NOT_FOUND && (size < mark.size || (size == mark.size && !same)))
		return FAIL(CORRUPT, "a checkpoint would contradict one that was signed before");
	if (same)
		return OK;
	mark = (struct keyring_mark){.size = size, .time = clock_now()};
	memcpy(mark.root, root, HASH_SHA256);
	mark_mac(signer, tenant, &mark, mark.mac);
	return keyring_put_mark(signer->tree->keyring, tenant, &mark);
}

/* ---- signatures ---- */

fallible signer_sign_checkpoint(struct signer *signer, struct id tenant, struct span text, uint64_t size,
	const uint8_t root[static HASH_SHA256], struct buf *note)
{
	struct span origin, rest = text;
	scoped(sign_key) key = {0};
	span_cut(&rest, '\n', &origin);
	TRY(signing_key(signer, tenant, KEYRING_CHECKPOINT, &key));
	pthread_mutex_lock(&signer->marking);
	struct err err = raise_mark(signer, tenant, size, root);
	pthread_mutex_unlock(&signer->marking);
	TRY(err);
	return note_sign(text, origin, &key, note);
}

fallible signer_sign_receipt(struct signer *signer, struct id tenant, struct span message,
	uint8_t signature[static SIGN_SIGNATURE])
{
	scoped(sign_key) key = {0};
	TRY(signing_key(signer, tenant, KEYRING_RECEIPT, &key));
	sign_message(&key, message, signature);
	return OK;
}

fallible signer_receipt_public(struct signer *signer, struct id tenant, uint8_t receipt[static SIGN_PUBLIC])
{
	scoped(sign_key) key = {0};
	TRY(signing_key(signer, tenant, KEYRING_RECEIPT, &key));
	sign_key_public(&key, receipt);
	return OK;
}

fallible signer_public(struct signer *signer, struct id tenant, uint8_t checkpoint[static SIGN_PUBLIC],
	uint8_t receipt[static SIGN_PUBLIC])
{
	scoped(sign_key) first = {0}, second = {0};
	TRY(signing_key(signer, tenant, KEYRING_CHECKPOINT, &first));
	TRY(signing_key(signer, tenant, KEYRING_RECEIPT, &second));
	sign_key_public(&first, checkpoint);
	sign_key_public(&second, receipt);
	return OK;
}
