/* SPDX-License-Identifier: Apache-2.0 */
/* alerts - events of severity alert, and what somebody has said of them: open until it was seen. */
#pragma once

#include "server/core/log/log_read.h"
#include "server/core/scene.h"
#include "store/nouns/alert.h"

enum {
	ALERTS_LOOK_MAX = 2000,  /* alerts that one walk looks at */
	ALERTS_COUNT_MAX = 1000, /* open ones that are counted */
};

/* ---- reading ---- */

struct alerts_ask {
	bool settled; /* those that somebody has said something of; else the open ones */
	size_t limit; /* 1 to QUERY_LIMIT_MAX */
	bool resumes;
	uint64_t after; /* index */
};

struct alerts_item {
	struct log_event event;
	struct alert alert; /* of a settled one; its event is none for an open one */
	struct log_name by; /* who said it */
};

struct alerts_page {
	struct alerts_item *items; /* newest first; in the arena */
	size_t count;
	bool more;
	uint64_t last; /* `after` of the next page, when more */
};

/* alerts_read - a page of what the reader may see. A page may be less than full, and yet not the last. Fails: as
 * log_read_row, query_run · NO_MEMORY. */
fallible alerts_read(const struct server *server, const struct log_reader *reader,
	const struct alerts_ask *ask, struct arena *arena, struct alerts_page *page);

/* alerts_count - how many are open.
 *
 *   all  false: there are more than were counted
 * Fails likewise. */
fallible alerts_count(
	const struct server *server, const struct log_reader *reader, uint64_t *count, bool *all);

/* ---- saying what one was ---- */

struct alerts_settle {
	/* asked */
	struct span event;          /* evt_… */
	enum alert_verdict verdict; /* ALERT_SEEN: none yet */
	struct span note;
	/* prepared */
	struct alert before; /* row 0: it was open */
	struct alert after;
	struct span sealed;
	struct event_draft draft;
};

/* alerts_settle_prepare, _write - alert.acknowledged, or with a verdict alert.closed. Nobody says what an alert about
 * their own doing was. Fails: NOT_FOUND the reader may not see the event · CONFLICT it is no alert, was seen already, or
 * has a verdict · DENIED one's own. */
fallible alerts_settle_prepare(
	const struct scene *scene, const struct log_reader *reader, struct alerts_settle *settle);
fallible alerts_settle_write(struct act *act, struct alerts_settle *settle);

/* alerts_verdict_name - "true", "false", "benign"; NULL for who has only seen it. Static. */
const char *alerts_verdict_name(enum alert_verdict verdict);
