/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a user agent: clean, bounded texts come out, the same ones twice. */
#include "server/core/agent.h"

#include "base/text.h"

#include <assert.h>

int LLVMFuzzerInitialize(int *count, char ***words);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The rules are compiled once for all runs. */
static struct agents **rules(void)
{
	static struct agents *opened;
	return &opened;
}

int LLVMFuzzerInitialize(int *count, char ***words)
{
	(void)count;
	(void)words;
	struct err err = agent_open("/usr/share/uap-core/regexes.yaml", rules());
	assert(!err_failed(err));
	return 0;
}

static void check_text(const char *text)
{
	assert(strlen(text) <= AGENT_TEXT_MAX && text_is_utf8(span_text(text)));
	for (const char *c = text; *c; c++)
		assert((unsigned char)*c >= ' ' && *c != 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct agent first, second;
	agent_parse(*rules(), span_of(data, size), &first);
	agent_parse(*rules(), span_of(data, size), &second);
	assert(first.kind == second.kind && strcmp(first.browser, second.browser) == 0);
	check_text(first.browser);
	check_text(first.system);
	check_text(first.brand);
	return 0;
}
