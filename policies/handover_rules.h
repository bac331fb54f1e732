/* SPDX-License-Identifier: Apache-2.0 */
/* handover_rules - what may be asked of a handover, and what it comes to at a time: plain facts in, an answer out.
 * Pure: nothing is read or written here.
 *
 * Why somebody is away is one word of a closed list, and no word of it says anything about health; there is no free
 * text. All spans of time are half open: [start, until). */
#pragma once

#include "base/clock.h"
#include "base/span.h"

/* Stored numbers, as all lists here: never renumber. */
enum handover_kind {
	HANDOVER_STAND_IN = 1,    /* somebody serves in place of another one, who comes back */
	HANDOVER_REPLACEMENT = 2, /* for good */
	HANDOVER_DEPARTURE = 3,   /* for good, of somebody who left */
	HANDOVER_KIND_END
};

enum handover_reason {
	HANDOVER_FOR_LEAVE = 1,
	HANDOVER_FOR_ABSENCE = 2,
	HANDOVER_FOR_REPLACEMENT = 3,
	HANDOVER_FOR_DEPARTURE = 4,
	HANDOVER_FOR_TASK_CHANGE = 5,
	HANDOVER_REASON_END
};

/* Why the clients are told later than HANDOVER_LEAD_DAYS before. */
enum handover_override {
	HANDOVER_OVERRIDE_NONE = 0,
	HANDOVER_CLIENT_ASKED = 1,
	HANDOVER_CLIENT_AGREED = 2,
	HANDOVER_UNREACHABLE = 3, /* the one who serves now is not to be reached */
	HANDOVER_SECURITY = 4,
	HANDOVER_OVERRIDE_END
};

enum handover_state {
	HANDOVER_REQUESTED = 0, /* waits for a second person */
	HANDOVER_APPROVED = 1,  /* the clients are told; waits for its start */
	HANDOVER_ACTIVE = 2,
	HANDOVER_RETURNED = 3,  /* a stand-in that is over */
	HANDOVER_COMPLETED = 4, /* what was for good has happened */
	HANDOVER_CANCELLED = 5, /* before its start */
	HANDOVER_REFUSED = 6,
	HANDOVER_LAPSED = 7, /* its end came before its start could */
	HANDOVER_STATE_COUNT
};

/* Whether one client is served by one assistant at a time, or by several. */
enum handover_model { HANDOVER_EXCLUSIVE = 0, HANDOVER_POOL = 1, HANDOVER_MODEL_COUNT };

/* Why a client is left out of a handover. */
enum handover_block {
	HANDOVER_MOVES,           /* it is not */
	HANDOVER_CLIENT_LEFT,     /* or is erased */
	HANDOVER_OVERLAPS,        /* another handover of this client has part of the same time */
	HANDOVER_OTHER_ASSISTANT, /* somebody else serves it, in a tenant where one does */
	HANDOVER_NOT_ABLE,        /* the stand-in's roles open nothing */
	HANDOVER_NO_GRANTS,       /* whoever hands over has none of it */
	HANDOVER_TOO_MANY,        /* with it there would be more grants than one act can move */
	HANDOVER_NDA_MISSING,     /* the tenant asks for an agreement that the stand-in did not sign */
	HANDOVER_BLOCK_COUNT
};

enum {
	HANDOVER_LEAD_DAYS = 14,     /* the clients of what was planned are told so long before */
	HANDOVER_SLACK_MINUTES = 60, /* a start may lie so far back */
	HANDOVER_AHEAD_DAYS = 400,   /* or so far ahead */
};

/* The words of the API; NULL outside the list. */
const char *handover_rules_kind(enum handover_kind kind);
const char *handover_rules_reason(enum handover_reason reason);
const char *handover_rules_override(enum handover_override override);
const char *handover_rules_state(enum handover_state state);
const char *handover_rules_model(enum handover_model model);
const char *handover_rules_block(enum handover_block block);

/* Lists of the words that are asked for, NULL-ended; a word's position is its number - 1, of a model its number. */
extern const char *const HANDOVER_RULES_KINDS[];
extern const char *const HANDOVER_RULES_REASONS[];
extern const char *const HANDOVER_RULES_OVERRIDES[];
extern const char *const HANDOVER_RULES_MODELS[];

/* What is asked for. */
struct handover_plan {
	enum handover_kind kind;
	enum handover_reason reason;
	enum handover_override override;
	struct instant start;
	struct instant until; /* ms 0 = open */
};

/* What is wrong with a plan. */
struct handover_fault {
	const char *member; /* of the request; NULL = nothing is wrong */
	const char *code;   /* of a problem: missing, not_allowed */
};

/* handover_rules_check - a start from an hour ago to 400 days ahead; an end only of a stand-in, behind start and now; and
 * 14 days to tell the clients, unless it is for an absence, which nobody plans, or says why not. */
struct handover_fault handover_rules_check(const struct handover_plan *plan, struct instant now);

/* handover_rules_is_planned - whether the clients of such a one are told HANDOVER_LEAD_DAYS before. */
bool handover_rules_is_planned(enum handover_reason reason);

/* handover_rules_is_open - whether anything may still become of it. handover_rules_is_for_good - whether it returns
 * nothing. */
bool handover_rules_is_open(enum handover_state state);
bool handover_rules_is_for_good(enum handover_kind kind);

/* Where one stands. */
struct handover_facts {
	enum handover_state state;
	enum handover_kind kind;
	struct instant start;
	struct instant until; /* ms 0 = open */
};

enum handover_step {
	HANDOVER_STAYS,
	HANDOVER_STARTS,
	HANDOVER_RETURNS,
	HANDOVER_LAPSES,
};

/* handover_rules_step - what has to be done at this time, by whoever comes first. handover_rules_next - when that may be
 * different; ms 0 = never by itself. */
enum handover_step handover_rules_step(const struct handover_facts *facts, struct instant now);
struct instant handover_rules_next(const struct handover_facts *facts);

/* handover_rules_is_extendable - a stand-in that was approved and is not over, with an end that can move.
 * handover_rules_check_extension - to another end: behind the one it has, and at most 400 days ahead. What is shorter is
 * no extension: whoever comes back early ends it. */
bool handover_rules_is_extendable(const struct handover_facts *facts, struct instant now);
struct handover_fault handover_rules_check_extension(
	const struct handover_facts *facts, struct instant until, struct instant now);

/* A span of time; until ms 0 = open. */
struct handover_span {
	struct instant start, until;
};

/* handover_rules_overlap - whether they have a moment in common. */
bool handover_rules_overlap(const struct handover_span *one, const struct handover_span *other);
