/* SPDX-License-Identifier: Apache-2.0 */
/* import_factors - gather the devices of a file, send those of each person, tell what became of each. */
#include "cli/import_factors.h"

#include "base/json_in.h"
#include "base/json_out.h"
#include "base/text.h"
#include "base/text_show.h"
#include "cli/folder.h"
#include "cli/import_file.h"
#include "cli/print.h"
#include "cli/pskc_lock.h"
#include "cli/secret_in.h"
#include "cli/session.h"
#include "crypto/secret.h"
#include "crypto/xmlenc.h"

#include <stdio.h>

enum {
	FILE_MAX = 8 * 1024 * 1024,
	ARENA_BYTES = 64 * 1024 * 1024,
	ANSWER_MAX = 256 * 1024,
	BODY_MAX = 64 * 1024,
	PATH_MAX_BYTES = 1024,
	LINE_MAX = 4096,
	PERSON_MAX = 128,
	LABEL_MAX = 100,
	PROMPT_MAX = 80,
	AT_ONCE = 10, /* as many as a person may have */
};

enum fate { WAITS, TAKEN, THERE, REFUSED };

struct row {
	struct moving_device device; /* in the arena */
	enum fate fate;
	struct span why; /* refused */
};

struct import {
	struct commands_call *call;
	struct session session;
	struct arena arena;
	struct row *rows;
	size_t count;
};

static void import_done(struct import *import)
{
	session_done(&import->session);
	arena_done(&import->arena);
}

/* ---- gathering ---- */

static fallible add_row(struct import *import, struct row **row)
{
	if (import->count == IMPORT_FACTORS_MAX)
		return FAIL(INVALID, "the file holds more than 10,000 devices: split it");
	*row = &import->rows[import->count++];
	return OK;
}

static fallible refuse(void *context, size_t place, const char *why)
{
	struct row *row;
	TRY(add_row(context, &row));
	*row = (struct row){.device.place = place, .fate = REFUSED, .why = span_text(why)};
	return OK;
}

/* No name holds one, and a NUL could not be sent. */
static bool has_control(struct span text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] < 0x20)
			return true;
	return false;
}

static fallible take_device(void *context, const struct moving_device *device)
{
	struct row *row;
	struct import *import = context;
	if (device->person.len == 0 || device->person.len > PERSON_MAX || has_control(device->person))
		return refuse(context, device->place, "it names no person");
	TRY(add_row(import, &row));
	row->device = *device;
	row->fate = WAITS;
	TRY(arena_keep(&import->arena, device->person, &row->device.person));
	TRY(arena_keep(&import->arena, text_cut(device->label, LABEL_MAX), &row->device.label));
	TRY(arena_keep(&import->arena, device->until, &row->device.until));
	return arena_keep(&import->arena, device->seed, &row->device.seed);
}

/* A line feed that an editor put at the end is no part of it; of 16 bytes all are. */
static fallible read_secret(struct commands_call *call, const struct pskc_lock *lock, struct buf *secret)
{
	const char *file = call->option[COMMANDS_KEY_FILE];
	char prompt[PROMPT_MAX];
	if (!file) {
		snprintf(prompt, sizeof prompt, "%s of the key container",
			lock->kind == PSKC_LOCK_KEY ? "Key (32 hexadecimal digits)" : "Passphrase");
		return secret_in_ask(prompt, secret);
	}
	commands_say_where(call, file);
	TRY(folder_read_private(file, secret));
	if (secret->len != XMLENC_KEY && secret->len && secret->data[secret->len - 1] == '\n')
		secret->len--;
	commands_say_where(call, call->operand);
	return secret->len ? OK : FAIL(INPUT, "the file with the key is empty");
}

static fallible open_with(
	struct commands_call *call, const struct pskc_lock *lock, struct span content, struct buf *plain)
{
	scoped(buf) secret = BUF(SECRET_IN_MAX);
	TRY(read_secret(call, lock, &secret));
	struct err err = pskc_lock_open(lock, content, buf_span(&secret), plain);
	secret_in_wipe(&secret);
	return err.kind == ERR_INVALID ? FAIL(INPUT, err.why) : err;
}

/* An encrypted key container becomes a plain one; any other file stays as it is. */
static fallible unlock(struct import *import, struct buf *content)
{
	struct pskc_lock lock;
	scoped(buf) plain = BUF(FILE_MAX);
	struct err err = pskc_lock_find(buf_span(content), &import->arena, &lock);
	if (err.kind == ERR_INVALID)
		return FAIL(INPUT, err.why);
	TRY(err);
	if (lock.kind == PSKC_LOCK_NONE)
		return import->call->option[COMMANDS_KEY_FILE]
			? FAIL(INPUT, "--key-file is for an encrypted key container, which this is not")
			: OK;
	TRY(open_with(import->call, &lock, buf_span(content), &plain));
	buf_done(content);
	*content = take(&plain);
	return OK;
}

static fallible gather(struct import *import)
{
	scoped(buf) content = BUF(FILE_MAX);
	struct commands_call *call = import->call;
	const struct moving_sink sink = {import, take_device, refuse};
	commands_say_where(call, call->operand);
	TRY(folder_read(call->operand, &content));
	TRY(unlock(import, &content));
	const struct import_file_ask ask = {.content = buf_span(&content),
		.person_column = call->option[COMMANDS_PERSON_COLUMN],
		.now = call->environment->now};
	struct err err = import_file_read(&ask, &import->arena, &sink);
	if (content.data)
		secret_wipe(content.data, content.len);
	if (err.kind == ERR_INVALID)
		return FAIL(INPUT, err.why);
	TRY(err);
	call->where[0] = '\0';
	return OK;
}

/* ---- one person ---- */

/* The rows of one person that go out together. */
struct batch {
	struct row *rows[AT_ONCE];
	size_t count;
};

static void collect(struct import *import, size_t from, struct batch *batch)
{
	*batch = (struct batch){.count = 0};
	for (size_t i = from; i < import->count; i++) {
		struct row *row = &import->rows[i];
		if (row->fate != WAITS || !span_equal(row->device.person, import->rows[from].device.person))
			continue;
		if (batch->count < AT_ONCE) {
			batch->rows[batch->count++] = row;
			continue;
		}
		row->fate = REFUSED;
		row->why = SPAN_LIT("a person has ten at most");
	}
}

static fallible put_device(const struct moving_device *device, struct json_out *out)
{
	static const char *const ALGORITHMS[] = {
		[TOTP_SHA1] = "SHA1", [TOTP_SHA256] = "SHA256", [TOTP_SHA512] = "SHA512"};
	scoped(buf) secret = BUF(2 * TOTP_SEED_MAX);
	bool counts = totp_counts(&device->shape);
	totp_put_seed(&secret, device->seed);
	TRY(buf_check(&secret));
	json_out_open(out, NULL);
	json_out_text(out, "type", counts ? "hotp" : "totp");
	json_out_span(out, "secret", buf_span(&secret));
	json_out_text(out, "algorithm", ALGORITHMS[device->shape.algorithm]);
	json_out_number(out, "digits", device->shape.digits);
	json_out_number(out, counts ? "counter" : "period",
		counts ? (int64_t)device->counter : device->shape.period_s);
	if (device->label.len)
		json_out_span(out, "label", device->label);
	json_out_close(out);
	secret_wipe(secret.data, secret.len);
	return OK;
}

static fallible put_body(const struct import *import, const struct batch *batch, struct buf *body)
{
	struct json_out out = JSON_OUT(body);
	json_out_open(&out, NULL);
	json_out_bool(&out, "dry_run", import->call->option[COMMANDS_DRY_RUN] != NULL);
	json_out_open_array(&out, "factors");
	for (size_t i = 0; i < batch->count; i++)
		TRY(put_device(&batch->rows[i]->device, &out));
	json_out_close_array(&out);
	json_out_close(&out);
	return buf_check(body);
}

static fallible read_result(struct import *import, struct json_object *result, struct row *row)
{
	static const char *const WORDS[] = {"taken", "there", "refused", NULL};
	int word = json_in_word(result, "result", JSON_NEEDED, WORDS);
	struct span why = json_in_text(result, "reason", JSON_OPTIONAL, LINE_MAX);
	if (word < 0)
		return FAIL(REMOTE, "the server's answer is not what is known");
	row->fate = (enum fate)(TAKEN + word);
	return arena_keep(&import->arena, why, &row->why);
}

static fallible read_answer(struct import *import, struct span answer, const struct batch *batch)
{
	scoped(arena) arena = ARENA(4 * ANSWER_MAX);
	scoped(json_doc) doc = {0};
	struct json_problems problems = {0};
	struct json_object top, result;
	struct json_array results;
	if (err_failed(json_in_parse(&doc, answer, &arena, &problems)) ||
		err_failed(json_in_top(&doc, &top)) ||
		!json_in_array(&top, "factors", JSON_NEEDED, AT_ONCE, &results) ||
		results.count != batch->count)
		return FAIL(REMOTE, "the server's answer is not what is known");
	for (size_t i = 0; i < batch->count && json_in_next_object(&results, &result); i++)
		TRY(read_result(import, &result, batch->rows[i]));
	return OK;
}

/* What is wrong with this person alone stops nobody else. */
static fallible judge(struct import *import, struct err err, const struct batch *batch)
{
	bool own = err.kind == ERR_NOT_FOUND || err.kind == ERR_INVALID || err.kind == ERR_CONFLICT;
	if (!own)
		return err;
	import->call->where[0] = '\0';
	for (size_t i = 0; i < batch->count; i++) {
		batch->rows[i]->fate = REFUSED;
		batch->rows[i]->why =
			err.kind == ERR_NOT_FOUND ? SPAN_LIT("there is no such person") : span_text(err.why);
	}
	return OK;
}

static fallible send(struct import *import, const struct batch *batch)
{
	scoped(buf) body = BUF(BODY_MAX);
	scoped(buf) answer = BUF(ANSWER_MAX);
	scoped(buf) path = BUF(PATH_MAX_BYTES);
	buf_put_text(&path, "v1/people/");
	text_put_percent(&path, batch->rows[0]->device.person);
	buf_put_text(&path, "/factors:import");
	buf_put_u8(&path, 0);
	TRY(buf_check(&path));
	struct err err = put_body(import, batch, &body);
	if (!err_failed(err))
		err = session_fetch(
			&import->session, import->call, (const char *)path.data, buf_span(&body), &answer);
	if (body.data)
		secret_wipe(body.data, body.len);
	return err_failed(err) ? judge(import, err, batch) : read_answer(import, buf_span(&answer), batch);
}

/* ---- telling ---- */

static fallible print_row(const struct row *row)
{
	static const char *const FATES[] = {"not sent", "taken", "there already", "refused"};
	scoped(buf) line = BUF(LINE_MAX);
	const struct moving_device *device = &row->device;
	buf_printf(&line, "%zu  ", device->place);
	if (device->person.len) {
		text_show_put(&line, device->person);
		buf_printf(&line, "  %s", totp_counts(&device->shape) ? "hotp" : "totp");
		buf_put_text(&line, "  ");
	}
	buf_put_text(&line, FATES[row->fate]);
	if (row->why.len) {
		buf_put_text(&line, ": ");
		text_show_put(&line, row->why);
	}
	if (row->fate == TAKEN && device->until.len) {
		buf_put_text(&line, "; remove it after ");
		text_show_put(&line, device->until);
	}
	buf_put_text(&line, "\n");
	TRY(buf_check(&line));
	print_bytes(buf_span(&line));
	return OK;
}

static fallible tell(const struct import *import)
{
	size_t count[REFUSED + 1] = {0};
	for (size_t i = 0; i < import->count; i++) {
		TRY(print_row(&import->rows[i]));
		count[import->rows[i].fate]++;
	}
	print_result("%zu taken, %zu there already, %zu refused%s", count[TAKEN], count[THERE],
		count[REFUSED],
		import->call->option[COMMANDS_DRY_RUN] ? " (dry run: nothing was written)" : "");
	return count[REFUSED] ? FAIL(CONFLICT, "not every device was taken") : OK;
}

fallible import_factors_run(struct commands_call *call)
{
	struct batch batch;
	struct err err = OK;
	scoped(import) import = {.call = call, .arena = ARENA(ARENA_BYTES)};
	import.rows = arena_alloc(&import.arena, IMPORT_FACTORS_MAX * sizeof *import.rows);
	if (!import.rows)
		return FAIL(NO_MEMORY, "there is no memory for the devices");
	TRY(gather(&import));
	TRY(session_open(call, &import.session));
	for (size_t i = 0; i < import.count && !err_failed(err); i++) {
		if (import.rows[i].fate != WAITS)
			continue;
		collect(&import, i, &batch);
		err = send(&import, &batch);
	}
	struct err told = tell(&import);
	return err_failed(err) ? err : told;
}
