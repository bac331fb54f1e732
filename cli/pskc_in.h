/* SPDX-License-Identifier: Apache-2.0 */
/* pskc_in - key containers of RFC 6030, as makers of tokens deliver them; through libpskc, which reads plain ones alone. */
#pragma once

#include "cli/moving.h"

enum { PSKC_IN_KEYS_MAX = 10000 };

/* pskc_in_read - every key of a container, numbered from 1; the user of the key, else of the device, is the person (of
 * CN=anna,OU=… or UID=anna,… the name).
 * Fails: INVALID it is none, or has a document type of its own, whose entities nobody wants expanded · as the sink. */
fallible pskc_in_read(struct span content, const struct moving_sink *sink);
