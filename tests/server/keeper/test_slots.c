/* SPDX-License-Identifier: Apache-2.0 */
/* test_slots - every slot opens the same store by its own secret, and by nothing else. */
#include "server/keeper/slots.h"

#include "tests/server/keeper_world.h"

#include <criterion/criterion.h>

enum { COUNT = 5, LEAST = 3 };

static const struct slots_secret BY_FILE = {.kind = SLOT_KEY_FILE, .text = {KEEPER_SECRET, SLOT_SECRET}};
static const struct slots_secret BY_WORDS = {
	.kind = SLOT_PASSPHRASE, .text = {(const uint8_t *)"correct horse battery staple", 28}};
static const struct slots_ask WORDS = {.kind = SLOT_PASSPHRASE,
	.text = {(const uint8_t *)"correct horse battery staple", 28},
	.cost = {1, 8 * 1024}};
static const struct slots_ask SHARES = {.kind = SLOT_SHARES, .least = LEAST, .count = COUNT};

struct scene {
	struct keeper_world world;
	struct keyring *keyring;
	struct seal_key root;
};

static void scene_done(struct scene *scene)
{
	keyring_close(scene->keyring);
	keeper_world_done(&scene->world);
}

static void scene_make(struct scene *scene)
{
	keeper_world_make(&scene->world);
	scene->keyring = keeper_world_open_keyring(&scene->world);
	keeper_world_must(slots_open(scene->keyring, &BY_FILE, &scene->root));
}

static bool opens(struct scene *scene, const struct slots_secret *secret)
{
	struct seal_key root = {0};
	struct err err = slots_open(scene->keyring, secret, &root);
	cr_assert(err_failed(err) || memcmp(&root, &scene->root, sizeof root) == 0, "another root");
	return !err_failed(err);
}

static enum err_kind refusal(struct scene *scene, const struct slots_secret *secret)
{
	struct seal_key root;
	return slots_open(scene->keyring, secret, &root).kind;
}

static uint32_t add(struct scene *scene, const struct slots_ask *ask, struct share *shares)
{
	uint32_t number;
	keeper_world_must(slots_add(scene->keyring, &BY_FILE, ask, shares, &number));
	return number;
}

Test(slots, a_passphrase_opens_beside_the_key_file_and_a_wrong_one_does_not)
{
	scoped(scene) scene = {0};
	const struct slots_secret wrong = {.kind = SLOT_PASSPHRASE, .text = SPAN_LIT("correct horse")};
	const struct slots_secret none = {.kind = SLOT_PASSPHRASE};
	scene_make(&scene);
	cr_assert(refusal(&scene, &BY_WORDS) == ERR_FORGED);
	cr_assert(add(&scene, &WORDS, NULL) == 1);
	cr_assert(opens(&scene, &BY_WORDS) && opens(&scene, &BY_FILE));
	cr_assert(refusal(&scene, &wrong) == ERR_FORGED);
	cr_assert(refusal(&scene, &none) == ERR_INPUT);
}

Test(slots, a_passphrase_is_the_same_however_a_keyboard_writes_its_letters)
{
	scoped(scene) scene = {0};
	const struct slots_ask composed = {.kind = SLOT_PASSPHRASE,
		.text = SPAN_LIT("h\u00e4rlig \u00e5sk\u00e5da"),
		.cost = WORDS.cost};
	const struct slots_secret apart = {
		.kind = SLOT_PASSPHRASE, .text = SPAN_LIT("ha\u0308rlig a\u030aska\u030ada")};
	const struct slots_ask bytes = {
		.kind = SLOT_PASSPHRASE, .text = SPAN_LIT("twelve \xff bytes"), .cost = WORDS.cost};
	const struct slots_secret same = {.kind = SLOT_PASSPHRASE, .text = SPAN_LIT("twelve \xff bytes")};
	scene_make(&scene);
	add(&scene, &composed, NULL);
	cr_assert(opens(&scene, &apart));
	add(&scene, &bytes, NULL);
	cr_assert(opens(&scene, &same), "what is no text is taken as it is");
}

Test(slots, a_passphrase_of_twelve_bytes_in_six_letters_is_too_short)
{
	uint32_t number;
	scoped(scene) scene = {0};
	struct slots_ask ask = {.kind = SLOT_PASSPHRASE, .text = SPAN_LIT("пароль"), .cost = WORDS.cost};
	scene_make(&scene);
	cr_assert(slots_add(scene.keyring, &BY_FILE, &ask, NULL, &number).kind == ERR_INPUT);
	ask.text = SPAN_LIT("a\u0308a\u0308a\u0308a\u0308a\u0308a\u0308");
	cr_assert(slots_add(scene.keyring, &BY_FILE, &ask, NULL, &number).kind == ERR_INPUT, "six, too");
	ask.text = SPAN_LIT("пароль пароль");
	add(&scene, &ask, NULL);
}

Test(slots, any_three_of_five_shares_open_and_two_do_not)
{
	scoped(scene) scene = {0};
	struct share shares[COUNT];
	struct slots_secret by = {.kind = SLOT_SHARES, .shares = shares + 2, .count = LEAST};
	scene_make(&scene);
	add(&scene, &SHARES, shares);
	cr_assert(opens(&scene, &by));
	by.count = LEAST - 1;
	cr_assert(refusal(&scene, &by) == ERR_INPUT);
	by = (struct slots_secret){.kind = SLOT_SHARES, .shares = shares, .count = COUNT};
	cr_assert(opens(&scene, &by));
	shares[1] = shares[0];
	cr_assert(refusal(&scene, &by) == ERR_INPUT, "one twice");
}

Test(slots, a_wrong_share_is_named_before_any_are_combined)
{
	scoped(scene) scene = {0};
	struct share shares[COUNT], wrong, foreign[COUNT];
	uint8_t least = 0, set_secret[SLOT_SECRET] = {1};
	const struct slots_secret by = {.kind = SLOT_SHARES, .shares = shares, .count = LEAST};
	scene_make(&scene);
	add(&scene, &SHARES, shares);
	keeper_world_must(share_split(set_secret, LEAST, COUNT, foreign));
	keeper_world_must(slots_check_share(scene.keyring, &shares[4], &least));
	cr_assert(least == LEAST);
	wrong = shares[1];
	wrong.point.y[31] ^= 0x80;
	cr_assert(slots_check_share(scene.keyring, &wrong, &least).kind == ERR_FORGED);
	cr_assert(slots_check_share(scene.keyring, &foreign[1], &least).kind == ERR_FORGED);
	shares[1] = wrong;
	cr_assert(refusal(&scene, &by) == ERR_FORGED);
}

Test(slots, shares_of_two_sets_open_each_with_their_own_alone)
{
	scoped(scene) scene = {0};
	struct share one[COUNT], other[COUNT], mixed[LEAST];
	const struct slots_secret by_one = {.kind = SLOT_SHARES, .shares = one, .count = LEAST},
				  by_other = {.kind = SLOT_SHARES, .shares = other, .count = LEAST},
				  by_mixed = {.kind = SLOT_SHARES, .shares = mixed, .count = LEAST};
	scene_make(&scene);
	add(&scene, &SHARES, one);
	add(&scene, &SHARES, other);
	cr_assert(opens(&scene, &by_one) && opens(&scene, &by_other));
	mixed[0] = one[0], mixed[1] = one[1], mixed[2] = other[2];
	cr_assert(refusal(&scene, &by_mixed) == ERR_FORGED);
}

Test(slots, a_slot_that_was_removed_opens_no_more)
{
	scoped(scene) scene = {0};
	scene_make(&scene);
	uint32_t number = add(&scene, &WORDS, NULL);
	keeper_world_must(keyring_slots_remove(scene.keyring, 0));
	cr_assert(opens(&scene, &BY_WORDS));
	cr_assert(refusal(&scene, &BY_FILE) == ERR_FORGED);
	cr_assert(keyring_slots_remove(scene.keyring, number).kind == ERR_CONFLICT, "never the last");
}

Test(slots, one_is_added_by_whoever_opens_another_and_by_nobody_else)
{
	static const uint8_t STRANGER[SLOT_SECRET] = {43};
	scoped(scene) scene = {0};
	const struct slots_secret wrong = {.kind = SLOT_KEY_FILE, .text = SPAN_BYTES(STRANGER)};
	uint32_t number = 99;
	scene_make(&scene);
	cr_assert(slots_add(scene.keyring, &wrong, &WORDS, NULL, &number).kind == ERR_FORGED);
	cr_assert(number == 99 && refusal(&scene, &BY_WORDS) == ERR_FORGED);
	add(&scene, &WORDS, NULL);
	const struct slots_ask file = {.kind = SLOT_KEY_FILE, .text = SPAN_BYTES(STRANGER)};
	keeper_world_must(slots_add(scene.keyring, &BY_WORDS, &file, NULL, &number));
	cr_assert(opens(&scene, &wrong), "a second key file");
}

Test(slots, what_could_not_be_opened_is_not_made)
{
	static const struct slots_ask WRONG[] = {
		{.kind = SLOT_PASSPHRASE, .text = {(const uint8_t *)"too short", 9}, .cost = {1, 8 * 1024}},
		{.kind = SLOT_PASSPHRASE, .text = {(const uint8_t *)"long enough it is", 17}, .cost = {0, 0}},
		{.kind = SLOT_KEY_FILE, .text = {KEEPER_SECRET, 31}},
		{.kind = SLOT_SHARES, .least = 1, .count = 3},
		{.kind = SLOT_SHARES, .least = 4, .count = 3},
		{.kind = SLOT_SHARES, .least = 2, .count = 17},
	};
	scoped(scene) scene = {0};
	struct share shares[SHAMIR_MOST];
	uint32_t number;
	scene_make(&scene);
	for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++)
		cr_assert(slots_add(scene.keyring, &BY_FILE, &WRONG[i], shares, &number).kind == ERR_INPUT,
			"%zu", i);
}

/* A slot that somebody broke, or that asks for more memory than there is, does not lock out the others. */
Test(slots, a_broken_one_does_not_keep_another_from_opening)
{
	scoped(scene) scene = {0};
	scoped(buf) record = BUF(KEYRING_SLOTS_RECORD_MAX);
	uint32_t number;
	scene_make(&scene);
	keeper_world_must(keyring_slots_get(scene.keyring, 0, &record));
	record.data[40] ^= 1;
	keeper_world_must(keyring_slots_add(scene.keyring, buf_span(&record), &number));
	keeper_world_must(keyring_slots_add(scene.keyring, SPAN_LIT("no slot"), &number));
	add(&scene, &WORDS, NULL);
	keeper_world_must(keyring_slots_remove(scene.keyring, 0));
	cr_assert(opens(&scene, &BY_WORDS));
	cr_assert(refusal(&scene, &BY_FILE) == ERR_CORRUPT || refusal(&scene, &BY_FILE) == ERR_FORGED);
}
