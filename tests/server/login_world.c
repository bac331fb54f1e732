/* SPDX-License-Identifier: Apache-2.0 */
/* login_world - enrol, compute, read mails. */
#include "tests/server/login_world.h"

#include "policies/messages.h"
#include "store/nouns/budget.h"
#include "tests/support/fake_clock.h"

#include <stdio.h>
#include <stdlib.h>

enum { BODY_MAX = 2048, PATH_BYTES = 128, SECOND_MS = 1000, LETTERS_MEMORY = 256 * 1024, CODE_MEMBER = 256 };

static void must(struct err err)
{
	if (!err_failed(err))
		return;
	fprintf(stderr, "%s (%s)\n", err.why, err.at);
	abort();
}

static void must_be(int status, int wanted, const struct api_answer *answer)
{
	if (status == wanted)
		return;
	fprintf(stderr, "%d instead of %d: %s\n", status, wanted, answer->body);
	abort();
}

void login_app_code(const struct login_app *app, int steps, char code[static TOTP_DIGITS_MAX + 1])
{
	int valid_s;
	struct instant at = {clock_now().ms + (int64_t)steps * app->shape.period_s * SECOND_MS};
	must(totp_code(&app->shape, span_of(app->seed, app->seed_len), at, code, &valid_s));
}

void login_app_wrong(const struct login_app *app, char code[static TOTP_DIGITS_MAX + 1])
{
	bool taken = true;
	for (unsigned n = 0; taken; n++) {
		snprintf(code, TOTP_DIGITS_MAX + 1, "%0*u", app->shape.digits, n);
		taken = false;
		for (int step = -2; step <= 2; step++) {
			char right[TOTP_DIGITS_MAX + 1];
			login_app_code(app, step, right);
			taken = taken || strcmp(code, right) == 0;
		}
	}
}

void login_start_app(struct api_world *world, const char *person, struct login_app *app)
{
	login_start_shape(world, world->tenant.token, person, "", app);
}

void login_start_shape(struct api_world *world, const char *token, const char *person, const char *more,
	struct login_app *app)
{
	char body[BODY_MAX];
	char path[PATH_BYTES];
	scoped(api_answer) answer = {0};
	scoped(buf) seed = BUF(TOTP_SEED_MAX);
	snprintf(path, sizeof path, "/v1/people/%s/factors", person);
	snprintf(body, sizeof body, "{\"type\":\"totp\",\"label\":\"Phone\"%s}", more);
	must_be(api_call(world, "POST", path, token, body, &answer), 201, &answer);
	snprintf(app->factor, sizeof app->factor, "%s", api_text(&answer, "id"));
	must(totp_parse(span_text(api_text(&answer, "uri")), &app->shape, &seed));
	memcpy(app->seed, seed.data, seed.len);
	app->seed_len = seed.len;
}

void login_add_app(struct api_world *world, const char *person, struct login_app *app)
{
	login_start_app(world, person, app);
	login_confirm(world, app);
}

void login_confirm(struct api_world *world, const struct login_app *app)
{
	char path[PATH_BYTES], body[BODY_MAX], code[TOTP_DIGITS_MAX + 1];
	scoped(api_answer) answer = {0};
	login_app_code(app, 0, code);
	snprintf(path, sizeof path, "/v1/factors/%s/confirm", app->factor);
	snprintf(body, sizeof body, "{\"code\":\"%s\"}", code);
	must_be(api_call(world, "POST", path, world->tenant.token, body, &answer), 200, &answer);
	fake_clock_pass(2 * app->shape.period_s * SECOND_MS);
}

/* The values of the newest notice about a thing. */
static bool find_letter(struct api_world *world, struct id about, struct arena *arena, struct notice *found)
{
	scoped(reading) reading = {0};
	struct notice notice;
	struct err err;
	struct id after = {0};
	bool any = false;
	must(reading_open(&world->server.volume, &reading));
	struct view view = view_reading(&reading);
	while (notice_next(&view, after, (struct instant){INT64_MAX}, arena, &notice, &err)) {
		after = notice.id;
		if (!ids_equal(notice.about, about) || !notices_is_code(notice.kind))
			continue;
		*found = notice;
		any = true;
	}
	must(err);
	return any;
}

void login_mailed(struct api_world *world, struct id tenant, struct id about, char code[static 16])
{
	struct arena arena = ARENA(LETTERS_MEMORY);
	struct notice notice;
	struct message_value values[NOTICE_VALUES_MAX];
	size_t count = 0;
	scoped(buf) plain = BUF(NOTICE_SEALED_MAX);
	if (!find_letter(world, about, &arena, &notice))
		abort();
	must(keeper_open_short(world->server.keeper, tenant, notice.day, notice.id, notice.sealed, &plain));
	must(notice_read_values(buf_span(&plain), &arena, values, NOTICE_VALUES_MAX, &count));
	for (size_t i = 0; i < count; i++)
		if (strcmp(values[i].name, "code") == 0)
			snprintf(code, 16, "%.*s", SPAN_FMT(values[i].value));
	code[strcspn(code, " ")] = 0;
	arena_done(&arena);
}

void login_add_address(
	struct api_world *world, const char *person, const char *address, char factor[static ID_TEXT + 1])
{
	char path[PATH_BYTES], body[BODY_MAX], code[16];
	struct id id;
	scoped(api_answer) answer = {0};
	snprintf(path, sizeof path, "/v1/people/%s/factors", person);
	snprintf(body, sizeof body, "{\"type\":\"email\",\"address\":\"%s\"}", address);
	must_be(api_call(world, "POST", path, world->tenant.token, body, &answer), 201, &answer);
	snprintf(factor, ID_TEXT + 1, "%s", api_text(&answer, "id"));
	must(ids_parse(ID_FACTOR, span_text(factor), &id));
	login_mailed(world, world->tenant.id, id, code);
	snprintf(path, sizeof path, "/v1/factors/%s/confirm", factor);
	snprintf(body, sizeof body, "{\"code\":\"%s\"}", code);
	must_be(api_call(world, "POST", path, world->tenant.token, body, &answer), 200, &answer);
}

int login_open(struct api_world *world, const char *token, const char *person, const char *more,
	struct api_answer *answer)
{
	char body[BODY_MAX];
	snprintf(body, sizeof body,
		"{\"person\":\"%s\",\"device\":{\"id\":\"desk\",\"ip\":\"192.0.2.1\",\"user_agent\":"
		"\"Firefox\"}%s%s}",
		person, more && strstr(more, "\"purpose\"") ? "" : ",\"purpose\":\"login\"",
		more ? more : "");
	return api_call(world, "POST", "/v1/verifications", token, body, answer);
}

int login_try(struct api_world *world, const char *token, const char *id, const char *body,
	struct api_answer *answer)
{
	char path[PATH_BYTES];
	snprintf(path, sizeof path, "/v1/verifications/%s", id);
	return api_call(world, "POST", path, token, body, answer);
}

/* ---- scenes ---- */

void login_scene_begin(struct login_scene *scene)
{
	api_world_open(&scene->world);
	api_world_person(
		&scene->world, &scene->world.tenant, "assistant", "vera@example.org", &scene->person);
}

void login_scene_open(struct login_scene *scene)
{
	login_scene_begin(scene);
	login_add_app(&scene->world, scene->person.text, &scene->app);
}

void login_scene_done(struct login_scene *scene)
{
	api_answer_done(&scene->answer);
	api_world_done(&scene->world);
}

void login_scene_ask(struct login_scene *scene, const char *more)
{
	int status = login_open(
		&scene->world, scene->world.tenant.token, scene->person.text, more, &scene->answer);
	must_be(status, 200, &scene->answer);
}

void login_scene_type(struct login_scene *scene, const char *code)
{
	char more[CODE_MEMBER];
	snprintf(more, sizeof more, ",\"code\":\"%s\"", code);
	login_scene_ask(scene, more);
}

void login_scene_keep_id(const struct login_scene *scene, char id[static ID_TEXT + 1])
{
	snprintf(id, ID_TEXT + 1, "%s", api_text(&scene->answer, "id"));
}

static fallible suspend(struct act *act, void *context)
{
	const struct login_scene *scene = context;
	struct view view = view_act(act);
	struct person person;
	scoped(buf) sealed = BUF(4096);
	TRY(person_get(&view, scene->world.tenant.id, scene->person.id, act->arena, &person));
	person.state = PERSON_SUSPENDED;
	TRY(person_seal(act->volume->keys, &person, &sealed));
	TRY(person_put(act, &person, buf_span(&sealed)));
	struct leaf leaf = {.event = person.id, .action = action_row(ACTION_PERSON_CHANGED)->code};
	return act_add(act, person.tenant, &leaf, NULL);
}

void login_scene_suspend(struct login_scene *scene)
{
	api_world_run(&scene->world, suspend, scene);
}

/* ---- factors ---- */

struct proving {
	struct id tenant, factor;
	bool proven;
};

static fallible prove(struct act *act, void *context)
{
	const struct proving *proving = context;
	struct view view = view_act(act);
	struct factor factor;
	TRY(factor_find(&view, proving->tenant, proving->factor, &factor));
	factor.proven = proving->proven;
	TRY(factor_put(act, &factor));
	struct leaf leaf = {.event = factor.id, .action = action_row(ACTION_FACTOR_ENROLLED)->code};
	return act_add(act, proving->tenant, &leaf, NULL);
}

void login_prove(struct api_world *world, struct id tenant, const char *factor)
{
	struct proving proving = {.tenant = tenant, .proven = true};
	must(ids_parse(ID_FACTOR, span_text(factor), &proving.factor));
	api_world_run(world, prove, &proving);
}

void login_unprove(struct api_world *world, struct id tenant, const char *factor)
{
	struct proving proving = {.tenant = tenant};
	must(ids_parse(ID_FACTOR, span_text(factor), &proving.factor));
	api_world_run(world, prove, &proving);
}

static fallible put_budget(struct act *act, void *context)
{
	const struct budget *budget = context;
	struct leaf leaf = {.event = budget->person, .action = action_row(ACTION_CHALLENGE_FAILED)->code};
	TRY(budget_put(act, budget));
	return act_add(act, budget->tenant, &leaf, NULL);
}

void login_wear_down(struct api_world *world, struct id tenant, struct id person)
{
	struct budget budget = {.tenant = tenant,
		.person = person,
		.wrong = BUDGET_END - 1,
		.row = BUDGET_END - 1,
		.last = {clock_now().ms - 3 * (int64_t)BUDGET_FORGOTTEN_MS}};
	api_world_run(world, put_budget, &budget);
}

bool login_is(const struct api_answer *answer, const char *decision, const char *reason)
{
	bool right = answer->status == 200 && api_has(answer, "decision", decision);
	if (reason)
		return right && api_has(answer, "reason", reason);
	return right && !api_member(answer, "reason");
}
