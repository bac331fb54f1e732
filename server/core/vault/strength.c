/* SPDX-License-Identifier: Apache-2.0 */
/* strength - zxcvbn's bits of entropy on zxcvbn's scale. */
#include "server/core/vault/strength.h"

#include "crypto/secret.h"

#include <zxcvbn.h>

#include <math.h>

/* zxcvbn keeps the password backwards in memory that it frees without wiping it. The next call of the same length gets
 * the same memory from the allocator, as a rule, and writes over it. */
static void write_over(size_t len)
{
	static const char PATTERN[] = "8Kq.vN+x3Lr_zT7w!mP9Yc-Gb";
	char text[STRENGTH_LOOKS_AT + 1];
	for (size_t i = 0; i < len; i++)
		text[i] = PATTERN[i % (sizeof PATTERN - 1)];
	text[len] = 0;
	(void)ZxcvbnMatch(text, NULL, NULL);
}

unsigned strength_of(struct span password, const char *words[])
{
	static const double GUESSES[STRENGTH_MAX] = {1e3, 1e6, 1e8, 1e10};
	char text[STRENGTH_LOOKS_AT + 1];
	struct span looked_at = span_first(password, STRENGTH_LOOKS_AT);
	unsigned score = 0;
	if (looked_at.len)
		memcpy(text, looked_at.at, looked_at.len);
	text[looked_at.len] = 0;
	double bits = ZxcvbnMatch(text, words, NULL);
	secret_wipe(text, sizeof text);
	write_over(looked_at.len);
	while (score < STRENGTH_MAX && bits >= log2(GUESSES[score]))
		score++;
	return score;
}
