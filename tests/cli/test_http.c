/* SPDX-License-Identifier: Apache-2.0 */
/* test_http - GET over loopback: what arrives, what each refusal means, and what is never sent or followed.
 */
#include "cli/http.h"

#include "tests/cli/tile_server.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct err get_from(
	const struct tile_server *server, const char *token, const char *path, struct buf *out)
{
	struct http_client *client = NULL;
	struct err err = http_client_open(server->url, span_text(token), &client);
	if (!err_failed(err)) {
		struct fetch fetch = http_client_fetch(client);
		err = fetch.get(fetch.context, path, out);
	}
	http_client_close(client);
	return err;
}

Test(http, gets_files_whole_over_one_client)
{
	static const char *const PATHS[] = {
		"checkpoint", "tile/0/000", "tile/entries/001.p/44", "tile/1/000.p/1"};
	scoped(tile_folder) folder = tile_folder_make(300, 1);
	scoped(tile_server) server = {.folder = &folder};
	struct http_client *client = NULL;
	tile_server_start(&server);
	cr_assert(!err_failed(http_client_open(server.url, SPAN_NONE, &client)), "a client");
	struct fetch fetch = http_client_fetch(client);
	scoped(buf) got = BUF(64 * 1024);
	for (size_t i = 0; i < sizeof PATHS / sizeof *PATHS; i++) {
		scoped(buf) expected = BUF(64 * 1024);
		tile_folder_read(&folder, PATHS[i], &expected);
		cr_assert(!err_failed(fetch.get(fetch.context, PATHS[i], &got)), "%s", PATHS[i]);
		cr_assert(span_equal(buf_span(&got), buf_span(&expected)), "%s", PATHS[i]);
	}
	cr_assert(fetch.get(fetch.context, "tile/0/007", &got).kind == ERR_NOT_FOUND, "an absent one");
	http_client_close(client);
}

Test(http, takes_a_prefix_with_slashes_at_its_end)
{
	scoped(tile_folder) folder = tile_folder_make(1, 1);
	scoped(tile_server) server = {.folder = &folder};
	scoped(buf) got = BUF(4096);
	tile_server_start(&server);
	snprintf(server.url, sizeof server.url, "http://127.0.0.1:%u/v1/log//", server.port);
	cr_assert(!err_failed(get_from(&server, "", "checkpoint", &got)), "the same log");
}

Test(http, tells_each_refusal_by_its_kind)
{
	static const struct {
		const char *answer;
		enum err_kind kind;
	} ROWS[] = {
		{"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n", ERR_STRANGER},
		{"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n", ERR_DENIED},
		{"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", ERR_NOT_FOUND},
		{"HTTP/1.1 404 No\r\nContent-Length: 20\r\n\r\n12345678901234567890", ERR_NOT_FOUND},
		{"HTTP/1.1 410 No\r\nContent-Length: 0\r\n\r\n", ERR_EXPIRED},
		{"HTTP/1.1 429 No\r\nContent-Length: 0\r\n\r\n", ERR_SLOW_DOWN},
		{"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n", ERR_BUSY},
		{"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", ERR_REMOTE},
		{"HTTP/1.1 204 No\r\n\r\n", ERR_REMOTE},
		{"HTTP/1.1 302 No\r\nLocation: /v1/log/tile/0/000\r\nContent-Length: 0\r\n\r\n", ERR_REMOTE},
		{"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n12345678901", ERR_TOO_LARGE},
		{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n123", ERR_REMOTE},
		{"", ERR_REMOTE},
		{"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n1234567890", ERR_NONE},
	};
	scoped(tile_folder) folder = tile_folder_make(1, 1);
	for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
		scoped(tile_server)
			server = {.folder = &folder, .odd_path = "checkpoint", .odd_answer = ROWS[i].answer};
		scoped(buf) got = BUF(10);
		tile_server_start(&server);
		struct err err = get_from(&server, "", "checkpoint", &got);
		cr_assert(err.kind == ROWS[i].kind, "row %zu: kind %d, %s", i, (int)err.kind, err.why);
	}
}

Test(http, sends_the_token_as_a_bearer_header)
{
	scoped(tile_folder) folder = tile_folder_make(1, 1);
	scoped(tile_server) server = {.folder = &folder, .token = "mun_app_right"};
	scoped(buf) got = BUF(4096);
	tile_server_start(&server);
	cr_assert(!err_failed(get_from(&server, "mun_app_right", "checkpoint", &got)), "the right one");
	cr_assert(get_from(&server, "mun_app_wrong", "checkpoint", &got).kind == ERR_STRANGER, "a wrong one");
	cr_assert(get_from(&server, "", "checkpoint", &got).kind == ERR_STRANGER, "none");
}

Test(http, a_server_that_is_not_there_is_remote_trouble)
{
	scoped(tile_folder) folder = tile_folder_make(1, 1);
	struct tile_server server = {.folder = &folder};
	scoped(buf) got = BUF(4096);
	tile_server_start(&server);
	tile_server_done(&server);
	cr_assert(get_from(&server, "", "checkpoint", &got).kind == ERR_REMOTE, "nobody listens");
}

Test(http, takes_only_plain_prefixes_of_http_and_https)
{
	static const char *const RIGHT[] = {
		"http://127.0.0.1:1/v1/log", "https://log.example.org", "https://[::1]/x/"};
	static const char *const WRONG[] = {"", "log.example.org", "ftp://127.0.0.1/log", "file:///etc",
		"http://", "http://u@127.0.0.1/", "http://u:p@127.0.0.1/", "http://127.0.0.1/?q",
		"http://127.0.0.1/#f", "http://127.0.0.1/a b", "http://127.0.0.1/a\nb",
		"gopher://127.0.0.1/"};
	for (size_t i = 0; i < sizeof RIGHT / sizeof *RIGHT; i++) {
		struct http_client *client = NULL;
		cr_assert(!err_failed(http_client_open(RIGHT[i], SPAN_NONE, &client)), "%s", RIGHT[i]);
		http_client_close(client);
	}
	for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
		struct http_client *client = NULL;
		cr_assert(http_client_open(WRONG[i], SPAN_NONE, &client).kind == ERR_INPUT, "%s", WRONG[i]);
		cr_assert(client == NULL, "no client");
	}
}

Test(http, lets_no_token_cross_a_network_in_the_clear)
{
	static const char *const RIGHT[] = {"http://127.0.0.1:8420/v1/log", "http://127.9.9.9/",
		"http://localhost:1/", "http://[::1]:1/", "https://log.example.org/"};
	static const char *const WRONG[] = {"http://log.example.org/", "http://127.example.org/",
		"http://127.0.0.1.example.org/", "http://localhost.example.org/", "http://10.0.0.1/",
		"http://[::2]/", "http://128.0.0.1/"};
	for (size_t i = 0; i < sizeof RIGHT / sizeof *RIGHT; i++) {
		struct http_client *client = NULL;
		cr_assert(
			!err_failed(http_client_open(RIGHT[i], SPAN_LIT("token"), &client)), "%s", RIGHT[i]);
		http_client_close(client);
	}
	for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
		struct http_client *client = NULL;
		cr_assert(http_client_open(WRONG[i], SPAN_LIT("token"), &client).kind == ERR_INPUT, "%s",
			WRONG[i]);
	}
}

Test(http, refuses_tokens_that_would_be_more_than_one_header)
{
	static const char *const WRONG[] = {"a b", "a\r\nX: y", "a\n", "\t", "caf\xc3\xa9", "\x7f"};
	struct http_client *client = NULL;
	for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
		struct err err = http_client_open("http://127.0.0.1/", span_text(WRONG[i]), &client);
		cr_assert(err.kind == ERR_INPUT, "token %zu", i);
	}
	char endless[HTTP_CLIENT_TOKEN_MAX + 1];
	memset(endless, 'a', sizeof endless);
	cr_assert(http_client_open("http://127.0.0.1/", span_of(endless, sizeof endless), &client).kind ==
			ERR_INPUT,
		"too long");
}

/* ---- calls ---- */

static fallible keep_piece(void *context, struct span piece)
{
	struct buf *out = context;
	buf_put(out, piece);
	return buf_check(out);
}

/* One call to a server that answers this whatever it is asked; out gets what was handed on. */
static struct err call_of(const char *answer, struct buf *out, struct http_client_reply *reply)
{
	scoped(tile_folder) folder = tile_folder_make(0, 1);
	scoped(tile_server) server = {.folder = &folder, .odd_path = "", .odd_answer = answer};
	scoped(http_connection) connection = {0};
	struct http_client_ask ask = {
		.path = "events?limit=1", .header = "Export-Id", .on_piece = keep_piece, .context = out};
	tile_server_start(&server);
	TRY(http_client_open(server.url, SPAN_LIT("mun_app_right"), &connection.client));
	return http_client_call(connection.client, &ask, reply);
}

Test(http, a_call_hands_on_what_is_welcome_and_keeps_the_header_that_was_asked_for)
{
	scoped(buf) out = BUF(4096);
	scoped(http_client_reply) reply = {0};
	struct err err = call_of("HTTP/1.1 201 Made\r\nexport-id:  exp_1 \r\nContent-Length: "
	                         "4\r\nConnection: close\r\n\r\nrows",
		&out, &reply);
	cr_assert(!err_failed(err) && reply.status == 201 && reply.began, "%s", err.why);
	cr_assert(span_is(buf_span(&out), "rows"), "the rows");
	cr_assert_str_eq(reply.header, "exp_1");
	cr_assert(reply.refusal.len == 0, "no refusal");
}

Test(http, a_refused_call_hands_nothing_on_and_keeps_what_the_server_said)
{
	scoped(buf) out = BUF(4096);
	scoped(http_client_reply) reply = {0};
	struct err err = call_of("HTTP/1.1 422 No\r\nExport-Id-2: x\r\nContent-Length: 11\r\nConnection: "
	                         "close\r\n\r\n{\"code\":\"a\"}",
		&out, &reply);
	cr_assert(!err_failed(err) && reply.status == 422 && !reply.began, "a refusal is an answer: %s",
		err.why);
	cr_assert(out.len == 0 && span_is(buf_span(&reply.refusal), "{\"code\":\"a\""), "kept aside");
	cr_assert_str_eq(reply.header, "");
}

Test(http, a_call_that_breaks_off_is_remote_trouble)
{
	scoped(buf) out = BUF(4096);
	scoped(http_client_reply) reply = {0};
	struct err err = call_of(
		"HTTP/1.1 200 Yes\r\nContent-Length: 400\r\nConnection: close\r\n\r\nrows", &out, &reply);
	cr_assert(err.kind == ERR_REMOTE && reply.began, "half of it came");
}

Test(http, a_header_without_end_and_a_refusal_without_end_are_bounded)
{
	scoped(buf) answer = BUF(256 * 1024);
	scoped(buf) out = BUF(4096);
	scoped(http_client_reply) reply = {0};
	buf_put_text(&answer, "HTTP/1.1 200 Yes\r\nExport-Id: ");
	for (size_t i = 0; i < HTTP_CLIENT_HEADER_MAX; i++)
		buf_put_u8(&answer, 'x');
	buf_put_text(&answer, "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
	buf_put_u8(&answer, 0);
	cr_assert(!err_failed(call_of((const char *)answer.data, &out, &reply)), "a long header");
	cr_assert_str_eq(reply.header, "");
	buf_clear(&answer);
	buf_put_text(&answer, "HTTP/1.1 500 No\r\nConnection: close\r\n\r\n");
	for (size_t i = 0; i <= HTTP_CLIENT_REFUSAL_MAX; i++)
		buf_put_u8(&answer, 'x');
	buf_put_u8(&answer, 0);
	scoped(http_client_reply) second = {0};
	cr_assert(call_of((const char *)answer.data, &out, &second).kind == ERR_TOO_LARGE, "a long refusal");
}

Test(http, who_takes_the_pieces_may_end_the_call)
{
	scoped(buf) out = BUF(2);
	scoped(http_client_reply) reply = {0};
	struct err err = call_of(
		"HTTP/1.1 200 Yes\r\nContent-Length: 4\r\nConnection: close\r\n\r\nrows", &out, &reply);
	cr_assert(err.kind == ERR_TOO_LARGE, "its failure is passed on");
}
