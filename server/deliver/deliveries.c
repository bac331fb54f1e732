/* SPDX-License-Identifier: Apache-2.0 */
/* deliveries - the verification, its code by the instant at which both were made, put back. */
#include "server/deliver/deliveries.h"

enum { REPLY_MAX = 599 };

fallible deliveries_note(
	struct act *act, const struct notice *notice, enum verification_mail delivery, int reply)
{
	struct verification verification;
	struct view view = view_act(act);
	if (!notices_is_code(notice->kind))
		return OK;
	/* The code of a factor or an enrolment is about something else, and a verification may be swept by now. */
	struct err err = verification_get(&view, notice->tenant, notice->about, &verification);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	unsigned said = reply > 0 && reply <= REPLY_MAX ? (unsigned)reply : 0;
	if (!verification_note_delivery(&verification, ids_time(notice->id), delivery, said))
		return OK;
	return verification_put(act, &verification);
}
