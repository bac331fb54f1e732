/* SPDX-License-Identifier: Apache-2.0 */
/* tongues - which of the languages that we speak a reader would rather have.
 *
 * A list over TONGUES_HEADER_MAX is as if it were not there. Source: RFC 9110 §12.5.4 Accept-Language; of a tag such as sv-FI
 * only the first part counts. */
#pragma once

#include "base/span.h"
#include "policies/languages.h"

enum { TONGUES_HEADER_MAX = 1024 };

/* tongues_choose - the one that is weighed highest, of equals the first; false when it names none of ours, and for `*`
 * alone: who takes any is told what everybody is told.
 *
 *   accepted  the value of Accept-Language, several lines joined; SPAN_NONE: there is none */
bool tongues_choose(struct span accepted, enum language *language);
