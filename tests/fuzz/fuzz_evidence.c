/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_evidence - lines of evidence files from strangers; what is read as a leaf or a gap prints back. */
#include "crypto/evidence.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void print_again(const struct evidence_line *line, struct buf *out)
{
	switch (line->kind) {
	case EVIDENCE_GAP:
		evidence_put_gap(out, line->number, line->hashes, line->hash_count);
		return;
	case EVIDENCE_LEAF:
	case EVIDENCE_ROW:
	case EVIDENCE_OWN:
		evidence_put_leaf(out, line->kind, line->bytes, line->parts, line->part_count);
		return;
	case EVIDENCE_END:
		evidence_put_end(out, line->number);
		return;
	case EVIDENCE_MANIFEST:
	case EVIDENCE_CHECKPOINT:
	case EVIDENCE_KIND_COUNT:
		break;
	}
}

/* What a verifier does with a gap, whatever the tree is. */
static void grow(const struct evidence_line *line, struct merkle_frontier *frontier)
{
	if (line->kind != EVIDENCE_GAP || line->number <= frontier->size)
		return;
	if (line->hash_count == gap_count(frontier->size, line->number))
		IGNORE(gap_grow(frontier, line->number, line->hashes));
}

static void read_line(struct span text, struct buf *decoded, struct merkle_frontier *frontier)
{
	struct evidence_line line;
	scoped(buf) printed = BUF(EVIDENCE_LINE_MAX);
	if (err_failed(evidence_parse(text, decoded, &line)))
		return;
	print_again(&line, &printed);
	grow(&line, frontier);
	if (printed.len > 0) {
		assert(printed.len == text.len + 1);
		assert(memcmp(printed.data, text.at, text.len) == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct merkle_frontier frontier = {0};
	struct span rest = span_of(data, size), line;
	scoped(buf) decoded = {0};
	while (span_cut(&rest, '\n', &line))
		if (line.len <= EVIDENCE_LINE_MAX)
			read_line(line, &decoded, &frontier);
	return 0;
}
