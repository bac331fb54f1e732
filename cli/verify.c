/* SPDX-License-Identifier: Apache-2.0 */
/* verify - which kind of thing it is, and the sentence that says what was found. */
#include "cli/verify.h"

#include "base/text.h"
#include "cli/bearer.h"
#include "cli/evidence_print.h"
#include "cli/folder.h"
#include "cli/http.h"
#include "cli/lines.h"
#include "cli/print.h"
#include "cli/verify_evidence.h"
#include "cli/verify_tiles.h"
#include "crypto/checkpoint.h"

#include <stdio.h>
#include <sys/stat.h>

enum {
	FILE_MAX = 2 * 1024 * 1024,
	VERIFIER_MEMORY = 4096,
	ROOT_TEXT = 44, /* characters of base64 */
	INDEX_DIGITS = 18,
};

static const char OUR_LOG[] = "/v1/log";
static const char PROOF_START[] = "c2sp.org/tlog-proof@";

static bool is_url(const char *text)
{
	return strncmp(text, "http://", 7) == 0 || strncmp(text, "https://", 8) == 0;
}

static void put_root(struct buf *out, const struct merkle_hash *root)
{
	text_put_base64(out, SPAN_BYTES(root->bytes));
}

/* What became of those that are not there; a server says it of what it pruned, a folder can't. */
static const char *fate_of_bundles(const struct verify_tiles_report *report)
{
	if (report->withheld)
		return "withheld by the server";
	if (report->pruned_count == 0)
		return "missing";
	return report->pruned_count == report->missing_count ? "pruned" : "pruned or missing";
}

static void put_bundles(struct buf *out, const struct verify_tiles_report *report)
{
	if (report->missing_count == 0) {
		buf_put_text(out, "all present");
		return;
	}
	buf_printf(out, "%s from index %llu", fate_of_bundles(report),
		(unsigned long long)report->missing_first);
	if (report->missing_last + 1 < report->size)
		buf_printf(out, " to %llu", (unsigned long long)report->missing_last);
	buf_printf(out, " (%llu entries, checked by their hashes only)",
		(unsigned long long)report->missing_count);
}

static fallible print_log(const struct note_verifier *verifier, const struct verify_tiles_mark *mark,
	const struct verify_tiles_report *report)
{
	scoped(buf) root = BUF(ROOT_TEXT + 1);
	scoped(buf) bundles = BUF(256);
	put_root(&root, &report->root);
	put_bundles(&bundles, report);
	if (mark)
		buf_printf(&bundles, "; the check value is that of entry %llu",
			(unsigned long long)mark->size - 1);
	TRY(buf_check(&root));
	TRY(buf_check(&bundles));
	print_result("%llu entries, checkpoint of %.*s size %llu root %.*s; entry bundles: %.*s",
		(unsigned long long)report->size, SPAN_FMT(verifier->name), (unsigned long long)report->size,
		SPAN_FMT(buf_span(&root)), SPAN_FMT(buf_span(&bundles)));
	return OK;
}

/* "38123:ab12…": an entry's index and the root of the tree that ends with it, as a weekly report has them. */
static fallible read_mark(const char *text, struct verify_tiles_mark *mark)
{
	struct span rest = span_text(text), index;
	uint64_t number = 0;
	bool is_number = span_cut(&rest, ':', &index) && index.len > 0 && index.len <= INDEX_DIGITS;
	for (size_t i = 0; is_number && i < index.len; i++) {
		is_number = index.at[i] >= '0' && index.at[i] <= '9';
		number = number * 10 + (uint64_t)(index.at[i] - '0');
	}
	if (!is_number || err_failed(text_parse_hex(rest, mark->root.bytes, sizeof mark->root.bytes)))
		return FAIL(INPUT, "--check takes an entry's number, a colon and 64 hexadecimal digits");
	mark->size = number + 1;
	return OK;
}

static fallible verify_log(
	struct commands_call *call, const struct fetch *fetch, const struct note_verifier *verifier)
{
	const char *check = call->option[COMMANDS_CHECK];
	struct verify_tiles_mark mark;
	struct verify_tiles_ask ask = {.fetch = fetch, .verifier = verifier, .progress = print_progress};
	struct verify_tiles_report report;
	if (check) {
		TRY(read_mark(check, &mark));
		ask.mark = &mark;
	}
	struct err err = verify_tiles_check(&ask, &report);
	if (err_failed(err)) {
		commands_say_where(call, report.where);
		return err;
	}
	return print_log(verifier, ask.mark, &report);
}

static fallible verify_folder(struct commands_call *call, const struct note_verifier *verifier)
{
	scoped(folder) folder = FOLDER;
	TRY(folder_open(call->operand, &folder));
	struct fetch fetch = folder_fetch(&folder);
	return verify_log(call, &fetch, verifier);
}

static fallible read_token(struct commands_call *call, struct bearer *bearer)
{
	const char *path = call->option[COMMANDS_TOKEN_FILE];
	if (!path)
		return OK;
	struct err err = bearer_read(path, bearer);
	if (err_failed(err))
		commands_say_where(call, path);
	return err;
}

/* Below a prefix; NOT_FOUND when there is no log. */
static fallible verify_below(struct commands_call *call, const struct bearer *bearer, const char *prefix,
	const struct note_verifier *verifier)
{
	scoped(buf) checkpoint = BUF(FILE_MAX);
	scoped(http_connection) connection = {0};
	TRY(http_client_open(prefix, bearer->token, &connection.client));
	struct fetch fetch = http_client_fetch(connection.client);
	struct err err = fetch.get(fetch.context, "checkpoint", &checkpoint);
	if (err.kind == ERR_NOT_FOUND)
		return err;
	return verify_log(call, &fetch, verifier);
}

/* The prefix of a log, or a server of ours, which has its log at one place. */
static fallible verify_url(struct commands_call *call, const struct note_verifier *verifier)
{
	scoped(bearer) bearer = BEARER;
	scoped(buf) below = BUF(HTTP_CLIENT_PREFIX_MAX + sizeof OUR_LOG);
	TRY(read_token(call, &bearer));
	struct err err = verify_below(call, &bearer, call->operand, verifier);
	if (err.kind != ERR_NOT_FOUND)
		return err;
	size_t len = strlen(call->operand);
	buf_put(&below, span_of(call->operand, len && call->operand[len - 1] == '/' ? len - 1 : len));
	buf_put(&below, span_of(OUR_LOG, sizeof OUR_LOG));
	TRY(buf_check(&below));
	err = verify_below(call, &bearer, (const char *)below.data, verifier);
	if (err.kind != ERR_NOT_FOUND)
		return err;
	commands_say_where(call, "checkpoint");
	return FAIL(FORGED, "it is missing");
}

/* What stands in a file is evidence: when it can't be read as such, it does not hold. */
static fallible judge_content(struct err err)
{
	if (err.kind == ERR_INPUT)
		return FAIL(FORGED, err.why);
	return err;
}

static fallible verify_proof(
	struct commands_call *call, struct span text, const struct note_verifier *verifier)
{
	struct merkle_hash leaf;
	struct checkpoint checkpoint;
	uint64_t index;
	scoped(buf) root = BUF(ROOT_TEXT + 1);
	const char *hex = call->option[COMMANDS_LEAF];
	if (!hex)
		return FAIL(INPUT, "a proof is about a leaf hash: give it with --leaf");
	if (err_failed(text_parse_hex(span_text(hex), leaf.bytes, sizeof leaf.bytes)))
		return FAIL(INPUT, "a leaf hash has 64 hexadecimal digits");
	commands_say_where(call, call->operand);
	TRY(judge_content(checkpoint_check_proof(text, verifier, &leaf, &checkpoint, &index)));
	put_root(&root, &checkpoint.root);
	TRY(buf_check(&root));
	print_result("leaf %s is entry %llu, checkpoint of %.*s size %llu root %.*s", hex,
		(unsigned long long)index, SPAN_FMT(checkpoint.origin), (unsigned long long)checkpoint.size,
		SPAN_FMT(buf_span(&root)));
	return OK;
}

/* Whether a file begins as evidence does; one that can't be read does not. */
static bool is_evidence(const char *path)
{
	scoped(lines) lines = LINES;
	struct span line;
	bool more = false;
	return !err_failed(lines_open(path, EVIDENCE_LINE_MAX, &lines)) &&
		!err_failed(lines_next(&lines, &line, &more)) && more && span_is(line, EVIDENCE_FIRST_LINE);
}

static fallible verify_evidence(struct commands_call *call, const struct note_verifier *verifier)
{
	scoped(arena) arena = ARENA(VERIFY_EVIDENCE_ARENA);
	struct verify_evidence_report report;
	struct verify_evidence_ask ask = {.path = call->operand,
		.verifier = verifier,
		.progress = print_progress,
		.row = call->option[COMMANDS_ROWS] ? evidence_print_row : NULL};
	struct err err = verify_evidence_check(&ask, &arena, &report);
	if (err_failed(err)) {
		commands_say_where(call, report.where);
		return err;
	}
	return evidence_print_report(
		&report, call->option[COMMANDS_JSON] ? EVIDENCE_PRINT_JSON : EVIDENCE_PRINT_SENTENCE);
}

static fallible verify_file(struct commands_call *call, const struct note_verifier *verifier)
{
	scoped(buf) file = BUF(FILE_MAX);
	commands_say_where(call, call->operand);
	struct err err = folder_read(call->operand, &file);
	if (err.kind == ERR_TOO_LARGE ||
		(!err_failed(err) && !span_starts(buf_span(&file), span_text(PROOF_START))))
		return FAIL(FORGED, "it is not a kind of file that this program knows");
	TRY(err);
	call->where[0] = '\0';
	return verify_proof(call, buf_span(&file), verifier);
}

fallible verify_run(struct commands_call *call)
{
	scoped(arena) arena = ARENA(VERIFIER_MEMORY);
	struct note_verifier verifier;
	struct stat facts;
	TRY(note_parse_vkey(span_text(call->option[COMMANDS_VKEY]), &arena, &verifier));
	if (is_url(call->operand))
		return verify_url(call, &verifier);
	if (stat(call->operand, &facts) == 0 && S_ISDIR(facts.st_mode))
		return verify_folder(call, &verifier);
	if (call->option[COMMANDS_CHECK])
		return FAIL(INPUT, "a check value is of a whole log: name its folder or its URL");
	if (is_evidence(call->operand))
		return verify_evidence(call, &verifier);
	return verify_file(call, &verifier);
}
