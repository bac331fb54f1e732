/* SPDX-License-Identifier: Apache-2.0 */
/* pskc_base64 - the bytes of a value in a key container: seeds among them, so nothing of them is left behind. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

enum { PSKC_BASE64_MAX = 4096 /* of text; no value of a key is as long */ };

/* pskc_base64_read - makers break it over lines wherever they like.
 *
 *   bytes  in the arena
 * Fails: INVALID it is not in base64, or too long · NO_MEMORY. */
fallible pskc_base64_read(struct span text, struct arena *arena, struct span *bytes);
