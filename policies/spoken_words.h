/* SPDX-License-Identifier: Apache-2.0 */
/* spoken_words - words that are told on the phone and typed by a client: plain, and hard to mistake for one another. */
#pragma once

#include "base/buf.h"
#include "base/err.h"

enum { SPOKEN_WORDS_COUNT = 2048, SPOKEN_WORDS_MIN = 3, SPOKEN_WORDS_MAX = 8, SPOKEN_WORDS_PREFIX = 4 };

/* spoken_words_get - one of them; at is below SPOKEN_WORDS_COUNT. Static. */
const char *spoken_words_get(unsigned at);

/* spoken_words_find - the one that is meant: its first SPOKEN_WORDS_PREFIX letters say which, in capitals or not. Its number, or
 * SPOKEN_WORDS_COUNT when it is none of them. */
unsigned spoken_words_find(struct span typed);
