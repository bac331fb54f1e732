/* SPDX-License-Identifier: Apache-2.0 */
/* smtp - one libcurl handle, and what its codes mean for a mail. */
#include "server/deliver/smtp.h"

#include "base/buf.h"
#include "base/text.h"

#include <curl/curl.h>

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

struct smtp {
	CURL *curl;
	struct span rest; /* of the message that is being sent */
};

/* ---- where to ---- */

static bool host_is_loopback(const char *host)
{
	struct in_addr v4;
	if (strcasecmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0)
		return true;
	return inet_pton(AF_INET, host, &v4) == 1 && ntohl(v4.s_addr) >> 24 == 127;
}

static bool is_loopback(const char *url)
{
	char *host = NULL;
	CURLU *parts = curl_url();
	bool found = parts &&
		curl_url_set(parts, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK &&
		curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK;
	bool loopback = found && host_is_loopback(host);
	curl_free(host);
	curl_url_cleanup(parts);
	return loopback;
}

/* ---- the handle ---- */

static size_t give_message(char *to, size_t size, size_t count, void *context)
{
	struct smtp *smtp = context;
	struct span piece = span_first(smtp->rest, size * count);
	if (piece.len)
		memcpy(to, piece.at, piece.len);
	smtp->rest = span_from(smtp->rest, piece.len);
	return piece.len;
}

/* What a server says is no output of ours. */
static size_t drop_output(char *from, size_t size, size_t count, void *context)
{
	(void)from;
	(void)context;
	return size * count;
}

/* USESSL_ALL ends the session before any mail when the server has no STARTTLS, or somebody on the way has
 * taken it out. On loopback nobody is on the way, and a mail server's certificate there names another host.
 */
static long tls_for(const struct smtp_ask *ask)
{
	return is_loopback(ask->url) && !ask->ca_file[0] ? CURLUSESSL_NONE : CURLUSESSL_ALL;
}

static bool set_up_connection(struct smtp *smtp, const struct smtp_ask *ask)
{
	CURL *curl = smtp->curl;
	long send_ms = ask->send_ms ? (long)ask->send_ms : SMTP_SEND_MS;
	return curl_easy_setopt(curl, CURLOPT_URL, ask->url) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps") == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_PROXY, "") ==
		CURLE_OK && /* the environment names none for us */
		curl_easy_setopt(curl, CURLOPT_USE_SSL, tls_for(ask)) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
		(!ask->ca_file[0] || curl_easy_setopt(curl, CURLOPT_CAINFO, ask->ca_file) == CURLE_OK) &&
		curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)SMTP_CONNECT_MS) == CURLE_OK &&
		curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, send_ms) == CURLE_OK;
}

static bool set_up_message(struct smtp *smtp)
{
	return curl_easy_setopt(smtp->curl, CURLOPT_UPLOAD, 1L) == CURLE_OK &&
		curl_easy_setopt(smtp->curl, CURLOPT_READFUNCTION, give_message) == CURLE_OK &&
		curl_easy_setopt(smtp->curl, CURLOPT_READDATA, smtp) == CURLE_OK &&
		curl_easy_setopt(smtp->curl, CURLOPT_WRITEFUNCTION, drop_output) == CURLE_OK;
}

static bool set_up_login(struct smtp *smtp, const struct smtp_ask *ask)
{
	char password[SMTP_PASSWORD_MAX + 1] = {0};
	if (!ask->username[0])
		return true;
	if (ask->password.len)
		memcpy(password, ask->password.at, ask->password.len);
	bool set = curl_easy_setopt(smtp->curl, CURLOPT_USERNAME, ask->username) == CURLE_OK &&
		curl_easy_setopt(smtp->curl, CURLOPT_PASSWORD, password) == CURLE_OK;
	explicit_bzero(password, sizeof password);
	return set;
}

static fallible set_up(struct smtp *smtp, const struct smtp_ask *ask)
{
	if (!smtp->curl)
		return FAIL(NO_MEMORY, "there is no memory for a mail client");
	if (!set_up_connection(smtp, ask) || !set_up_message(smtp))
		return FAIL(INPUT, "the mail server's URL or certificates can't be used");
	if (!set_up_login(smtp, ask))
		return FAIL(NO_MEMORY, "there is no memory for a mail client");
	return OK;
}

fallible smtp_open(const struct smtp_ask *ask, struct smtp **smtp)
{
	struct span url = span_text(ask->url);
	if (!span_starts(url, SPAN_LIT("smtp://")) && !span_starts(url, SPAN_LIT("smtps://")))
		return FAIL(INPUT, "a mail server's URL begins with smtp:// or smtps://");
	if (ask->password.len > SMTP_PASSWORD_MAX ||
		(ask->password.len && memchr(ask->password.at, 0, ask->password.len)))
		return FAIL(INPUT, "the mail server's password is too long, or no text");
	struct smtp *made = calloc(1, sizeof *made);
	if (!made)
		return FAIL(NO_MEMORY, "there is no memory for a mail client");
	made->curl = curl_easy_init();
	struct err err = set_up(made, ask);
	if (err_failed(err))
		smtp_close(made);
	else
		*smtp = made;
	return err;
}

void smtp_close(struct smtp *smtp)
{
	if (!smtp)
		return;
	curl_easy_cleanup(smtp->curl);
	free(smtp);
}

/* ---- one mail ---- */

static struct letter_answer later(long reply, struct err err)
{
	return (struct letter_answer){LETTER_LATER, (int)reply, err};
}

/* The reply code is the last one that came: it decides only where no part of the connection has failed. */
static struct letter_answer answer_to(CURLcode code, long reply)
{
	switch ((int)code) {
	case CURLE_OK:
		return (struct letter_answer){LETTER_ACCEPTED, (int)reply, OK};
	case CURLE_LOGIN_DENIED:
		return later(reply, FAIL(REMOTE, "the mail server refuses our login"));
	case CURLE_PEER_FAILED_VERIFICATION:
		return later(0, FAIL(REMOTE, "the mail server's certificate does not hold"));
	case CURLE_SSL_CACERT_BADFILE:
		return later(0, FAIL(REMOTE, "the file of authorities can't be read"));
	case CURLE_USE_SSL_FAILED:
		return later(reply, FAIL(REMOTE, "the mail server offers no TLS"));
	case CURLE_SSL_CONNECT_ERROR:
		return later(0, FAIL(REMOTE, "TLS with the mail server fails"));
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_CONNECT:
		return later(0, FAIL(REMOTE, "the mail server can't be reached"));
	case CURLE_OPERATION_TIMEDOUT:
		return later(0, FAIL(REMOTE, "the mail server takes too long"));
	default:
		break;
	}
	if (reply / 100 == 5)
		return (struct letter_answer){
			LETTER_REFUSED, (int)reply, FAIL(REMOTE, "the mail server refuses the mail")};
	if (reply / 100 == 4)
		return later(reply, FAIL(REMOTE, "the mail server wants the mail later"));
	return later(0, FAIL(REMOTE, "the session with the mail server breaks"));
}

static CURLcode perform(struct smtp *smtp, const struct letter *letter, long *reply)
{
	scoped(buf) from = BUF(512);
	struct curl_slist *to = curl_slist_append(NULL, letter->to);
	buf_printf(&from, "<%s>", letter->from);
	buf_put_u8(&from, 0);
	smtp->rest = letter->message;
	CURLcode code = CURLE_OUT_OF_MEMORY;
	if (to && !err_failed(buf_check(&from)) &&
		curl_easy_setopt(smtp->curl, CURLOPT_MAIL_FROM, (const char *)from.data) == CURLE_OK &&
		curl_easy_setopt(smtp->curl, CURLOPT_MAIL_RCPT, to) == CURLE_OK)
		code = curl_easy_perform(smtp->curl);
	curl_easy_getinfo(smtp->curl, CURLINFO_RESPONSE_CODE, reply);
	curl_easy_setopt(smtp->curl, CURLOPT_MAIL_RCPT, NULL);
	curl_slist_free_all(to);
	return code;
}

struct letter_answer smtp_send(void *way, const struct letter *letter)
{
	struct smtp *smtp = way;
	long reply = 0;
	/* A line break in an address would be a command of its own. */
	if (!text_is_email(span_text(letter->from)) || !text_is_email(span_text(letter->to)))
		return (struct letter_answer){
			LETTER_REFUSED, 0, FAIL(INVALID, "an address can't stand in an SMTP command")};
	CURLcode code = perform(smtp, letter, &reply);
	smtp->rest = SPAN_NONE;
	return answer_to(code, reply);
}
