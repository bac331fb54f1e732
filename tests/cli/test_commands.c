/* SPDX-License-Identifier: Apache-2.0 */
/* test_commands - words in, exit code and sentence out. */
#include "cli/commands.h"

#include "base/json_in.h"
#include "crypto/merkle.h"
#include "tests/cli/tile_server.h"
#include "tests/support/vectors.h"

#include <jansson.h>

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdio.h>
#include <sys/stat.h>

enum { WORDS_MAX = 12, DONE = 0, FAILED = 1, USAGE = 2, UNVERIFIED = 3, TOKEN_REFUSED = 4 };

/* The words up to a NULL. */
static int run(const char *const words[static WORDS_MAX])
{
	size_t count = 0;
	while (count < WORDS_MAX && words[count])
		count++;
	static const struct commands_environment NOWHERE = {0};
	return commands_run(&NOWHERE, words, count);
}

#define RUN(...) run((const char *const[WORDS_MAX]){__VA_ARGS__})

static const char *vkey_of(const struct tile_folder *folder)
{
	return (const char *)folder->vkey.data;
}

/* Criterion puts files in place of both streams; what was written is read back from their beginning. */
static void printed(FILE *stream, struct buf *out)
{
	char chunk[1024];
	size_t n;
	fflush(stdout);
	fflush(stderr);
	buf_clear(out);
	while ((n = fread(chunk, 1, sizeof chunk, stream)) > 0)
		buf_put(out, span_of(chunk, n));
	buf_put_u8(out, 0);
}

static void redirect(void)
{
	cr_redirect_stdout();
	cr_redirect_stderr();
}

TestSuite(commands, .init = redirect);

static bool says(FILE *stream, const char *what)
{
	scoped(buf) text = BUF(64 * 1024);
	printed(stream, &text);
	return text.data && strstr((const char *)text.data, what) != NULL;
}

Test(commands, verify_says_what_it_verified_in_a_folder)
{
	scoped(tile_folder) folder = tile_folder_make(300, 1);
	cr_assert(RUN("verify", folder.path, "--vkey", vkey_of(&folder)) == DONE, "verified");
	cr_assert(says(cr_get_redirected_stdout(),
			  "300 entries, checkpoint of log.example.org/tenant size 300 root "),
		"size");
}

Test(commands, verify_says_which_bundles_are_missing)
{
	scoped(tile_folder) folder = tile_folder_make(600, 1);
	tile_folder_remove(&folder, "tile/entries/001");
	cr_assert(RUN("verify", folder.path, "--vkey", vkey_of(&folder)) == DONE, "verified");
	cr_assert(says(cr_get_redirected_stdout(),
			  "; entry bundles: missing from index 256 to 511 (256 entries, "),
		"where");
}

Test(commands, verify_says_that_all_bundles_are_present)
{
	scoped(tile_folder) folder = tile_folder_make(5, 1);
	char vkey[256];
	snprintf(vkey, sizeof vkey, "--vkey=%s", vkey_of(&folder));
	cr_assert(RUN("verify", vkey, "--", folder.path) == DONE, "verified");
	cr_assert(says(cr_get_redirected_stdout(), "; entry bundles: all present\n"), "all");
}

Test(commands, verify_names_the_first_bad_entry_and_exits_with_3)
{
	scoped(tile_folder) folder = tile_folder_make(300, 1);
	tile_folder_flip(&folder, "tile/0/000", 77 * MERKLE_HASH);
	cr_assert(RUN("verify", folder.path, "--vkey", vkey_of(&folder)) == UNVERIFIED, "refused");
	cr_assert(
		says(cr_get_redirected_stderr(), "muniment: entry 77: its bytes and its leaf hash"), "named");
}

Test(commands, verify_exits_with_3_for_another_key)
{
	static const char OTHER[] =
		"audit.example.com/tenant-1+b86a4a29+AcADSkahMKCSs1Az8U0Kly4kXyKT2YlxkbdIVvQBDUNF";
	scoped(tile_folder) folder = tile_folder_make(5, 1);
	cr_assert(RUN("verify", folder.path, "--vkey", OTHER) == UNVERIFIED, "refused");
	cr_assert(
		says(cr_get_redirected_stderr(), "muniment: checkpoint: it has no valid signature"), "named");
}

Test(commands, verify_reads_a_log_over_http_with_a_token_from_a_file)
{
	scoped(tile_folder) folder = tile_folder_make(300, 1);
	scoped(tile_server) server = {.folder = &folder, .token = "mun_app_right"};
	char path[128];
	snprintf(path, sizeof path, "%s/token", folder.path);
	tile_server_start(&server);
	tile_folder_write(&folder, "token", SPAN_LIT("mun_app_right\n"));
	cr_assert(RUN("verify", server.url, "--vkey", vkey_of(&folder), "--token-file", path) == USAGE,
		"others can read it");
	cr_assert(chmod(path, 0600) == 0, "now they can not");
	cr_assert(RUN("verify", server.url, "--vkey", vkey_of(&folder), "--token-file", path) == DONE,
		"verified");
	cr_assert(says(cr_get_redirected_stdout(), "300 entries, "), "told");
	tile_folder_write(&folder, "token", SPAN_LIT("mun_app_wrong\n"));
	cr_assert(
		RUN("verify", server.url, "--vkey", vkey_of(&folder), "--token-file", path) == TOKEN_REFUSED,
		"wrong");
	cr_assert(RUN("verify", server.url, "--vkey", vkey_of(&folder)) == TOKEN_REFUSED, "none");
	tile_folder_write(&folder, "token", SPAN_LIT("\n"));
	cr_assert(RUN("verify", server.url, "--vkey", vkey_of(&folder), "--token-file", path) == USAGE,
		"empty");
	tile_folder_remove(&folder, "token");
	cr_assert(RUN("verify", server.url, "--vkey", vkey_of(&folder), "--token-file", path) == FAILED,
		"absent");
}

Test(commands, verify_tells_a_changed_log_over_http)
{
	scoped(tile_folder) folder = tile_folder_make(300, 1);
	scoped(tile_server) server = {.folder = &folder};
	tile_server_start(&server);
	tile_folder_flip(&folder, "tile/entries/001.p/44", 1);
	cr_assert(RUN("verify", server.url, "--vkey", vkey_of(&folder)) == UNVERIFIED, "refused");
	cr_assert(says(cr_get_redirected_stderr(), "muniment: entry 256: "), "named");
}

Test(commands, verify_says_that_the_server_withholds_bundles)
{
	scoped(tile_folder) folder = tile_folder_make(300, 1);
	scoped(tile_server) server = {.folder = &folder,
		.odd_path = "tile/entries/",
		.odd_answer = "HTTP/1.1 403 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"};
	tile_server_start(&server);
	cr_assert(RUN("verify", server.url, "--vkey", vkey_of(&folder)) == DONE, "hashes are enough");
	cr_assert(says(cr_get_redirected_stdout(),
			  "entry bundles: withheld by the server from index 0 (300 entries"),
		"told");
}

Test(commands, verify_says_which_bundles_the_server_pruned)
{
	scoped(tile_folder) folder = tile_folder_make(600, 1);
	scoped(tile_server) server = {.folder = &folder,
		.odd_path = "tile/entries/000",
		.odd_answer = "HTTP/1.1 410 Gone\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"};
	tile_server_start(&server);
	cr_assert(RUN("verify", server.url, "--vkey", vkey_of(&folder)) == DONE, "hashes are enough");
	cr_assert(says(cr_get_redirected_stdout(), "entry bundles: pruned from index 0 to 255 (256 entries"),
		"told");
}

Test(commands, verify_does_not_call_pruned_what_is_missing)
{
	scoped(tile_folder) folder = tile_folder_make(600, 1);
	scoped(tile_server) server = {.folder = &folder,
		.odd_path = "tile/entries/000",
		.odd_answer = "HTTP/1.1 410 Gone\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"};
	tile_folder_remove(&folder, "tile/entries/001");
	tile_server_start(&server);
	cr_assert(RUN("verify", server.url, "--vkey", vkey_of(&folder)) == DONE, "hashes are enough");
	cr_assert(says(cr_get_redirected_stdout(),
			  "entry bundles: pruned or missing from index 0 to 511 (512 entries"),
		"told");
}

/* The vectors' second proof, of leaf "3", as a file. */
static void write_proof(const struct tile_folder *folder, struct buf *text)
{
	scoped(buf) content = BUF(64 * 1024);
	vectors_read("vectors/tlog_proofs.json", &content);
	json_t *file = json_loadb((const char *)content.data, content.len, 0, NULL);
	buf_put_text(text, json_string_value(json_object_get(json_array_get(file, 1), "file")));
	json_decref(file);
	tile_folder_write(folder, "proof", buf_span(text));
}

static const char PROOF_VKEY[] =
	"audit.example.com/tenant-1+b86a4a29+AcADSkahMKCSs1Az8U0Kly4kXyKT2YlxkbdIVvQBDUNF";
static const char PROOF_LEAF[] = "906c5d2485cae722073a430f4d04fe1767507592cef226629aeadb85a2ec909d";
static const char OTHER_LEAF[] = "906c5d2485cae722073a430f4d04fe1767507592cef226629aeadb85a2ec909c";

Test(commands, verify_checks_a_proof_file)
{
	scoped(tile_folder) folder = tile_folder_make(0, 1);
	scoped(buf) text = BUF(8192);
	char path[128];
	snprintf(path, sizeof path, "%s/proof", folder.path);
	write_proof(&folder, &text);
	cr_assert(RUN("verify", path, "--vkey", PROOF_VKEY, "--leaf", PROOF_LEAF) == DONE, "it holds");
	cr_assert(says(cr_get_redirected_stdout(),
			  "is entry 3, checkpoint of audit.example.com/tenant-1 size 5 root "),
		"told");
	cr_assert(RUN("verify", path, "--vkey", PROOF_VKEY, "--leaf", OTHER_LEAF) == UNVERIFIED,
		"another leaf");
	cr_assert(RUN("verify", path, "--vkey", PROOF_VKEY, "--leaf", "12") == USAGE, "no leaf hash");
	cr_assert(RUN("verify", path, "--vkey", PROOF_VKEY) == USAGE, "without a leaf");
	cr_assert(RUN("verify", path, "--vkey", vkey_of(&folder), "--leaf", PROOF_LEAF) == UNVERIFIED,
		"another key");
	tile_folder_flip(&folder, "proof", text.len / 4);
	cr_assert(RUN("verify", path, "--vkey", PROOF_VKEY, "--leaf", PROOF_LEAF) == UNVERIFIED,
		"a changed byte");
	tile_folder_write(&folder, "proof", span_first(buf_span(&text), 60));
	cr_assert(RUN("verify", path, "--vkey", PROOF_VKEY, "--leaf", PROOF_LEAF) == UNVERIFIED, "cut off");
}

Test(commands, verify_refuses_kinds_of_files_that_it_does_not_know)
{
	scoped(tile_folder) folder = tile_folder_make(0, 1);
	char path[128];
	snprintf(path, sizeof path, "%s/file", folder.path);
	tile_folder_write(&folder, "file", SPAN_LIT("a letter"));
	cr_assert(RUN("verify", path, "--vkey", PROOF_VKEY) == UNVERIFIED, "a letter");
	cr_assert(
		says(cr_get_redirected_stderr(), "it is not a kind of file that this program knows"), "told");
	tile_folder_write(&folder, "file", SPAN_NONE);
	cr_assert(RUN("verify", path, "--vkey", PROOF_VKEY) == UNVERIFIED, "an empty file");
	tile_folder_remove(&folder, "file");
	cr_assert(RUN("verify", path, "--vkey", PROOF_VKEY) == FAILED, "no file");
}

Test(commands, wrong_usage_exits_with_2)
{
	cr_assert(RUN(NULL) == USAGE, "nothing");
	cr_assert(RUN("conjure") == USAGE, "no such command");
	cr_assert(RUN("verify") == USAGE, "no operand");
	cr_assert(RUN("verify", "/tmp") == USAGE, "no key");
	cr_assert(RUN("verify", "/tmp", "--vkey") == USAGE, "no value");
	cr_assert(RUN("verify", "/tmp", "--vkey", "none") == USAGE, "no key");
	cr_assert(RUN("verify", "/tmp", "/tmp", "--vkey", PROOF_VKEY) == USAGE, "two operands");
	cr_assert(RUN("verify", "/tmp", "--vkey", PROOF_VKEY, "--vkey", PROOF_VKEY) == USAGE,
		"an option twice");
	cr_assert(RUN("verify", "/tmp", "--vkey", PROOF_VKEY, "--fast") == USAGE, "an unknown option");
	cr_assert(RUN("verify", "/tmp", "--vkeys", PROOF_VKEY) == USAGE, "almost an option");
	cr_assert(RUN("verify", "http://u:p@127.0.0.1/", "--vkey", PROOF_VKEY) == USAGE,
		"a URL with a password");
}

Test(commands, help_names_every_option_of_a_command)
{
	cr_assert(RUN("--help") == DONE, "help");
	cr_assert(RUN("help") == DONE, "help");
	cr_assert(RUN("--version") == DONE, "version");
	cr_assert(RUN("verify", "--help") == DONE, "help of a command");
	cr_assert(RUN("log", "--help") == DONE, "help of several");
	cr_assert(RUN("log", "show", "--help") == DONE, "help of one of them");
	scoped(buf) text = BUF(64 * 1024);
	printed(cr_get_redirected_stdout(), &text);
	static const char *const EXPECTED[] = {"verify FILE|DIR|URL", "--vkey VKEY", "(needed)",
		"--token-file FILE", "--leaf HEX", "muniment log follow", "muniment log show EVENT",
		"--class CLASS", "may be given several times", "--proof FILE", "Exit codes: "};
	for (size_t i = 0; i < sizeof EXPECTED / sizeof *EXPECTED; i++)
		cr_assert(strstr((const char *)text.data, EXPECTED[i]) != NULL, "%s", EXPECTED[i]);
}

Test(commands, log_list_is_meant_when_only_log_is_said)
{
	cr_assert(RUN("log", "--limit", "none") == USAGE, "its options");
	cr_assert(says(cr_get_redirected_stderr(), "none: a limit is a number from 1 on"), "are taken");
}

Test(commands, options_keep_to_their_rows)
{
	cr_assert(RUN("log", "conjure") == USAGE, "no such word");
	cr_assert(RUN("log", "list", "evt_1") == USAGE, "no operand");
	cr_assert(RUN("log", "show") == USAGE, "an operand");
	cr_assert(RUN("log", "show", "evt_1", "--all") == USAGE, "another command's option");
	cr_assert(RUN("log", "--all=yes") == USAGE, "a value where there is none");
	cr_assert(RUN("log", "--from", "1h", "--from", "2h") == USAGE, "twice");
	cr_assert(
		RUN("log", "--outcome=a", "--outcome=b", "--outcome=c", "--outcome=d") == USAGE, "too often");
	cr_assert(RUN("log", "--class", "login", "--class", "export") == USAGE, "nobody says which server");
	cr_assert(says(cr_get_redirected_stderr(), "which server?"), "only that is missing");
}

Test(commands, an_event_is_named_by_its_id)
{
	cr_assert(RUN("log", "show", "../../etc/passwd", "--server", "http://127.0.0.1:1") == USAGE, "no id");
	cr_assert(RUN("log", "show", "per_01m801mrrberwa3hsbbgtnaprs", "--server", "http://127.0.0.1:1") ==
			USAGE,
		"another kind's");
}
