/* SPDX-License-Identifier: Apache-2.0 */
/* modes - their words. */
#include "policies/modes.h"

static const char *const WORDS[MODE_COUNT] = {
	[MODE_CODE] = "code",
	[MODE_INJECT] = "inject",
	[MODE_REVEAL] = "reveal",
};

const char *modes_name(enum mode mode)
{
	return WORDS[mode];
}

bool modes_find(struct span word, enum mode *mode)
{
	for (unsigned i = 0; i < MODE_COUNT; i++)
		if (span_is(word, WORDS[i])) {
			*mode = (enum mode)i;
			return true;
		}
	return false;
}

void modes_print(uint16_t modes, char text[static MODES_WORDS])
{
	char *end = text;
	*end = '\0';
	for (unsigned i = 0; i < MODE_COUNT; i++) {
		if ((modes & modes_bit((enum mode)i)) == 0)
			continue;
		if (end > text)
			*end++ = ' ';
		end = stpcpy(end, modes_name((enum mode)i));
	}
}

void modes_put(struct json_out *out, const char *name, uint16_t modes)
{
	json_out_open_array(out, name);
	for (unsigned mode = 0; mode < MODE_COUNT; mode++)
		if (modes & modes_bit((enum mode)mode))
			json_out_text(out, NULL, WORDS[mode]);
	json_out_close_array(out);
}
