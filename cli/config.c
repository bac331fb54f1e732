/* SPDX-License-Identifier: Apache-2.0 */
/* config - the file first, then what goes over it. */
#include "cli/config.h"

#include "base/yaml.h"
#include "cli/folder.h"

#include <stdio.h>

enum { FILE_MAX = 16 * 1024, PATH_MAX_BYTES = 4096, ARENA_BYTES = 128 * 1024 };

/* What the file says. */
struct said {
	const char *server, *token, *token_file, *vkey;
};

/* The file's path; false without a home. */
static bool find_path(const struct commands_environment *environment, char path[static PATH_MAX_BYTES])
{
	const char *home = environment->home;
	const char *config_home = environment->config_home;
	int len = -1;
	/* XDG base directories: a path that is not absolute is to be ignored. */
	if (config_home && config_home[0] == '/')
		len = snprintf(path, PATH_MAX_BYTES, "%s/muniment", config_home);
	else if (home && home[0] == '/')
		len = snprintf(path, PATH_MAX_BYTES, "%s/.config/muniment", home);
	return len > 0 && len < PATH_MAX_BYTES;
}

static fallible misread(struct commands_call *call, const char *path, unsigned line, const char *why)
{
	snprintf(call->where, sizeof call->where, "line %u of %.200s", line, path);
	return FAIL(INPUT, why);
}

static fallible take_member(
	struct commands_call *call, const char *path, const struct yaml_node *node, struct said *said)
{
	const struct {
		const char *key;
		const char **value;
	} members[] = {{"server", &said->server}, {"token", &said->token}, {"token_file", &said->token_file},
		{"vkey", &said->vkey}};
	for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
		if (!span_is(node->key, members[i].key))
			continue;
		if (node->kind != YAML_TEXT || node->text.len == 0 ||
			memchr(node->text.at, 0, node->text.len))
			return misread(call, path, node->line, "the setting wants one text");
		*members[i].value = (const char *)node->text.at;
		return OK;
	}
	return misread(call, path, node->line, "there is no such setting: server, token, token_file, vkey");
}

/* Texts of the tree, NUL-ended where they stay. */
static fallible keep(struct arena *arena, const char **text, struct span from)
{
	*text = arena_text(arena, from);
	return *text ? OK : FAIL(NO_MEMORY, "there is no room for the configuration");
}

static fallible parse_file(struct commands_call *call, const char *path, struct span text,
	struct arena *arena, struct said *said)
{
	struct yaml_node *root;
	unsigned line = 1;
	struct err err = yaml_parse(text, arena, &root, &line);
	if (err.kind == ERR_INPUT)
		return misread(call, path, line, err.why);
	TRY(err);
	if (root->kind != YAML_MAP)
		return misread(call, path, root->line, "the file wants settings, one a line: server: URL");
	for (struct yaml_node *node = root->first; node; node = node->next) {
		if (node->kind == YAML_TEXT) {
			const char *kept;
			TRY(keep(arena, &kept, node->text));
			node->text.at = (const uint8_t *)kept;
		}
		TRY(take_member(call, path, node, said));
	}
	if (said->token && said->token_file)
		return misread(call, path, root->line, "of token and token_file one is enough");
	return OK;
}

/* The file is there or not; a token may stand in it, so nobody else may read it. */
static fallible read_file(struct commands_call *call, struct arena *arena, struct said *said)
{
	char path[PATH_MAX_BYTES];
	scoped(bearer) file = {.file = BUF(FILE_MAX)};
	if (!find_path(call->environment, path))
		return OK;
	struct err err = folder_read_private(path, &file.file);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	if (err_failed(err)) {
		commands_say_where(call, path);
		return err;
	}
	return parse_file(call, path, buf_span(&file.file), arena, said);
}

static const char *first_of(const char *option, const char *environment, const char *file)
{
	const char *said = option ? option : environment && environment[0] ? environment : file;
	return said;
}

static fallible take_token(struct commands_call *call, const struct said *said, struct config *config)
{
	const char *path =
		first_of(call->option[COMMANDS_TOKEN_FILE], call->environment->token_file, said->token_file);
	/* A file that is named closer by goes before a token of the configuration file. */
	if (said->token && (!path || path == said->token_file)) {
		config->token = span_text(said->token);
		return OK;
	}
	if (!path)
		return OK;
	struct err err = bearer_read(path, &config->bearer);
	if (err_failed(err)) {
		commands_say_where(call, path);
		return err;
	}
	config->token = config->bearer.token;
	return OK;
}

fallible config_read(struct commands_call *call, struct config *config)
{
	struct said said = {0};
	*config = (struct config){.arena = ARENA(ARENA_BYTES), .bearer = BEARER};
	TRY(read_file(call, &config->arena, &said));
	TRY(take_token(call, &said, config));
	config->server = first_of(call->option[COMMANDS_SERVER], call->environment->server, said.server);
	config->vkey = first_of(call->option[COMMANDS_VKEY], NULL, said.vkey);
	return OK;
}

void config_done(struct config *config)
{
	bearer_done(&config->bearer);
	arena_done(&config->arena);
}
