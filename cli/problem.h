/* SPDX-License-Identifier: Apache-2.0 */
/* problem - what a server says when it refuses: RFC 9457 problem details as a failure of ours. */
#pragma once

#include "base/err.h"
#include "base/span.h"

#include <stddef.h>

/* problem_judge - the failure that a refusal stands for: by the problem's code, else by the status.
 *
 *   where  "/class not_allowed; /from malformed": which fields the server complains of, fit to be shown; else the detail, if
 *          it says more than the code
 * Fails: always, with the kind of the refusal; REMOTE when it is none that this program knows. */
fallible problem_judge(long status, struct span body, char *where, size_t room);
