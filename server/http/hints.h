/* SPDX-License-Identifier: Apache-2.0 */
/* hints - what a browser says of itself in the Sec-CH-UA headers, where its User-Agent is frozen: "Windows NT 10.0" of
 * Windows 11, "Android 10; K" of every phone.
 *
 * The headers are structured fields. One that does not parse, or is over HINTS_HEADER_MAX, is as if it were not there
 * (RFC 8941 section 4.2). Source: https://wicg.github.io/ua-client-hints/. */
#pragma once

#include "base/span.h"

enum { HINTS_HEADER_MAX = 512, HINTS_TEXT_MAX = 100 };

/* Values as they came; empty = absent. */
struct hints_ask {
	struct span brands;   /* Sec-CH-UA */
	struct span platform; /* Sec-CH-UA-Platform */
	struct span version;  /* Sec-CH-UA-Platform-Version */
	struct span mobile;   /* Sec-CH-UA-Mobile */
	struct span model;    /* Sec-CH-UA-Model */
};

enum hints_mobile { HINTS_MOBILE_UNKNOWN, HINTS_MOBILE_NO, HINTS_MOBILE_YES };

/* Printable ASCII; "" = not said. */
struct hints {
	char name[HINTS_TEXT_MAX + 1];     /* "Google Chrome 128" */
	char platform[HINTS_TEXT_MAX + 1]; /* "Windows 11" */
	char model[HINTS_TEXT_MAX + 1];    /* "SM-G991B" */
	enum hints_mobile mobile;
};

/* hints_read - never fails: what can't be read is not said. */
void hints_read(const struct hints_ask *ask, struct hints *hints);
