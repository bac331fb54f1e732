/* SPDX-License-Identifier: Apache-2.0 */
/* test_proof - what an allow is good for: a person who is proven, a hash that a use compares, a receipt that
 * anybody checks. */
#include "server/core/proof.h"

#include "base/text.h"
#include "crypto/sign.h"
#include "tests/server/login_world.h"
#include "tests/support/fake_clock.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { MINUTE_MS = 60000, TEXT_MAX = 512 };

static const char *token_of(const struct login_scene *scene)
{
	return scene->world.tenant.token;
}

/* ---- hashes of actions ---- */

Test(proof, hashes_an_action_as_the_api_does)
{
	uint8_t one[HASH_SHA256], other[HASH_SHA256];
	const struct proof_field fields[] = {{"grant", SPAN_LIT("grt_1")}, {"mode", SPAN_LIT("reveal")},
		{"purpose", SPAN_LIT("an \"a\" \\ b\té")}};
	const struct span json =
		SPAN_LIT("{\"grant\":\"grt_1\",\"mode\":\"reveal\",\"purpose\":\"an \\\"a\\\" \\\\ b\\té\"}");
	cr_assert(!err_failed(proof_action_hash("use", fields, 3, one)));
	cr_assert(!err_failed(proof_hash_json(SPAN_LIT("use"), json, other)));
	cr_assert(memcmp(one, other, sizeof one) == 0);
	cr_assert(!err_failed(proof_hash_json(SPAN_LIT("grant"), json, other)));
	cr_assert(memcmp(one, other, sizeof one) != 0, "the type is part of it");
}

Test(proof, hashes_no_action_whose_fields_are_out_of_order)
{
	uint8_t hash[HASH_SHA256];
	const struct proof_field fields[] = {{"mode", SPAN_LIT("reveal")}, {"grant", SPAN_LIT("grt_1")}};
	cr_assert(proof_action_hash("use", fields, 2, hash).kind == ERR_BUG);
}

/* ---- what an allow is good for ---- */

Test(proof, an_allow_of_a_proven_factor_proves_the_person_and_of_another_does_not)
{
	scoped(login_scene) scene = {0};
	char id[ID_TEXT + 1], path[TEXT_MAX], code[TOTP_DIGITS_MAX + 1];
	login_scene_open(&scene);
	login_app_code(&scene.app, 0, code);
	login_scene_type(&scene, code);
	login_scene_keep_id(&scene, id);
	snprintf(path, sizeof path, "/v1/factors/%s", scene.app.factor);
	struct api_request removal = {
		.method = "DELETE", .path = path, .token = token_of(&scene), .actor = scene.person.text};
	cr_assert(api_ask(&scene.world, &removal, &scene.answer) == 403, "asserted is not proven");
	cr_assert(api_is_code(&scene.answer, 403, "person_unproven"));
	login_prove(&scene.world, scene.world.tenant.id, scene.app.factor);
	removal.verification = id;
	cr_assert(api_ask(&scene.world, &removal, &scene.answer) == 403,
		"what a weak factor allowed stays weak");
	fake_clock_pass(MINUTE_MS);
	login_app_code(&scene.app, 0, code);
	login_scene_type(&scene, code);
	removal.verification = api_text(&scene.answer, "id");
	login_scene_keep_id(&scene, id);
	removal.verification = id;
	fake_clock_pass(8 * 60 * MINUTE_MS + 1);
	cr_assert(api_ask(&scene.world, &removal, &scene.answer) == 403, "a login proves for 8 hours");
	fake_clock_pass(-MINUTE_MS);
	cr_assert(api_ask(&scene.world, &removal, &scene.answer) == 200, "%s", scene.answer.body);
}

Test(proof, what_was_proven_before_a_suspension_proves_nothing_after_it)
{
	scoped(login_scene) scene = {0};
	struct api_person owner;
	char id[ID_TEXT + 1], path[TEXT_MAX], who[TEXT_MAX], code[TOTP_DIGITS_MAX + 1];
	login_scene_open(&scene);
	login_prove(&scene.world, scene.world.tenant.id, scene.app.factor);
	api_world_person(&scene.world, &scene.world.tenant, "owner", NULL, &owner);
	login_app_code(&scene.app, 0, code);
	login_scene_type(&scene, code);
	login_scene_keep_id(&scene, id);
	fake_clock_pass(MINUTE_MS);
	snprintf(who, sizeof who, "/v1/people/%s", scene.person.text);
	snprintf(path, sizeof path, "/v1/factors/%s", scene.app.factor);
	const char *const STATES[] = {"{\"state\":\"suspended\"}", "{\"state\":\"active\"}"};
	for (size_t i = 0; i < 2; i++)
		cr_assert(api_call(&scene.world, "PATCH", who, owner.token, STATES[i], &scene.answer) == 200,
			"%s", scene.answer.body);
	struct api_request removal = {.method = "DELETE",
		.path = path,
		.token = token_of(&scene),
		.actor = scene.person.text,
		.verification = id};
	cr_assert(api_ask(&scene.world, &removal, &scene.answer) == 403, "%s", scene.answer.body);
	cr_assert(api_is_code(&scene.answer, 403, "person_unproven"));
	fake_clock_pass(MINUTE_MS);
	login_app_code(&scene.app, 0, code);
	login_scene_type(&scene, code);
	login_scene_keep_id(&scene, id);
	cr_assert(api_ask(&scene.world, &removal, &scene.answer) == 200, "a new proof counts: %s",
		scene.answer.body);
}

Test(proof, a_confirmed_action_proves_once_and_for_five_minutes)
{
	scoped(login_scene) scene = {0};
	char id[ID_TEXT + 1], more[2 * TEXT_MAX], code[TOTP_DIGITS_MAX + 1], path[TEXT_MAX];
	login_scene_open(&scene);
	login_prove(&scene.world, scene.world.tenant.id, scene.app.factor);
	login_app_code(&scene.app, 0, code);
	snprintf(path, sizeof path, "/v1/people/%s/factors", scene.person.text);
	snprintf(more, sizeof more,
		",\"purpose\":\"action\",\"action\":{\"type\":\"request\",\"text\":\"Add an address\","
		"\"fields\":{\"method\":\"POST\",\"path\":\"%s\"}},\"code\":\"%s\"",
		path, code);
	login_scene_ask(&scene, more);
	cr_assert(login_is(&scene.answer, "allow", NULL), "%s", scene.answer.body);
	login_scene_keep_id(&scene, id);
	struct api_request adding = {.method = "POST",
		.path = path,
		.token = token_of(&scene),
		.actor = scene.person.text,
		.verification = id,
		.body = "{\"type\":\"email\",\"address\":\"v@example.net\"}"};
	fake_clock_pass(5 * MINUTE_MS + 1);
	cr_assert(api_ask(&scene.world, &adding, &scene.answer) == 403, "too late");
	fake_clock_pass(-MINUTE_MS);
	cr_assert(api_ask(&scene.world, &adding, &scene.answer) == 201, "%s", scene.answer.body);
	cr_assert(api_ask(&scene.world, &adding, &scene.answer) == 403, "once");
}

Test(proof, carries_the_hash_of_what_was_confirmed)
{
	scoped(login_scene) scene = {0};
	char code[TOTP_DIGITS_MAX + 1], more[TEXT_MAX];
	uint8_t expected[HASH_SHA256];
	struct proof proof;
	const struct proof_field fields[] = {{"grant", SPAN_LIT("grt_1")}, {"mode", SPAN_LIT("reveal")},
		{"purpose", SPAN_LIT("book a table")}};
	login_scene_open(&scene);
	login_prove(&scene.world, scene.world.tenant.id, scene.app.factor);
	login_app_code(&scene.app, 0, code);
	snprintf(more, sizeof more,
		",\"purpose\":\"action\",\"code\":\"%s\",\"action\":{\"text\":\"See "
		"it\",\"fields\":{\"purpose\":\"book a table\","
		"\"mode\":\"reveal\",\"grant\":\"grt_1\"},\"type\":\"use\"}",
		code);
	login_scene_ask(&scene, more);
	cr_assert(login_is(&scene.answer, "allow", NULL), "%s", scene.answer.body);
	scoped(reading) reading = {0};
	cr_assert(!err_failed(reading_open(&scene.world.server.volume, &reading)));
	struct view view = view_reading(&reading);
	const struct caller caller = {
		.tenant = scene.world.tenant.id, .application = scene.world.tenant.application};
	cr_assert(!err_failed(proof_find(&view, &caller, scene.person.id,
		span_text(api_text(&scene.answer, "id")), clock_now(), &proof)));
	cr_assert(!err_failed(proof_action_hash("use", fields, 3, expected)));
	cr_assert(
		proof.is_action && !proof.weak && memcmp(proof.action_hash, expected, sizeof expected) == 0);
	const struct caller stranger = {.tenant = scene.world.tenant.id};
	cr_assert(proof_find(&view, &stranger, scene.person.id, span_text(api_text(&scene.answer, "id")),
			  clock_now(), &proof)
				.code == CODE_PERSON_UNPROVEN,
		"it belongs to the application that obtained it");
}

/* ---- exports ---- */

/* An auditor with an app that proves, and what an application sends for them. */
struct exporter {
	struct login_scene scene;
	struct api_person auditor;
	struct login_app app;
	struct api_request request;
};

static void exporter_open(struct exporter *exporter)
{
	struct api_world *world = &exporter->scene.world;
	login_scene_begin(&exporter->scene);
	api_world_person(world, &world->tenant, "auditor", "aud@example.org", &exporter->auditor);
	login_add_app(world, exporter->auditor.text, &exporter->app);
	login_prove(world, world->tenant.id, exporter->app.factor);
	exporter->request = (struct api_request){.method = "POST",
		.path = "/v1/exports",
		.token = world->tenant.token,
		.actor = exporter->auditor.text,
		.body = "{\"format\":\"csv\",\"purpose\":\"yearly audit\"}"};
}

static void exporter_done(struct exporter *exporter)
{
	login_scene_done(&exporter->scene);
}

/* Confirm a POST of a path, or sign in (NULL). */
static void confirm(struct exporter *exporter, const char *path, char id[static ID_TEXT + 1])
{
	struct login_scene *scene = &exporter->scene;
	char more[TEXT_MAX], code[TOTP_DIGITS_MAX + 1];
	fake_clock_pass(MINUTE_MS);
	login_app_code(&exporter->app, 0, code);
	if (path)
		snprintf(more, sizeof more,
			",\"purpose\":\"action\",\"code\":\"%s\",\"action\":{\"type\":\"request\","
			"\"text\":\"Export\",\"fields\":{\"method\":\"POST\",\"path\":\"%s\"}}",
			code, path);
	else
		snprintf(more, sizeof more, ",\"code\":\"%s\"", code);
	login_open(&scene->world, token_of(scene), exporter->auditor.text, more, &scene->answer);
	cr_assert(login_is(&scene->answer, "allow", NULL), "%s", scene->answer.body);
	login_scene_keep_id(scene, id);
}

static int ask_export(struct exporter *exporter, const char *verification)
{
	exporter->request.verification = verification;
	return api_ask(&exporter->scene.world, &exporter->request, &exporter->scene.answer);
}

static size_t exports_begun(struct exporter *exporter)
{
	struct api_world *world = &exporter->scene.world;
	return api_count_events(world, world->tenant.id, ACTION_EXPORT_REQUESTED);
}

Test(proof, an_export_leaves_when_the_person_has_confirmed_it_and_once)
{
	scoped(exporter) exporter = {0};
	char id[ID_TEXT + 1];
	exporter_open(&exporter);
	confirm(&exporter, "/v1/exports", id);
	cr_assert(ask_export(&exporter, id) == 200, "%s", exporter.scene.answer.body);
	cr_assert(exports_begun(&exporter) == 1);
	cr_assert(ask_export(&exporter, id) == 403, "once");
	confirm(&exporter, "/v1/exports", id);
	fake_clock_pass(5 * MINUTE_MS + 1);
	cr_assert(ask_export(&exporter, id) == 403, "and soon");
	cr_assert(exports_begun(&exporter) == 1);
}

Test(proof, nothing_less_opens_an_export_and_the_log_says_so)
{
	scoped(exporter) exporter = {0};
	scoped(arena) arena = ARENA(1 << 20);
	struct event_read denied;
	char id[ID_TEXT + 1];
	struct login_scene *scene = &exporter.scene;
	exporter_open(&exporter);
	ask_export(&exporter, NULL);
	cr_assert(api_is_code(&scene->answer, 403, "stepup_required"), "asserted: %s", scene->answer.body);
	api_find_event(&scene->world, scene->world.tenant.id, ACTION_ACCESS_DENIED, &arena, &denied);
	cr_assert(denied.leaf.reason == REASON_STEPUP_REQUIRED &&
		ids_equal(denied.leaf.ids[LEAF_ID_ACTOR], exporter.auditor.id));
	confirm(&exporter, NULL, id);
	ask_export(&exporter, id);
	cr_assert(api_is_code(&scene->answer, 403, "stepup_required"), "a login: %s", scene->answer.body);
	confirm(&exporter, "/v1/grants", id);
	ask_export(&exporter, id);
	cr_assert(api_is_code(&scene->answer, 403, "person_unproven"), "something else: %s",
		scene->answer.body);
	cr_assert(exports_begun(&exporter) == 0);
}

Test(proof, a_personal_token_and_an_application_as_itself_have_nobody_to_ask)
{
	scoped(exporter) exporter = {0};
	exporter_open(&exporter);
	exporter.request.actor = NULL;
	cr_assert(ask_export(&exporter, NULL) == 200, "%s", exporter.scene.answer.body);
	exporter.request.token = exporter.auditor.token;
	cr_assert(ask_export(&exporter, NULL) == 200, "%s", exporter.scene.answer.body);
}

/* ---- receipts ---- */

static void split(const struct api_answer *answer, struct buf *payload, struct buf *signature)
{
	struct span rest = span_text(api_text(answer, "receipt")), first, second;
	cr_assert(span_cut(&rest, '.', &first) && span_cut(&rest, '.', &second));
	cr_assert(!err_failed(text_parse_base64url(first, payload)) &&
		!err_failed(text_parse_base64url(second, signature)));
}

Test(proof, a_receipt_is_checked_with_the_published_key)
{
	scoped(login_scene) scene = {0};
	scoped(buf) payload = BUF(4096);
	scoped(buf) signature = BUF(256);
	scoped(buf) key = BUF(256);
	scoped(buf) message = BUF(4096);
	char code[TOTP_DIGITS_MAX + 1], more[TEXT_MAX];
	login_scene_open(&scene);
	login_app_code(&scene.app, 0, code);
	snprintf(more, sizeof more, ",\"nonce\":\"n-1\",\"code\":\"%s\"", code);
	login_scene_ask(&scene, more);
	split(&scene.answer, &payload, &signature);
	json_t *said = json_loadb((const char *)payload.data, payload.len, 0, NULL);
	cr_assert(said && json_integer_value(json_object_get(said, "v")) == 1);
	cr_assert_str_eq(
		json_string_value(json_object_get(said, "verification")), api_text(&scene.answer, "id"));
	cr_assert_str_eq(json_string_value(json_object_get(said, "event")), api_text(&scene.answer, "event"));
	cr_assert_str_eq(json_string_value(json_object_get(said, "nonce")), "n-1");
	cr_assert(strlen(json_string_value(json_object_get(said, "leaf"))) == 64);
	cr_assert(api_call(&scene.world, "GET", "/v1/keys", token_of(&scene), NULL, &scene.answer) == 200);
	cr_assert_str_eq(
		json_string_value(json_object_get(said, "kid")), api_text(&scene.answer, "receipt/kid"));
	json_decref(said);
	buf_put_text(&message, "muniment-receipt-v1\n");
	buf_put(&message, buf_span(&payload));
	cr_assert(!err_failed(
		text_parse_base64url(span_text(api_text(&scene.answer, "receipt/public_key")), &key)));
	cr_assert(key.len == SIGN_PUBLIC &&
		!err_failed(sign_check(key.data, buf_span(&message), buf_span(&signature))));
	message.data[message.len - 2] ^= 1;
	cr_assert(err_failed(sign_check(key.data, buf_span(&message), buf_span(&signature))),
		"and no other word");
}
