/* SPDX-License-Identifier: Apache-2.0 */
/* test_handover_turns - at no millisecond does nobody serve a client, nor do two where one may: handovers at random, with
 * early returns and cancellations, swept or not, and every grant that anybody has tried at each step. */
#include "server/core/grants/handover_turns.h"

#include "tests/server/handover_world.h"
#include "tests/support/dice.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

enum { STEPS = 45, GRANTS_MAX = 64, OPEN_MAX = 16 };

/* ---- who can ---- */

struct tried {
	char ids[GRANTS_MAX][ID_TEXT + 1];
	size_t count;
};

/* What a list shows may be of before: a use decides. So all that has not ended is tried. */
static void list_grants(struct office *office, const struct api_person *person, struct tried *tried)
{
	static const char *const STATES[] = {"active", "standby", "suspended"};
	tried->count = 0;
	for (size_t i = 0; i < sizeof STATES / sizeof STATES[0]; i++) {
		size_t count = office_count(office, person, STATES[i]);
		for (size_t k = 0; k < count && tried->count < GRANTS_MAX; k++) {
			char path[32];
			snprintf(path, sizeof path, "items/%zu/id", k);
			snprintf(tried->ids[tried->count++], ID_TEXT + 1, "%s",
				api_text(&office->vault.answer, path));
		}
	}
}

static bool can_any(struct office *office, const struct api_person *person)
{
	struct tried tried;
	bool opened = false;
	list_grants(office, person, &tried);
	for (size_t i = 0; i < tried.count; i++)
		opened |= office_opens(office, person, tried.ids[i]);
	return opened;
}

/* In an order that the dice choose, since the first use does what is due. */
static size_t count_who_can(struct office *office, struct dice *dice)
{
	const struct api_person *people[] = {&office->vault.assistant, &office->stand_in, &office->third};
	size_t count = 0;
	for (size_t left = 3; left > 0; left--) {
		size_t at = dice_below(dice, left);
		count += can_any(office, people[at]);
		people[at] = people[left - 1];
	}
	return count;
}

/* ---- what happens ---- */

struct story {
	struct office *office;
	struct dice dice;
	int64_t next[OPEN_MAX]; /* moments of handovers that were approved */
	size_t count;
};

static void note_moment(struct story *story, int64_t ms)
{
	story->next[story->count++ % OPEN_MAX] = clock_now().ms + ms;
}

/* To one of the two others; what overlaps is refused by the decision, and that is well. */
static void ask(struct story *story)
{
	char body[OFFICE_BODY], end[64] = "";
	struct office *office = story->office;
	int64_t start = (int64_t)dice_below(&story->dice, 4) * 60000;
	int64_t until = start + 1 + (int64_t)dice_below(&story->dice, 5) * 60000;
	const struct api_person *to = dice_below(&story->dice, 2) ? &office->stand_in : &office->third;
	if (dice_below(&story->dice, 4))
		snprintf(end, sizeof end, ",\"until\":\"%s\"", office_at(until));
	snprintf(body, sizeof body,
		"{\"from\":\"%s\",\"to\":\"%s\",\"kind\":\"stand_in\",\"reason\":\"absence\",\"start\":\"%"
		"s\"%s}",
		office->vault.assistant.text, to->text, office_at(start), end);
	if (office_ask_raw(office, office->head.token, body) != 201)
		return;
	if (office_decide(office, office->owner.token, true) != 200)
		return;
	note_moment(story, start);
	note_moment(story, until);
}

/* The last one, to an end that may be refused: another handover may have the client by then. */
static void extend(struct story *story)
{
	struct office *office = story->office;
	int64_t until = 1 + (int64_t)dice_below(&story->dice, 8) * 60000;
	if (!office->handover[0] || office_extend(office, until) != 202)
		return;
	if (office_decide_extension(office, office->owner.token, dice_below(&story->dice, 4) > 0) == 200)
		note_moment(story, until);
}

/* To the millisecond before, of, or behind one of those moments; or somewhere. */
static void pass(struct story *story)
{
	int64_t now = clock_now().ms, to = now + (int64_t)dice_below(&story->dice, 90000);
	size_t known = story->count < OPEN_MAX ? story->count : OPEN_MAX;
	if (known && dice_below(&story->dice, 3))
		to = story->next[dice_below(&story->dice, known)] - 1 + (int64_t)dice_below(&story->dice, 3);
	if (to > now)
		fake_clock_pass(to - now);
}

static void step(struct story *story)
{
	switch (dice_below(&story->dice, 7)) {
	case 0:
	case 1:
		ask(story);
		break;
	case 2:
		if (story->office->handover[0])
			office_end(story->office);
		break;
	case 3:
		office_sweep(story->office);
		break;
	case 4:
		extend(story);
		break;
	default:
		break;
	}
	pass(story);
}

static void play(uint64_t seed)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1];
	struct story story = {.office = &office, .dice = {seed}};
	office_open(&office);
	vault_grant(&office.vault, VAULT_CODE, grant);
	vault_grant(&office.vault, VAULT_CODE, grant);
	for (unsigned i = 0; i < STEPS; i++) {
		step(&story);
		size_t count = count_who_can(&office, &story.dice);
		cr_assert(
			count == 1, "seed %llu, step %u: %zu people can", (unsigned long long)seed, i, count);
	}
}

Test(handover_turns, at_no_millisecond_do_none_or_two_serve_a_client, .timeout = 280)
{
	for (uint64_t seed = 1; seed <= 3; seed++)
		play(seed);
}

/* ---- two after each other ---- */

static void hand_over_to(struct office *office, const struct api_person *to, int64_t start, int64_t until)
{
	char body[OFFICE_BODY];
	snprintf(body, sizeof body,
		"{\"from\":\"%s\",\"to\":\"%s\",\"kind\":\"stand_in\",\"reason\":\"absence\",\"start\":\"%"
		"s\",\"until\":\"%s\"}",
		office->vault.assistant.text, to->text, office_at(start), office_at(until));
	cr_assert(office_ask_raw(office, office->head.token, body) == 201, "%s", office->vault.answer.body);
	cr_assert(office_decide(office, office->owner.token, true) == 200, "%s", office->vault.answer.body);
}

/* The later one was asked for first, so that their ids stand the other way round. */
Test(handover_turns, one_stand_in_follows_the_other_at_one_millisecond)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1], first[ID_TEXT + 1], second[ID_TEXT + 1];
	office_open(&office);
	vault_grant(&office.vault, VAULT_CODE, grant);
	hand_over_to(&office, &office.third, 2 * OFFICE_HOUR, 3 * OFFICE_HOUR);
	hand_over_to(&office, &office.stand_in, OFFICE_HOUR, 2 * OFFICE_HOUR);
	office_grant_of(&office, &office.stand_in, "standby", first);
	office_grant_of(&office, &office.third, "standby", second);
	fake_clock_pass(2 * OFFICE_HOUR - 1);
	cr_assert(office_opens(&office, &office.stand_in, first) &&
		!office_opens(&office, &office.third, second));
	fake_clock_pass(1);
	cr_assert(office_opens(&office, &office.third, second), "%s", office.vault.answer.body);
	cr_assert(!office_opens(&office, &office.stand_in, first));
	cr_assert(!office_opens(&office, &office.vault.assistant, grant));
	fake_clock_pass(OFFICE_HOUR);
	cr_assert(office_opens(&office, &office.vault.assistant, grant));
}

/* ---- the same set ---- */

static char *dump_grants(struct office *office, const struct api_person *person)
{
	char path[VAULT_PATH];
	snprintf(path, sizeof path, "/v1/grants?limit=500&person=%s", person->text);
	cr_assert(vault_call_as(&office->vault, office->head.token, "GET", path, NULL) == 200);
	return json_dumps(api_member(&office->vault.answer, "items"), JSON_SORT_KEYS);
}

Test(handover_turns, a_round_trip_gives_back_exactly_the_same_grants)
{
	scoped(office) office = {0};
	char grant[ID_TEXT + 1];
	office_open(&office);
	vault_grant(&office.vault, VAULT_CODE, grant);
	vault_grant(&office.vault, VAULT_CODE ",\"uses\":7,\"task\":\"T-1\"", grant);
	vault_grant(&office.vault, VAULT_BOTH ",\"until\":\"2026-12-24T12:00:00Z\",\"mandate\":\"orders\"",
		grant);
	vault_grant(&office.vault, VAULT_CODE ",\"from\":\"2026-12-01T12:00:00Z\"", grant);
	char *before = dump_grants(&office, &office.vault.assistant);
	for (unsigned i = 0; i < 3; i++) {
		office_hand_over(&office, 0, i == 1 ? OFFICE_HOUR : 0);
		char *meanwhile = dump_grants(&office, &office.vault.assistant);
		cr_assert(strcmp(before, meanwhile) != 0 &&
			office_count(&office, &office.stand_in, "active") >= 3);
		free(meanwhile);
		fake_clock_pass(i == 1 ? OFFICE_HOUR : 1);
		office_sweep(&office);
		if (i != 1)
			cr_assert(office_end(&office) == 200, "%s", office.vault.answer.body);
		char *after = dump_grants(&office, &office.vault.assistant);
		cr_assert(strcmp(before, after) == 0, "%s\n%s", before, after);
		cr_assert(office_count(&office, &office.stand_in, "active") == 0);
		free(after);
	}
	free(before);
}

/* ---- several at a time ---- */

Test(handover_turns, in_a_pool_each_hands_over_what_is_theirs)
{
	scoped(office) office = {0};
	char own[ID_TEXT + 1], helpers[ID_TEXT + 1], copy[ID_TEXT + 1], body[OFFICE_BODY];
	office_open(&office);
	cr_assert(vault_call_as(&office.vault, office.owner.token, "PUT", "/v1/assignment",
			  "{\"model\":\"pool\"}") == 200);
	vault_grant(&office.vault, VAULT_CODE, own);
	snprintf(body, sizeof body, "{\"credential\":\"%s\",\"to\":\"%s\",\"modes\":[\"code\"]}",
		office.vault.login, office.third.text);
	cr_assert(vault_call(&office.vault, "POST", "/v1/grants", body) == 201);
	snprintf(helpers, sizeof helpers, "%s", api_text(&office.vault.answer, "id"));
	office_hand_over(&office, OFFICE_HOUR, 2 * OFFICE_HOUR);
	office_grant_of(&office, &office.stand_in, "standby", copy);
	const struct {
		int64_t pass_ms;
		bool away;
	} MOMENTS[] = {{OFFICE_HOUR - 1, false}, {1, true}, {OFFICE_HOUR - 1, true}, {1, false}};
	for (size_t i = 0; i < sizeof MOMENTS / sizeof MOMENTS[0]; i++) {
		fake_clock_pass(MOMENTS[i].pass_ms);
		cr_assert(office_opens(&office, &office.third, helpers));
		cr_assert(office_opens(&office, &office.vault.assistant, own) == !MOMENTS[i].away);
		cr_assert(office_opens(&office, &office.stand_in, copy) == MOMENTS[i].away);
	}
}
