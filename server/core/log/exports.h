/* SPDX-License-Identifier: Apache-2.0 */
/* exports - what leaves the log: begun by an event before the first byte, ended by another with its rows, bytes
 * and SHA-256, also when the reader went away or the server died.
 *
 * prepare: exports_prepare · act: exports_write · while it is sent: exports_next_page · at the end:
 * exports_end_prepare, and in an act exports_end_write. What ended otherwise, exports_sweep ends. */
#pragma once

#include "server/core/caller.h"
#include "server/core/log/export_notices.h"
#include "server/core/log/holdings.h"
#include "server/core/log/log_read.h"
#include "store/nouns/export.h"

#include <stdatomic.h>

enum {
	EXPORTS_RUNNING_MAX = 16,          /* at once in one server */
	EXPORTS_TENANT_MAX = 4,            /* of them of one tenant */
	EXPORTS_LIFE_MS = 6 * 3600 * 1000, /* then it is cut, however slowly it is read */
	EXPORTS_PAGE = QUERY_LIMIT_MAX,
	EXPORTS_PAGE_ARENA = 24 * 1024 * 1024,
};

/* One that runs in this process. */
struct exports_slot {
	atomic_int state; /* enum in exports.c */
	struct id tenant;
	struct id export;
	_Atomic uint64_t rows, bytes;
	struct holdings held; /* the stream's own until it is over */
};

/* Those that run; lives beside the server. Zeroed: none does. */
struct exports_desk {
	struct exports_slot slots[EXPORTS_RUNNING_MAX];
	atomic_bool looked_back; /* what is recorded as running and runs nowhere was ended */
};

/* What is asked for, and the export on its way. */
struct exports_ask {
	struct export record;
	struct log_reader reader;
	struct log_filters filters;
	bool complete; /* EVIDENCE: every leaf of the range is shown, whatever the filters select */
	uint64_t from; /* index of the first leaf of the range */
	bool has_to;   /* else it ends before the export's own event */
	uint64_t to;   /* index of the last */
	struct event_draft draft;
	struct receipt receipt; /* of the event that says that it began */
	struct exports_slot *slot;
};

/* exports_prepare - seal the event and the record.
 *
 *   event  of the caller, ACTION_EXPORT_REQUESTED, with purpose and detail; its object is set here
 * A person who acts through an application has to have confirmed this very export: a verification with purpose action,
 * type "request", fields method and path (the guard has compared them), at most five minutes old, once. A personal
 * token is the person, and confirms nothing.
 * Fails: SLOW_DOWN too many run already · STEPUP_REQUIRED · DENIED a complete evidence file is for who may read everything ·
 * PRUNED entries that it would have to show were · as event_seal, export_seal. */
fallible exports_prepare(const struct server *server, const struct caller *caller, struct event *event,
	struct instant now, struct arena *arena, struct exports_ask *ask);

/* exports_write - in the act. */
fallible exports_write(struct act *act, struct exports_ask *ask);

/* exports_begin - after the act: take a place among those that run. Fails: SLOW_DOWN others took the last one
 * since prepare; then the next sweep records it as cut. */
fallible exports_begin(const struct server *server, struct exports_ask *ask);

/* exports_leave - the export is over in this process: `ended` when exports_end_write was committed for it, else
 * the next sweep records that it was cut. Takes an ask without a place. */
enum exports_left { EXPORTS_ENDED, EXPORTS_BROKEN };
void exports_leave(struct exports_ask *ask, enum exports_left left);

/* ---- rows ---- */

/* A walk over the range in the order of the filters, a page at a time, nothing held between two pages. */
struct exports_walk {
	const struct server *server;
	const struct caller *caller;
	struct exports_ask *ask;
	uint64_t end; /* index behind the range */
	bool resumes, over;
	uint64_t after;
};

/* exports_walk_init - after the act. */
void exports_walk_init(const struct server *server, const struct caller *caller, struct exports_ask *ask,
	struct exports_walk *walk);

/* exports_next_page - rows are counted and held on the slot. A page may be empty before the walk is over.
 * Fails: DENIED the caller may no longer read · EXPIRED it has run too long · as log_read_page. */
fallible exports_next_page(struct exports_walk *walk, struct arena *arena, struct log_page *page);

/* ---- the end ---- */

struct exports_end {
	struct export record; /* state, rows, bytes, sha256, held as they are to be written */
	struct event_draft draft;
	struct letters told;
};

/* exports_end_prepare - seal log.exported, and the mails to the owners. record: what the act will write, but for the event's id. */
fallible exports_end_prepare(
	const struct server *server, struct instant now, struct arena *arena, struct exports_end *end);

/* exports_end_write - in the act; nothing when the record is no longer running. */
fallible exports_end_write(struct act *act, struct exports_end *end);

/* exports_sweep - record as cut what broke off, and at the first call what an earlier process left running.
 * For a background thread; each is an act of its own. *swept counts them. */
fallible exports_sweep(const struct server *server, struct instant now, size_t *swept);

/* ---- looking ---- */

/* exports_get - the record as of now: rows and bytes of a running one are those so far, and one that broke off
 * is cut, recorded or not. A person without log.read_admin sees only their own; of an application likewise.
 * Fails: NOT_FOUND. */
fallible exports_get(const struct server *server, const struct view *view, const struct caller *caller,
	struct id id, struct arena *arena, struct export *export);
