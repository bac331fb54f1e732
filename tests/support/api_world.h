/* SPDX-License-Identifier: Apache-2.0 */
/* api_world - the whole API of a test's own: a store with its keys in a temporary directory, the committer,
 *the dispatcher behind a listener on loopback, and a tenant to begin with. Whatever fails ends the test.
 *
 *	scoped(api_world) world = {0};
 *	scoped(api_answer) answer = {0};
 *	api_world_open(&world);
 *	cr_assert(api_call(&world, "GET", "/v1/people", world.tenant.token, NULL, &answer) == 200);
 *	cr_assert(api_has(&answer, "items/0/name", "Ivana"));
 */
#pragma once

#include "policies/scopes.h"
#include "server/api/dispatch.h"
#include "server/core/log/exports.h"
#include "server/core/server.h"
#include "store/event.h"
#include "store/nouns/application.h"
#include "store/nouns/notice.h"
#include "store/nouns/person.h"
#include "tests/support/temp_dir.h"

#include <jansson.h>

/* A tenant and its first application, which has every scope. */
struct api_tenant {
	struct id id;
	struct id application;
	char token[TOKEN_TEXT + 1];
};

/* A person with a personal token: who uses it counts as proven. */
struct api_person {
	struct id id;
	char text[ID_TEXT + 1];
	char token[TOKEN_TEXT + 1];
};

struct api_application {
	struct id id;
	char text[ID_TEXT + 1];
	char token[TOKEN_TEXT + 1];
};

enum { API_FOLLOWERS = 5, API_WAITERS = 4, API_RENEW_MS = 100, API_HEARTBEAT_MS = 50, API_STALL_MS = 1000 };

struct api_world {
	struct temp_dir dir;
	struct secret_arena *secrets;
	struct server server;
	struct exports_desk exports;
	struct dispatch dispatch;
	struct http_app app;
	struct http_server *http;
	char operator[TOKEN_TEXT + 1];
	struct api_tenant tenant; /* made by api_world_open */
};

/* api_world_open - a new store, listening. Owns: scoped(api_world). */
void api_world_open(struct api_world *world);
void api_world_done(struct api_world *world);

/* api_world_tenant - one more tenant: whose ids nobody else may see. */
void api_world_tenant(struct api_world *world, struct api_tenant *tenant);

/* api_world_person - an active member of staff with one role (NULL = none) and an address (NULL = none), put
 * into the store without the API. */
void api_world_person(struct api_world *world, const struct api_tenant *tenant, const char *role,
	const char *email, struct api_person *person);

/* api_world_token - a personal token for somebody who is there already, such as a client's contact. */
void api_world_token(struct api_world *world, const struct api_tenant *tenant, struct id person,
	struct api_person *holder);

/* api_world_application - an application with these scopes only. */
void api_world_application(struct api_world *world, const struct api_tenant *tenant, uint32_t scopes,
	struct api_application *application);

/* api_world_run - one act on the committer. */
void api_world_run(struct api_world *world, fallible (*run)(struct act *act, void *context), void *context);

/* A request with all that can be said in its headers; NULL leaves one out. */
struct api_request {
	const char *method, *path, *token, *body;
	const char *actor;        /* Muniment-Actor; a device goes with it */
	const char *verification; /* Muniment-Verification */
	const char *key;          /* Idempotency-Key */
	const char *more;         /* further header lines, each ended by CR LF */
	bool no_device;           /* leave the device out */
};

struct api_answer {
	int status;
	char *head;   /* status line and headers, NUL-ended */
	char *body;   /* NUL-ended */
	json_t *json; /* of the body; NULL when it is not JSON */
};

void api_answer_done(struct api_answer *answer);

/* api_ask - send and wait; what the answer held before is dropped. Its status. */
int api_ask(struct api_world *world, const struct api_request *request, struct api_answer *answer);

/* api_call - the usual one. body NULL = none. */
int api_call(struct api_world *world, const char *method, const char *path, const char *token,
	const char *body, struct api_answer *answer);

/* api_member - the value at a path of names and positions, "items/0/name"; NULL when there is none. */
const json_t *api_member(const struct api_answer *answer, const char *path);

/* api_text - the text there; ends the test when there is none. Lives as long as the answer. */
const char *api_text(const struct api_answer *answer, const char *path);

/* api_has - whether this text stands there. api_is_code - whether the answer is this status with this problem
 * code. */
bool api_has(const struct api_answer *answer, const char *path, const char *text);
bool api_is_code(const struct api_answer *answer, int status, const char *code);

/* api_has_problem - whether `errors` names this place with this code. */
bool api_has_problem(const struct api_answer *answer, const char *pointer, const char *code);

/* api_count_events - how many events of an action the tenant's log holds. */
size_t api_count_events(struct api_world *world, struct id tenant, enum action action);

/* api_find_event - the newest of them, its texts opened into the arena; ends the test when there is none. */
void api_find_event(struct api_world *world, struct id tenant, enum action action, struct arena *arena,
	struct event_read *event);

/* api_count_notices - how many mails of a kind wait for a person (none = for anybody). */
size_t api_count_notices(struct api_world *world, struct id person, enum notice_kind kind);
