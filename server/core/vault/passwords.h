/* SPDX-License-Identifier: Apache-2.0 */
/* passwords - drawing secrets that nobody has seen. */
#pragma once

#include "base/arena.h"
#include "base/err.h"

enum { PASSWORDS_MIN = 12, PASSWORDS_MAX = 128, PASSWORDS_USUAL = 20 };

/* What a password is made of: letters and digits that do not look like each other, and signs that survive shells, URLs
 * and forms. */
enum passwords_class {
	PASSWORDS_LOWER,
	PASSWORDS_UPPER,
	PASSWORDS_DIGITS,
	PASSWORDS_SIGNS,
	PASSWORDS_CLASS_COUNT
};

enum { PASSWORDS_ALL = (1u << PASSWORDS_CLASS_COUNT) - 1 };

/* passwords_class_name - "lower", "upper", "digits", "signs". Static. */
const char *passwords_class_name(enum passwords_class class);

struct passwords_ask {
	size_t length;    /* PASSWORDS_MIN to PASSWORDS_MAX */
	unsigned classes; /* bits 1 << class, at least one; each of them stands in it at least once */
};

/* passwords_draw - each password that has something of each class is as likely as any other. Fails: NO_MEMORY. */
fallible passwords_draw(const struct passwords_ask *ask, struct arena *arena, struct span *text);
