/* SPDX-License-Identifier: Apache-2.0 */
/* risks - what makes a login suspicious, and how much each of it weighs. Pure. */
#pragma once

#include "policies/messages.h"

enum risk_reason {
#define RISK(id, word, points, text) RISK_##id,
#include "policies/risks.def"
#undef RISK
	RISK_COUNT
};

enum { RISKS_SCORE_MOST = 100 };

/* risks_score - of a set of reasons, bits by enum risk_reason: 0 to RISKS_SCORE_MOST. */
unsigned risks_score(unsigned reasons);

/* risks_word - "new_device". risks_text - the message that says it to people. */
const char *risks_word(enum risk_reason reason);
enum message risks_text(enum risk_reason reason);
