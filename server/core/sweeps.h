/* SPDX-License-Identifier: Apache-2.0 */
/* sweeps - verifications, pending factors and enrolment codes that have ended are dropped. */
#pragma once

#include "store/act.h"

/* sweeps_run - housekeeping: at most max. */
fallible sweeps_run(struct act *act, size_t max, size_t *dropped);
