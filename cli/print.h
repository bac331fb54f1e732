/* SPDX-License-Identifier: Apache-2.0 */
/* print - the command line's one door to the terminal. */
#pragma once

#include "base/err.h"
#include "base/scoped.h"
#include "base/span.h"

#include <spawn.h>

/* print_result - one line of what was asked for, to standard output. */
void print_result(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* print_bytes - the same, as it stands. Nothing that others wrote goes out so without base/text_show. */
void print_bytes(struct span bytes);

/* print_is_terminal - whether somebody reads standard output on a terminal. print_columns - how wide that is;
 * 0 = unknown, or none. */
bool print_is_terminal(void);
size_t print_columns(void);

/* print_apart - what a program says that may stay behind when ours is over (xclip, wl-copy, which give the clipboard away): nothing on
 * our standard output, which somebody may read to its end, and complaints on a terminal alone. */
bool print_apart(posix_spawn_file_actions_t *actions);

/* print_complaint - one line of what went wrong, to standard error, after the program's name. */
void print_complaint(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* print_meanwhile - a line on standard error that the next one replaces; only when it is a terminal. An empty
 * text takes the last one away. */
void print_meanwhile(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* print_progress - how far it is, in one line that is written over; only when standard error is a terminal.
 * The last call has done == total and leaves no trace. Fits verify_tiles_ask.progress. */
void print_progress(void *context, uint64_t done, uint64_t total);

/* Standard error that is kept for later. */
struct print_silence {
	int kept; /* -1 = there is none, or it could not be kept and stays away */
};

/* print_silence_begin - until the end of the block nothing arrives at standard error, whichever library writes there.
 * Owns: scoped(print_silence). Thread: none besides may print. */
void print_silence_begin(struct print_silence *silence);
void print_silence_done(struct print_silence *silence);

/* print_flush - at the end: Fails: IO what was printed did not arrive. */
fallible print_flush(void);
