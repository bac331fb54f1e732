/* SPDX-License-Identifier: Apache-2.0 */
/* vectors - test data beside the sources: tests/vectors and tests/golden. */
#pragma once

#include "base/buf.h"

/* vectors_read - a file under tests/, whole, NUL-ended behind the span. The directory comes from
 * MUNIMENT_TESTS (set by meson). A missing file ends the test. */
void vectors_read(const char *name, struct buf *content);

/* vectors_read_hex - the bytes that a file under tests/ holds as one line of hex digits, added to `bytes`.
 * Anything else ends the test. */
void vectors_read_hex(const char *name, struct buf *bytes);
