/* SPDX-License-Identifier: Apache-2.0 */
/* reasons - the closed list of why something was refused, and the verdict that rules return. */
#pragma once

#include "base/clock.h"
#include "base/err.h"
#include "base/span.h"

enum reason {
	REASON_NONE = 0,
#define REASON(code, name, word) REASON_##name = (code),
#include "policies/reasons.def"
#undef REASON
	REASON_COUNT
};

/* "No" is not an error: what a rule says. */
struct verdict {
	bool allowed;
	enum reason reason;   /* when not allowed */
	struct instant until; /* when it may be different; ms 0 = unknown */
};

#define VERDICT_ALLOWED ((struct verdict){.allowed = true})
#define VERDICT_REFUSED(REASON) ((struct verdict){.reason = REASON_##REASON})

/* reasons_word - "wrong_code"; NULL for NONE and unknown codes. */
const char *reasons_word(unsigned reason);

/* reasons_find - false when there is no such word. */
bool reasons_find(struct span word, enum reason *reason);

/* reasons_code - the public code of err.def with the same word; CODE_DENIED when there is none. */
enum err_code reasons_code(enum reason reason);
