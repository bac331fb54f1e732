/* SPDX-License-Identifier: Apache-2.0 */
/* digests - a contact who asked to be told together gets one mail in the morning of the client's zone: how often what was
 * done since the day before. Where nothing was, nothing is sent. What has to be told at once never waits for it. */
#pragma once

#include "server/core/server.h"

enum {
	DIGESTS_HOUR = 7,     /* of the client's day */
	DIGESTS_DAYS_MAX = 7, /* that one mail tells of, after a server stood still */
};

/* digests_run - the job: make and queue what is due of every client of every business, each client in an act of its own.
 *
 *   mailed  how many mails
 * Fails: what the first one fails with; the others are tried all the same. */
fallible digests_run(const struct server *server, struct instant now, size_t *mailed);
