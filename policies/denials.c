/* SPDX-License-Identifier: Apache-2.0 */
/* denials - a code's text in strings.json, denial.name: one that lacks it does not compile. */
#include "policies/denials.h"

#include "policies/messages.h"

static const struct {
	enum err_code code;
	enum message message;
} ROWS[] = {
#define DENIAL(name) {CODE_##name, MESSAGE_DENIAL_##name},
#include "policies/denials.def"
#undef DENIAL
};

const char *denials_text(enum err_code code, enum language language)
{
	for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++)
		if (ROWS[i].code == code)
			return messages_text(language, ROWS[i].message);
	return NULL;
}
