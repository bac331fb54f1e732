/* SPDX-License-Identifier: Apache-2.0 */
/* verify_row - the steps of docs/formats.md "Verify one row", on a row that no code of ours has made. */
#include "base/text.h"
#include "crypto/checkpoint.h"
#include "crypto/leaf.h"
#include "tests/crypto/json_vectors.h"

enum { PART_MAX = 32 * 1024 };

/* What a verifier is given: the answers of the API. */
struct given {
	const json_t *answer;
	struct span proof, vkey;
};

static const char *const FLAGS[] = {"critical", "counted", "skewed", "proven"};
static const char *const IDS[] = {
	"actor", "in_place_of", "client", "object", "device", "reporter", "grant", "branch"};

static json_t *load(void)
{
	return json_vectors_load("vectors/verify-row.json");
}

static struct given usual(const json_t *row)
{
	const json_t *log = json_object_get(json_object_get(row, "keys"), "log");
	return (struct given){json_object_get(row, "answer"), json_vectors_text(row, "proof"),
		json_vectors_text(log, "vkey")};
}

static void decode(const json_t *object, const char *key, struct buf *bytes)
{
	cr_assert(!err_failed(text_parse_base64(json_vectors_text(object, key), bytes)), "%s is base64", key);
}

/* ---- one way through all steps ---- */

static const struct leaf_part *part_of(const struct leaf *leaf, uint64_t kind)
{
	for (size_t i = 0; i < leaf->part_count; i++)
		if (leaf->parts[i].kind == kind)
			return &leaf->parts[i];
	return NULL;
}

static fallible open_part(const struct leaf *leaf, const json_t *part, struct buf *plain)
{
	scoped(buf) bytes = BUF(PART_KEY);
	struct part_key key;
	const struct leaf_part *sealed = part_of(leaf, json_vectors_number(part, "kind"));
	cr_assert(sealed != NULL, "the leaf has that part");
	decode(part, "key", &bytes);
	memcpy(key.bytes, bytes.data, sizeof key.bytes);
	return part_open(&key, sealed->record, plain);
}

static fallible open_parts(const struct given *given, const struct leaf *leaf)
{
	size_t i;
	const json_t *part;
	json_array_foreach(json_object_get(given->answer, "parts"), i, part)
	{
		scoped(buf) plain = BUF(PART_MAX);
		if (json_object_get(part, "key"))
			TRY(open_part(leaf, part, &plain));
	}
	return OK;
}

static fallible check_log(const struct given *given, struct span leaf)
{
	scoped(arena) arena = ARENA(PART_MAX);
	struct note_verifier verifier;
	struct checkpoint checkpoint;
	uint64_t index;
	struct merkle_hash hash = merkle_leaf(leaf), claimed = json_vectors_hash(given->answer, "leaf_hash");
	if (memcmp(hash.bytes, claimed.bytes, sizeof hash.bytes) != 0)
		return FAIL(FORGED, "the leaf has another hash");
	TRY(note_parse_vkey(given->vkey, &arena, &verifier));
	TRY(checkpoint_check_proof(given->proof, &verifier, &hash, &checkpoint, &index));
	return index == json_vectors_number(given->answer, "index")
		? OK
		: FAIL(FORGED, "the proof is of another leaf");
}

static fallible verify(const struct given *given)
{
	scoped(buf) bytes = BUF(LEAF_MAX);
	struct leaf leaf;
	decode(given->answer, "leaf", &bytes);
	TRY(check_log(given, buf_span(&bytes)));
	TRY(leaf_decode(buf_span(&bytes), &leaf));
	return open_parts(given, &leaf);
}

/* ---- what the leaf says ---- */

static void check_ids(const json_t *reads, const struct leaf *leaf)
{
	const json_t *ids = json_object_get(reads, "ids");
	for (size_t i = 0; i < LEAF_ID_COUNT; i++) {
		struct id expected = {0};
		if (json_object_get(ids, IDS[i]))
			json_vectors_bytes(
				json_vectors_text(ids, IDS[i]), expected.bytes, sizeof expected.bytes);
		cr_assert(ids_equal(leaf->ids[i], expected), "%s", IDS[i]);
	}
}

static void check_clear(const json_t *reads, const struct leaf *leaf)
{
	char text[ID_TEXT + 1];
	unsigned flags = 0;
	for (size_t i = 0; i < sizeof FLAGS / sizeof FLAGS[0]; i++)
		for (size_t at = 0; at < json_array_size(json_object_get(reads, "flags")); at++)
			if (strcmp(FLAGS[i],
				    json_string_value(json_array_get(json_object_get(reads, "flags"), at))) ==
				0)
				flags |= 1u << i;
	ids_print(ID_EVENT, leaf->event, text);
	cr_assert(span_is(json_vectors_text(reads, "id"), text), "the event's id");
	cr_assert((uint64_t)leaf->received.ms == json_vectors_number(reads, "received"), "received");
	cr_assert((uint64_t)leaf->time.ms == json_vectors_number(reads, "time"), "a time before that");
	cr_assert(leaf->action == json_vectors_number(reads, "action") && leaf->reason == 0, "what");
	cr_assert(leaf->source == LEAF_APPLICATION && leaf->outcome == LEAF_SUCCESS, "by whom, how");
	cr_assert(leaf->severity == 2 && leaf->flags == flags && leaf->actor == LEAF_PERSON, "the rest");
	check_ids(reads, leaf);
}

static void check_texts(const json_t *reads, const struct leaf *leaf, const json_t *part)
{
	scoped(buf) plain = BUF(PART_MAX);
	struct span texts[LEAF_TEXT_COUNT] = {0};
	char key[24];
	snprintf(key, sizeof key, "%d", (int)json_vectors_number(part, "kind"));
	const json_t *expected = json_object_get(json_object_get(reads, "texts"), key);
	cr_assert(!err_failed(open_part(leaf, part, &plain)), "part %s", key);
	cr_assert(!err_failed(leaf_read_texts(buf_span(&plain), texts)), "texts of part %s", key);
	for (int tag = 1; tag < LEAF_TEXT_COUNT; tag++) {
		snprintf(key, sizeof key, "%d", tag);
		const char *text = json_string_value(json_object_get(expected, key));
		cr_assert(span_equal(texts[tag], text ? span_text(text) : SPAN_NONE), "text %d", tag);
	}
}

Test(verify_row, the_leaf_says_what_the_example_says)
{
	scoped(buf) bytes = BUF(LEAF_MAX);
	struct leaf leaf;
	json_t *row = load();
	const json_t *reads = json_object_get(row, "reads"), *part;
	size_t i;
	decode(usual(row).answer, "leaf", &bytes);
	cr_assert(!err_failed(leaf_decode(buf_span(&bytes), &leaf)), "it decodes");
	check_clear(reads, &leaf);
	json_array_foreach(json_object_get(usual(row).answer, "parts"), i, part)
		check_texts(reads, &leaf, part);
	cr_assert(i == 2, "both parts were opened");
	json_decref(row);
}

Test(verify_row, leaf_proof_checkpoint_and_keys_fit_together)
{
	json_t *row = load();
	struct given given = usual(row);
	cr_assert(!err_failed(verify(&given)), "the whole row");
	given.answer = json_object_get(row, "answer_of_a_client");
	cr_assert(!err_failed(verify(&given)), "a part that is withheld does not change the hash");
	json_decref(row);
}

Test(verify_row, whatever_does_not_fit_is_refused)
{
	json_t *row = load();
	const json_t *refused = json_object_get(row, "refused"), *one;
	size_t i;
	json_array_foreach(refused, i, one)
	{
		struct given given = usual(row);
		if (json_object_get(one, "answer"))
			given.answer = json_object_get(one, "answer");
		if (json_object_get(one, "proof"))
			given.proof = json_vectors_text(one, "proof");
		if (json_object_get(one, "vkey"))
			given.vkey = json_vectors_text(one, "vkey");
		cr_assert(err_failed(verify(&given)), "%s", json_string_value(json_object_get(one, "why")));
	}
	cr_assert(i == 8, "every case was tried");
	json_decref(row);
}
