/* SPDX-License-Identifier: Apache-2.0 */
/* lanes - where wrong codes are counted: a device that got in before has a lane of its own, so that strangers cannot lock its
 * person out; all others share one. */
#pragma once

#include "store/nouns/budget.h"
#include "store/nouns/verification.h"

/* lanes_read - of the device that the verification was opened from, if it got in before; else that of all others. */
fallible lanes_read(const struct view *view, const struct verification *verification, struct budget *budget);

/* lanes_spender - whose tries and mails are counted; those who do not exist share buckets. */
struct id lanes_spender(const struct verification *verification);

/* lanes_forgive - after recovery: the lane of a device, and that of all others, begin anew. */
fallible lanes_forgive(struct act *act, struct id tenant, struct id person, struct id device);

/* lanes_clear - in the act of a right code: its lane begins anew, and the device gets one of its own. */
fallible lanes_clear(struct act *act, const struct verification *verification, struct budget *lane);
