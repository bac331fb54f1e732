/* SPDX-License-Identifier: Apache-2.0 */
/* evidence_out - the body of an evidence file: the rows of a walk with the keys that their reader may have, and
 * between them gaps, or every leaf when the file is to be complete.
 *
 * Source: crypto/evidence.h; docs/formats.md "evidence file". */
#pragma once

#include "crypto/evidence.h"
#include "crypto/tile.h"
#include "server/core/log/exports.h"

enum { EVIDENCE_OUT_SOFT = 256 * 1024 /* bytes after which a turn ends; one line may follow */ };

struct evidence_out {
	struct exports_walk *walk;
	uint64_t size; /* leaves that the checkpoint covers: more than the export's own event */
	uint64_t next; /* index of the leaf that the next line begins with */
	struct log_page page;
	size_t at; /* of the page's rows: the next one */
	uint64_t rows;
	uint64_t bundle; /* whose sequences are at hand, from 1; 0 = none */
	uint64_t sequences[TILE_WIDTH];
	bool over;
};

/* evidence_out_init - walk is oldest first. */
void evidence_out_init(struct exports_walk *walk, uint64_t size, struct evidence_out *out);

/* evidence_out_next - append some lines; once everything was written `over` is set.
 *
 *   arena  of a page: cleared when the next one is read
 * Fails: EXPIRED a leaf that a complete file needs was pruned · as exports_next_page · CORRUPT · IO. */
fallible evidence_out_next(struct evidence_out *out, struct arena *arena, struct buf *lines);
