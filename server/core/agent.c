/* SPDX-License-Identifier: Apache-2.0 */
/* agent - uap-core's regexes.yaml as lists of compiled patterns; the first of a list that matches decides.
 * Source: uap-core, docs/specification.md. */
#include "server/core/agent.h"

#include "base/text.h"
#include "base/yaml.h"
#include "server/core/agent_cache.h"
#include "server/env/conf.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	RULES_FILE_MAX = 4 * 1024 * 1024,  /* bytes; the file of 2022 has 204 KB */
	RULES_TREE_MAX = 16 * 1024 * 1024, /* bytes of its nodes */
	RULES_MAX = 1024 * 1024,           /* bytes of what is kept of them, patterns aside */
	FACTS_MAX = 16 * 1024,
	FIELDS_MAX = 5,
	GROUPS_MAX = 10, /* $0 to $9 */
	/* Steps of one rule over one user agent. Patterns of uap-core need some hundred for what they are
	 * meant for; a text made to hurt is cut off. */
	STEPS_MAX = 20000,
	DEPTH_MAX = 2000,
	HEAP_KIB_MAX = 1024,
};

enum list_kind { LIST_BROWSER, LIST_SYSTEM, LIST_DEVICE, LIST_COUNT };

struct rule {
	pcre2_code *code;
	struct span replacements[FIELDS_MAX]; /* empty: the group of the same place, if the field has one */
	struct rule *next;
};

/* What a list's rules are called in the file. */
struct list_row {
	const char *name;
	const char *fields[FIELDS_MAX];
	unsigned groups[FIELDS_MAX]; /* that fills a field without a replacement; 0 = none */
};

static const struct list_row LISTS[LIST_COUNT] = {
	[LIST_BROWSER] = {"user_agent_parsers",
		{"family_replacement", "v1_replacement", "v2_replacement", "v3_replacement", NULL},
		{1, 2, 3, 4, 0}},
	[LIST_SYSTEM] = {"os_parsers",
		{"os_replacement", "os_v1_replacement", "os_v2_replacement", "os_v3_replacement",
			"os_v4_replacement"},
		{1, 2, 3, 4, 5}},
	[LIST_DEVICE] = {"device_parsers",
		{"device_replacement", "brand_replacement", "model_replacement", NULL, NULL},
		{1, 0, 1, 0, 0}},
};

struct agents {
	pthread_mutex_t lock; /* of the first use */
	const char *path;
	atomic_int state; /* enum agent_state; READY is set when all below is there */
	struct arena arena;
	struct rule *lists[LIST_COUNT];
	pcre2_match_context *limits;
	struct agent_cache *cache;
};

/* ---- the rules ---- */

static fallible compile(struct span pattern, bool caseless, pcre2_code **code)
{
	int fault;
	PCRE2_SIZE at;
	/* Bytes, not characters: a User-Agent may hold any. */
	uint32_t options = PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_UTF | PCRE2_NEVER_BACKSLASH_C;
	*code = pcre2_compile(
		pattern.at, pattern.len, options | (caseless ? PCRE2_CASELESS : 0), &fault, &at, NULL);
	return *code ? OK : FAIL(INPUT, "a rule for user agents is no pattern");
}

static fallible take_rule(
	struct agents *agents, const struct list_row *row, const struct yaml_node *node, struct rule **taken)
{
	const struct yaml_node *pattern = yaml_member(node, "regex");
	struct rule *rule = arena_alloc(&agents->arena, sizeof *rule);
	if (!rule)
		return FAIL(NO_MEMORY, "there is no memory for the rules for user agents");
	if (!pattern || pattern->kind != YAML_TEXT)
		return FAIL(INPUT, "a rule for user agents has no pattern");
	for (size_t i = 0; i < FIELDS_MAX && row->fields[i]; i++) {
		const struct yaml_node *field = yaml_member(node, row->fields[i]);
		if (field && field->kind == YAML_TEXT)
			TRY(arena_keep(&agents->arena, field->text, &rule->replacements[i]));
	}
	TRY(compile(pattern->text, yaml_member(node, "regex_flag") != NULL, &rule->code));
	*taken = rule;
	return OK;
}

static fallible take_list(
	struct agents *agents, enum list_kind kind, const struct yaml_node *root, struct rule **list)
{
	const struct yaml_node *nodes = yaml_member(root, LISTS[kind].name);
	if (!nodes || nodes->kind != YAML_LIST)
		return FAIL(INPUT, "the rules for user agents lack a list");
	struct rule **end = list;
	for (const struct yaml_node *node = nodes->first; node; node = node->next) {
		if (node->kind != YAML_MAP)
			return FAIL(INPUT, "a rule for user agents is no map");
		TRY(take_rule(agents, &LISTS[kind], node, end));
		end = &(*end)->next;
	}
	return OK;
}

static fallible set_limits(struct agents *agents)
{
	agents->limits = pcre2_match_context_create(NULL);
	if (!agents->limits)
		return FAIL(NO_MEMORY, "there is no memory for the rules for user agents");
	pcre2_set_match_limit(agents->limits, STEPS_MAX);
	pcre2_set_depth_limit(agents->limits, DEPTH_MAX);
	pcre2_set_heap_limit(agents->limits, HEAP_KIB_MAX);
	return OK;
}

static fallible read_rules(struct agents *agents)
{
	unsigned line;
	struct yaml_node *root;
	scoped(buf) text = BUF(RULES_FILE_MAX);
	scoped(arena) tree = ARENA(RULES_TREE_MAX);
	TRY(conf_read_file(agents->path, &text));
	TRY(yaml_parse(buf_span(&text), &tree, &root, &line));
	for (unsigned i = 0; i < LIST_COUNT; i++)
		TRY(take_list(agents, (enum list_kind)i, root, &agents->lists[i]));
	TRY(set_limits(agents));
	return agent_cache_open(&agents->cache);
}

static enum agent_state load(struct agents *agents)
{
	pthread_mutex_lock(&agents->lock);
	if (agents->state == AGENT_UNREAD) {
		struct err err = read_rules(agents);
		enum agent_state state = err.kind == ERR_NOT_FOUND ? AGENT_ABSENT : AGENT_BROKEN;
		agents->state = (int)(err_failed(err) ? state : AGENT_READY);
	}
	pthread_mutex_unlock(&agents->lock);
	return agent_state(agents);
}

/* ---- opening ---- */

fallible agent_open(const char *path, struct agents **agents)
{
	struct agents *made = calloc(1, sizeof *made);
	if (!made)
		return FAIL(NO_MEMORY, "there is no memory for the rules for user agents");
	pthread_mutex_init(&made->lock, NULL);
	made->arena = ARENA(RULES_MAX);
	made->path = path;
	made->state = (int)(access(path, R_OK) == 0 ? AGENT_UNREAD : AGENT_ABSENT);
	*agents = made;
	return OK;
}

void agent_close(struct agents *agents)
{
	if (!agents)
		return;
	for (unsigned i = 0; i < LIST_COUNT; i++)
		for (struct rule *rule = agents->lists[i]; rule; rule = rule->next)
			pcre2_code_free(rule->code);
	pcre2_match_context_free(agents->limits);
	agent_cache_close(agents->cache);
	arena_done(&agents->arena);
	pthread_mutex_destroy(&agents->lock);
	free(agents);
}

enum agent_state agent_state(struct agents *agents)
{
	return agents ? (enum agent_state)atomic_load(&agents->state) : AGENT_ABSENT;
}

/* ---- matching ---- */

/* What one rule matched: pairs of offsets into the subject, as far as there are groups. */
struct match {
	struct span subject;
	const PCRE2_SIZE *offsets;
	uint32_t groups;
};

static struct span group_of(const struct match *match, unsigned group)
{
	if (group >= match->groups || match->offsets[2 * group] == PCRE2_UNSET)
		return SPAN_NONE;
	size_t from = match->offsets[2 * group], to = match->offsets[2 * group + 1];
	/* \K in a lookaround could make a match end before it begins. */
	return to < from ? SPAN_NONE : span_of(match->subject.at + from, to - from);
}

static struct span trim(struct span text)
{
	while (text.len && text.at[0] == ' ')
		text = span_from(text, 1);
	while (text.len && text.at[text.len - 1] == ' ')
		text.len--;
	return text;
}

/* $1 to $9 become what the groups matched. */
static fallible fill(
	const struct match *match, struct span replacement, struct arena *arena, struct span *field)
{
	scoped(buf) text = BUF(FACTS_MAX);
	for (size_t i = 0; i < replacement.len; i++) {
		uint8_t c = replacement.at[i], next = i + 1 < replacement.len ? replacement.at[i + 1] : 0;
		if (c == '$' && next >= '1' && next <= '9') {
			buf_put(&text, group_of(match, next - '0'));
			i++;
		} else {
			buf_put_u8(&text, c);
		}
	}
	TRY(buf_check(&text));
	return arena_keep(arena, trim(buf_span(&text)), field);
}

static fallible take_fields(const struct list_row *row, const struct rule *rule, const struct match *match,
	struct arena *arena, struct span fields[static FIELDS_MAX])
{
	for (size_t i = 0; i < FIELDS_MAX && row->fields[i]; i++) {
		if (rule->replacements[i].len)
			TRY(fill(match, rule->replacements[i], arena, &fields[i]));
		else if (row->groups[i])
			TRY(arena_keep(arena, trim(group_of(match, row->groups[i])), &fields[i]));
	}
	return OK;
}

/* A rule that runs into its limit is one that does not match. */
static fallible run_list(const struct agents *agents, enum list_kind kind, struct span subject,
	struct arena *arena, struct span fields[static FIELDS_MAX])
{
	struct err err = OK;
	pcre2_match_data *found = pcre2_match_data_create(GROUPS_MAX, NULL);
	const struct rule *rule = agents->lists[kind];
	int count = PCRE2_ERROR_NOMATCH;
	if (!found)
		return FAIL(NO_MEMORY, "there is no memory to match a user agent");
	while (rule && count < 0) {
		count = pcre2_match(rule->code, subject.at, subject.len, 0, 0, found, agents->limits);
		if (count < 0)
			rule = rule->next;
	}
	if (rule) {
		/* 0: more groups than we have room for; those that there is room for are set. */
		const struct match match = {
			subject, pcre2_get_ovector_pointer(found), count == 0 ? GROUPS_MAX : (uint32_t)count};
		err = take_fields(&LISTS[kind], rule, &match, arena, fields);
	}
	pcre2_match_data_free(found);
	return err;
}

/* uap-core's word for what no rule of a list matches. */
static struct span known(struct span family)
{
	return span_is(family, "Other") ? SPAN_NONE : family;
}

fallible agent_match(
	struct agents *agents, struct span user_agent, struct arena *arena, struct agent_facts *facts)
{
	struct span found[LIST_COUNT][FIELDS_MAX] = {0};
	if (load(agents) != AGENT_READY)
		return FAIL(NOT_FOUND, "there are no rules for user agents");
	struct span subject = span_first(user_agent, AGENT_MAX);
	if (!subject.at)
		subject = SPAN_LIT("");
	for (unsigned i = 0; i < LIST_COUNT; i++)
		TRY(run_list(agents, (enum list_kind)i, subject, arena, found[i]));
	const struct span *browser = found[LIST_BROWSER], *system = found[LIST_SYSTEM],
			  *device = found[LIST_DEVICE];
	*facts = (struct agent_facts){known(browser[0]), browser[1], browser[2], browser[3], known(system[0]),
		system[1], system[2], system[3], system[4], known(device[0]), device[1], device[2]};
	return OK;
}

/* ---- for people ---- */

/* What a stranger wrote is shown only as far as it is text, and never longer than its place. */
static void show(struct span text, char out[static AGENT_TEXT_MAX + 1])
{
	text = text_cut(text, AGENT_TEXT_MAX);
	bool clean = text_is_utf8(text);
	for (size_t i = 0; i < text.len; i++)
		clean = clean && text.at[i] >= ' ' && text.at[i] != 0x7f;
	if (!clean || text.len == 0)
		return;
	memcpy(out, text.at, text.len);
	out[text.len] = '\0';
}

static void show_version(
	struct span family, struct span major, struct span minor, char out[static AGENT_TEXT_MAX + 1])
{
	scoped(buf) text = BUF(2 * AGENT_MAX);
	if (family.len == 0)
		return;
	buf_put(&text, family);
	if (major.len)
		buf_printf(&text, " %.*s", SPAN_FMT(major));
	if (major.len && minor.len)
		buf_printf(&text, ".%.*s", SPAN_FMT(minor));
	if (!err_failed(buf_check(&text)))
		show(buf_span(&text), out);
}

/* These systems are known by two numbers; the second one of all others says nothing to people. */
static bool has_minor(struct span system)
{
	return span_is(system, "Mac OS X") || span_is(system, "Ubuntu") || span_is(system, "Windows Phone");
}

/* "Generic" and "Spider" are no makers. */
static struct span maker(struct span brand)
{
	return span_starts(brand, SPAN_LIT("Generic")) || span_is(brand, "Spider") ? SPAN_NONE : brand;
}

static void describe(const struct agent_facts *facts, struct span user_agent, struct agent *agent)
{
	struct span minor = has_minor(facts->system) ? facts->system_minor : SPAN_NONE;
	agent->kind = agent_kind_of(facts, user_agent);
	show_version(facts->browser, facts->major, SPAN_NONE, agent->browser);
	show_version(facts->system, facts->system_major, minor, agent->system);
	show(maker(facts->brand), agent->brand);
}

bool agent_find(struct agents *agents, struct span user_agent, struct agent *agent)
{
	*agent = (struct agent){.kind = AGENT_KIND_OTHER};
	return user_agent.len && agent_state(agents) == AGENT_READY &&
		agent_cache_get(agents->cache, span_first(user_agent, AGENT_MAX), agent);
}

bool agent_parse(struct agents *agents, struct span user_agent, struct agent *agent)
{
	scoped(arena) arena = ARENA(FACTS_MAX);
	struct agent_facts facts;
	struct span seen = span_first(user_agent, AGENT_MAX);
	if (agent_find(agents, seen, agent))
		return true;
	if (seen.len == 0 || !agents || err_failed(agent_match(agents, seen, &arena, &facts)))
		return false;
	describe(&facts, seen, agent);
	agent_cache_put(agents->cache, seen, agent);
	return true;
}
