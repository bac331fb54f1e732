/* SPDX-License-Identifier: Apache-2.0 */
/* pskc_in - key containers of RFC 6030, as makers of tokens deliver them; through libpskc, which reads plain ones alone,
 * and what pskc_check lets through. */
#pragma once

#include "cli/moving.h"

enum { PSKC_IN_KEYS_MAX = 10000 };

/* pskc_in_read - every key of a container, numbered from 1; the user of the key, else of the device, is the person (of
 * CN=anna,OU=… or UID=anna,… the name). Nothing of the content is printed, whatever is wrong with it.
 *
 *   now  which keys have begun and are not over
 * Fails: INVALID it is none, or has a document type of its own, whose entities nobody wants expanded · as the sink. */
fallible pskc_in_read(struct span content, struct instant now, const struct moving_sink *sink);
