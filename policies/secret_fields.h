/* SPDX-License-Identifier: Apache-2.0 */
/* secret_fields - which changed fields an event must not show the values of: their names list is
 * secret_fields.def. */
#pragma once

#include "base/span.h"

/* secret_fields_has - whether a field of this name holds a secret: password, user.apiKey, "Card number".
 * Capitals are told apart from small letters in ASCII alone. */
bool secret_fields_has(struct span name);
