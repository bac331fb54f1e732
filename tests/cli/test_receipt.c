/* SPDX-License-Identifier: Apache-2.0 */
/* test_receipt - receipts on the command line: what is said of one that holds, and with which code others end. */
#include "base/buf.h"
#include "cli/commands.h"
#include "tests/support/temp_dir.h"
#include "tests/support/vectors.h"

#include <jansson.h>

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdio.h>

enum { DONE = 0, FAILED = 1, USAGE = 2, UNVERIFIED = 3, SHOWN_MAX = 64 * 1024 };

static const struct instant DURING = {INT64_C(1792585000) * 1000}, AFTER = {INT64_C(1892585000) * 1000};

/* The vectors, and a folder with the file of keys and the receipts. */
struct desk {
	json_t *vectors;
	struct temp_dir folder;
	char keys[256], file[256];
};

static void desk_write(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	cr_assert(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

static void desk_path(const struct desk *desk, const char *name, char path[static 256])
{
	snprintf(path, 256, "%s/%s", desk->folder.path, name);
}

static struct desk desk_make(void)
{
	struct desk desk = {.folder = temp_dir_make()};
	char keys[256];
	scoped(buf) content = BUF(SHOWN_MAX);
	vectors_read("vectors/receipts.json", &content);
	desk.vectors = json_loadb((const char *)content.data, content.len, 0, NULL);
	cr_assert(desk.vectors);
	desk_path(&desk, "keys.json", desk.keys);
	desk_path(&desk, "receipt", desk.file);
	snprintf(keys, sizeof keys, "{\"log\":{},\"receipt\":{\"kid\":\"%s\",\"public_key\":\"%s\"}}",
		json_string_value(json_object_get(desk.vectors, "kid")),
		json_string_value(json_object_get(desk.vectors, "public_key")));
	desk_write(desk.keys, keys);
	return desk;
}

static void desk_done(struct desk *desk)
{
	json_decref(desk->vectors);
	temp_dir_done(&desk->folder);
}

static const char *row(const struct desk *desk, const char *list, size_t at)
{
	const json_t *found = json_array_get(json_object_get(desk->vectors, list), at);
	return json_string_value(json_object_get(found, "receipt"));
}

static int run_at(struct instant now, const char *operand, const char *keys, const char *flag)
{
	const struct commands_environment environment = {.now = now};
	const char *const words[] = {"receipt", operand, "--keys", keys, flag};
	return commands_run(&environment, words, flag ? 5 : 4);
}

static bool says(FILE *stream, const char *what)
{
	static char text[SHOWN_MAX];
	fflush(stdout);
	fflush(stderr);
	size_t len = fread(text, 1, sizeof text - 1, stream);
	text[len] = '\0';
	return strstr(text, what) != NULL;
}

static void redirect(void)
{
	cr_redirect_stdout();
	cr_redirect_stderr();
}

TestSuite(receipt, .init = redirect);

Test(receipt, says_who_proved_who_they_are_for_what_and_when)
{
	scoped(desk) desk = desk_make();
	cr_assert(run_at(DURING, row(&desk, "holds", 1), desk.keys, NULL) == DONE);
	FILE *out = cr_get_redirected_stdout();
	static char text[SHOWN_MAX];
	fflush(stdout);
	text[fread(text, 1, sizeof text - 1, out)] = '\0';
	cr_assert(strstr(text, "receipt       holds\n"), "%s", text);
	cr_assert(strstr(text, "who           per_01k70dw000ep3sb1ks381msk5w of ten_"), "%s", text);
	cr_assert(strstr(text, "what          action bd938c68"), "%s", text);
	cr_assert(strstr(text, "how           otp (AAL 2), factor fac_"), "%s", text);
	cr_assert(strstr(text, "when          2026-10-2"), "%s", text);
	cr_assert(strstr(text, ", entry 41 of the log, leaf "), "%s", text);
	cr_assert(strstr(text, "nonce         n-0S6_WzA2Mj"), "%s", text);
}

Test(receipt, reads_it_from_a_file_or_from_the_answer_it_came_in)
{
	scoped(desk) desk = desk_make();
	scoped(buf) answer = BUF(SHOWN_MAX);
	buf_printf(&answer, "%s\n", row(&desk, "holds", 0));
	buf_put_u8(&answer, 0);
	desk_write(desk.file, (const char *)answer.data);
	cr_assert(run_at(DURING, desk.file, desk.keys, NULL) == DONE, "alone, with a line feed");
	buf_clear(&answer);
	buf_printf(&answer, "{\"decision\":\"allow\",\"receipt\":\"%s\"}", row(&desk, "holds", 0));
	buf_put_u8(&answer, 0);
	desk_write(desk.file, (const char *)answer.data);
	cr_assert(run_at(DURING, desk.file, desk.keys, NULL) == DONE, "in an answer");
	desk_write(desk.file, "{\"decision\":\"deny\"}");
	cr_assert(run_at(DURING, desk.file, desk.keys, NULL) == UNVERIFIED, "an answer without one");
}

Test(receipt, that_is_over_still_holds_and_says_so)
{
	scoped(desk) desk = desk_make();
	cr_assert(run_at(AFTER, row(&desk, "holds", 0), desk.keys, NULL) == DONE);
	cr_assert(says(cr_get_redirected_stdout(), " (over)\n"));
}

Test(receipt, says_nothing_of_over_while_it_is_good)
{
	scoped(desk) desk = desk_make();
	cr_assert(run_at(DURING, row(&desk, "holds", 0), desk.keys, NULL) == DONE);
	cr_assert(!says(cr_get_redirected_stdout(), "(over)"));
}

Test(receipt, prints_the_payload_as_json)
{
	scoped(desk) desk = desk_make();
	cr_assert(run_at(AFTER, row(&desk, "holds", 2), desk.keys, "--json") == DONE);
	cr_assert(says(
		cr_get_redirected_stdout(), "{\"holds\":true,\"over\":true,\"receipt\":{\"v\":1,\"kid\":\""));
}

Test(receipt, forged_in_any_way_ends_with_code_3_and_prints_no_claim)
{
	scoped(desk) desk = desk_make();
	for (size_t i = 0; row(&desk, "fails", i); i++) {
		desk_write(desk.file, row(&desk, "fails", i));
		int code = run_at(DURING, desk.file, desk.keys, NULL);
		bool trimmed =
			strchr(row(&desk, "fails", i), '\n') != NULL; /* a file may end with a line feed */
		cr_assert(code == (trimmed ? DONE : UNVERIFIED), "row %zu: %d", i, code);
	}
}

Test(receipt, forged_on_the_command_line_is_named_as_forged)
{
	scoped(desk) desk = desk_make();
	cr_assert(run_at(DURING, row(&desk, "fails", 0), desk.keys, NULL) == UNVERIFIED);
	cr_assert(!says(cr_get_redirected_stdout(), "holds"));
}

Test(receipt, wants_a_key_that_it_can_read)
{
	scoped(desk) desk = desk_make();
	const char *receipt = row(&desk, "holds", 0);
	cr_assert(run_at(DURING, receipt, "/nonexistent/keys", NULL) == FAILED, "no file");
	static const char *const BAD[] = {"", "[]", "{}", "{\"receipt\":{}}",
		"{\"receipt\":{\"public_key\":\"AAAA\"}}", "{\"receipt\":{\"public_key\":\"!!\"}}"};
	for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
		desk_write(desk.file, BAD[i]);
		cr_assert(run_at(DURING, receipt, desk.file, NULL) == USAGE, "%s", BAD[i]);
	}
}

Test(receipt, asks_which_server_when_no_keys_are_given)
{
	scoped(desk) desk = desk_make();
	const struct commands_environment environment = {.home = desk.folder.path};
	const char *const words[] = {"receipt", row(&desk, "holds", 0)};
	cr_assert(commands_run(&environment, words, 2) == USAGE);
	cr_assert(says(cr_get_redirected_stderr(), "which server?"));
}
