/* SPDX-License-Identifier: Apache-2.0 */
/* messages - the texts of mails and pages in every language, and how values are put into them.
 *
 * Texts never inflect a name or a number: they read "Label: {value}", so that grammar stays right for any
 * value. They come from policies/strings.json; the build fails when a language lacks one or has other
 * placeholders. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/span.h"
#include "policies/languages.h"

enum message {
#define MESSAGE(id, key) MESSAGE_##id,
#define TEXT(language, id, text)
#include "policies/messages.inc"
#undef MESSAGE
#undef TEXT
	MESSAGE_COUNT
};

/* What stands for {name}. */
struct message_value {
	const char *name;  /* without braces */
	struct span value; /* UTF-8, one line */
};

/* messages_key - "login_code.subject". Static. */
const char *messages_key(enum message message);

/* messages_text - the text with its {placeholders}, UTF-8 in NFC, one line. Static. */
const char *messages_text(enum language language, enum message message);

struct messages_ask {
	enum language language;
	enum message message;
	const struct message_value
		*values; /* at least one for each placeholder; spare ones may serve other texts */
	size_t count;
};

/* messages_render - add the text with its values to the buffer. A value is put in as it is: braces in it mean
 * nothing.
 *
 * Fails: INVALID a value with a control character (a line break in a subject would begin a header)
 *        BUG a placeholder without a value · TOO_LARGE · NO_MEMORY. After INVALID and BUG the buffer is as it
 * was. */
fallible messages_render(struct buf *out, const struct messages_ask *ask);
