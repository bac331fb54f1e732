/* SPDX-License-Identifier: Apache-2.0 */
/* session_rule - how it began, beside what is asked for. */
#include "server/core/session_rule.h"

#include "server/core/remember_rule.h"
#include "server/core/signins.h"
#include "server/core/standing.h"

static const unsigned STRONG = SESSION_BY_TOTP | SESSION_BY_HOTP | SESSION_BY_RECOVERY;

/* A remembered browser stands in for an authenticator as long as its person may be remembered. */
static fallible was_shown(const struct view *view, const struct session *session, const struct signin *signin,
	struct instant now, struct arena *arena, bool *shown)
{
	unsigned days = 0;
	const struct remember_rule_ask ask = {.view = view,
		.tenant = session->tenant,
		.person = session->person,
		.signin = signin,
		.now = now};
	bool strong = session->means & STRONG;
	if (!strong && (session->means & SESSION_BY_DEVICE))
		TRY(remember_rule_days(&ask, arena, &days));
	*shown = strong || days > 0;
	return OK;
}

/* Whoever has an authenticator shows it; whoever has none sets one up. */
static fallible weigh_factor(const struct view *view, const struct session *session,
	const struct signin *signin, struct instant now, struct arena *arena, unsigned *lacks)
{
	enum standing_factor strongest;
	bool shown = true;
	*lacks = 0;
	if (signin->least == ROLES_FACTOR_TOTP)
		TRY(was_shown(view, session, signin, now, arena, &shown));
	if (shown && !(session->lacks & SESSION_LACKS_FACTOR))
		return OK;
	TRY(standing_factor(view, session->tenant, session->person, &strongest));
	*lacks = strongest == STANDING_STRONG ? SESSION_LACKS_STEP_UP : SESSION_LACKS_FACTOR;
	return OK;
}

static struct instant ends_at(const struct session *session, bool privileged)
{
	struct session strict = *session;
	if (privileged && strict.idle_ms > SESSION_IDLE_STRICT_MS)
		strict.idle_ms = SESSION_IDLE_STRICT_MS;
	return session_ends(&strict);
}

fallible session_rule_read(const struct view *view, const struct session *session,
	const struct person *person, struct instant now, struct arena *arena, struct session_rule *rule)
{
	struct signin signin;
	unsigned lacks;
	const struct signins_ask ask = {.tenant = session->tenant, .person = person, .now = now};
	TRY(signins_standing(view, &ask, arena, &signin));
	TRY(weigh_factor(view, session, &signin, now, arena, &lacks));
	if (signin.refused == REASON_NOTICE_MISSING)
		lacks |= SESSION_LACKS_NOTICE;
	bool privileged = session->privileged || signin.least == ROLES_FACTOR_TOTP;
	*rule = (struct session_rule){.lacks = lacks | (session->lacks & SESSION_LACKS_NOTICE),
		.privileged = privileged,
		.ends = ends_at(session, privileged)};
	return OK;
}
