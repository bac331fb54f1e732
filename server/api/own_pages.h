/* SPDX-License-Identifier: Apache-2.0 */
/* own_pages - what tells a request of our own pages from one that another site makes a browser send; and the cookies that the pages
 * have. All are of the form __Host-: the browser sends them to this host alone, over a channel that nobody reads. */
#pragma once

#include "server/api/call.h"

/* own_pages_session - the session's token, as the cookie says it; SPAN_NONE without one, or when the request has a token in its
 * header: then that alone counts.
 * own_pages_remembered - the token of a remembered browser. */
struct span own_pages_session(const struct call *call);
struct span own_pages_remembered(const struct call *call);

/* own_pages_device - by what a browser is known again, as the id of a device: SPAN_NONE without a cookie of ours. It is derived from
 * the cookie and is not it, since lists and the log show it. Fails: NO_MEMORY. */
fallible own_pages_device(const struct call *call, struct span *id);

/* own_pages_check_own - a request that comes from a page of ours, as far as the browser says: Sec-Fetch-Site and Origin, each if
 * it is there. Fails: CROSS_SITE. */
fallible own_pages_check_own(const struct call *call);

/* own_pages_check_session - one that a session lets in: what changes something also needs its Origin, and the header
 * Muniment-Page, which no other site can add. Fails: CROSS_SITE. */
fallible own_pages_check_session(const struct call *call);

/* own_pages_put_session, own_pages_put_remembered - set the cookie; an empty text clears it. own_pages_put_browser - give a browser that
 * has none a name of its own. Fail: NO_MEMORY. */
fallible own_pages_put_session(struct call *call, struct span text);
fallible own_pages_put_remembered(struct call *call, struct span text, struct instant until);
fallible own_pages_put_browser(struct call *call);
