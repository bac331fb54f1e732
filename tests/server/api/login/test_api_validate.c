/* SPDX-License-Identifier: Apache-2.0 */
/* test_api_validate - the door of privacyIDEA: whom a challenge lets in, and what a repeated request is told; tests/stories/radius
 * has the door's clients. */
#include "base/json_out.h"
#include "tests/server/login_world.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { BODY_BYTES = 512 };

/* An empty value is not sent. */
static int knock(struct login_scene *scene, const char *user, const char *pass, const char *transaction)
{
	scoped(buf) body = BUF(BODY_BYTES);
	struct json_out out = JSON_OUT(&body);
	json_out_open(&out, NULL);
	if (*user)
		json_out_text(&out, "user", user);
	json_out_text(&out, "pass", pass);
	if (*transaction)
		json_out_text(&out, "transaction_id", transaction);
	json_out_close(&out);
	buf_put_u8(&body, 0);
	return api_call(&scene->world, "POST", "/validate/check", scene->world.tenant.token,
		(const char *)body.data, &scene->answer);
}

static bool is_let_in(const struct login_scene *scene)
{
	return api_has(&scene->answer, "result/authentication", "ACCEPT");
}

static void challenge(struct login_scene *scene, const char *user, char transaction[static ID_TEXT + 1])
{
	cr_assert(knock(scene, user, "", "") == 200, "%s", scene->answer.body);
	cr_assert(api_has(&scene->answer, "result/authentication", "CHALLENGE"), "%s", scene->answer.body);
	snprintf(transaction, ID_TEXT + 1, "%s", api_text(&scene->answer, "detail/transaction_id"));
}

Test(api_validate, what_was_opened_for_one_lets_nobody_else_in)
{
	scoped(login_scene) scene = {0};
	struct api_person other;
	char transaction[ID_TEXT + 1], code[TOTP_DIGITS_MAX + 1];
	login_scene_open(&scene);
	api_world_person(&scene.world, &scene.world.tenant, NULL, NULL, &other);
	challenge(&scene, scene.person.text, transaction);
	login_app_code(&scene.app, 0, code);
	cr_assert(knock(&scene, other.text, code, transaction) == 404, "%s", scene.answer.body);
	cr_assert(knock(&scene, "nobody", code, transaction) == 404, "%s", scene.answer.body);
	cr_assert(knock(&scene, scene.person.text, code, transaction) == 200 && is_let_in(&scene), "%s",
		scene.answer.body);
}

Test(api_validate, what_was_opened_for_nobody_is_told_apart_from_others_as_if_it_were_somebodys)
{
	scoped(login_scene) scene = {0};
	char transaction[ID_TEXT + 1];
	login_scene_open(&scene);
	challenge(&scene, "nobody", transaction);
	cr_assert(knock(&scene, "somebody-else", "000000", transaction) == 404);
	cr_assert(knock(&scene, scene.person.text, "000000", transaction) == 404);
	cr_assert(knock(&scene, "nobody", "000000", transaction) == 200 && !is_let_in(&scene), "%s",
		scene.answer.body);
	cr_assert(api_has(&scene.answer, "detail/message", "wrong_code"), "%s", scene.answer.body);
}

Test(api_validate, a_challenge_alone_says_who_it_is_for)
{
	scoped(login_scene) scene = {0};
	char transaction[ID_TEXT + 1], code[TOTP_DIGITS_MAX + 1];
	login_scene_open(&scene);
	challenge(&scene, scene.person.text, transaction);
	login_app_code(&scene.app, 0, code);
	cr_assert(knock(&scene, "", code, transaction) == 200 && is_let_in(&scene), "%s", scene.answer.body);
}

static int ask_status(struct login_scene *scene, const char *pass, const char *key)
{
	char body[BODY_BYTES];
	snprintf(body, sizeof body, "{\"user\":\"%s\",\"pass\":\"%s\"}", scene->person.text, pass);
	const struct api_request request = {.method = "POST",
		.path = "/validate/radiuscheck",
		.token = scene->world.tenant.token,
		.body = body,
		.key = key};
	return api_ask(&scene->world, &request, &scene->answer);
}

Test(api_validate, whoever_reads_the_status_alone_is_told_the_same_when_the_request_is_repeated)
{
	scoped(login_scene) scene = {0};
	char code[TOTP_DIGITS_MAX + 1], wrong[TOTP_DIGITS_MAX + 1];
	login_scene_open(&scene);
	login_app_wrong(&scene.app, wrong);
	login_app_code(&scene.app, 0, code);
	for (int i = 0; i < 2; i++)
		cr_assert(ask_status(&scene, wrong, "refused") == 400, "%d: %d", i, scene.answer.status);
	cr_assert(strcasestr(scene.answer.head, "\r\nIdempotent-Replayed: true"));
	for (int i = 0; i < 2; i++)
		cr_assert(ask_status(&scene, code, "let-in") == 204, "%d: %d", i, scene.answer.status);
	cr_assert(strcasestr(scene.answer.head, "\r\nIdempotent-Replayed: true"));
}
