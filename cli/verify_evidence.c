/* SPDX-License-Identifier: Apache-2.0 */
/* verify_evidence - one walk over the lines that grows the tree; rows are shown by a second one, over the same
 * bytes, when the first has found that all of them hold. */
#include "cli/verify_evidence.h"

#include "base/text.h"
#include "cli/lines.h"
#include "crypto/checkpoint.h"
#include "policies/actions.h"

#include <stdio.h>

enum {
	PLAIN_MAX = 32 * 1024,
	DETAIL_ARENA = 256 * 1024,
	PROGRESS_EVERY = 4096, /* lines */
};

static const uint64_t NEVER = UINT64_MAX;

struct walk {
	const struct verify_evidence_ask *ask;
	struct verify_evidence_report *report;
	struct arena *arena;
	struct lines lines;
	struct buf decoded; /* of the line in hand */
	struct buf plain[LEAF_PARTS_MAX];
	struct evidence_line line;
	struct merkle_frontier frontier;
	uint8_t manifest_hash[HASH_SHA256];
	bool has_own, ended;
	uint64_t own;      /* index of the export's own event */
	uint64_t missing;  /* index of the first leaf of the range that is not shown; NEVER */
	uint64_t unfitted; /* of the first that the filters judge otherwise than the file; NEVER */
	bool showing;      /* the second walk */
};

static void walk_done(struct walk *walk)
{
	lines_done(&walk->lines);
	buf_done(&walk->decoded);
	for (size_t i = 0; i < LEAF_PARTS_MAX; i++)
		buf_done(&walk->plain[i]);
}

static fallible bad(struct walk *walk, const char *why)
{
	snprintf(walk->report->where, VERIFY_EVIDENCE_WHERE, "line %llu",
		(unsigned long long)walk->lines.number);
	return FAIL(FORGED, why);
}

static fallible bad_entry(struct walk *walk, uint64_t index, const char *why)
{
	snprintf(walk->report->where, VERIFY_EVIDENCE_WHERE, "line %llu (entry %llu)",
		(unsigned long long)walk->lines.number, (unsigned long long)index);
	return FAIL(FORGED, why);
}

static fallible bad_thing(struct walk *walk, const char *thing, const char *why)
{
	snprintf(walk->report->where, VERIFY_EVIDENCE_WHERE, "%s", thing);
	return FAIL(FORGED, why);
}

/* What stands in the file is evidence: what can't be read as such does not hold. */
static fallible judge(struct walk *walk, struct err err)
{
	if (err.kind == ERR_INPUT || err.kind == ERR_TOO_LARGE || err.kind == ERR_CORRUPT ||
		err.kind == ERR_FORGED)
		return bad(walk, err.why);
	return err;
}

/* ---- head ---- */

static fallible next_line(struct walk *walk, bool *more)
{
	struct span text;
	TRY(judge(walk, lines_next(&walk->lines, &text, more)));
	if (*more)
		TRY(judge(walk, evidence_parse(text, &walk->decoded, &walk->line)));
	return OK;
}

static fallible expect(struct walk *walk, enum evidence_kind kind)
{
	bool more;
	TRY(next_line(walk, &more));
	if (!more || walk->line.kind != kind)
		return bad(walk, "the file does not begin with manifest and checkpoint");
	return OK;
}

static fallible read_first_line(struct walk *walk)
{
	struct span text;
	bool more;
	TRY(judge(walk, lines_next(&walk->lines, &text, &more)));
	if (!more || !span_is(text, EVIDENCE_FIRST_LINE))
		return bad_thing(walk, walk->ask->path, "it is not a kind of file that this program knows");
	return OK;
}

static fallible read_checkpoint(struct walk *walk)
{
	struct span text;
	struct checkpoint checkpoint;
	TRY(expect(walk, EVIDENCE_CHECKPOINT));
	struct err err = note_open(walk->line.bytes, walk->ask->verifier, 1, &text);
	if (err.kind == ERR_FORGED || err.kind == ERR_INPUT)
		return bad_thing(walk, "checkpoint", "it has no valid signature of the verifier key");
	TRY(err);
	if (err_failed(checkpoint_parse(text, &checkpoint)))
		return bad_thing(walk, "checkpoint", "its text is not that of a checkpoint");
	if (!span_equal(checkpoint.origin, walk->ask->verifier->name))
		return bad_thing(walk, "checkpoint", "its origin is another than the verifier key's name");
	if (!span_equal(checkpoint.origin, walk->report->manifest.origin))
		return bad_thing(walk, "manifest", "it names another log than the checkpoint");
	walk->report->size = checkpoint.size;
	walk->report->root = checkpoint.root;
	return OK;
}

static fallible read_head(struct walk *walk)
{
	TRY(read_first_line(walk));
	TRY(expect(walk, EVIDENCE_MANIFEST));
	hash_sha256(walk->line.text, walk->manifest_hash);
	struct err err = evidence_manifest_read(walk->line.text, walk->arena, &walk->report->manifest);
	if (err.kind == ERR_INPUT)
		return bad_thing(walk, "manifest", err.why);
	TRY(err);
	return read_checkpoint(walk);
}

/* ---- leaves ---- */

/* What the file says of the parts must be said of exactly the parts that the leaf has; so a key can't be dropped
 * unseen. */
static fallible check_parts(struct walk *walk, const struct leaf *leaf)
{
	const struct evidence_line *line = &walk->line;
	if (line->part_count != leaf->part_count)
		return bad_entry(
			walk, walk->frontier.size, "it has other sealed parts than the file speaks of");
	for (size_t i = 0; i < line->part_count; i++)
		if (line->parts[i].kind != leaf->parts[i].kind)
			return bad_entry(walk, walk->frontier.size,
				"it has other sealed parts than the file speaks of");
	return OK;
}

static fallible open_part(
	struct walk *walk, const struct leaf *leaf, size_t which, struct span texts[static LEAF_TEXT_COUNT])
{
	const struct evidence_part *part = &walk->line.parts[which];
	struct buf *plain = &walk->plain[which];
	if (part->state != EVIDENCE_OPEN)
		return OK;
	buf_clear(plain);
	plain->max = PLAIN_MAX;
	struct err err = part_open(&part->key, leaf->parts[which].record, plain);
	if (err.kind == ERR_FORGED || err.kind == ERR_CORRUPT)
		return bad_entry(
			walk, walk->frontier.size, "a part does not open with the key that is given for it");
	TRY(err);
	if (err_failed(leaf_read_texts(buf_span(plain), texts)))
		return bad_entry(walk, walk->frontier.size, "a part does not hold what a part can hold");
	return OK;
}

static void count_parts(struct walk *walk)
{
	for (size_t i = 0; i < walk->line.part_count; i++) {
		walk->report->withheld += walk->line.parts[i].state == EVIDENCE_WITHHELD;
		walk->report->erased += walk->line.parts[i].state == EVIDENCE_ERASED;
	}
}

/* The server wrote down what it would say of this export before it said it: the hash of the manifest stands in
 * the export's own event. */
static fallible check_manifest(struct walk *walk, struct span detail)
{
	struct arena arena = ARENA(DETAIL_ARENA);
	struct json_problems problems = {0};
	struct json_doc doc = {0};
	struct json_object top;
	uint8_t hash[HASH_SHA256] = {0};
	struct err err = json_in_parse(&doc, detail, &arena, &problems);
	if (!err_failed(err))
		err = json_in_top(&doc, &top);
	if (!err_failed(err))
		err = text_parse_hex(
			json_in_text(&top, "manifest", JSON_NEEDED, 2 * sizeof hash), hash, sizeof hash);
	json_doc_done(&doc);
	arena_done(&arena);
	if (err_failed(err) || memcmp(hash, walk->manifest_hash, sizeof hash) != 0)
		return bad_thing(walk, "manifest", "it is not the one that the export's own event names");
	return OK;
}

static fallible take_own(struct walk *walk, const struct leaf *leaf, const struct span *texts)
{
	const struct action_row *row = action_by_code(leaf->action);
	if (walk->has_own)
		return bad(walk, "the export's own event stands here a second time");
	if (!row || row->action != ACTION_EXPORT_REQUESTED || leaf->source != LEAF_SERVER ||
		!ids_equal(leaf->ids[LEAF_ID_OBJECT], walk->report->manifest.export))
		return bad_entry(walk, walk->frontier.size, "it is not the event of this export");
	walk->has_own = true;
	walk->own = walk->frontier.size;
	walk->report->made = leaf->received;
	return check_manifest(walk, texts[LEAF_TEXT_DETAIL]);
}

static bool is_in_range(const struct walk *walk, uint64_t index)
{
	const struct evidence_manifest *manifest = &walk->report->manifest;
	return index >= manifest->from && (!manifest->has_to || index <= manifest->to);
}

static fallible take_row(struct walk *walk, const struct leaf *leaf, const struct span *texts)
{
	uint64_t index = walk->frontier.size;
	if (!is_in_range(walk, index) || walk->has_own)
		return bad_entry(walk, index, "it is a row outside the range that the manifest names");
	walk->report->rows++;
	count_parts(walk);
	if (walk->showing && walk->ask->row) {
		struct verify_evidence_row row = {
			index, leaf, texts, walk->line.parts, walk->line.part_count};
		walk->ask->row(walk->ask->context, &row);
	}
	return OK;
}

/* judge_selection - rows are what the filters select, and closed leaves what they do not. */
static void judge_selection(struct walk *walk, const struct leaf *leaf)
{
	const struct evidence_manifest *manifest = &walk->report->manifest;
	uint64_t index = walk->frontier.size;
	if (!manifest->selects || !is_in_range(walk, index) || walk->has_own || walk->unfitted != NEVER)
		return;
	if (evidence_manifest_takes(manifest, leaf) != (walk->line.kind == EVIDENCE_ROW))
		walk->unfitted = index;
}

static fallible take_leaf(struct walk *walk)
{
	const struct evidence_line *line = &walk->line;
	struct span texts[LEAF_TEXT_COUNT] = {0};
	struct leaf leaf;
	if (err_failed(leaf_decode(line->bytes, &leaf)))
		return bad_entry(walk, walk->frontier.size, "its bytes are not those of an entry");
	if (line->kind == EVIDENCE_LEAF) {
		walk->report->closed++;
		judge_selection(walk, &leaf);
	} else {
		TRY(check_parts(walk, &leaf));
		for (size_t i = 0; i < line->part_count; i++)
			TRY(open_part(walk, &leaf, i, texts));
	}
	if (line->kind == EVIDENCE_ROW) {
		judge_selection(walk, &leaf);
		TRY(take_row(walk, &leaf, texts));
	}
	if (line->kind == EVIDENCE_OWN)
		TRY(take_own(walk, &leaf, texts));
	struct merkle_hash hash = merkle_leaf(line->bytes);
	merkle_grow(&walk->frontier, &hash);
	return OK;
}

static fallible take_gap(struct walk *walk)
{
	const struct evidence_line *line = &walk->line;
	uint64_t begin = walk->frontier.size;
	if (line->number <= begin || line->number > walk->report->size)
		return bad(walk, "a gap does not end inside the tree");
	if (line->hash_count != gap_count(begin, line->number))
		return bad(walk, "a gap has another number of hashes than its leaves need");
	uint64_t from = walk->report->manifest.from;
	uint64_t first = begin > from ? begin : from;
	if (walk->missing == NEVER && first < line->number)
		walk->missing = first;
	return judge(walk, gap_grow(&walk->frontier, line->number, line->hashes));
}

/* ---- the end ---- */

static fallible take_line(struct walk *walk)
{
	switch (walk->line.kind) {
	case EVIDENCE_GAP:
		return take_gap(walk);
	case EVIDENCE_LEAF:
	case EVIDENCE_ROW:
	case EVIDENCE_OWN:
		if (walk->frontier.size == walk->report->size)
			return bad(walk, "there are more entries than the checkpoint covers");
		return take_leaf(walk);
	case EVIDENCE_END:
		walk->ended = true;
		return walk->line.number == walk->report->rows
			? OK
			: bad(walk, "it has another number of rows than its last line says");
	case EVIDENCE_MANIFEST:
	case EVIDENCE_CHECKPOINT:
	case EVIDENCE_KIND_COUNT:
		break;
	}
	return bad(walk, "a line stands where it can't stand");
}

static fallible check_root(struct walk *walk)
{
	struct merkle_hash root = merkle_root(&walk->frontier);
	if (!walk->ended)
		return bad(walk, "the file ends before its last line: it was cut");
	if (walk->frontier.size != walk->report->size)
		return bad_thing(walk, "root", "entries and gaps end before the checkpoint does");
	if (memcmp(root.bytes, walk->report->root.bytes, MERKLE_HASH) != 0)
		return bad_thing(walk, "root",
			"the entries are not those that were signed: one was changed, moved or left out");
	if (!walk->has_own)
		return bad_thing(walk, "manifest", "the export's own event is missing");
	return OK;
}

static fallible judge_completeness(struct walk *walk)
{
	struct verify_evidence_report *report = walk->report;
	const struct evidence_manifest *manifest = &report->manifest;
	report->from = manifest->from;
	report->end = manifest->has_to ? manifest->to + 1 : walk->own;
	if (report->end > walk->own || report->from > report->end)
		return bad_thing(walk, "manifest", "its range is none that the export can have had");
	report->gapless = walk->missing >= report->end;
	report->selected = report->gapless && manifest->selects && walk->unfitted >= report->end;
	if (!manifest->complete)
		return OK;
	if (!report->gapless)
		return bad_entry(
			walk, walk->missing, "the file claims to be complete, and leaves this entry out");
	if (manifest->selects && !report->selected)
		return bad_entry(walk, walk->unfitted,
			"the file claims to be complete, and judges this entry otherwise than its filters");
	return OK;
}

static void tell_progress(struct walk *walk)
{
	if (!walk->ask->progress || walk->lines.number % PROGRESS_EVERY)
		return;
	walk->ask->progress(walk->ask->context, walk->frontier.size, walk->report->size);
}

static fallible read_body(struct walk *walk)
{
	bool more;
	TRY(next_line(walk, &more));
	while (more) {
		if (walk->ended)
			return bad(walk, "it goes on behind its last line");
		TRY(take_line(walk));
		tell_progress(walk);
		TRY(next_line(walk, &more));
	}
	if (walk->ask->progress)
		walk->ask->progress(walk->ask->context, walk->report->size, walk->report->size);
	return OK;
}

/* One walk over the file; the SHA-256 of all that was read. */
static fallible walk_once(const struct verify_evidence_ask *ask, bool showing, struct arena *arena,
	struct verify_evidence_report *report, uint8_t digest[static HASH_SHA256])
{
	*report = (struct verify_evidence_report){0};
	scoped(walk) walk = {.ask = ask,
		.report = report,
		.arena = arena,
		.lines = LINES,
		.missing = NEVER,
		.unfitted = NEVER,
		.showing = showing};
	TRY(lines_open(ask->path, EVIDENCE_LINE_MAX, &walk.lines));
	TRY(read_head(&walk));
	TRY(read_body(&walk));
	TRY(check_root(&walk));
	TRY(judge_completeness(&walk));
	lines_digest(&walk.lines, digest);
	return OK;
}

fallible verify_evidence_check(
	const struct verify_evidence_ask *ask, struct arena *arena, struct verify_evidence_report *report)
{
	uint8_t first[HASH_SHA256], second[HASH_SHA256];
	TRY(walk_once(ask, false, arena, report, first));
	if (!ask->row)
		return OK;
	TRY(walk_once(ask, true, arena, report, second));
	if (memcmp(first, second, sizeof first) != 0)
		return FAIL(FORGED, "the file was changed while it was read");
	return OK;
}
