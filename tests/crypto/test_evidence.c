/* SPDX-License-Identifier: Apache-2.0 */
/* test_evidence - lines are read as they were written, and nothing else is a line. */
#include "crypto/evidence.h"

#include "base/text.h"

#include <criterion/criterion.h>

enum { LINE_MAX = EVIDENCE_LINE_MAX };

/* The only line of what was written. */
static struct span line_of(const struct buf *text)
{
	cr_assert(!err_failed(buf_check(text)));
	cr_assert(text->len > 0 && text->data[text->len - 1] == '\n');
	return span_first(buf_span(text), text->len - 1);
}

static bool is_refused(const char *text)
{
	scoped(buf) decoded = {0};
	struct evidence_line line;
	return evidence_parse(span_text(text), &decoded, &line).kind == ERR_INPUT;
}

Test(evidence, a_row_is_read_with_its_keys_and_with_what_is_said_of_the_others)
{
	scoped(buf) text = BUF(LINE_MAX);
	scoped(buf) decoded = {0};
	struct evidence_line line;
	const struct evidence_part parts[] = {{PART_ACTOR, EVIDENCE_OPEN, {{1, 2, 3}}},
		{PART_CLIENT, EVIDENCE_WITHHELD, {{0}}}, {PART_TENANT, EVIDENCE_ERASED, {{0}}}};
	evidence_put_leaf(&text, EVIDENCE_ROW, SPAN_LIT("a leaf"), parts, 3);
	cr_assert(!err_failed(evidence_parse(line_of(&text), &decoded, &line)));
	cr_assert(line.kind == EVIDENCE_ROW && span_is(line.bytes, "a leaf") && line.part_count == 3);
	for (size_t i = 0; i < 3; i++)
		cr_assert(line.parts[i].kind == parts[i].kind && line.parts[i].state == parts[i].state);
	cr_assert(memcmp(&line.parts[0].key, &parts[0].key, sizeof parts[0].key) == 0);
}

Test(evidence, a_gap_is_read_with_its_hashes)
{
	scoped(buf) text = BUF(LINE_MAX);
	scoped(buf) decoded = {0};
	struct evidence_line line;
	struct merkle_hash hashes[GAP_HASHES_MAX] = {{{7}}, {{8}}};
	evidence_put_gap(&text, 4711, hashes, GAP_HASHES_MAX);
	cr_assert(!err_failed(evidence_parse(line_of(&text), &decoded, &line)));
	cr_assert(line.kind == EVIDENCE_GAP && line.number == 4711 && line.hash_count == GAP_HASHES_MAX);
	cr_assert(memcmp(line.hashes, hashes, sizeof hashes) == 0);
}

Test(evidence, the_longest_leaf_fits_a_line_and_a_longer_one_is_refused)
{
	static uint8_t leaf[LEAF_MAX + 1];
	scoped(buf) text = BUF(LINE_MAX);
	scoped(buf) decoded = {0};
	struct evidence_line line;
	evidence_put_leaf(&text, EVIDENCE_LEAF, span_of(leaf, LEAF_MAX), NULL, 0);
	cr_assert(!err_failed(evidence_parse(line_of(&text), &decoded, &line)) && line.bytes.len == LEAF_MAX);
	buf_clear(&text);
	evidence_put_leaf(&text, EVIDENCE_LEAF, SPAN_BYTES(leaf), NULL, 0);
	cr_assert(evidence_parse(line_of(&text), &decoded, &line).kind == ERR_INPUT);
}

Test(evidence, begins_with_its_version_the_manifest_and_the_checkpoint)
{
	scoped(buf) text = BUF(LINE_MAX);
	evidence_put_head(&text, SPAN_LIT("{}"), SPAN_LIT("note"));
	evidence_put_end(&text, 3);
	cr_assert(
		span_is(buf_span(&text), EVIDENCE_FIRST_LINE "\nmanifest {}\ncheckpoint bm90ZQ==\nend 3\n"));
}

Test(evidence, refuses_what_is_no_line)
{
	static const char *const BAD[] = {"", " ", "row", "rows AAAA", "ROW AAAA", "row AAA", "row  AAAA",
		"row AAAA ", "row AAAA 1", "row AAAA 1=", "row AAAA 5=withheld", "row AAAA 0=withheld",
		"row AAAA 1=open", "row AAAA 1=AAAA", "row AAAA 2=withheld 1=withheld",
		"row AAAA 1=withheld 1=erased",
		"row AAAA 1=withheld 2=withheld 3=withheld 4=withheld 4=erased", "leaf AAAA 1=withheld",
		"gap", "gap ", "gap 01", "gap -1", "gap 1 AAAA", "gap 9223372036854775808", "end", "end x",
		"end 1 2", "end 01", "end +1"};
	for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++)
		cr_assert(is_refused(BAD[i]), "%s", BAD[i]);
}
