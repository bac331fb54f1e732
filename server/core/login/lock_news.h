/* SPDX-License-Identifier: Apache-2.0 */
/* lock_news - whose codes were guessed at is told once per lock, at the first wait and not at those that follow it. */
#pragma once

#include "server/core/scene.h"
#include "store/nouns/budget.h"

struct verifications_ask; /* server/core/login/verifications.h */

/* lock_news_prepare - seal the mail of a try that may lock; of nobody as well, for the same work.
 * Fails: as tell_prepare. */
fallible lock_news_prepare(const struct scene *scene, struct verifications_ask *ask);

/* lock_news_write - queue it, in the act that has charged the lane, if that was what closed it. */
fallible lock_news_write(struct act *act, const struct verifications_ask *ask, const struct budget *lane);
