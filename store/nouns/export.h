/* SPDX-License-Identifier: Apache-2.0 */
/* export - the record of what left the log: what was asked for, what went out, and whose data it held.
 *
 * Source: docs/formats.md "export"; FOUNDATIONS 6: an erasure names the exports that held the person. */
#pragma once

#include "store/nouns/noun.h"

enum {
	EXPORT_PURPOSE_MAX = 200,
	EXPORT_FILTERS_MAX = 16 * 1024, /* JSON */
	EXPORT_HELD_MAX = 16384,        /* ids; of more than these it counts as holding everybody */
	EXPORT_HELD = 8,                /* bytes of each: the random end of the id */
};

/* Stored numbers: never renumber. */
enum export_format {
	EXPORT_CSV = 1,
	EXPORT_JSONL = 2,
	EXPORT_OCSF = 3,
	EXPORT_CEF = 4,
	EXPORT_EVIDENCE = 5,
};
enum export_state { EXPORT_RUNNING = 0, EXPORT_COMPLETE = 1, EXPORT_CUT = 2 };

struct export
{
	struct id tenant;
	struct id id;
	enum export_format format;
	enum export_state state;
	enum leaf_actor actor; /* LEAF_PERSON or LEAF_BY_APPLICATION */
	struct id by;          /* the person, or the application as itself */
	struct id application; /* none for a personal token */
	struct instant started, ended;
	struct id requested; /* the event that says that it began */
	struct id event;     /* the one that says how it ended; none while it runs */
	uint64_t rows, bytes;
	uint8_t filter_hash[KEYS_TERM];
	uint8_t sha256[HASH_SHA256]; /* of the bytes, when it is complete */
	bool held_all;               /* who is in it is not known: it counts as holding everybody */
	struct span held;            /* sorted, EXPORT_HELD bytes each: people and clients */
	struct span sealed;          /* purpose and filters, as export_seal made it */
	struct span purpose;         /* opened by export_get; empty when that key is gone */
	struct span filters;         /* JSON */
	uint64_t version;
};

/* export_seal - in prepare: seal purpose and filters under the person who exports, else under the tenant.
 * Fails: as keys->seal_row · NO_MEMORY. */
fallible export_seal(const struct keys *keys, struct export *export, struct arena *arena);

/* export_get - Fails: NOT_FOUND · FORGED · CORRUPT · NO_MEMORY. */
fallible export_get(
	const struct view *view, struct id tenant, struct id id, struct arena *arena, struct export *export);

/* export_put - in the act; sealed is what export_seal or export_get left there. */
fallible export_put(struct act *act, const struct export *export);

/* export_next - the exports of a tenant in the order in which they began, as export_get; false at the end or
 * after a failure. *after begins as none. */
bool export_next(const struct view *view, struct id tenant, struct id *after, struct arena *arena,
	struct export *export, struct err *err);

/* export_held - whether it held events of this person or client, or is not known not to have. */
bool export_held(const struct export *export, struct id id);

/* export_format_name - "csv" and so on. export_format_find - false when there is none. */
const char *export_format_name(enum export_format format);
bool export_format_find(struct span name, enum export_format *format);

/* export_state_name - "running", "complete", "cut". */
const char *export_state_name(enum export_state state);
