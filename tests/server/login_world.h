/* SPDX-License-Identifier: Apache-2.0 */
/* login_world - people with factors, and codes as their phones and mailboxes show them. Whatever fails ends
 * the test. */
#pragma once

#include "crypto/totp.h"
#include "server/core/login/verifications.h"
#include "tests/support/api_world.h"

/* An authenticator app. */
struct login_app {
	char factor[ID_TEXT + 1];
	struct totp_shape shape;
	uint8_t seed[TOTP_SEED_MAX];
	size_t seed_len;
};

/* login_app_code - what the app shows now, or `steps` later. */
void login_app_code(const struct login_app *app, int steps, char code[static TOTP_DIGITS_MAX + 1]);

/* login_app_wrong - as many digits as the app shows, that no step around now has. */
void login_app_wrong(const struct login_app *app, char code[static TOTP_DIGITS_MAX + 1]);

/* login_start_app - begin a factor; the answer's secret goes into the app. login_add_app - and confirm it:
 * active, unproven; the step of the confirmation is used up, so the clock moves on by a minute. */
void login_start_app(struct api_world *world, const char *person, struct login_app *app);
void login_confirm(struct api_world *world, const struct login_app *app);
void login_add_app(struct api_world *world, const char *person, struct login_app *app);

/* login_start_shape - login_start_app with another token, and more members of the request, each with a comma in
 * front. */
void login_start_shape(struct api_world *world, const char *token, const char *person, const char *more,
	struct login_app *app);

/* login_add_address - an e-mail factor, confirmed with the mailed code. */
void login_add_address(
	struct api_world *world, const char *person, const char *address, char factor[static ID_TEXT + 1]);

/* login_mailed - the code of the newest mail of the outbox about a thing; 8 digits or an enrolment code. */
void login_mailed(struct api_world *world, struct id tenant, struct id about, char code[static 16]);

/* login_open - POST /v1/verifications with a device; more = further members, each with a comma in front. The
 * status. */
int login_open(struct api_world *world, const char *token, const char *person, const char *more,
	struct api_answer *answer);

/* login_try - POST /v1/verifications/{id}. */
int login_try(struct api_world *world, const char *token, const char *id, const char *body,
	struct api_answer *answer);

/* A tenant with a person of role assistant, what their app shows, and the answer of the last request. */
struct login_scene {
	struct api_world world;
	struct api_person person; /* vera@example.org */
	struct login_app app;
	struct api_answer answer;
};

/* login_scene_open - with the app, active and unproven. login_scene_begin - without. Owns:
 * scoped(login_scene). */
void login_scene_open(struct login_scene *scene);
void login_scene_begin(struct login_scene *scene);
void login_scene_done(struct login_scene *scene);

/* login_scene_ask - login_open for the person by the tenant's application. login_scene_type - the same with a
 * code in it. Another status than 200 ends the test. */
void login_scene_ask(struct login_scene *scene, const char *more);
void login_scene_type(struct login_scene *scene, const char *code);

/* login_scene_keep_id - the id in the last answer. */
void login_scene_keep_id(const struct login_scene *scene, char id[static ID_TEXT + 1]);

/* login_scene_suspend - the person may not get in for a while. */
void login_scene_suspend(struct login_scene *scene);

/* login_prove - mark an active factor as proven, as an enrolment code would. login_unprove - as one for whom nobody vouched. */
void login_prove(struct api_world *world, struct id tenant, const char *factor);
void login_unprove(struct api_world *world, struct id tenant, const char *factor);

/* login_wear_down - all but the last of the wrong codes that end a person's lane of unknown devices, days ago. */
void login_wear_down(struct api_world *world, struct id tenant, struct id person);

/* login_is - decision and reason (NULL = none). */
bool login_is(const struct api_answer *answer, const char *decision, const char *reason);
