/* SPDX-License-Identifier: Apache-2.0 */
/* What a browser says of itself, and what is passed over. */
#include "server/http/hints.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define CHROME "\"Chromium\";v=\"128\", \"Not;A=Brand\";v=\"24\", \"Google Chrome\";v=\"128\""

static struct hints read_all(
	const char *brands, const char *platform, const char *version, const char *mobile, const char *model)
{
	struct hints hints;
	const struct hints_ask ask = {span_text(brands), span_text(platform), span_text(version),
		span_text(mobile), span_text(model)};
	hints_read(&ask, &hints);
	return hints;
}

static void assert_name(const char *brands, const char *name)
{
	struct hints hints = read_all(brands, NULL, NULL, NULL, NULL);
	cr_assert(strcmp(hints.name, name) == 0, "'%s' of %s", hints.name, brands);
}

static void assert_platform(const char *platform, const char *version, const char *expected)
{
	struct hints hints = read_all(NULL, platform, version, NULL, NULL);
	cr_assert(strcmp(hints.platform, expected) == 0, "'%s' of %s %s", hints.platform, platform,
		version ? version : "-");
}

static void assert_model(const char *model, const char *expected)
{
	struct hints hints = read_all(NULL, NULL, NULL, NULL, model);
	cr_assert(strcmp(hints.model, expected) == 0, "'%s' of %s", hints.model, model);
}

Test(hints, the_browser_is_named_before_its_engine_and_the_grease_never)
{
	assert_name(CHROME, "Google Chrome 128");
	assert_name("\"Google Chrome\";v=\"128\", \"Chromium\";v=\"128\"", "Google Chrome 128");
	assert_name("\"Chromium\";v=\"128\", \"Not A;Brand\";v=\"99\"", "Chromium 128");
	assert_name("\"Not/A)Brand\";v=\"8\"", "");
	assert_name("\"Microsoft Edge\"", "Microsoft Edge");
	assert_name("\"Opera\";x=1;v=\"9\";y=?0;z", "Opera 9");
	assert_name("  \"A\" , \"B\"  ", "A");
	assert_name("\"say \\\"hi\\\" \\\\\"", "say \"hi\" \\");
}

Test(hints, a_list_that_does_not_parse_says_nothing)
{
	static const char *const BAD[] = {"", "Chrome", "\"Chrome", "\"Chrome\";v=\"1", "\"Chrome\",",
		"\"Chrome\";", "\"Chrome\" \"B\"", "\"Chr\\ome\"", "\"Chrome\";v=", "\"Chrome\";=1",
		", \"Chrome\"", "\"Chr\xc3\xb6me\"", "\"Chr\tome\"", "(\"Chrome\")", "\"\\", "\"",
		"\"Chrome\";v=\"\\"};
	for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++)
		assert_name(BAD[i], "");
}

Test(hints, a_platform_is_named_as_people_know_it)
{
	assert_platform("\"Windows\"", "\"15.0.0\"", "Windows 11");
	assert_platform("\"Windows\"", "\"13.0.0\"", "Windows 11");
	assert_platform("\"Windows\"", "\"10.0.0\"", "Windows 10");
	assert_platform("\"Windows\"", "\"0.3.0\"", "Windows");
	assert_platform("\"Windows\"", NULL, "Windows");
	assert_platform("\"macOS\"", "\"14.5.0\"", "macOS 14.5");
	assert_platform("\"macOS\"", "\"14.0.0\"", "macOS 14");
	assert_platform("\"Android\"", "\"13.0.0\"", "Android 13");
	assert_platform("\"Linux\"", "\"6.5.0\"", "Linux");
	assert_platform("\"Android\"", "\"x\"", "Android");
	assert_platform("\"Android\"", "\"..\"", "Android");
	assert_platform("\"Unknown\"", "\"1\"", "");
	assert_platform("Windows", "\"15.0.0\"", "");
	assert_platform(NULL, "\"15.0.0\"", "");
}

Test(hints, a_model_and_what_is_mobile_are_taken_as_they_are)
{
	assert_model("\"SM-G991B\"", "SM-G991B");
	assert_model("\"\"", "");
	assert_model("SM-G991B", "");
	assert_model("\"SM\" x", "");
	cr_assert(read_all(NULL, NULL, NULL, "?1", NULL).mobile == HINTS_MOBILE_YES);
	cr_assert(read_all(NULL, NULL, NULL, "?0", NULL).mobile == HINTS_MOBILE_NO);
	cr_assert(read_all(NULL, NULL, NULL, "1", NULL).mobile == HINTS_MOBILE_UNKNOWN);
	cr_assert(read_all(NULL, NULL, NULL, NULL, NULL).mobile == HINTS_MOBILE_UNKNOWN);
}

Test(hints, what_is_too_long_says_nothing)
{
	char model[HINTS_HEADER_MAX + 8];
	memset(model, 'a', sizeof model);
	model[0] = '"';
	model[HINTS_TEXT_MAX + 1] = '"';
	model[HINTS_TEXT_MAX + 2] = '\0';
	cr_assert(strlen(read_all(NULL, NULL, NULL, NULL, model).model) == HINTS_TEXT_MAX);
	model[HINTS_TEXT_MAX + 1] = 'a';
	model[HINTS_TEXT_MAX + 2] = '"';
	model[HINTS_TEXT_MAX + 3] = '\0';
	assert_model(model, "");
	memset(model, ' ', sizeof model - 1);
	snprintf(model, sizeof model, "\"a\"");
	model[3] = ' ';
	model[sizeof model - 1] = '\0';
	assert_model(model, "");
}
