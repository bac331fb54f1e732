/* SPDX-License-Identifier: Apache-2.0 */
/* evidence - the lines of an evidence file: leaves of a log with the keys of the parts that may be read, and
 * gaps for what is not shown, which together give the root of a signed checkpoint.
 *
 * Source: docs/formats.md "evidence file". */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "crypto/gap.h"
#include "crypto/leaf.h"
#include "crypto/part.h"

#define EVIDENCE_FIRST_LINE "muniment-evidence@v1"

enum {
	EVIDENCE_MANIFEST_MAX = 32 * 1024,
	EVIDENCE_LINE_MAX = 160 * 1024, /* the longest leaf, or the longest checkpoint, as base64 */
	EVIDENCE_NOTE_MAX = 60 * 1024,
};

/* What a line is. The file's order: manifest, checkpoint, any of GAP to OWN in the order of the log, end. */
enum evidence_kind {
	EVIDENCE_MANIFEST,
	EVIDENCE_CHECKPOINT,
	EVIDENCE_GAP,  /* leaves that are not shown */
	EVIDENCE_LEAF, /* a leaf that is shown closed: no row of the export */
	EVIDENCE_ROW,  /* a row of the export */
	EVIDENCE_OWN,  /* the event that the export itself is; it holds the hash of the manifest */
	EVIDENCE_END,
	EVIDENCE_KIND_COUNT
};

/* What is said of one sealed part of a row. */
enum evidence_state { EVIDENCE_OPEN, EVIDENCE_WITHHELD, EVIDENCE_ERASED };

struct evidence_part {
	enum part_kind kind;
	enum evidence_state state;
	struct part_key key; /* when open */
};

/* ---- writing; failures stick in the buf ---- */

/* evidence_put_head - first line, manifest, checkpoint.
 *
 *   manifest  JSON in one line, at most EVIDENCE_MANIFEST_MAX
 *   note      the signed checkpoint, at most EVIDENCE_NOTE_MAX */
void evidence_put_head(struct buf *out, struct span manifest, struct span note);

/* evidence_put_gap - the leaves up to `end`. */
void evidence_put_gap(struct buf *out, uint64_t end, const struct merkle_hash *hashes, size_t count);

/* evidence_put_leaf - the next leaf, as LEAF (without parts), ROW or OWN. */
void evidence_put_leaf(struct buf *out, enum evidence_kind kind, struct span leaf,
	const struct evidence_part *parts, size_t count);

/* evidence_put_end - the last line. */
void evidence_put_end(struct buf *out, uint64_t rows);

/* ---- reading ---- */

struct evidence_line {
	enum evidence_kind kind;
	struct span text;  /* of MANIFEST: borrowed from the line */
	struct span bytes; /* of CHECKPOINT the note, of LEAF to OWN the leaf: borrowed from `decoded` */
	uint64_t number;   /* of GAP the index behind it, of END the rows */
	struct merkle_hash hashes[GAP_HASHES_MAX];
	size_t hash_count;
	struct evidence_part parts[LEAF_PARTS_MAX];
	size_t part_count;
};

/* evidence_parse - one line behind the first, without its LF.
 *
 *   decoded  what it held is replaced
 * Fails: INPUT it is none of a file of this version · NO_MEMORY. */
fallible evidence_parse(struct span text, struct buf *decoded, struct evidence_line *line);
