/* SPDX-License-Identifier: Apache-2.0 */
/* attempts - one code, typed once: charged, compared, decided and written in the act (login.md 3A to 3E). */
#pragma once

#include "server/core/login/verifications.h"
#include "store/nouns/budget.h"

/* attempts_closed - why a verification takes no code; NONE while it does. */
enum reason attempts_closed(const struct verifications_ask *ask, struct instant now);

/* attempts_refusal - ENROLL when such a reason is mended by a factor that the person does not have yet, else DENY. */
enum verifications_decision attempts_refusal(const struct verifications_ask *ask, enum reason reason);

/* attempts_write - charge the try, compare every right code in constant time, decide, consume the step, add
 * the event. What was prepared is still so (verifications_write has checked). Fails: as act_put and act_add.
 */
fallible attempts_write(struct act *act, struct verifications_ask *ask);

/* attempts_add_lock - that a verification or a lane was locked, and the try that did it. Fails: STALE it is not sealed
 * yet. */
fallible attempts_add_lock(struct act *act, struct verifications_ask *ask);

/* attempts_refuse - a refusal on the log, counted together with others of its kind. From a lost device, and
 * where the policies let nobody in, it is login.blocked, or stepup.failed of an action, with the reason for that,
 * whatever was asked for. */
fallible attempts_refuse(
	struct act *act, struct verifications_ask *ask, enum action action, enum reason reason);
