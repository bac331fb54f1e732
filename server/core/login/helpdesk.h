/* SPDX-License-Identifier: Apache-2.0 */
/* helpdesk - a code that a second, proven person hands over to somebody who can't use their factors for the moment: good for one login
 * within an hour. It looks like a recovery code and is redeemed as one (server/core/login/recoveries.h); it proves nobody. */
#pragma once

#include "server/core/login/factors.h"
#include "server/core/login/recovery_codes.h"
#include "store/nouns/rescue.h"

/* ---- POST /v1/people/{person}/helpdesk-code ---- */

struct helpdesk_make {
	/* asked */
	struct span person; /* id or ref */
	/* prepared */
	struct person who;
	struct factors_held held;
	unsigned a_year; /* as many as the policies let be made */
	struct rescue rescue;
	char code[RECOVERY_CODES_TEXT + 1]; /* shown once */
	struct factor_news news;
	struct event_draft event;
};

/* helpdesk_make_prepare - by a proven person with factors.manage (the route's), not for themselves. All addresses of the person are
 * told. A new code ends the one before it. Fails: PERSON_UNPROVEN · NOT_FOUND · DENIED · CONFLICT there is no factor that it could stand in
 * for, or there were as many codes this year as there may be. helpdesk_make_write - Fails: STALE. */
fallible helpdesk_make_prepare(const struct scene *scene, struct helpdesk_make *make);
fallible helpdesk_make_write(struct act *act, struct helpdesk_make *make);

/* helpdesk_ends - until when the code of a rescue is good. */
struct instant helpdesk_ends(const struct rescue *rescue);
