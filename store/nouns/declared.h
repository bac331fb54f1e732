/* SPDX-License-Identifier: Apache-2.0 */
/* declared - the actions that a tenant declared itself: app.<name>. A name keeps its number for ever, also when it
 * is retired: old events stay readable. */
#pragma once

#include "base/arena.h"
#include "policies/actions.h"
#include "policies/languages.h"
#include "store/nouns/noun.h"

enum {
	DECLARED_NAME_MAX = 64, /* with "app." */
	DECLARED_REQUIRED_MAX = 600,
	DECLARED_LABEL_MAX = 100,
	DECLARED_MAX = 256, /* of a tenant at once; ACTION_DECLARED_NAMES with the retired ones */
};

struct declared {
	struct id tenant;
	struct span name;
	struct action_declared as; /* number, class, also */
	uint64_t cells;            /* bit class * ACTION_ALSO_COUNT + also: under which codes events lie */
	enum action_severity severity;
	bool critical;
	bool retired;
	struct span required;               /* in the grammar of actions.def */
	struct span labels[LANGUAGE_COUNT]; /* sealed; empty: the name stands for itself */
	uint64_t version;
};

/* declared_get - by its name; declared_get_clear - all but the labels, which stay empty; declared_by_number - by what
 * a code says, without labels. Texts lie in the arena. Fail: NOT_FOUND · CORRUPT · NO_MEMORY. */
fallible declared_get(const struct view *view, struct id tenant, struct span name, struct arena *arena,
	struct declared *declared);
fallible declared_get_clear(const struct view *view, struct id tenant, struct span name, struct arena *arena,
	struct declared *declared);
fallible declared_by_number(const struct view *view, struct id tenant, unsigned number, struct arena *arena,
	struct declared *declared);

/* declared_put - inside an act; the labels are sealed here. */
fallible declared_put(struct act *act, const struct declared *declared);

/* declared_numbered_at - the key in action_number that leads from its number to its name. */
struct noun_key declared_numbered_at(const struct declared *declared);

/* declared_next - walk a tenant's in the order of names; `after` empty = from the first. False at the end: check
 * *err. */
bool declared_next(const struct view *view, struct id tenant, struct span *after, struct arena *arena,
	struct declared *declared, struct err *err);

/* How many names a tenant has. */
struct declared_count {
	size_t all;      /* and the number that the next name gets */
	size_t standing; /* not retired */
};

/* declared_count - one walk over the rows. */
fallible declared_count(const struct view *view, struct id tenant, struct declared_count *count);

/* declared_row - as a row of actions.def would say it; borrows the name and what is required. */
fallible declared_row(const struct declared *declared, struct arena *arena, const struct action_row **row);

/* declared_codes - the codes under which events of this name may lie, now and from before; returns how many, at
 * most max. */
size_t declared_codes(const struct declared *declared, uint16_t *codes, size_t max);

/* declared_is_name - "app." and then a-z, 0-9, _ and -, in words with a dot between them, the first of which begins
 * with a letter. */
bool declared_is_name(struct span name);
