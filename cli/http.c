/* SPDX-License-Identifier: Apache-2.0 */
/* http - libcurl, with everything turned off that could lead elsewhere: redirects, proxies, other protocols.
 */
#include "cli/http.h"

#include <curl/curl.h>

#include <stdio.h>
#include <stdlib.h>

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
		return FAIL(INPUT, "a log is fetched over http or https only");
	if (curl_url_get(address.url, CURLUPART_USER, &other.at, 0) == CURLUE_OK || strpbrk(prefix, "?#"))
		return FAIL(INPUT, "a log's URL has no user, query or fragment");
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
		/* The pages of errors are nobody's content and may be longer than what was asked for. */
		curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, (long)SLOW_BYTES) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)SLOW_S) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_USERAGENT, "muniment/" MUNIMENT_VERSION) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_HTTPHEADER, client->headers) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive) == CURLE_OK;
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

static fallible get(void *context, const char *path, struct buf *out)
{
	struct http_client *client = context;
	char url[HTTP_CLIENT_PREFIX_MAX + PATH_MAX_BYTES];
	long status = 0;
	scoped(buf) body = BUF(out->max);
	if (snprintf(url, sizeof url, "%s/%s", client->prefix, path) >= (int)sizeof url)
		return FAIL(BUG, "a path is longer than any of a log");
	buf_clear(out);
	if (curl_easy_setopt(client->curl, CURLOPT_URL, url) != CURLE_OK ||
		curl_easy_setopt(client->curl, CURLOPT_WRITEDATA, &body) != CURLE_OK)
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
