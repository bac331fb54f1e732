/* SPDX-License-Identifier: Apache-2.0 */
/* signin - what a tenant asks of people who sign in: of everybody, and of a role on top. Of all that apply to a person
 * the strictest counts. Pure: policies, facts and a time in, what is asked for out. */
#pragma once

#include "policies/countries.h"
#include "policies/reasons.h"
#include "policies/roles.h"

enum {
	SIGNIN_DIGITS_LEAST = 6, /* of a mailed code: 20 bits are what NIST asks for */
	SIGNIN_DIGITS_MOST = 8,
	SIGNIN_REMEMBER_DAYS_MOST = 30,
	SIGNIN_SCORE_MOST = 100,
	SIGNIN_UNSET = 255, /* step_up_at, resets and helpdesk codes a year of a policy that does not say */
	SIGNIN_RESET_HOURS_LEAST = 4,
	SIGNIN_RESET_HOURS_MOST = 720,
	SIGNIN_A_YEAR_MOST = 100, /* resets, and helpdesk codes, of one person */
	SIGNIN_ACTIONS_MAX = 8,
	SIGNIN_ACTION_MAX = 64, /* bytes of the type of an action */
	SIGNIN_MINUTES = 24 * 60,
	SIGNIN_WEEKDAYS = 7,
};

/* SIGNIN_EVERYONE - the name of the policy that applies to all people; the others have the name of their role. */
#define SIGNIN_EVERYONE "everyone"

/* What follows when somebody is not where, or when, they are expected; weak to strong. Stored numbers: never renumber. */
enum signin_answer { SIGNIN_FLAG = 0, SIGNIN_STEP_UP = 1, SIGNIN_DENY = 2, SIGNIN_ANSWER_COUNT };

/* Working hours, as the wall clock of a zone shows them. They are a signal, and never a wall. */
struct signin_hours {
	uint8_t days; /* bit 0 is Monday; 0: no hours are set */
	uint16_t from,
		to; /* minutes of the day; from >= to: over midnight, and the day is that of its beginning */
	struct span zone; /* its name, as the tenant says it */
	struct span rule; /* what the zone's name stood for when the policy was set: base/zone_rule.h */
	enum signin_answer outside; /* FLAG or STEP_UP */
};

/* One policy, as it is stored. */
struct signin_policy {
	enum roles_factor
		login; /* least factor, at once; a role's own least factor waits until the person has one */
	enum roles_factor action; /* the same of a confirmed action; never less than login */
	struct span
		totp_actions[SIGNIN_ACTIONS_MAX]; /* types of action that ask for an authenticator anyway */
	size_t totp_action_count;
	struct instant
		grace_until;   /* whoever lacks the factor is let in with a weaker one before; 0 = not set */
	uint8_t code_digits;   /* of a mailed code; 0 = not set */
	uint8_t remember_days; /* how long a device may be remembered; 0 = never */
	uint8_t step_up_at;    /* score of a login from which a remembered device no longer does, or UNSET */
	uint8_t deny_at;       /* score from which nobody gets in; 0 = not set */
	bool strict_clock;     /* no authenticator counts while the server's clock is in doubt */
	uint32_t notice;       /* version of the monitoring notice that staff has to acknowledge; 0 = none */
	uint16_t reset_wait_hours; /* from the request of a reset of factors to when it is due; 0 = not set */
	uint8_t resets_a_year;     /* of one person; SIGNIN_UNSET */
	uint8_t helpdesk_a_year;   /* codes for one person; SIGNIN_UNSET */
	struct signin_hours hours;
	struct countries countries; /* expected ones; none: all are */
	enum signin_answer elsewhere;
};

/* signin_default - the policy that nobody has set: it asks for nothing. */
struct signin_policy signin_default(void);

/* What is known of the moment. */
struct signin_facts {
	bool is_action;
	struct span action_type;
	struct instant now;
	char country[COUNTRIES_CODE + 1]; /* "" = unknown, which is nowhere else */
};

/* What was noticed, for the answer and the event. */
enum signin_flag { SIGNIN_OUTSIDE_HOURS = 1u << 0, SIGNIN_OTHER_COUNTRY = 1u << 1 };

/* What all policies of a person come to here and now. */
struct signin {
	enum roles_factor least;
	struct instant
		grace; /* before it a weaker factor does for who has no other; INT64_MAX: without an end */
	uint8_t code_digits;   /* of a mailed code, SIGNIN_DIGITS_LEAST to SIGNIN_DIGITS_MOST */
	uint8_t remember_days; /* 0 = no device is remembered */
	uint8_t step_up_at;    /* score from which a remembered device no longer does */
	uint8_t deny_at;       /* score from which nobody gets in; 0 = none */
	bool strict_clock;
	bool no_codes;   /* of authenticators count now: the clock is strict, and in doubt */
	bool step_up;    /* the strongest factor that the person has, and no remembered device */
	uint32_t notice; /* version to be acknowledged; 0 = none */
	uint16_t reset_wait_hours;
	uint8_t resets_a_year, helpdesk_a_year;
	unsigned flags;      /* enum signin_flag */
	enum reason refused; /* nobody gets in whatever they type; NONE */
};

/* signin_start - nothing is asked yet. signin_add - one policy more, and the least factor of its role. signin_finish -
 * what no policy said is as it is by default: eight digits, a score of 50, a day before a reset, five resets and twelve helpdesk
 * codes a year. */
struct signin signin_start(void);
void signin_add(struct signin *signin, const struct signin_policy *policy, enum roles_factor role_least,
	const struct signin_facts *facts);
void signin_finish(struct signin *signin);

/* signin_lets_weaker - whether a weaker factor than signin->least still does for who has no other. */
bool signin_lets_weaker(const struct signin *signin, struct instant now);

/* signin_remembers - whether a remembered device may stand in for a factor now, at a login with this score. */
bool signin_remembers(const struct signin *signin, unsigned score);

/* signin_day_name - "mon" to "sun", of 0 to 6. signin_day_find - false when it is none of them. */
const char *signin_day_name(unsigned day);
bool signin_day_find(struct span name, unsigned *day);

/* signin_answer_name - "flag", "step_up" or "deny". */
const char *signin_answer_name(enum signin_answer answer);
