/* SPDX-License-Identifier: Apache-2.0 */
/* strength - how long a password withstands guessing, by zxcvbn: a number, and nothing of the password. */
#pragma once

#include "base/span.h"

enum { STRENGTH_MAX = 4, STRENGTH_LOOKS_AT = 100 /* bytes; what follows can only make it stronger */ };

/* strength_of - 0: guessed at once, 1: by somebody who tries for a while, 2: by a machine over the network, 3: by a machine
 * that has a slow hash of it, 4: by none of these. The bounds are zxcvbn's own: 10^3, 10^6, 10^8, 10^10 guesses.
 *
 *   words  what stands beside it (title, user name) and would be guessed first; NULL-ended
 * Cost: below 10 ms, most often 0.1 ms. */
unsigned strength_of(struct span password, const char *words[]);
