/* SPDX-License-Identifier: Apache-2.0 */
/* codings - which compression a reader takes, of those that there are.
 *
 * An element that does not parse is passed over, and a list over CODINGS_HEADER_MAX is as if it were not there: the
 * answer is then larger, never one that the reader can't read. Source: RFC 9110 §12.4.2 quality values, §12.5.3 Accept-Encoding. */
#pragma once

#include "base/span.h"

enum { CODINGS_HEADER_MAX = 1024 };

/* In the order in which we like them. */
enum coding { CODING_BR, CODING_GZIP, CODING_IDENTITY, CODING_COUNT };

/* codings_choose - the one that the reader weighs highest, of equals the one that we like best; identity when none will
 * do.
 *
 *   accepted  the value of Accept-Encoding, several lines joined; SPAN_NONE: there is none, and nothing is compressed
 *   offered   1u << coding of each that there is; identity is always */
enum coding codings_choose(struct span accepted, unsigned offered);

/* codings_name - "br", "gzip", "identity". */
const char *codings_name(enum coding coding);
