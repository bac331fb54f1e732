/* SPDX-License-Identifier: Apache-2.0 */
/* modes - the ways in which a credential can be used. */
#pragma once

#include "base/json_out.h"

/* Stored as bits, also in the sealed context of every secret: never renumber. A mode to come (relay: the server makes the
 * request itself) gets the next number; how much a mode shows is what its exposure says, not its number. */
enum mode {
	MODE_CODE = 0, /* a one-time code, computed here: the seed stays */
	/* the secret goes into a page that an agent fills in: whoever runs it could know it */
	MODE_INJECT = 1,
	MODE_REVEAL = 2, /* the secret itself: whoever sees it knows it */
	MODE_COUNT
};

/* MODE_BIT(REVEAL) - the bit of one mode. */
#define MODE_BIT(name) ((uint16_t)(1u << MODE_##name))

/* MODES_ALL - the bits of every mode. */
#define MODES_ALL ((uint16_t)((1u << MODE_COUNT) - 1))

/* modes_bit - the bit of a mode that is only known at run time. */
static inline uint16_t modes_bit(enum mode mode)
{
	return (uint16_t)(1u << mode);
}

/* modes_name - "code". Static. modes_find - the mode of a word; false when there is none. */
const char *modes_name(enum mode mode);
bool modes_find(struct span word, enum mode *mode);

/* modes_print - the words of a set of bits with a space between them; ended by a NUL. */
enum { MODES_WORDS = 24 };
void modes_print(uint16_t modes, char text[static MODES_WORDS]);

/* modes_put - the words of a set of bits, as an array member. */
void modes_put(struct json_out *out, const char *name, uint16_t modes);
