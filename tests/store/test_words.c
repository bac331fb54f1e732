/* SPDX-License-Identifier: Apache-2.0 */
/* test_words - what an event is found by, and what decides whether it is. */
#include "store/words.h"

#include "store/event.h"
#include "tests/support/fake_keys.h"
#include "tests/support/world.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { MEMORY = 4 * 1024 * 1024 };

static const char AGENT[] =
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
	"Chrome/126.0.0.0 Safari/537.36";

struct scene {
	struct arena arena;
	struct span texts[LEAF_TEXT_COUNT];
};

static void scene_done(struct scene *scene)
{
	arena_done(&scene->arena);
}

static struct scene make(enum leaf_text tag, const char *text)
{
	struct scene scene = {.arena = ARENA(MEMORY)};
	scene.texts[tag] = span_text(text);
	return scene;
}

static const struct words *words_now(struct scene *scene)
{
	const struct words *words = NULL;
	world_must(words_of_texts(fake_keys_table(), world_tenant(0), scene->texts, &scene->arena, &words));
	return words;
}

static bool has(const struct words *words, uint32_t token)
{
	for (uint32_t i = 0; i < words->count; i++)
		if (words->tokens[i] == token)
			return true;
	return false;
}

/* Whether the index would name the event for what was typed, and whether the comparison agrees. */
static bool is_found(struct scene *scene, const struct words_phrase *phrase)
{
	uint32_t epoch, tokens[WORDS_ASKED_MAX], more;
	bool all = true, match;
	const struct words *words = words_now(scene);
	world_must(words_phrase_hash(fake_keys_table(), world_tenant(0), phrase, &epoch, tokens));
	world_must(words_more(fake_keys_table(), world_tenant(0), &more));
	cr_assert(epoch == words->epoch, "of one key");
	for (size_t i = 0; i < phrase->count; i++)
		all = all && has(words, tokens[i]);
	world_must(words_match(phrase, scene->texts, &scene->arena, &match));
	cr_assert(!match || all || has(words, more), "what matches is named by the index");
	return match;
}

static bool finds(struct scene *scene, const char *typed)
{
	struct words_phrase phrase;
	world_must(words_phrase_text(span_text(typed), &scene->arena, &phrase));
	cr_assert(phrase.count > 0, "%s has words", typed);
	return is_found(scene, &phrase);
}

Test(words, an_event_is_found_by_its_words_whatever_their_case_and_order)
{
	scoped(scene) scene = make(LEAF_TEXT_LABEL, "Invoice INV-2024/0042, Salon Rosa");
	cr_assert(finds(&scene, "invoice"), "a word");
	cr_assert(finds(&scene, "ROSA Salon"), "in any order and case");
	cr_assert(finds(&scene, "inv-2024/0042"), "as it stands there");
	cr_assert(finds(&scene, "0042"), "a part between marks");
	cr_assert(!finds(&scene, "invoice lindgren"), "every word has to be there");
	cr_assert(!finds(&scene, "voice"), "a part of a word is none");
}

Test(words, every_text_that_people_search_has_its_words_and_no_other_has)
{
	for (unsigned tag = 1; tag < LEAF_TEXT_COUNT; tag++) {
		scoped(scene) scene = make((enum leaf_text)tag, "zebra");
		bool searched = tag == LEAF_TEXT_LABEL || tag == LEAF_TEXT_PURPOSE || tag == LEAF_TEXT_TASK ||
			tag == LEAF_TEXT_REASON || tag == LEAF_TEXT_OBJECT || tag == LEAF_TEXT_OBJECT_TYPE ||
			tag == LEAF_TEXT_DEVICE_NAME || tag == LEAF_TEXT_PLATFORM || tag == LEAF_TEXT_MODEL ||
			tag == LEAF_TEXT_USER_AGENT;
		cr_assert(finds(&scene, "Zebra") == searched, "text %u", tag);
	}
}

Test(words, composed_and_decomposed_letters_are_the_same_word)
{
	scoped(scene) scene = make(LEAF_TEXT_PURPOSE,
		"caf\xc3\xa9 STRASSE \xce\xa3\xce\xaf\xcf\x83\xcf\x85\xcf\x86\xce\xbf\xcf\x82");
	cr_assert(finds(&scene, "CAFE\xcc\x81"), "an accent of its own");
	cr_assert(!finds(&scene, "cafe"), "another word");
	cr_assert(finds(&scene,
			  "stra\xc3\x9f"
			  "e"),
		"sharp s folds to two");
	cr_assert(finds(&scene, "\xcf\x83\xce\xaf\xcf\x83\xcf\x85\xcf\x86\xce\xbf\xcf\x83"), "every sigma");
}

Test(words, right_to_left_and_other_scripts_are_words)
{
	scoped(scene) scene = make(LEAF_TEXT_TASK,
		"\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d \xe4\xbc\x9a\xe8\xae\xae "
		"\xd0\x97\xd0\xb0\xd0\xb4\xd0\xb0\xd1\x87\xd0\xb0");
	cr_assert(finds(&scene, "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d"), "Hebrew");
	cr_assert(finds(&scene, "\xe4\xbc\x9a\xe8\xae\xae"), "Chinese");
	cr_assert(finds(&scene, "\xd0\x97\xd0\x90\xd0\x94\xd0\x90\xd0\xa7\xd0\x90"), "Cyrillic in capitals");
}

Test(words, a_user_agent_an_address_and_an_address_of_mail_are_found_by_their_parts)
{
	scoped(scene) scene = make(LEAF_TEXT_USER_AGENT, AGENT);
	scene.texts[LEAF_TEXT_LABEL] = SPAN_LIT("ana.kovacs@Example.org");
	scene.texts[LEAF_TEXT_IP] = SPAN_LIT("2001:DB8:0:0::7");
	cr_assert(finds(&scene, "chrome windows"), "browser and system");
	cr_assert(finds(&scene, "example.org"), "the domain");
	cr_assert(finds(&scene, "2001:db8::7"), "the address, however it is written");
	cr_assert(finds(&scene, "2001:db8::7 chrome"), "beside words");
	cr_assert(!finds(&scene, "2001:db8::8 chrome"), "not another one");
	cr_assert(!finds(&scene, "2001"), "an address has no words");
}

Test(words, an_address_is_compared_in_its_shortest_form)
{
	static const struct {
		const char *text, *same;
		bool numeric;
	} CASES[] = {{"203.0.113.9", "203.0.113.9", true}, {"::ffff:203.0.113.9", "203.0.113.9", true},
		{"2001:0DB8::0001", "2001:db8::1", true}, {"203.0.113.09", "203.0.113.09", false},
		{"somewhere", "somewhere", false}, {"", "", false}};
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		struct words_address address;
		words_address(span_text(CASES[i].text), &address);
		cr_assert(address.numeric == CASES[i].numeric && strcmp(address.text, CASES[i].same) == 0 &&
				address.len == strlen(CASES[i].same),
			"%s is %s", CASES[i].text, address.text);
	}
	struct words_address address;
	words_address(SPAN_LIT("203.0.113.9\0x"), &address);
	cr_assert(!address.numeric && address.len == 13, "a NUL hides nothing");
}

Test(words, one_kind_is_never_taken_for_another)
{
	scoped(scene) scene = make(LEAF_TEXT_DEVICE, "zebra");
	struct words_phrase device = {.count = 0}, object = {.count = 0};
	world_must(words_phrase_add(WORDS_DEVICE, SPAN_LIT("zebra"), &scene.arena, &device));
	world_must(words_phrase_add(WORDS_OBJECT, SPAN_LIT("zebra"), &scene.arena, &object));
	cr_assert(is_found(&scene, &device), "its own");
	cr_assert(!is_found(&scene, &object), "not as an object");
	cr_assert(!finds(&scene, "zebra"), "not as a word");
}

Test(words, words_that_begin_alike_for_long_are_told_apart)
{
	char text[513], other[513];
	memset(text, 'a', 512);
	text[512] = 0;
	memcpy(other, text, sizeof text);
	other[511] = 'b';
	scoped(scene) scene = make(LEAF_TEXT_USER_AGENT, text);
	cr_assert(finds(&scene, text), "512 bytes");
	cr_assert(!finds(&scene, other), "the last one differs");
}

Test(words, an_event_with_more_words_than_the_index_keeps_is_found_by_each)
{
	char word[16];
	scoped(buf) text = BUF(4096);
	for (int i = 0; i < 300; i++)
		buf_printf(&text, "w%d ", i);
	scoped(scene) scene = make(LEAF_TEXT_USER_AGENT, "");
	scene.texts[LEAF_TEXT_USER_AGENT] = buf_span(&text);
	const struct words *words = words_now(&scene);
	cr_assert(words->count == WORDS_MAX, "as many as there is room for: %u", words->count);
	for (int i = 0; i < 300; i++) {
		snprintf(word, sizeof word, "W%d", i);
		cr_assert(finds(&scene, word), "%s", word);
	}
	cr_assert(!finds(&scene, "w300"), "and by no other");
}

Test(words, each_word_is_hashed_once)
{
	scoped(scene) scene = make(LEAF_TEXT_LABEL, "a b A B a,b;a");
	cr_assert(words_now(&scene)->count == 2, "two words");
}

Test(words, tenants_do_not_share_hashes)
{
	scoped(scene) scene = make(LEAF_TEXT_LABEL, "zebra");
	const struct words *other;
	world_must(words_of_texts(fake_keys_table(), world_tenant(1), scene.texts, &scene.arena, &other));
	cr_assert(other->count == 1 && words_now(&scene)->tokens[0] != other->tokens[0], "each has a key");
}

Test(words, a_text_without_words_has_none_and_too_many_are_refused)
{
	static const char *const EMPTY[] = {"", " ", "%%", "-/.", "\xe2\x80\xae", "\xff\xfe"};
	scoped(scene) scene = make(LEAF_TEXT_LABEL, "% - \xe2\x80\xae");
	struct words_phrase phrase;
	cr_assert(words_now(&scene)->count == 0, "marks alone");
	for (size_t i = 0; i < 5; i++) {
		world_must(words_phrase_text(span_text(EMPTY[i]), &scene.arena, &phrase));
		cr_assert(phrase.count == 0, "%zu", i);
	}
	cr_assert(words_phrase_text(span_text(EMPTY[5]), &scene.arena, &phrase).kind == ERR_INVALID,
		"no UTF-8");
	cr_assert(words_phrase_text(SPAN_LIT("a b c d e f g h i j k l m n o p q"), &scene.arena, &phrase)
				.kind == ERR_TOO_LARGE,
		"seventeen words");
}

Test(words, bytes_that_are_no_utf8_have_no_words_and_hurt_nothing)
{
	scoped(scene) scene = make(LEAF_TEXT_USER_AGENT, "zebra \xff\xfe");
	cr_assert(words_now(&scene)->count == 0 && !finds(&scene, "zebra"), "nobody could type them");
	scene.texts[LEAF_TEXT_USER_AGENT] = SPAN_LIT("a\0b");
	cr_assert(finds(&scene, "a b"), "a NUL parts words");
}

/* What is opened from the log has the words that were known when it was sealed; erased parts have none. */
static fallible gone(void *keeper, struct id tenant, const struct subject *subject, struct id event,
	enum part_kind kind, uint32_t *epoch, struct part_key *key)
{
	(void)keeper, (void)tenant, (void)subject, (void)event, (void)kind, (void)epoch, (void)key;
	return FAIL(NOT_FOUND, "erased");
}

Test(words, a_row_has_the_words_that_were_sealed_and_none_once_it_is_erased)
{
	scoped(scene) scene = make(LEAF_TEXT_USER_AGENT, AGENT);
	scoped(buf) bytes = BUF(LEAF_MAX);
	struct event event = {.action = 1,
		.actor = LEAF_PERSON,
		.ids = {[LEAF_ID_ACTOR] = world_thing(1), [LEAF_ID_CLIENT] = world_thing(2)}};
	struct event_draft draft;
	const struct words *read;
	scene.texts[LEAF_TEXT_LABEL] = SPAN_LIT("Salon Rosa");
	memcpy(event.texts, scene.texts, sizeof event.texts);
	world_must(event_seal(fake_keys_table(), world_tenant(0), &event, clock_now(), &scene.arena, &draft));
	world_must(leaf_encode(&draft.leaf, &bytes));
	struct log_row row = {.tenant = world_tenant(0), .leaf = buf_span(&bytes)};
	world_must(event_words(fake_keys_table(), &row, &scene.arena, &read));
	cr_assert(draft.leaf.words->count > 10 && read->count == draft.leaf.words->count, "as many");
	for (uint32_t i = 0; i < read->count; i++)
		cr_assert(has(draft.leaf.words, read->tokens[i]), "the same");
	struct keys erased = *fake_keys_table();
	erased.part_key = gone;
	world_must(event_words(&erased, &row, &scene.arena, &read));
	cr_assert(read->count == 0, "nothing is left");
}
