/* SPDX-License-Identifier: Apache-2.0 */
/* try_events - what a call of a verification may come to on the log: sealed in prepare, decided by the act. */
#pragma once

#include "server/core/login/verifications.h"

/* try_events_seal - ask->drafts, and ask->locked when it may lock. Fails: as event_seal. */
fallible try_events_seal(const struct server *server, struct arena *arena, struct verifications_ask *ask);
