/* SPDX-License-Identifier: Apache-2.0 */
/* weighted - the elements of a header that says what a reader takes, and how much it would rather have each: Accept-Encoding,
 * Accept-Language. An element that does not parse is passed over. Source: RFC 9110 §12.4.2. */
#pragma once

#include "base/span.h"

enum { WEIGHTED_ONE = 1000 };

/* weighted_next - the next element; false at the end.
 *
 *   list    what is left of the header's value; shrinks
 *   name    without spaces around it, not empty
 *   weight  0 (not at all) to WEIGHTED_ONE, which it is unless it says so */
bool weighted_next(struct span *list, struct span *name, int *weight);

/* weighted_is - whether a name is this word, whatever its case. */
bool weighted_is(struct span name, const char *word);
