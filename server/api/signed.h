/* SPDX-License-Identifier: Apache-2.0 */
/* signed - requests that clients of Duo sign in place of carrying a token: Basic, the integration key as user and as password
 * an HMAC over date, method, host, path and parameters. */
#pragma once

#include "server/api/call.h"

enum { SIGNED_AGE_MS = 5 * 60 * 1000 };

/* signed_date - of RFC 5322, as the header Date has it: "Sun, 22 Nov 2026 05:31:00 -0000", also with GMT or an offset.
 * Fails: INPUT. */
fallible signed_date(struct span text, struct instant *at);

/* signed_credentials - user and password of the header Authorization; buf takes what they are in. Fails: INPUT. */
fallible signed_credentials(struct span header, struct buf *buf, struct span *user, struct span *password);

/* signed_caller - whose request it is. A request that somebody caught is good for SIGNED_AGE_MS more; the code in it is not.
 * Fails: STRANGER whatever is wrong with it · NO_MEMORY · IO. */
fallible signed_caller(struct call *call, const struct view *view);
