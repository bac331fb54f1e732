/* SPDX-License-Identifier: Apache-2.0 */
/* secret_out - where a secret goes that somebody asked for: to the clipboard, to a descriptor, else to standard output. */
#pragma once

#include "cli/commands_call.h"

/* secret_out_check - whether --clip or --fd can be met, before a secret is asked for. Fails: INPUT both are given, --fd is no
 * open descriptor, or there is no program for the clipboard; call->where says which. */
fallible secret_out_check(struct commands_call *call);

/* secret_out_put - hand it on. A line feed follows it on a terminal alone. The programs of the clipboard are wl-copy, xclip,
 * pbcopy: the first that is there, by the session's kind. Fails: IO it did not arrive. */
fallible secret_out_put(struct commands_call *call, struct span secret);
