/* SPDX-License-Identifier: Apache-2.0 */
/* test_slot - an unseal slot opens with its secret, whole, and under the root key it was made for. */
#include "crypto/slot.h"

#include "tests/support/vectors.h"

#include <criterion/criterion.h>

enum { BODY = SLOT_RECORD - 32, PAIR_END = 2 + SEAL_WRAPPED, SEALED_END = PAIR_END + 80 };

static const uint8_t SECRET[SLOT_SECRET] = "a secret of thirty-two bytes...";
static const struct seal_key ROOT = {"the root of everything that is."};
static const struct seal_key OTHER_ROOT = {"the root of somebody else's all"};

static const struct slot_method KEY_FILE = {.kind = SLOT_KEY_FILE};
static const struct slot_method PASSPHRASE = {
	SLOT_PASSPHRASE, {(const uint8_t *)"twenty-four facts of it.", 24}};

static struct buf made(const uint8_t secret[static SLOT_SECRET], const struct seal_key *root)
{
	struct buf record = BUF(SLOT_RECORD);
	cr_assert(!err_failed(slot_make(&KEY_FILE, secret, root, &record)));
	cr_assert(record.len == SLOT_RECORD, "%zu bytes", record.len);
	return record;
}

static struct err opened(struct span record)
{
	struct seal_key root;
	return slot_open(record, SECRET, &root);
}

Test(slot, gives_the_root_key_back_to_its_secret)
{
	scoped(buf) record = made(SECRET, &ROOT);
	struct seal_key root = {0};
	cr_assert(!err_failed(slot_open(buf_span(&record), SECRET, &root)));
	cr_assert(memcmp(&root, &ROOT, sizeof root) == 0);
}

Test(slot, does_not_open_with_another_secret)
{
	scoped(buf) record = made(SECRET, &ROOT);
	for (size_t bit = 0; bit < 8 * sizeof SECRET; bit++) {
		struct seal_key root = OTHER_ROOT;
		uint8_t wrong[SLOT_SECRET];
		memcpy(wrong, SECRET, sizeof wrong);
		wrong[bit / 8] ^= (uint8_t)(1u << bit % 8);
		cr_assert(slot_open(buf_span(&record), wrong, &root).kind == ERR_FORGED, "bit %zu", bit);
		cr_assert(memcmp(&root, &OTHER_ROOT, sizeof root) == 0, "a refusal gives nothing away");
	}
}

Test(slot, does_not_open_with_any_byte_changed)
{
	scoped(buf) record = made(SECRET, &ROOT);
	for (size_t at = 0; at < record.len; at++) {
		record.data[at] ^= 0x10;
		enum err_kind kind = opened(buf_span(&record)).kind;
		cr_assert(kind == ERR_FORGED || kind == ERR_CORRUPT, "byte %zu: %d", at, kind);
		record.data[at] ^= 0x10;
	}
	cr_assert(!err_failed(opened(buf_span(&record))));
}

Test(slot, does_not_open_at_another_length)
{
	scoped(buf) record = made(SECRET, &ROOT);
	for (size_t len = 0; len < record.len; len++)
		cr_assert(err_failed(opened(span_of(record.data, len))), "%zu bytes", len);
	record.max++;
	buf_put_u8(&record, 0);
	cr_assert(opened(buf_span(&record)).kind == ERR_CORRUPT);
}

/* Whoever knows a slot's secret, but not the root key, can build a slot around a root key of his own: it
 * opens to that one, and never to a mixture. */
Test(slot, takes_no_piece_of_a_slot_that_was_made_for_another_root)
{
	static const size_t CUTS[] = {2, PAIR_END, SEALED_END, BODY};
	scoped(buf) ours = made(SECRET, &ROOT);
	scoped(buf) theirs = made(SECRET, &OTHER_ROOT);
	for (size_t i = 0; i < sizeof CUTS / sizeof CUTS[0]; i++) {
		uint8_t mixed[SLOT_RECORD];
		struct seal_key root;
		size_t cut = CUTS[i];
		memcpy(mixed, ours.data, cut);
		memcpy(mixed + cut, theirs.data + cut, sizeof mixed - cut);
		struct err err = slot_open(SPAN_BYTES(mixed), SECRET, &root);
		/* Only the two bytes in front say the same in both. */
		cr_assert(cut == 2 ? !err_failed(err) : err.kind == ERR_FORGED, "cut at %zu", cut);
		cr_assert(cut > 2 || memcmp(&root, &OTHER_ROOT, sizeof root) == 0);
	}
}

Test(slot, two_slots_of_one_root_have_nothing_in_common)
{
	scoped(buf) one = made(SECRET, &ROOT);
	scoped(buf) other = made(SECRET, &ROOT);
	cr_assert(memcmp(one.data + PAIR_END, other.data + PAIR_END, 80) != 0);
	cr_assert(memcmp(one.data + SEALED_END, other.data + SEALED_END, SEAL_WRAPPED) != 0);
	cr_assert(memcmp(one.data + BODY, other.data + BODY, 32) != 0);
}

Test(slot, its_golden_record_opens_for_ever)
{
	scoped(buf) record = BUF(SLOT_RECORD);
	struct seal_key root;
	vectors_read_hex("golden/slot_1.hex", &record);
	cr_assert(!err_failed(slot_open(buf_span(&record), SECRET, &root)));
	cr_assert(memcmp(&root, &ROOT, sizeof root) == 0);
}

/* ---- with facts ---- */

static struct buf made_with_facts(void)
{
	struct buf record = BUF(SLOT_RECORD_MAX);
	cr_assert(!err_failed(slot_make(&PASSPHRASE, SECRET, &ROOT, &record)));
	cr_assert(record.len == SLOT_RECORD + 2 + PASSPHRASE.facts.len, "%zu bytes", record.len);
	return record;
}

Test(slot, tells_how_it_is_opened)
{
	scoped(buf) plain = made(SECRET, &ROOT);
	scoped(buf) record = made_with_facts();
	struct slot_method method;
	cr_assert(!err_failed(slot_read(buf_span(&plain), &method)));
	cr_assert(method.kind == SLOT_KEY_FILE && method.facts.len == 0);
	cr_assert(!err_failed(slot_read(buf_span(&record), &method)));
	cr_assert(method.kind == SLOT_PASSPHRASE && span_equal(method.facts, PASSPHRASE.facts));
	cr_assert(!err_failed(opened(buf_span(&record))));
}

Test(slot, with_any_byte_of_its_facts_changed_does_not_open)
{
	scoped(buf) record = made_with_facts();
	for (size_t at = 0; at < record.len; at++) {
		record.data[at] ^= 0x10;
		enum err_kind kind = opened(buf_span(&record)).kind;
		cr_assert(kind == ERR_FORGED || kind == ERR_CORRUPT, "byte %zu: %d", at, kind);
		record.data[at] ^= 0x10;
	}
	for (size_t len = 0; len < record.len; len++)
		cr_assert(err_failed(opened(span_of(record.data, len))), "%zu bytes", len);
}

Test(slot, of_an_unknown_kind_or_with_too_many_facts_is_refused)
{
	static const uint8_t MANY[SLOT_FACTS_MAX + 1] = {0};
	scoped(buf) record = made(SECRET, &ROOT);
	scoped(buf) unmade = BUF(SLOT_RECORD_MAX);
	const struct slot_method many = {SLOT_SHARES, SPAN_BYTES(MANY)};
	struct slot_method method;
	cr_assert(slot_make(&many, SECRET, &ROOT, &unmade).kind == ERR_INPUT);
	for (unsigned kind = 0; kind < 256; kind++) {
		record.data[1] = (uint8_t)kind;
		bool known = kind >= SLOT_KEY_FILE && kind <= SLOT_CREDENTIAL;
		cr_assert(known == !err_failed(slot_read(buf_span(&record), &method)), "kind %u", kind);
	}
}

Test(slot, its_golden_record_with_facts_opens_for_ever)
{
	scoped(buf) record = BUF(SLOT_RECORD_MAX);
	struct slot_method method;
	struct seal_key root;
	vectors_read_hex("golden/slot_2.hex", &record);
	cr_assert(!err_failed(slot_read(buf_span(&record), &method)));
	cr_assert(method.kind == SLOT_PASSPHRASE && span_equal(method.facts, PASSPHRASE.facts));
	cr_assert(!err_failed(slot_open(buf_span(&record), SECRET, &root)));
	cr_assert(memcmp(&root, &ROOT, sizeof root) == 0);
}

/* ---- another root key ---- */

Test(slot, that_is_sealed_anew_gives_the_new_root_key_to_the_same_secret)
{
	const struct slot_method *const METHODS[] = {&KEY_FILE, &PASSPHRASE};
	for (size_t i = 0; i < 2; i++) {
		scoped(buf) before = BUF(SLOT_RECORD_MAX), after = BUF(SLOT_RECORD_MAX);
		struct slot_method method;
		struct seal_key root = {0};
		cr_assert(!err_failed(slot_make(METHODS[i], SECRET, &ROOT, &before)));
		cr_assert(!err_failed(slot_reseal(buf_span(&before), &ROOT, &OTHER_ROOT, &after)));
		cr_assert(after.len == before.len);
		cr_assert(!err_failed(slot_open(buf_span(&after), SECRET, &root)));
		cr_assert(memcmp(&root, &OTHER_ROOT, sizeof root) == 0);
		cr_assert(!err_failed(slot_read(buf_span(&after), &method)));
		cr_assert(method.kind == METHODS[i]->kind && span_equal(method.facts, METHODS[i]->facts));
		cr_assert(!err_failed(slot_open(buf_span(&before), SECRET, &root)));
		cr_assert(memcmp(&root, &ROOT, sizeof root) == 0, "an old copy opens the old root key alone");
	}
}

Test(slot, is_sealed_anew_ten_times_without_its_secret)
{
	struct seal_key root = ROOT, next = ROOT, found = {0};
	scoped(buf) record = made(SECRET, &ROOT);
	for (uint8_t i = 0; i < 10; i++) {
		struct buf again = BUF(SLOT_RECORD);
		next.bytes[0] = i;
		cr_assert(!err_failed(slot_reseal(buf_span(&record), &root, &next, &again)));
		buf_done(&record);
		record = again;
		root = next;
	}
	cr_assert(!err_failed(slot_open(buf_span(&record), SECRET, &found)));
	cr_assert(memcmp(&found, &root, sizeof root) == 0);
}

Test(slot, is_not_sealed_anew_when_somebody_else_put_it_there)
{
	scoped(buf) foreign = made(SECRET, &OTHER_ROOT), out = BUF(SLOT_RECORD_MAX);
	scoped(buf) record = made(SECRET, &ROOT);
	cr_assert(slot_reseal(buf_span(&foreign), &ROOT, &OTHER_ROOT, &out).kind == ERR_FORGED);
	for (size_t at = 0; at < record.len; at += 7) {
		record.data[at] ^= 0x10;
		enum err_kind kind = slot_reseal(buf_span(&record), &ROOT, &OTHER_ROOT, &out).kind;
		cr_assert(kind == ERR_FORGED || kind == ERR_CORRUPT, "byte %zu: %d", at, kind);
		record.data[at] ^= 0x10;
	}
	cr_assert(out.len == 0, "a refusal writes nothing");
}
