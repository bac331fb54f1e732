/* SPDX-License-Identifier: Apache-2.0 */
/* risks - the rows of risks.def. */
#include "policies/risks.h"

static const struct {
	const char *word;
	unsigned points;
	enum message text;
} ROWS[] = {
#define RISK(id, word, points, text) [RISK_##id] = {word, points, MESSAGE_##text},
#include "policies/risks.def"
#undef RISK
};

unsigned risks_score(unsigned reasons)
{
	unsigned score = 0;
	for (unsigned at = 0; at < RISK_COUNT; at++)
		if (reasons & 1u << at)
			score += ROWS[at].points;
	return score < RISKS_SCORE_MOST ? score : RISKS_SCORE_MOST;
}

const char *risks_word(enum risk_reason reason)
{
	return ROWS[reason].word;
}

enum message risks_text(enum risk_reason reason)
{
	return ROWS[reason].text;
}
