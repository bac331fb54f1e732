/* SPDX-License-Identifier: Apache-2.0 */
/* vault_rules - what a tenant asks of every grant: whether it needs a mandate and a signed agreement, what no credential
 * is used for, and when a grant ends by itself. Pure: nothing is read or written here. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

enum {
	VAULT_RULES_DAYS = 90,     /* without an end a grant ends then, unless a rule says earlier */
	VAULT_RULES_PURPOSES = 16, /* denied ones */
	VAULT_RULES_PURPOSE = 64,  /* bytes of one */
};

struct vault_rules {
	bool mandate_required;
	bool nda_required;
	uint32_t nda_version; /* the least that counts; 0 = any */
	uint16_t grant_days;  /* 1 to VAULT_RULES_DAYS */
	struct span purposes_denied[VAULT_RULES_PURPOSES];
	size_t purpose_count;
};

/* vault_rules_default - of who never set any: nothing is required or denied. */
struct vault_rules vault_rules_default(void);

/* vault_rules_is_purpose - one line that begins with a letter or digit: only such a one can be found in a text. */
bool vault_rules_is_purpose(struct span text);

/* vault_rules_denies - whether words of a text begin as a denied purpose does, whatever the case, the blanks between them and the
 * form of their letters (text_fold_phrase): "book-keep" and "bookkeep" differ, "bookkeep" denies "Bookkeeping for May" as well, and
 * "keep" does not. Letters of another script that look the same are others.
 *
 *   denied  one purpose; empty denies nothing
 * Fails: as text_fold_phrase. */
fallible vault_rules_denies(struct span denied, struct span text, struct arena *arena, bool *denies);

/* vault_rules_denies_any - the same for all that a tenant denies, and for the lines of a grant. */
fallible vault_rules_denies_any(const struct vault_rules *rules, struct span lines, struct span text,
	struct arena *arena, bool *denies);
