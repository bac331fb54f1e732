/* SPDX-License-Identifier: Apache-2.0 */
/* script_world - an API of which three routes do what a test tells them: GET /v1/keys, POST
 * /v1/people/{person}/tokens (scope admin, a person proven, the answer's member "token" shown once) and POST
 * /v1/alerts/{event}/acknowledge (its answer, with a header Link, made ahead). This file's handlers take the place of
 * the real ones in the programs that link it. */
#pragma once

#include "tests/support/api_world.h"

#include <stdatomic.h>

enum script_act { SCRIPT_EVENT, SCRIPT_SILENT, SCRIPT_HOUSEKEEPING, SCRIPT_NO_ACT };

/* What the handler does; the test changes it between two requests. */
struct script {
	enum script_act act;        /* EVENT adds an event person.changed; SILENT should, and does not */
	unsigned parts;             /* so many acts come before the last one */
	unsigned stale;             /* so many runs of write say STALE, after they have written */
	struct err stale_refusal;   /* and have refused before */
	int64_t stale_ms;           /* that pass meanwhile */
	struct err prepare_err;     /* what prepare fails with */
	unsigned prepare_err_after; /* so many that do not */
	struct err write_err;       /* what write fails with, after it has written */
	struct err answer_err;      /* what answer fails with */
	struct err refusal;         /* the act stands, the answer is this problem */
	bool awaits_answer;         /* write returns when the answer has been made, or fails after seconds */
	int status;                 /* of the answer; 0 = 200 */
};

struct script_counts {
	atomic_uint prepares, writes, answers;
};

struct script_world {
	struct api_world api;
	struct script script;
	struct script_counts counts;
	struct instant prepared; /* the time of the call that was prepared last */
};

/* script_world_open - Owns: scoped(script_world). */
void script_world_open(struct script_world *world);
void script_world_done(struct script_world *world);

/* script_get, script_post - one request by the tenant's application to the scripted route. The status. key may be NULL. */
int script_get(struct script_world *world, struct api_answer *answer);
int script_post(struct script_world *world, const char *body, const char *key, struct api_answer *answer);

/* script_ahead - the same to the route whose answer is made ahead. */
int script_ahead(struct script_world *world, const char *key, struct api_answer *answer);

enum { SCRIPT_PATH = 64 };

/* script_path - of the POST for a person by name. */
void script_path(const char *person, char path[static SCRIPT_PATH]);

/* script_count - events that the scripted handlers have left in the tenant's log. */
size_t script_count(struct script_world *world);

/* script_count_rows - rows of a table of the store. */
size_t script_count_rows(struct script_world *world, enum table table);
