/* SPDX-License-Identifier: Apache-2.0 */
/* handover_world - the business of vault_world with a second assistant, head office that asks, and an owner who decides;
 * and its clock. Whatever fails ends the test. */
#pragma once

#include "server/core/grants/handover_jobs.h"
#include "tests/server/vault_world.h"
#include "tests/support/fake_clock.h"

enum { OFFICE_BODY = 1024 };

static const int64_t OFFICE_HOUR = INT64_C(60) * 60 * 1000;
static const int64_t OFFICE_DAY = INT64_C(24) * 60 * 60 * 1000;

struct office {
	struct vault vault;         /* its assistant is the one who is away */
	struct api_person stand_in; /* role assistant */
	struct api_person third;    /* another assistant */
	struct api_person head;     /* role hq: asks */
	struct api_person owner;    /* decides */
	char handover[ID_TEXT + 1]; /* the one that was asked for last */
};

/* office_open - Owns: scoped(office). */
void office_open(struct office *office);
void office_done(struct office *office);

/* office_at - an RFC 3339 text so many milliseconds from now on. Static until the fourth call after it. */
const char *office_at(int64_t ms);

/* office_ask - by head office: kind stand_in and reason absence, from the assistant to the stand-in.
 *
 *   start, until  from now on; until 0 = open
 *   more          further members, such as ",\"clients\":[\"karlsson\"]", or ""
 * The status; the id lies in office->handover. office_ask_raw - a whole body, by a token. */
int office_ask(struct office *office, int64_t start, int64_t until, const char *more);
int office_ask_raw(struct office *office, const char *token, const char *body);

/* office_decide - by a token; the status. office_approve - by the owner; must be 200. office_end - DELETE by head office. */
int office_decide(struct office *office, const char *token, bool approve);
void office_approve(struct office *office);
int office_end(struct office *office);

/* office_hand_over - ask, and have it approved. */
void office_hand_over(struct office *office, int64_t start, int64_t until);

/* office_extend - by head office: until so long from now on. office_decide_extension - by a token. Both: the status. */
int office_extend(struct office *office, int64_t until);
int office_decide_extension(struct office *office, const char *token, bool approve);

/* office_see - the handover as head office sees it. office_is - whether it is in this state. */
void office_see(struct office *office);
bool office_is(struct office *office, const char *state);

/* office_sweep - what the background does within seconds. */
void office_sweep(struct office *office);

/* office_opens - whether a person gets a code through this grant now. office_grant_of - the one grant of a person that is
 * in this state; ends the test when there is none, or another number of them. office_count - how many. */
bool office_opens(struct office *office, const struct api_person *person, const char *grant);
void office_grant_of(struct office *office, const struct api_person *person, const char *state,
	char grant[static ID_TEXT + 1]);
size_t office_count(struct office *office, const struct api_person *person, const char *state);
