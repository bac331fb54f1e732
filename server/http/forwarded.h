/* SPDX-License-Identifier: Apache-2.0 */
/* forwarded - who stands behind our proxies: X-Forwarded-For, or Forwarded of RFC 7239, believed hop by hop from the
 * right.
 *
 * Each proxy adds on the right whom it spoke to. So what stands left of the first address that is no proxy of ours
 * are that stranger's own words. */
#pragma once

#include "base/address.h"

/* What our proxies write. Only one is looked at: the other passes a proxy as the stranger sent it. */
enum forwarded_form { FORWARDED_X_FOR, FORWARDED_RFC7239 };

struct forwarded_ask {
	const struct address_nets *trusted; /* NULL: no proxy is believed */
	enum forwarded_form form;
	struct address peer; /* whom we speak to */
	struct span header;  /* all lines of it, in order, joined by commas; empty = none */
};

/* forwarded_read - the first address from the right that is no trusted proxy, or the leftmost one when all are. The
 * peer itself when it is not trusted, when there is no header, and when the walk comes to a hop that is no
 * address: whoever wrote that, it is not known who stood behind it. */
struct address forwarded_read(const struct forwarded_ask *ask);
