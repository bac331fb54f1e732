/* SPDX-License-Identifier: Apache-2.0 */
/* sentences - what an action is, in words that anybody understands, in every language. */
#pragma once

#include "policies/actions.h"
#include "policies/languages.h"

/* sentences_text - "Data was exported"; not for ACTION_NONE. UTF-8 in NFC, one line. Static. */
const char *sentences_text(enum action action, enum language language);
