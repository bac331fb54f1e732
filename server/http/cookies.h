/* SPDX-License-Identifier: Apache-2.0 */
/* cookies - the header Cookie, read (RFC 6265 section 4.2). */
#pragma once

#include "base/span.h"

enum { COOKIES_VALUE_MAX = 256 };

/* cookies_find - the value of the cookie with a name, as it was sent; SPAN_NONE when there is none, when it is sent twice
 * (somebody planted one beside ours), or when it is longer than COOKIES_VALUE_MAX.
 *
 *   header  of the request, whatever stands in it */
struct span cookies_find(struct span header, const char *name);
