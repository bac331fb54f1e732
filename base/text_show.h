/* SPDX-License-Identifier: Apache-2.0 */
/* text_show - what others wrote, on a terminal: nothing in it that a terminal obeys or an eye can't see, and
 * how many columns it takes. */
#pragma once

#include "base/buf.h"
#include "base/span.h"

/* text_show_put - the text as it can be shown in one line: \n \r \t \\ for those; \u{202e} for a character
 * that has no picture of its own (controls, escape sequences, direction marks, private and unassigned ones,
 * line separators, the fifth mark on one letter, a mark without a letter); \x9b for a byte that is not UTF-8. Two
 * texts that differ look different. */
void text_show_put(struct buf *out, struct span text);

/* text_show_put_json - JSON text, the same characters inside it as \u escapes: it means what it meant. What is
 * not UTF-8 becomes U+FFFD. */
void text_show_put_json(struct buf *out, struct span json);

/* text_show_columns - of a terminal, that a shown text takes. */
size_t text_show_columns(struct span shown);

/* text_show_fit - the longest start of a shown text that takes at most so many columns; marks stay with their
 * letter. */
struct span text_show_fit(struct span shown, size_t columns);
