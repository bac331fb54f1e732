/* SPDX-License-Identifier: Apache-2.0 */
/* remembering - a device that its person need not prove themselves on at every login: begun by a right code, opened by
 * a token that turns with its use, ended by one that turned long ago (login.md 3L). */
#pragma once

#include "server/core/login/factor_news.h"
#include "server/core/login/remember_tokens.h"
#include "server/core/login/verifications.h"

enum {
	REMEMBERING_FRESH_MS =
		8 * 3600 * 1000 /* a token that turned longer ago is no session: remembering_check */
};

/* Of a verification; hangs on its ask. */
struct remembering {
	/* asked */
	bool wanted;       /* the device is to be remembered when a code was right */
	struct span typed; /* device.remember; empty */
	/* prepared */
	bool opens;    /* `typed` names a series of this person, application and device */
	bool steps_up; /* it would open, but for risk, hours or country: a code is asked for, and the token stays good */
	bool begins;   /* a right code begins one */
	struct remember_token token;     /* as it was typed; of one that begins the series alone */
	struct remembered series;        /* as it was found, or as it begins */
	struct instant end;              /* of it; what the policies say counts */
	uint8_t nonce[REMEMBERED_NONCE]; /* of the next secret */
	struct event_draft trusted;      /* device.trusted, of one that begins */
	struct event_draft alarm;        /* alert.raised, sealed when prepare runs again: few calls need it */
	struct factor_news news;
	/* decided */
	bool opened;                         /* the token took the place of a code */
	char text[REMEMBER_TOKENS_TEXT + 1]; /* to send back next time; "" */
};

/* remembering_open_prepare - find the series of a token, in the first call of a login that has no code. What is no token,
 * or of somebody or something else, or over, opens nothing, and the login goes on as if none had come. It never opens an
 * action. Fails: BUSY · FORGED · NO_MEMORY. */
fallible remembering_open_prepare(const struct scene *scene, struct verifications_ask *ask);

/* remembering_is_tried - whether the act has a token to look at. */
bool remembering_is_tried(const struct verifications_ask *ask);

/* remembering_open_write - compare in the act. The secret of the moment opens and turns, unless it turned within the
 * grace; the one before it opens within the grace and gets the same token back; any other ends the series, raises the
 * alarm and tells the person. Fails: STALE. */
fallible remembering_open_write(struct act *act, struct verifications_ask *ask);

/* remembering_begin_prepare - what a right code begins, if it is wanted and the person's roles allow it; when prepare
 * runs again, since a wrong one begins nothing. Fails: as event_seal. */
fallible remembering_begin_prepare(const struct scene *scene, struct verifications_ask *ask);

/* remembering_begin_write - in the act that allows by a code. Fails: STALE. */
fallible remembering_begin_write(struct act *act, struct verifications_ask *ask);

/* remembering_check - whether a token opens now, for who only asks: nothing turns and nothing ends, so a copy of it is
 * found out when it is next used to log in. It has to have turned within REMEMBERING_FRESH_MS.
 *
 *   remembered  set on success
 * Fails: STRANGER whatever is wrong with it · BUSY. */
fallible remembering_check(const struct scene *scene, struct span text, struct remembered *remembered);

/* remembering_is_copied - whether a token turned long ago: somebody has a copy of it. Nothing ends by that; what is no token of the
 * tenant's, or of a series that is over, tells nothing. Fails: BUSY sealed · CORRUPT. */
fallible remembering_is_copied(
	const struct view *view, struct id tenant, struct span text, struct instant now, bool *is_copied);
