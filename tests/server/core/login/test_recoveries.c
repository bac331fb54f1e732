/* SPDX-License-Identifier: Apache-2.0 */
/* test_recoveries - the phone is gone: ten codes, one login each, and everybody is told. */
#include "server/core/login/recoveries.h"

#include "store/nouns/budget.h"
#include "tests/server/login_world.h"
#include "tests/support/fake_clock.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>

enum { BODY_MAX = 512, CODE_MAX = RECOVERY_CODES_TEXT + 1 };

struct paper {
	char codes[RECOVERY_CODES][CODE_MAX];
	char id[ID_TEXT + 1];
};

static int make(struct login_scene *scene, const char *token)
{
	char path[BODY_MAX];
	snprintf(path, sizeof path, "/v1/people/%s/factors", scene->person.text);
	return api_call(&scene->world, "POST", path, token, "{\"type\":\"recovery\"}", &scene->answer);
}

/* A person with an app that somebody vouched for, who has ten codes on paper. */
static void open_with_paper(struct login_scene *scene, struct paper *paper)
{
	char member[16];
	login_scene_open(scene);
	login_prove(&scene->world, scene->world.tenant.id, scene->app.factor);
	int status = make(scene, scene->person.token);
	cr_assert(status == 201, "%d: %s", status, scene->answer.body);
	snprintf(paper->id, sizeof paper->id, "%s", api_text(&scene->answer, "id"));
	cr_assert(json_array_size(api_member(&scene->answer, "codes")) == RECOVERY_CODES);
	for (unsigned i = 0; i < RECOVERY_CODES; i++) {
		snprintf(member, sizeof member, "codes/%u", i);
		snprintf(paper->codes[i], CODE_MAX, "%s", api_text(&scene->answer, member));
	}
}

/* In the verification that the last answer opened. */
static int spend(struct login_scene *scene, const char *id, const char *code)
{
	char body[BODY_MAX];
	snprintf(body, sizeof body, "{\"recovery\":\"%s\"}", code);
	return login_try(&scene->world, scene->world.tenant.token, id, body, &scene->answer);
}

static void open_and_spend(struct login_scene *scene, const char *code)
{
	char id[ID_TEXT + 1];
	login_scene_ask(scene, NULL);
	login_scene_keep_id(scene, id);
	int status = spend(scene, id, code);
	cr_assert(status == 200, "%d: %s", status, scene->answer.body);
}

static size_t count(struct login_scene *scene, enum action action)
{
	return api_count_events(&scene->world, scene->world.tenant.id, action);
}

static int64_t number(const struct login_scene *scene, const char *member)
{
	return json_integer_value(api_member(&scene->answer, member));
}

/* ---- made ---- */

Test(recoveries, rule_j_ten_codes_of_eighty_bits_are_shown_once)
{
	scoped(login_scene) scene = {0};
	struct paper paper;
	char path[BODY_MAX];
	open_with_paper(&scene, &paper);
	for (unsigned i = 0; i < RECOVERY_CODES; i++) {
		cr_assert(strlen(paper.codes[i]) == RECOVERY_CODES_TEXT && !strpbrk(paper.codes[i], "ILOU"));
		for (unsigned j = 0; j < i; j++)
			cr_assert(strcmp(paper.codes[i], paper.codes[j]) != 0);
	}
	snprintf(path, sizeof path, "/v1/people/%s/factors", scene.person.text);
	cr_assert(api_call(&scene.world, "GET", path, scene.world.tenant.token, NULL, &scene.answer) == 200);
	cr_assert(api_has(&scene.answer, "items/1/type", "recovery") && number(&scene, "items/1/left") == 10);
	for (unsigned i = 0; i < RECOVERY_CODES; i++)
		cr_assert(!strstr(scene.answer.body, paper.codes[i]));
	cr_assert(count(&scene, ACTION_FACTOR_ENROLLED) >= 2, "they are on record");
}

Test(recoveries, a_repeated_request_is_answered_without_the_codes)
{
	scoped(login_scene) scene = {0};
	char path[BODY_MAX];
	login_scene_open(&scene);
	login_prove(&scene.world, scene.world.tenant.id, scene.app.factor);
	snprintf(path, sizeof path, "/v1/people/%s/factors", scene.person.text);
	const struct api_request request = {.method = "POST",
		.path = path,
		.token = scene.person.token,
		.key = "k1",
		.body = "{\"type\":\"recovery\"}"};
	cr_assert(api_ask(&scene.world, &request, &scene.answer) == 201, "%s", scene.answer.body);
	cr_assert(api_ask(&scene.world, &request, &scene.answer) == 201, "%s", scene.answer.body);
	cr_assert(!api_member(&scene.answer, "codes"), "%s", scene.answer.body);
	cr_assert(json_array_size(api_member(&scene.answer, "withheld")) == 1, "%s", scene.answer.body);
}

Test(recoveries, nobody_else_has_them_made_and_none_come_before_a_factor)
{
	scoped(login_scene) scene = {0};
	struct api_person owner;
	login_scene_begin(&scene);
	cr_assert(make(&scene, scene.person.token) == 409, "%s", scene.answer.body);
	login_add_app(&scene.world, scene.person.text, &scene.app);
	login_prove(&scene.world, scene.world.tenant.id, scene.app.factor);
	cr_assert(make(&scene, scene.world.tenant.token) == 403, "%s", scene.answer.body);
	cr_assert(api_is_code(&scene.answer, 403, "person_unproven"));
	api_world_person(&scene.world, &scene.world.tenant, "owner", "olga@example.org", &owner);
	cr_assert(make(&scene, owner.token) == 403, "%s", scene.answer.body);
}

Test(recoveries, a_new_set_replaces_the_old_and_the_person_is_told)
{
	scoped(login_scene) scene = {0};
	struct paper old;
	open_with_paper(&scene, &old);
	size_t told = api_count_notices(&scene.world, scene.person.id, NOTICE_FACTOR_CHANGED);
	cr_assert(make(&scene, scene.person.token) == 201, "%s", scene.answer.body);
	cr_assert(count(&scene, ACTION_FACTOR_RECOVERY_REGENERATED) == 1);
	cr_assert(api_count_notices(&scene.world, scene.person.id, NOTICE_FACTOR_CHANGED) == told + 1);
	open_and_spend(&scene, old.codes[0]);
	cr_assert(login_is(&scene.answer, "challenge", "wrong_code"), "%s", scene.answer.body);
}

/* ---- taken away ---- */

static int take_away(struct login_scene *scene, const char *token, const char *id)
{
	char path[BODY_MAX];
	snprintf(path, sizeof path, "/v1/factors/%s", id);
	return api_call(&scene->world, "DELETE", path, token, NULL, &scene->answer);
}

Test(recoveries, a_set_that_is_taken_away_opens_nothing_and_all_addresses_are_told)
{
	scoped(login_scene) scene = {0};
	struct paper paper;
	open_with_paper(&scene, &paper);
	size_t told = api_count_notices(&scene.world, scene.person.id, NOTICE_FACTOR_CHANGED);
	int status = take_away(&scene, scene.person.token, paper.id);
	cr_assert(status == 200 && api_has(&scene.answer, "id", paper.id), "%s", scene.answer.body);
	cr_assert(count(&scene, ACTION_FACTOR_REMOVED) == 1);
	cr_assert(api_count_notices(&scene.world, scene.person.id, NOTICE_FACTOR_CHANGED) == told + 1);
	cr_assert(take_away(&scene, scene.person.token, paper.id) == 404, "once");
	open_and_spend(&scene, paper.codes[0]);
	cr_assert(login_is(&scene.answer, "challenge", "wrong_code"), "%s", scene.answer.body);
}

Test(recoveries, a_set_is_taken_away_by_its_person_alone)
{
	scoped(login_scene) scene = {0};
	struct paper paper;
	struct api_tenant other;
	struct api_person owner;
	open_with_paper(&scene, &paper);
	api_world_person(&scene.world, &scene.world.tenant, "owner", "olga@example.org", &owner);
	api_world_tenant(&scene.world, &other);
	cr_assert(take_away(&scene, scene.world.tenant.token, paper.id) == 403, "%s", scene.answer.body);
	cr_assert(api_is_code(&scene.answer, 403, "person_unproven"));
	cr_assert(take_away(&scene, owner.token, paper.id) == 403, "%s", scene.answer.body);
	cr_assert(take_away(&scene, other.token, paper.id) == 404, "%s", scene.answer.body);
	open_and_spend(&scene, paper.codes[0]);
	cr_assert(login_is(&scene.answer, "allow", NULL), "%s", scene.answer.body);
}

Test(recoveries, a_replaced_set_is_not_there_to_be_taken_away)
{
	scoped(login_scene) scene = {0};
	struct paper old;
	open_with_paper(&scene, &old);
	cr_assert(make(&scene, scene.person.token) == 201, "%s", scene.answer.body);
	cr_assert(take_away(&scene, scene.person.token, old.id) == 404, "%s", scene.answer.body);
}

Test(recoveries, uses_of_the_year_are_counted_on_when_a_set_was_taken_away)
{
	scoped(login_scene) scene = {0};
	struct paper paper;
	open_with_paper(&scene, &paper);
	open_and_spend(&scene, paper.codes[0]);
	cr_assert(take_away(&scene, scene.person.token, paper.id) == 200, "%s", scene.answer.body);
	size_t again = count(&scene, ACTION_FACTOR_RECOVERY_REGENERATED);
	cr_assert(make(&scene, scene.person.token) == 201, "%s", scene.answer.body);
	cr_assert(count(&scene, ACTION_FACTOR_RECOVERY_REGENERATED) == again, "it replaces none");
	snprintf(paper.codes[0], CODE_MAX, "%s", api_text(&scene.answer, "codes/0"));
	open_and_spend(&scene, paper.codes[0]);
	cr_assert(number(&scene, "recovery/uses_this_year") == 2, "%s", scene.answer.body);
}

/* ---- spent ---- */

Test(recoveries, rule_j_each_opens_once_is_on_record_and_told_to_all_addresses)
{
	scoped(login_scene) scene = {0};
	struct paper paper;
	open_with_paper(&scene, &paper);
	for (unsigned i = 0; i < RECOVERY_CODES; i++) {
		size_t told = api_count_notices(&scene.world, scene.person.id, NOTICE_RECOVERY_USED);
		open_and_spend(&scene, paper.codes[i]);
		cr_assert(login_is(&scene.answer, "allow", NULL), "%u: %s", i, scene.answer.body);
		cr_assert(number(&scene, "recovery/left") == RECOVERY_CODES - 1 - i, "%s", scene.answer.body);
		cr_assert(number(&scene, "recovery/uses_this_year") == i + 1, "%s", scene.answer.body);
		cr_assert(api_has(&scene.answer, "factor", paper.id) && number(&scene, "aal") == 1);
		cr_assert(api_count_notices(&scene.world, scene.person.id, NOTICE_RECOVERY_USED) == told + 1);
		cr_assert(count(&scene, ACTION_FACTOR_RECOVERY_USED) == i + 1);
		cr_assert(count(&scene, ACTION_LOGIN_SUCCEEDED) == i + 1);
		open_and_spend(&scene, paper.codes[i]);
		cr_assert(login_is(&scene.answer, "deny", "replayed"), "%u: %s", i, scene.answer.body);
		cr_assert(number(&scene, "attempts_left") == VERIFICATION_TRIES, "it is no guess");
	}
}

Test(recoveries, one_that_opened_a_verification_is_replayed_there_too_and_cost_no_try)
{
	scoped(login_scene) scene = {0};
	struct paper paper;
	char id[ID_TEXT + 1];
	open_with_paper(&scene, &paper);
	login_scene_ask(&scene, NULL);
	login_scene_keep_id(&scene, id);
	cr_assert(spend(&scene, id, paper.codes[0]) == 200 && login_is(&scene.answer, "allow", NULL), "%s",
		scene.answer.body);
	cr_assert(number(&scene, "attempts_left") == VERIFICATION_TRIES, "%s", scene.answer.body);
	cr_assert(spend(&scene, id, paper.codes[0]) == 200);
	cr_assert(login_is(&scene.answer, "deny", "replayed"), "%s", scene.answer.body);
	cr_assert(number(&scene, "attempts_left") == VERIFICATION_TRIES, "%s", scene.answer.body);
	cr_assert(spend(&scene, id, paper.codes[1]) == 200);
	cr_assert(login_is(&scene.answer, "deny", "expired"), "another one: %s", scene.answer.body);
}

Test(recoveries, a_code_is_read_as_people_type_it)
{
	scoped(login_scene) scene = {0};
	struct paper paper;
	char typed[CODE_MAX * 2] = "", id[ID_TEXT + 1];
	open_with_paper(&scene, &paper);
	for (size_t i = 0, at = 0; paper.codes[0][i]; i++) {
		char c = paper.codes[0][i];
		typed[at++] = c == '-' ? ' '
			: c == '0'     ? 'o'
			: c == '1'     ? 'l'
				       : (char)(c >= 'A' ? c | 0x20 : c);
	}
	open_and_spend(&scene, typed);
	cr_assert(login_is(&scene.answer, "allow", NULL), "%s: %s", typed, scene.answer.body);
	static const char *const JUNK[] = {
		"A", "0123-4567-89AB-CDE", "0123-4567-89AB-CDEFG", "0123-4567-89AB-CDEU"};
	for (size_t i = 0; i < sizeof JUNK / sizeof JUNK[0]; i++) {
		login_scene_ask(&scene, NULL);
		login_scene_keep_id(&scene, id);
		cr_assert(spend(&scene, id, JUNK[i]) == 422, "%s: %s", JUNK[i], scene.answer.body);
		cr_assert(api_is_code(&scene.answer, 422, "malformed_code"));
		cr_assert(json_array_size(api_member(&scene.answer, "errors")) == 0, "%s", scene.answer.body);
	}
}

Test(recoveries, rule_e_five_wrong_ones_lock_the_verification)
{
	scoped(login_scene) scene = {0};
	struct paper paper;
	char id[ID_TEXT + 1];
	open_with_paper(&scene, &paper);
	login_scene_ask(&scene, NULL);
	login_scene_keep_id(&scene, id);
	for (unsigned i = 1; i <= VERIFICATION_TRIES; i++) {
		cr_assert(spend(&scene, id, "0123-4567-89AB-CDEF") == 200, "%s", scene.answer.body);
		cr_assert(i < VERIFICATION_TRIES ? login_is(&scene.answer, "challenge", "wrong_code")
						 : login_is(&scene.answer, "deny", "locked"),
			"%u: %s", i, scene.answer.body);
	}
	cr_assert(count(&scene, ACTION_CHALLENGE_LOCKED) == 1);
	cr_assert(spend(&scene, id, paper.codes[0]) == 200);
	cr_assert(login_is(&scene.answer, "deny", "locked"), "%s", scene.answer.body);
	open_and_spend(&scene, paper.codes[0]);
	cr_assert(login_is(&scene.answer, "allow", NULL), "%s", scene.answer.body);
}

Test(recoveries, rule_e_it_opens_also_after_a_hundred_wrong_codes_and_ends_the_lock)
{
	scoped(login_scene) scene = {0};
	struct paper paper;
	char wrong[TOTP_DIGITS_MAX + 1], right[TOTP_DIGITS_MAX + 1];
	open_with_paper(&scene, &paper);
	login_wear_down(&scene.world, scene.world.tenant.id, scene.person.id);
	login_app_wrong(&scene.app, wrong);
	login_scene_type(&scene, wrong);
	login_scene_ask(&scene, NULL);
	cr_assert(login_is(&scene.answer, "deny", "locked"), "%s", scene.answer.body);
	open_and_spend(&scene, "0123-4567-89AB-CDEF");
	cr_assert(login_is(&scene.answer, "challenge", "wrong_code"), "%s", scene.answer.body);
	open_and_spend(&scene, paper.codes[3]);
	cr_assert(login_is(&scene.answer, "allow", NULL), "%s", scene.answer.body);
	login_app_code(&scene.app, 0, right);
	login_scene_type(&scene, right);
	cr_assert(login_is(&scene.answer, "allow", NULL), "the app opens again: %s", scene.answer.body);
}

/* ---- side by side ---- */

enum { AT_ONCE = 16 };

struct speaker {
	struct login_scene *scene;
	const char *code;
	char id[ID_TEXT + 1];
	bool allowed, replayed;
	pthread_t thread;
};

static void *speak(void *context)
{
	struct speaker *speaker = context;
	struct api_world *world = &speaker->scene->world;
	scoped(api_answer) answer = {0};
	char body[BODY_MAX];
	snprintf(body, sizeof body, "{\"recovery\":\"%s\"}", speaker->code);
	login_try(world, world->tenant.token, speaker->id, body, &answer);
	speaker->allowed = login_is(&answer, "allow", NULL);
	speaker->replayed = login_is(&answer, "deny", "replayed");
	return NULL;
}

Test(recoveries, rule_a_one_code_in_sixteen_verifications_at_once_opens_exactly_one)
{
	scoped(login_scene) scene = {0};
	struct paper paper;
	static struct speaker speakers[AT_ONCE];
	unsigned allowed = 0, replayed = 0;
	open_with_paper(&scene, &paper);
	for (size_t i = 0; i < AT_ONCE; i++) {
		speakers[i] = (struct speaker){.scene = &scene, .code = paper.codes[0]};
		login_scene_ask(&scene, NULL);
		login_scene_keep_id(&scene, speakers[i].id);
	}
	for (size_t i = 0; i < AT_ONCE; i++)
		cr_assert(pthread_create(&speakers[i].thread, NULL, speak, &speakers[i]) == 0);
	for (size_t i = 0; i < AT_ONCE; i++) {
		pthread_join(speakers[i].thread, NULL);
		allowed += speakers[i].allowed;
		replayed += speakers[i].replayed;
	}
	cr_assert(allowed == 1 && replayed == AT_ONCE - 1, "%u, %u", allowed, replayed);
	cr_assert(count(&scene, ACTION_FACTOR_RECOVERY_USED) == 1);
	cr_assert(api_count_notices(&scene.world, scene.person.id, NOTICE_RECOVERY_USED) == 1);
}

/* ---- where it opens nothing ---- */

Test(recoveries, a_suspended_person_gets_in_by_none)
{
	scoped(login_scene) scene = {0};
	struct paper paper;
	char id[ID_TEXT + 1];
	open_with_paper(&scene, &paper);
	login_scene_ask(&scene, NULL);
	login_scene_keep_id(&scene, id);
	login_scene_suspend(&scene);
	cr_assert(spend(&scene, id, paper.codes[0]) == 200, "%s", scene.answer.body);
	cr_assert(login_is(&scene.answer, "deny", "disabled"), "%s", scene.answer.body);
	cr_assert(count(&scene, ACTION_FACTOR_RECOVERY_USED) == 0);
}

Test(recoveries, nobody_gets_in_from_a_lost_device)
{
	scoped(login_scene) scene = {0};
	struct paper paper;
	char path[BODY_MAX];
	open_with_paper(&scene, &paper);
	open_and_spend(&scene, paper.codes[0]);
	cr_assert(login_is(&scene.answer, "allow", NULL), "%s", scene.answer.body);
	snprintf(path, sizeof path, "/v1/people/%s/devices", scene.person.text);
	cr_assert(api_call(&scene.world, "GET", path, scene.world.tenant.token, NULL, &scene.answer) == 200);
	snprintf(path, sizeof path, "/v1/devices/%s/lost", api_text(&scene.answer, "items/0/id"));
	int status = api_call(&scene.world, "POST", path, scene.world.tenant.token, "{}", &scene.answer);
	cr_assert(status == 200, "%d: %s", status, scene.answer.body);
	open_and_spend(&scene, paper.codes[1]);
	cr_assert(api_has(&scene.answer, "decision", "deny"), "%s", scene.answer.body);
	cr_assert(count(&scene, ACTION_FACTOR_RECOVERY_USED) == 1);
}

Test(recoveries, it_confirms_no_action)
{
	scoped(login_scene) scene = {0};
	struct paper paper;
	char id[ID_TEXT + 1], body[BODY_MAX];
	open_with_paper(&scene, &paper);
	login_scene_ask(&scene, ",\"purpose\":\"action\",\"action\":{\"type\":\"pay\",\"text\":\"Pay 10\"}");
	login_scene_keep_id(&scene, id);
	snprintf(body, sizeof body, "{\"recovery\":\"%s\",\"action_hash\":\"%s\"}", paper.codes[0],
		api_text(&scene.answer, "action_hash"));
	cr_assert(login_try(&scene.world, scene.world.tenant.token, id, body, &scene.answer) == 200, "%s",
		scene.answer.body);
	cr_assert(login_is(&scene.answer, "deny", "weak_method"), "%s", scene.answer.body);
	open_and_spend(&scene, paper.codes[0]);
	cr_assert(login_is(&scene.answer, "allow", NULL), "and it is still good: %s", scene.answer.body);
}

Test(recoveries, rule_n_nobody_and_who_has_none_are_answered_alike)
{
	scoped(login_scene) scene = {0};
	char id[ID_TEXT + 1];
	login_scene_open(&scene);
	open_and_spend(&scene, "0123-4567-89AB-CDEF");
	cr_assert(login_is(&scene.answer, "challenge", "wrong_code"), "%s", scene.answer.body);
	cr_assert(login_open(&scene.world, scene.world.tenant.token, "nobody@example.org", NULL,
			  &scene.answer) == 200);
	login_scene_keep_id(&scene, id);
	cr_assert(spend(&scene, id, "0123-4567-89AB-CDEF") == 200, "%s", scene.answer.body);
	cr_assert(login_is(&scene.answer, "challenge", "wrong_code"), "%s", scene.answer.body);
}

Test(recoveries, uses_of_the_year_are_counted_on_over_a_new_set)
{
	scoped(login_scene) scene = {0};
	struct paper paper;
	open_with_paper(&scene, &paper);
	open_and_spend(&scene, paper.codes[0]);
	cr_assert(make(&scene, scene.person.token) == 201, "%s", scene.answer.body);
	snprintf(paper.codes[0], CODE_MAX, "%s", api_text(&scene.answer, "codes/0"));
	open_and_spend(&scene, paper.codes[0]);
	cr_assert(number(&scene, "recovery/uses_this_year") == 2, "%s", scene.answer.body);
}

Test(recoveries, a_code_is_typed_alone)
{
	scoped(login_scene) scene = {0};
	char id[ID_TEXT + 1];
	login_scene_open(&scene);
	login_scene_ask(&scene, NULL);
	login_scene_keep_id(&scene, id);
	cr_assert(
		login_try(&scene.world, scene.world.tenant.token, id,
			"{\"recovery\":\"0123-4567-89AB-CDEF\",\"code\":\"123456\"}", &scene.answer) == 422);
	cr_assert(
		login_try(&scene.world, scene.world.tenant.token, id,
			"{\"recovery\":\"0123-4567-89AB-CDEF\",\"method\":\"email\"}", &scene.answer) == 422);
}
