/* SPDX-License-Identifier: Apache-2.0 */
/* evidence - a word, a space, and what the word says. */
#include "crypto/evidence.h"

#include "base/text.h"

enum { KEY_TEXT = 64, BYTES_MAX = LEAF_MAX };

static const char *const WORDS[EVIDENCE_KIND_COUNT] = {
	[EVIDENCE_MANIFEST] = "manifest",
	[EVIDENCE_CHECKPOINT] = "checkpoint",
	[EVIDENCE_GAP] = "gap",
	[EVIDENCE_LEAF] = "leaf",
	[EVIDENCE_ROW] = "row",
	[EVIDENCE_OWN] = "own",
	[EVIDENCE_END] = "end",
};

static const char *const STATES[] = {[EVIDENCE_WITHHELD] = "withheld", [EVIDENCE_ERASED] = "erased"};

/* ---- writing ---- */

static void begin_line(struct buf *out, enum evidence_kind kind)
{
	buf_put_text(out, WORDS[kind]);
	buf_put_text(out, " ");
}

void evidence_put_head(struct buf *out, struct span manifest, struct span note)
{
	buf_put_text(out, EVIDENCE_FIRST_LINE "\n");
	begin_line(out, EVIDENCE_MANIFEST);
	buf_put(out, manifest);
	buf_put_text(out, "\n");
	begin_line(out, EVIDENCE_CHECKPOINT);
	text_put_base64(out, note);
	buf_put_text(out, "\n");
}

void evidence_put_gap(struct buf *out, uint64_t end, const struct merkle_hash *hashes, size_t count)
{
	begin_line(out, EVIDENCE_GAP);
	buf_printf(out, "%llu", (unsigned long long)end);
	for (size_t i = 0; i < count; i++) {
		buf_put_text(out, " ");
		text_put_base64(out, SPAN_BYTES(hashes[i].bytes));
	}
	buf_put_text(out, "\n");
}

void evidence_put_leaf(struct buf *out, enum evidence_kind kind, struct span leaf,
	const struct evidence_part *parts, size_t count)
{
	begin_line(out, kind);
	text_put_base64(out, leaf);
	for (size_t i = 0; i < count; i++) {
		buf_printf(out, " %u=", (unsigned)parts[i].kind);
		if (parts[i].state == EVIDENCE_OPEN)
			text_put_base64(out, SPAN_BYTES(parts[i].key.bytes));
		else
			buf_put_text(out, STATES[parts[i].state]);
	}
	buf_put_text(out, "\n");
}

void evidence_put_end(struct buf *out, uint64_t rows)
{
	begin_line(out, EVIDENCE_END);
	buf_printf(out, "%llu\n", (unsigned long long)rows);
}

/* ---- reading ---- */

static fallible parse_fixed(struct span text, uint8_t *bytes, size_t size)
{
	scoped(buf) decoded = BUF(KEY_TEXT);
	if (err_failed(text_parse_base64(text, &decoded)) || decoded.len != size)
		return FAIL(INPUT, "a hash or key has another length");
	memcpy(bytes, decoded.data, size);
	return OK;
}

static fallible parse_number(struct span text, uint64_t *number)
{
	return span_number(text, (uint64_t)INT64_MAX, number) ? OK : FAIL(INPUT, "a number is none");
}

static fallible parse_gap(struct span rest, struct evidence_line *line)
{
	struct span word;
	if (!span_cut(&rest, ' ', &word))
		return FAIL(INPUT, "a gap has no end");
	TRY(parse_number(word, &line->number));
	while (span_cut(&rest, ' ', &word)) {
		if (line->hash_count == GAP_HASHES_MAX)
			return FAIL(INPUT, "a gap has more hashes than any gap");
		TRY(parse_fixed(word, line->hashes[line->hash_count++].bytes, MERKLE_HASH));
	}
	return OK;
}

/* "1=key", "1=withheld", "1=erased". */
static fallible parse_part(struct span word, struct evidence_part *part)
{
	if (word.len < 3 || word.at[0] < '0' + PART_ACTOR || word.at[0] > '0' + PART_TENANT ||
		word.at[1] != '=')
		return FAIL(INPUT, "what is said of a part is not understood");
	part->kind = (enum part_kind)(word.at[0] - '0');
	word = span_from(word, 2);
	for (unsigned state = EVIDENCE_WITHHELD; state <= EVIDENCE_ERASED; state++)
		if (span_is(word, STATES[state])) {
			part->state = (enum evidence_state)state;
			return OK;
		}
	part->state = EVIDENCE_OPEN;
	return parse_fixed(word, part->key.bytes, PART_KEY);
}

static fallible parse_bytes(struct span text, struct buf *decoded, struct evidence_line *line)
{
	buf_clear(decoded);
	decoded->max = BYTES_MAX;
	struct err err = text_parse_base64(text, decoded);
	if (err.kind == ERR_TOO_LARGE)
		return FAIL(INPUT, "a leaf or checkpoint is longer than it can be");
	TRY(err);
	line->bytes = buf_span(decoded);
	return OK;
}

static fallible parse_leaf(struct span rest, struct buf *decoded, struct evidence_line *line)
{
	struct span word;
	if (!span_cut(&rest, ' ', &word))
		return FAIL(INPUT, "a leaf has no bytes");
	TRY(parse_bytes(word, decoded, line));
	while (span_cut(&rest, ' ', &word)) {
		struct evidence_part *part = &line->parts[line->part_count];
		if (line->kind == EVIDENCE_LEAF || line->part_count == LEAF_PARTS_MAX)
			return FAIL(INPUT, "a leaf has more parts than it can have");
		TRY(parse_part(word, part));
		/* In rising order, so that no part is spoken of twice. */
		if (line->part_count && part->kind <= part[-1].kind)
			return FAIL(INPUT, "the parts of a leaf are out of order");
		line->part_count++;
	}
	return OK;
}

static fallible parse_rest(struct span rest, struct buf *decoded, struct evidence_line *line)
{
	switch (line->kind) {
	case EVIDENCE_MANIFEST:
		line->text = rest;
		return rest.len > EVIDENCE_MANIFEST_MAX ? FAIL(INPUT, "a manifest is too long") : OK;
	case EVIDENCE_CHECKPOINT:
		return parse_bytes(rest, decoded, line);
	case EVIDENCE_GAP:
		return parse_gap(rest, line);
	case EVIDENCE_LEAF:
	case EVIDENCE_ROW:
	case EVIDENCE_OWN:
		return parse_leaf(rest, decoded, line);
	case EVIDENCE_END:
		return parse_number(rest, &line->number);
	case EVIDENCE_KIND_COUNT:
		break;
	}
	return FAIL(BUG, "a line of evidence has no kind");
}

fallible evidence_parse(struct span text, struct buf *decoded, struct evidence_line *line)
{
	struct span word, rest = text;
	struct evidence_line read = {.kind = EVIDENCE_KIND_COUNT};
	if (!span_cut(&rest, ' ', &word))
		return FAIL(INPUT, "a line is empty");
	for (unsigned kind = 0; kind < EVIDENCE_KIND_COUNT; kind++)
		if (span_is(word, WORDS[kind]))
			read.kind = (enum evidence_kind)kind;
	if (read.kind == EVIDENCE_KIND_COUNT)
		return FAIL(INPUT, "a line begins with an unknown word");
	TRY(parse_rest(rest, decoded, &read));
	*line = read;
	return OK;
}
