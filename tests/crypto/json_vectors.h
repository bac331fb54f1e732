/* SPDX-License-Identifier: Apache-2.0 */
/* json_vectors - the members of the transparency-log vectors as our own types. */
#pragma once

#include "crypto/merkle.h"
#include "tests/support/vectors.h"

#include <jansson.h>

#include <criterion/criterion.h>

enum { JSON_VECTORS_MAX = 1024 * 1024 };

/* json_vectors_load - a file under tests/vectors. Owns: json_decref by the caller. */
static inline json_t *json_vectors_load(const char *name)
{
	scoped(buf) content = BUF(JSON_VECTORS_MAX);
	vectors_read(name, &content);
	json_t *json = json_loadb((const char *)content.data, content.len, 0, NULL);
	cr_assert(json != NULL, "%s is JSON", name);
	return json;
}

static inline uint64_t json_vectors_number(const json_t *object, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(object, key));
}

static inline struct span json_vectors_text(const json_t *object, const char *key)
{
	const json_t *text = json_object_get(object, key);
	cr_assert(json_is_string(text), "%s is a text", key);
	return span_of(json_string_value(text), json_string_length(text));
}

static inline uint8_t json_vectors_nibble(uint8_t digit)
{
	return (uint8_t)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

/* json_vectors_bytes - lower-case hex; independent of the decoder of base/text.h. */
static inline void json_vectors_bytes(struct span hex, uint8_t *out, size_t bytes)
{
	cr_assert(hex.len == 2 * bytes, "a hex text is of the expected length");
	for (size_t i = 0; i < bytes; i++)
		out[i] = (uint8_t)(json_vectors_nibble(hex.at[2 * i]) << 4 |
			json_vectors_nibble(hex.at[2 * i + 1]));
}

static inline struct merkle_hash json_vectors_hash(const json_t *object, const char *key)
{
	struct merkle_hash hash;
	json_vectors_bytes(json_vectors_text(object, key), hash.bytes, sizeof hash.bytes);
	return hash;
}

/* json_vectors_path - the member proof_hex. */
static inline struct merkle_proof json_vectors_path(const json_t *object)
{
	struct merkle_proof proof = {0};
	const json_t *hashes = json_object_get(object, "proof_hex");
	size_t i;
	const json_t *hash;
	json_array_foreach(hashes, i, hash)
	{
		struct span hex = span_of(json_string_value(hash), json_string_length(hash));
		json_vectors_bytes(hex, proof.hash[proof.count++].bytes, MERKLE_HASH);
	}
	return proof;
}
