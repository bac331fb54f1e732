/* SPDX-License-Identifier: Apache-2.0 */
/* What is read out of a user agent: uap-core's own cases, word for word; what people see; and what hostile
 * ones cost. */
#include "server/core/agent.h"

#include "base/clock.h"
#include "base/yaml.h"
#include "server/env/conf.h"
#include "tests/support/temp_dir.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>

#define UAP "/usr/share/uap-core/"

static struct agents *open_rules(void)
{
	struct agents *agents;
	cr_assert(!err_failed(agent_open(UAP "regexes.yaml", &agents)));
	return agents;
}

/* ---- uap-core's own cases ---- */

enum { CASES_FILE_MAX = 8 * 1024 * 1024, CASES_TREE_MAX = 96 * 1024 * 1024, CASE_MAX = 64 * 1024 };

/* The member of a case and where our answer to it stands. */
struct question {
	const char *name;
	size_t offset;
};

static const struct question BROWSER[] = {{"family", offsetof(struct agent_facts, browser)},
	{"major", offsetof(struct agent_facts, major)}, {"minor", offsetof(struct agent_facts, minor)},
	{"patch", offsetof(struct agent_facts, patch)}, {NULL, 0}};
static const struct question SYSTEM[] = {{"family", offsetof(struct agent_facts, system)},
	{"major", offsetof(struct agent_facts, system_major)},
	{"minor", offsetof(struct agent_facts, system_minor)},
	{"patch", offsetof(struct agent_facts, system_patch)},
	{"patch_minor", offsetof(struct agent_facts, system_patch_minor)}, {NULL, 0}};
static const struct question DEVICE[] = {{"family", offsetof(struct agent_facts, device)},
	{"brand", offsetof(struct agent_facts, brand)}, {"model", offsetof(struct agent_facts, model)},
	{NULL, 0}};

static bool is_right(
	const struct agent_facts *facts, const struct yaml_node *node, const struct question *question)
{
	struct span found;
	memcpy(&found, (const char *)facts + question->offset, sizeof found);
	const struct yaml_node *member = yaml_member(node, question->name);
	struct span expected = member ? member->text : SPAN_NONE;
	if (span_is(expected, "Other") && strcmp(question->name, "family") == 0)
		expected = SPAN_NONE;
	if (span_equal(found, expected))
		return true;
	fprintf(stderr, "%s: '%.*s' instead of '%.*s': %.*s\n", question->name, SPAN_FMT(found),
		SPAN_FMT(expected), SPAN_FMT(yaml_member(node, "user_agent_string")->text));
	return false;
}

static size_t count_wrong(
	struct agents *agents, const struct yaml_node *list, const struct question *questions, size_t *cases)
{
	size_t wrong = 0;
	scoped(arena) arena = ARENA(CASE_MAX);
	for (const struct yaml_node *node = list->first; node; node = node->next) {
		struct agent_facts facts;
		struct span text = yaml_member(node, "user_agent_string")->text;
		arena_clear(&arena);
		if (text.len > AGENT_MAX) /* we look at no more than that */
			continue;
		cr_assert(!err_failed(agent_match(agents, text, &arena, &facts)));
		++*cases;
		bool right = true;
		for (const struct question *question = questions; question->name; question++)
			right = is_right(&facts, node, question) && right;
		wrong += !right;
	}
	return wrong;
}

static void check_file(const char *path, const struct question *questions, size_t least)
{
	scoped(buf) text = BUF(CASES_FILE_MAX);
	scoped(arena) tree = ARENA(CASES_TREE_MAX);
	struct yaml_node *root;
	unsigned line;
	size_t cases = 0;
	struct agents *agents = open_rules();
	cr_assert(!err_failed(conf_read_file(path, &text)), "%s can't be read", path);
	cr_assert(!err_failed(yaml_parse(buf_span(&text), &tree, &root, &line)), "%s:%u", path, line);
	size_t wrong = count_wrong(agents, yaml_member(root, "test_cases"), questions, &cases);
	cr_assert(wrong == 0, "%s: %zu of %zu are wrong", path, wrong, cases);
	cr_assert(cases >= least, "%s has only %zu cases", path, cases);
	agent_close(agents);
}

Test(agent, every_case_of_uap_core_about_browsers_comes_out_as_it_says)
{
	check_file(UAP "tests/test_ua.yaml", BROWSER, 1000);
	check_file(UAP "test_resources/firefox_user_agent_strings.yaml", BROWSER, 200);
	check_file(UAP "test_resources/opera_mini_user_agent_strings.yaml", BROWSER, 150);
	check_file(UAP "test_resources/podcasting_user_agent_strings.yaml", BROWSER, 100);
}

Test(agent, every_case_of_uap_core_about_systems_comes_out_as_it_says)
{
	check_file(UAP "tests/test_os.yaml", SYSTEM, 400);
	check_file(UAP "test_resources/additional_os_tests.yaml", SYSTEM, 20);
}

Test(agent, every_case_of_uap_core_about_devices_comes_out_as_it_says)
{
	check_file(UAP "tests/test_device.yaml", DEVICE, 15000);
}

Test(agent, every_browser_of_the_pgts_list_comes_out_as_uap_core_says)
{
	check_file(UAP "test_resources/pgts_browser_list.yaml", BROWSER, 12000);
}

/* ---- what people see ---- */

static void assert_shown(struct agents *agents, const char *text, const char *browser, const char *system,
	const char *brand, enum agent_kind kind)
{
	struct agent agent;
	for (int again = 0; again < 2; again++) { /* by the rules, then from the cache */
		agent_parse(agents, span_text(text), &agent);
		cr_assert(strcmp(agent.browser, browser) == 0, "browser '%s': %s", agent.browser, text);
		cr_assert(strcmp(agent.system, system) == 0, "system '%s': %s", agent.system, text);
		cr_assert(strcmp(agent.brand, brand) == 0, "brand '%s': %s", agent.brand, text);
		cr_assert(agent.kind == kind, "kind %s: %s", agent_kind_name(agent.kind), text);
	}
}

Test(agent, browser_and_system_are_named_as_people_name_them)
{
	struct agents *agents = open_rules();
	assert_shown(agents,
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0",
		"Firefox 128", "Windows 10", "", AGENT_KIND_DESKTOP);
	assert_shown(agents,
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
		"Version/17.5 Safari/605.1.15",
		"Safari 17", "Mac OS X 10.15", "Apple", AGENT_KIND_DESKTOP);
	assert_shown(agents,
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
		"Gecko) "
		"Version/17.5 Mobile/15E148 Safari/604.1",
		"Mobile Safari 17", "iOS 17", "Apple", AGENT_KIND_PHONE);
	assert_shown(agents,
		"Mozilla/5.0 (Linux; Android 13; SM-G991B) AppleWebKit/537.36 (KHTML, like Gecko) "
		"Chrome/126.0.0.0 Mobile Safari/537.36",
		"Chrome Mobile 126", "Android 13", "Samsung", AGENT_KIND_PHONE);
	assert_shown(agents, "python-requests/2.32.3", "Python Requests 2", "", "", AGENT_KIND_BOT);
	agent_close(agents);
}

Test(agent, nothing_is_made_up_for_words_that_no_rule_knows)
{
	struct agents *agents = open_rules();
	assert_shown(agents, "", "", "", "", AGENT_KIND_OTHER);
	assert_shown(agents, "our own till", "", "", "", AGENT_KIND_OTHER);
	assert_shown(agents, "\xff\xfe\x80", "", "", "", AGENT_KIND_OTHER);
	agent_close(agents);
}

Test(agent, what_is_found_is_clean_text_of_bounded_length)
{
	struct agent agent;
	struct agents *agents = open_rules();
	scoped(buf) text = BUF(4096);
	for (int i = 0; i < 60; i++)
		buf_put_text(&text, "<b>\xc3\xa4=1+2</b>");
	buf_put_text(&text, " CFNetwork/1.0 Darwin/1.0");
	for (size_t cut = 0; cut < 200; cut++) {
		agent_parse(agents, span_from(buf_span(&text), cut + text.len - 300), &agent);
		cr_assert(strlen(agent.browser) <= AGENT_TEXT_MAX && strlen(agent.system) <= AGENT_TEXT_MAX);
	}
	agent_parse(agents, SPAN_LIT("x\r\ny\x01/1.0 CFNetwork/1.0 Darwin/1.0"), &agent);
	for (const char *c = agent.browser; *c; c++)
		cr_assert((unsigned char)*c >= ' ', "a control character is shown");
	agent_close(agents);
}

Test(agent, only_the_first_512_bytes_are_looked_at)
{
	struct agent agent;
	struct agents *agents = open_rules();
	char text[AGENT_MAX + 64];
	memset(text, '.', sizeof text);
	memcpy(text + AGENT_MAX, "Firefox/128.0", 14);
	agent_parse(agents, span_text(text), &agent);
	cr_assert(agent.browser[0] == '\0', "%s", agent.browser);
	agent_close(agents);
}

/* ---- the rules themselves ---- */

Test(agent, the_rules_are_read_by_the_first_question_and_not_before)
{
	struct agent agent;
	struct agents *agents = open_rules();
	cr_assert(agent_state(agents) == AGENT_UNREAD);
	cr_assert(!agent_find(agents, SPAN_LIT("curl/8.0"), &agent));
	cr_assert(agent_state(agents) == AGENT_UNREAD);
	agent_parse(agents, SPAN_LIT("curl/8.0"), &agent);
	cr_assert(agent_state(agents) == AGENT_READY);
	cr_assert(agent_find(agents, SPAN_LIT("curl/8.0"), &agent) && agent.kind == AGENT_KIND_BOT);
	agent_close(agents);
}

Test(agent, without_a_file_nothing_is_known_and_nothing_fails)
{
	struct agent agent;
	struct agents *agents;
	const char *const absent[] = {"", "/nowhere/regexes.yaml"};
	for (size_t i = 0; i < 2; i++) {
		cr_assert(!err_failed(agent_open(absent[i], &agents)));
		cr_assert(agent_state(agents) == AGENT_ABSENT);
		agent_parse(agents, SPAN_LIT("curl/8.0"), &agent);
		cr_assert(agent.browser[0] == '\0' && agent.kind == AGENT_KIND_OTHER);
		agent_close(agents);
	}
	agent_parse(NULL, SPAN_LIT("curl/8.0"), &agent);
	cr_assert(agent.browser[0] == '\0' && agent_state(NULL) == AGENT_ABSENT);
}

/* Rules of a test's own. */
static struct agents *open_text(const struct temp_dir *dir, const char *rules, char path[static 512])
{
	struct agents *agents;
	snprintf(path, 512, "%s/rules.yaml", dir->path);
	FILE *file = fopen(path, "we");
	cr_assert(file && fputs(rules, file) >= 0 && fclose(file) == 0);
	cr_assert(!err_failed(agent_open(path, &agents)));
	return agents;
}

static void assert_broken(const char *rules)
{
	scoped(temp_dir) dir = temp_dir_make();
	char path[512];
	struct agent agent;
	struct agents *agents = open_text(&dir, rules, path);
	agent_parse(agents, SPAN_LIT("curl/8.0"), &agent);
	cr_assert(agent_state(agents) == AGENT_BROKEN, "%s", rules);
	cr_assert(agent.browser[0] == '\0' && agent.kind == AGENT_KIND_OTHER);
	agent_close(agents);
}

Test(agent, a_file_of_something_else_is_broken_and_nothing_is_known)
{
	assert_broken("");
	assert_broken("\x01");
	assert_broken("user_agent_parsers: []\n");
	assert_broken("user_agent_parsers: x\nos_parsers: []\ndevice_parsers: []\n");
	assert_broken("user_agent_parsers: [x]\nos_parsers: []\ndevice_parsers: []\n");
	assert_broken("user_agent_parsers: [{family: x}]\nos_parsers: []\ndevice_parsers: []\n");
	assert_broken("user_agent_parsers: [{regex: '(curl'}]\nos_parsers: []\ndevice_parsers: []\n");
}

/* ---- hostile ones ---- */

/* A pattern that doubles its work with each letter ends at its limit; the next rule still gets its turn. */
Test(agent, a_rule_without_end_is_cut_off_and_counts_as_no_match)
{
	static const char RULES[] = "user_agent_parsers:\n"
				    "  - regex: '^(a+)+$'\n"
				    "    family_replacement: 'never'\n"
				    "  - regex: '(b)$'\n"
				    "    family_replacement: 'Second'\n"
				    "os_parsers: []\ndevice_parsers: []\n";
	scoped(temp_dir) dir = temp_dir_make();
	char path[512], text[AGENT_MAX + 1];
	struct agent agent;
	struct agents *agents = open_text(&dir, RULES, path);
	memset(text, 'a', AGENT_MAX - 1);
	memcpy(text + AGENT_MAX - 1, "b", 2);
	agent_parse(agents, span_text(text), &agent);
	cr_assert(strcmp(agent.browser, "Second") == 0, "%s", agent.browser);
	agent_close(agents);
}

/* ---- threads ---- */

static void *ask(void *context)
{
	struct agents *agents = context;
	for (int i = 0; i < 200; i++) {
		struct agent agent;
		char text[32];
		snprintf(text, sizeof text, "curl/%d.0", i % 50);
		agent_parse(agents, span_text(text), &agent);
		cr_assert(agent.kind == AGENT_KIND_BOT);
	}
	return NULL;
}

Test(agent, several_threads_may_ask_at_once)
{
	pthread_t threads[3];
	struct agents *agents = open_rules();
	for (size_t i = 0; i < 3; i++)
		cr_assert(pthread_create(&threads[i], NULL, ask, agents) == 0);
	for (size_t i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	agent_close(agents);
}
