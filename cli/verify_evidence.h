/* SPDX-License-Identifier: Apache-2.0 */
/* verify_evidence - an evidence file against one verifier key, offline: the signature, every leaf, every key, the
 * manifest, and whether anything is left out of the range it speaks of. */
#pragma once

#include "base/err.h"
#include "cli/evidence_manifest.h"
#include "crypto/evidence.h"
#include "crypto/note.h"

enum { VERIFY_EVIDENCE_WHERE = 160, VERIFY_EVIDENCE_ARENA = 256 * 1024 };

/* A row that is proven, its parts opened. Everything is borrowed for the call. */
struct verify_evidence_row {
	uint64_t index;
	const struct leaf *leaf;
	const struct span *texts; /* LEAF_TEXT_COUNT */
	const struct evidence_part *parts;
	size_t part_count;
};

struct verify_evidence_ask {
	const char *path;
	const struct note_verifier *verifier;
	/* Told now and then; NULL = nobody wants to know. */
	void (*progress)(void *context, uint64_t done, uint64_t total);
	/* Told of each row, but only after the whole file was found to hold; NULL = rows are not wanted. */
	void (*row)(void *context, const struct verify_evidence_row *row);
	void *context;
};

struct verify_evidence_report {
	struct evidence_manifest manifest;
	struct instant made; /* when the server wrote the export's own event */
	uint64_t size;       /* of the checkpoint */
	struct merkle_hash root;
	uint64_t rows;
	uint64_t closed;                   /* leaves shown that are no rows */
	uint64_t withheld;                 /* parts of rows whose key the exporter was not given */
	uint64_t erased;                   /* parts of rows whose key is gone */
	uint64_t from, end;                /* the range: indexes from up to end */
	bool gapless;                      /* every leaf of the range is shown */
	bool selected;                     /* and exactly those that the filters select are rows */
	char where[VERIFY_EVIDENCE_WHERE]; /* set on failure: "line 12 (entry 1234)", "checkpoint" */
};

/* verify_evidence_check - Fails: FORGED what report->where names does not hold · NOT_FOUND · IO · NO_MEMORY.
 *
 *   arena  holds the manifest's texts
 * Cost: each line read once, twice when rows are wanted; memory does not depend on the file. */
fallible verify_evidence_check(
	const struct verify_evidence_ask *ask, struct arena *arena, struct verify_evidence_report *report);
