/* SPDX-License-Identifier: Apache-2.0 */
/* denials - why a use was refused, in a sentence that whoever is refused understands, in every language. */
#pragma once

#include "base/err.h"
#include "policies/languages.h"

/* denials_text - "The client has not consented."; NULL for a code that policies/denials.def does not name. UTF-8 in NFC, one
 * line. Static. */
const char *denials_text(enum err_code code, enum language language);
