/* SPDX-License-Identifier: Apache-2.0 */
/* smtp - hand mails to one mail server, by libcurl. TLS with a verified certificate, unless the server is on
 * loopback (FOUNDATIONS 23). The connection is kept between mails. Thread: one at a time. */
#pragma once

#include "server/deliver/letter.h"

#include <stdint.h>

enum { SMTP_PASSWORD_MAX = 256, SMTP_CONNECT_MS = 10000, SMTP_SEND_MS = 60000 };

struct smtp_ask {
	const char *url;      /* smtp://HOST[:PORT] or smtps://HOST[:PORT] */
	const char *username; /* "" = the server asks for none */
	struct span password; /* copied by libcurl; the caller wipes its own */
	const char *ca_file;  /* "" = the system's authorities. Given, TLS is demanded on loopback, too */
	int64_t send_ms;      /* for one mail; 0 = SMTP_SEND_MS */
};

struct smtp; /* opaque */

/* smtp_open - nothing is connected yet. Fails: INPUT no such URL, or the password is over SMTP_PASSWORD_MAX
 * or no text · NO_MEMORY. Owns: smtp_close, which takes NULL. */
fallible smtp_open(const struct smtp_ask *ask, struct smtp **smtp);
void smtp_close(struct smtp *smtp);

/* smtp_send - one mail to one recipient; blocks. A login that is refused, a certificate that does not hold, a
 * server without STARTTLS: these are the operator's to mend, and LATER. REFUSED is a 5xx to this mail.
 * struct letter_way: {smtp, smtp_send}. */
struct letter_answer smtp_send(void *smtp, const struct letter *letter);
