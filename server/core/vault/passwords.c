/* SPDX-License-Identifier: Apache-2.0 */
/* passwords - whole ones are drawn until one has everything. */
#include "server/core/vault/passwords.h"

#include "crypto/random.h"

static const struct {
	const char *name, *letters;
} CLASSES[PASSWORDS_CLASS_COUNT] = {
	[PASSWORDS_LOWER] = {"lower", "abcdefghijkmnopqrstuvwxyz"},
	[PASSWORDS_UPPER] = {"upper", "ABCDEFGHJKLMNPQRSTUVWXYZ"},
	[PASSWORDS_DIGITS] = {"digits", "23456789"},
	[PASSWORDS_SIGNS] = {"signs", "-_.+!"},
};

const char *passwords_class_name(enum passwords_class class)
{
	return CLASSES[class].name;
}

static uint32_t count_letters(unsigned classes)
{
	size_t count = 0;
	for (unsigned class = 0; class < PASSWORDS_CLASS_COUNT; class ++)
		count += classes & 1u << class ? strlen(CLASSES[class].letters) : 0;
	return (uint32_t)count;
}

/* The letter of a number below count_letters, and the bit of its class. */
static uint8_t letter_of(unsigned classes, size_t at, unsigned *bit)
{
	unsigned class = 0;
	for (;; class ++) {
		size_t letters = classes & 1u << class ? strlen(CLASSES[class].letters) : 0;
		if (at < letters)
			break;
		at -= letters;
	}
	*bit = 1u << class;
	return (uint8_t)CLASSES[class].letters[at];
}

fallible passwords_draw(const struct passwords_ask *ask, struct arena *arena, struct span *text)
{
	uint32_t letters = count_letters(ask->classes);
	uint8_t *drawn = arena_alloc(arena, ask->length);
	unsigned seen = 0;
	if (!drawn)
		return FAIL(NO_MEMORY, "a call has no memory for a password");
	/* To mend one that lacks a class would make some passwords likelier than others. */
	while (seen != ask->classes) {
		seen = 0;
		for (size_t i = 0; i < ask->length; i++) {
			unsigned bit;
			drawn[i] = letter_of(ask->classes, random_below(letters), &bit);
			seen |= bit;
		}
	}
	*text = span_of(drawn, ask->length);
	return OK;
}
