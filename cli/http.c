/* SPDX-License-Identifier: Apache-2.0 */
/* http - libcurl, with everything turned off that could lead elsewhere: redirects, proxies, other protocols.
 */
#include "cli/http.h"

#include "base/clock.h"

#include <curl/curl.h>

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

enum {
	PATH_MAX_BYTES = 128,
	CONNECT_MS = 10 * 1000,
	SLOW_BYTES = 1, /* a second */
	SLOW_S = 30,
};

static const char BEARER[] = "Authorization: Bearer ";

struct http_client {
	CURL *curl;
	struct curl_slist *headers;
	char prefix[HTTP_CLIENT_PREFIX_MAX]; /* without a slash at the end */
};

/* curl's own free. */
struct curl_text {
	char *at;
};

static void curl_text_done(struct curl_text *text)
{
	curl_free(text->at);
}

struct curl_address {
	CURLU *url;
};

static void curl_address_done(struct curl_address *address)
{
	curl_url_cleanup(address->url);
}

static size_t receive(char *data, size_t size, size_t count, void *context)
{
	struct buf *out = context;
	buf_put(out, span_of(data, size * count));
	/* Another number than was given ends the transfer. */
	return err_failed(out->err) ? 0 : size * count;
}

static bool is_this_machine(const char *host)
{
	/* 127.example.org is a name like any other. */
	bool is_loopback = strncmp(host, "127.", 4) == 0 && host[strspn(host, "0123456789.")] == '\0';
	return is_loopback || strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0;
}

static fallible check_prefix(const char *prefix, bool with_token)
{
	scoped(curl_address) address = {curl_url()};
	scoped(curl_text) scheme = {0};
	scoped(curl_text) host = {0};
	scoped(curl_text) other = {0};
	if (!address.url)
		return FAIL(NO_MEMORY, "there is no room for a URL");
	if (strlen(prefix) >= HTTP_CLIENT_PREFIX_MAX ||
		curl_url_set(address.url, CURLUPART_URL, prefix, 0) != CURLUE_OK ||
		curl_url_get(address.url, CURLUPART_SCHEME, &scheme.at, 0) != CURLUE_OK ||
		curl_url_get(address.url, CURLUPART_HOST, &host.at, 0) != CURLUE_OK)
		return FAIL(INPUT, "it is not a URL");
	bool secure = strcmp(scheme.at, "https") == 0;
	if (!secure && strcmp(scheme.at, "http") != 0)
		return FAIL(INPUT, "a server is asked over http or https only");
	if (curl_url_get(address.url, CURLUPART_USER, &other.at, 0) == CURLUE_OK || strpbrk(prefix, "?#"))
		return FAIL(INPUT, "a server's URL has no user, query or fragment");
	if (with_token && !secure && !is_this_machine(host.at))
		return FAIL(INPUT, "a token goes over https only, or stays on this machine");
	return OK;
}

static bool token_is_allowed(struct span token)
{
	for (size_t i = 0; i < token.len; i++) {
		if (token.at[i] <= 0x20 || token.at[i] >= 0x7f)
			return false;
	}
	return token.len <= HTTP_CLIENT_TOKEN_MAX;
}

static fallible add_token(struct http_client *client, struct span token)
{
	char header[sizeof BEARER + HTTP_CLIENT_TOKEN_MAX];
	size_t before = sizeof BEARER - 1;
	memcpy(header, BEARER, before);
	memcpy(header + before, token.at, token.len);
	header[before + token.len] = '\0';
	client->headers = curl_slist_append(NULL, header);
	explicit_bzero(header, sizeof header);
	if (!client->headers)
		return FAIL(NO_MEMORY, "there is no room for a token");
	return OK;
}

static bool set_up(const struct http_client *client)
{
	CURL *curl = client->curl;
	return curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
		/* A redirect could carry the token to somebody else; what a log serves stands under its
		  prefix. */
		curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
		/* The environment may name a proxy; what is fetched depends on the command line alone. */
		curl_easy_setopt(curl, CURLOPT_PROXY, "") == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_USERAGENT, "muniment/" MUNIMENT_VERSION) == CURLE_OK;
}

void http_client_close(struct http_client *client)
{
	if (!client)
		return;
	curl_easy_cleanup(client->curl);
	for (struct curl_slist *header = client->headers; header; header = header->next)
		explicit_bzero(header->data, strlen(header->data));
	curl_slist_free_all(client->headers);
	free(client);
}

static fallible start(struct http_client *client, const char *prefix, struct span token)
{
	size_t len = strlen(prefix);
	while (len > 0 && prefix[len - 1] == '/')
		len--;
	memcpy(client->prefix, prefix, len);
	client->prefix[len] = '\0';
	if (token.len > 0)
		TRY(add_token(client, token));
	client->curl = curl_easy_init();
	if (!client->curl || !set_up(client))
		return FAIL(NO_MEMORY, "an HTTP client cannot be set up");
	return OK;
}

fallible http_client_open(const char *prefix, struct span token, struct http_client **client)
{
	if (!token_is_allowed(token))
		return FAIL(INPUT, "a token has characters that none has, or is too long");
	TRY(check_prefix(prefix, token.len > 0));
	struct http_client *made = calloc(1, sizeof *made);
	if (!made)
		return FAIL(NO_MEMORY, "there is no room for an HTTP client");
	struct err err = start(made, prefix, token);
	if (err_failed(err)) {
		http_client_close(made);
		return err;
	}
	*client = made;
	return OK;
}

static fallible judge(long status)
{
	switch (status) {
	case 200:
		return OK;
	case 401:
		return FAIL(STRANGER, "the server wants a valid token");
	case 403:
		return FAIL(DENIED, "the token may not read this");
	case 404:
		return FAIL(NOT_FOUND, "the server has no such file");
	case 410:
		return FAIL(EXPIRED, "the server has removed this file");
	case 429:
		return FAIL(SLOW_DOWN, "the server wants fewer requests");
	case 503:
		return FAIL(BUSY, "the server is busy or sealed");
	default:
		return FAIL(REMOTE, "the server answers with neither the file nor a known refusal");
	}
}

/* For a file: what an API's call may have set before is undone. */
static bool aim_at_file(const struct http_client *client, const char *url, struct buf *body)
{
	CURL *curl = client->curl;
	return curl_easy_setopt(curl, CURLOPT_URL, url) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L) == CURLE_OK &&
		/* The pages of errors are nobody's content and may be longer than what was asked for. */
		curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, (long)SLOW_BYTES) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)SLOW_S) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 1L) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_HTTPHEADER, client->headers) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, NULL) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_HEADERDATA, NULL) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_WRITEDATA, body) == CURLE_OK;
}

static fallible get(void *context, const char *path, struct buf *out)
{
	struct http_client *client = context;
	char url[HTTP_CLIENT_PREFIX_MAX + PATH_MAX_BYTES];
	long status = 0;
	scoped(buf) body = BUF(out->max);
	if (snprintf(url, sizeof url, "%s/%s", client->prefix, path) >= (int)sizeof url)
		return FAIL(BUG, "a path is longer than any of a log");
	buf_clear(out);
	if (!aim_at_file(client, url, &body))
		return FAIL(NO_MEMORY, "a request cannot be set up");
	CURLcode result = curl_easy_perform(client->curl);
	TRY(buf_check(&body));
	bool refused = result == CURLE_HTTP_RETURNED_ERROR;
	if ((result != CURLE_OK && !refused) ||
		curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK)
		return FAIL(REMOTE, "the server cannot be reached, or breaks off");
	TRY(judge(status));
	buf_put(out, buf_span(&body));
	return buf_check(out);
}

struct fetch http_client_fetch(struct http_client *client)
{
	return (struct fetch){client, get};
}

void http_connection_done(struct http_connection *connection)
{
	http_client_close(connection->client);
	connection->client = NULL;
}

/* ---- calls ---- */

/* A call on its way. */
struct flight {
	CURL *curl;
	const struct http_client_ask *ask;
	struct http_client_reply *reply;
	int64_t heard_ms; /* by the steady clock: the last sign of life */
	struct err err;   /* of on_piece */
};

/* curl's own list. */
struct curl_headers {
	struct curl_slist *list;
};

static void curl_headers_done(struct curl_headers *headers)
{
	curl_slist_free_all(headers->list);
}

static bool is_welcome(long status)
{
	return status >= 200 && status <= 202;
}

static size_t take_piece(char *data, size_t size, size_t count, void *context)
{
	struct flight *flight = context;
	struct span piece = span_of(data, size * count);
	long status = 0;
	flight->heard_ms = clock_monotonic_ms();
	if (curl_easy_getinfo(flight->curl, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK)
		return 0;
	if (!is_welcome(status)) {
		buf_put(&flight->reply->refusal, piece);
		return err_failed(flight->reply->refusal.err) ? 0 : piece.len;
	}
	flight->reply->began = true;
	flight->err = flight->ask->on_piece(flight->ask->context, piece);
	return err_failed(flight->err) ? 0 : piece.len;
}

/* "Export-Id: exp_…", with its line end. */
static size_t take_header(char *data, size_t size, size_t count, void *context)
{
	struct flight *flight = context;
	struct span line = span_of(data, size * count);
	const char *name = flight->ask->header;
	size_t len = name ? strlen(name) : 0;
	flight->heard_ms = clock_monotonic_ms();
	if (len == 0 || line.len <= len || strncasecmp(data, name, len) != 0 || line.at[len] != ':')
		return line.len;
	struct span value = span_from(line, len + 1);
	while (value.len > 0 && value.at[0] == ' ')
		value = span_from(value, 1);
	while (value.len > 0 && value.at[value.len - 1] <= ' ')
		value.len--;
	if (value.len < sizeof flight->reply->header) {
		memcpy(flight->reply->header, value.at, value.len);
		flight->reply->header[value.len] = '\0';
	}
	return line.len;
}

/* curl calls it about once a second, also when nothing comes. */
static int watch(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	const struct flight *flight = context;
	(void)a, (void)b, (void)c, (void)d;
	int64_t patience = flight->ask->silence_ms ? flight->ask->silence_ms : SLOW_S * INT64_C(1000);
	return clock_monotonic_ms() - flight->heard_ms > patience;
}

static fallible add_header(struct curl_headers *headers, const char *name, const char *value)
{
	char line[HTTP_CLIENT_HEADER_MAX];
	if (snprintf(line, sizeof line, "%s: %s", name, value) >= (int)sizeof line)
		return FAIL(BUG, "a header is longer than its room");
	struct curl_slist *list = curl_slist_append(headers->list, line);
	if (!list)
		return FAIL(NO_MEMORY, "there is no room for a header");
	headers->list = list;
	return OK;
}

/* The client's own headers are borrowed: the copy of the token is the only one. */
static struct curl_slist *join(struct curl_headers *headers, struct curl_slist *own)
{
	struct curl_slist *last = headers->list;
	while (last->next)
		last = last->next;
	last->next = own;
	return last;
}

static bool aim_at_call(struct flight *flight, const char *url, struct curl_slist *headers)
{
	CURL *curl = flight->curl;
	const struct http_client_ask *ask = flight->ask;
	bool aimed = ask->json.len > 0 ? curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
						 (curl_off_t)ask->json.len) == CURLE_OK &&
			curl_easy_setopt(curl, CURLOPT_POSTFIELDS, ask->json.at) == CURLE_OK
				       : curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L) == CURLE_OK;
	aimed = aimed && curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, ask->method) == CURLE_OK;
	return aimed && curl_easy_setopt(curl, CURLOPT_URL, url) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_FAILONERROR, 0L) == CURLE_OK &&
		/* An average over seconds does not fit a stream that only breathes now and then. */
		curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, 0L) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, watch) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_XFERINFODATA, flight) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_HEADERDATA, flight) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_piece) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_WRITEDATA, flight) == CURLE_OK;
}

static fallible fly(struct flight *flight, const char *url, struct curl_slist *headers)
{
	if (!aim_at_call(flight, url, headers))
		return FAIL(NO_MEMORY, "a request cannot be set up");
	CURLcode result = curl_easy_perform(flight->curl);
	TRY(flight->err);
	TRY(buf_check(&flight->reply->refusal));
	if (curl_easy_getinfo(flight->curl, CURLINFO_RESPONSE_CODE, &flight->reply->status) != CURLE_OK ||
		result != CURLE_OK || flight->reply->status == 0)
		return FAIL(REMOTE, "the server cannot be reached, or breaks off");
	return OK;
}

fallible http_client_call(
	struct http_client *client, const struct http_client_ask *ask, struct http_client_reply *reply)
{
	scoped(curl_headers) headers = {0};
	char url[HTTP_CLIENT_PREFIX_MAX + HTTP_CLIENT_PATH_MAX];
	reply->refusal = BUF(HTTP_CLIENT_REFUSAL_MAX);
	if (snprintf(url, sizeof url, "%s/%s", client->prefix, ask->path) >= (int)sizeof url)
		return FAIL(TOO_LARGE, "the filters make an address that is too long");
	TRY(add_header(&headers, "Content-Type", ask->json.len ? "application/json" : ""));
	if (ask->last_event)
		TRY(add_header(&headers, "Last-Event-ID", ask->last_event));
	struct curl_slist *last = join(&headers, client->headers);
	struct flight flight = {client->curl, ask, reply, clock_monotonic_ms(), OK};
	struct err err = fly(&flight, url, headers.list);
	last->next = NULL;
	return err;
}

void http_client_reply_done(struct http_client_reply *reply)
{
	buf_done(&reply->refusal);
}
