/* SPDX-License-Identifier: Apache-2.0 */
/* sweeps - verifications, pending factors and enrolment codes that have ended are dropped. */
#pragma once

#include "server/core/due.h"

/* sweeps_run - housekeeping, as due_sweep_turn runs it. */
fallible sweeps_run(struct act *act, size_t max, struct due_round *round);
