/* SPDX-License-Identifier: Apache-2.0 */
/* test_config - who says which server and token, and files that others could read. */
#include "cli/config.h"

#include "tests/cli/tile_folder.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <sys/stat.h>

/* A home with a configuration file and a token file in it. */
struct world {
	struct tile_folder home;
	char path[128], token_file[128];
	struct commands_environment environment;
	struct commands_call call;
	struct config config;
};

static void world_init(struct world *world)
{
	*world = (struct world){.home = tile_folder_make(0, 1)};
	snprintf(world->path, sizeof world->path, "%s/muniment", world->home.path);
	snprintf(world->token_file, sizeof world->token_file, "%s/token", world->home.path);
	world->environment.config_home = world->home.path;
	world->call.environment = &world->environment;
}

static void world_done(struct world *world)
{
	config_done(&world->config);
	tile_folder_done(&world->home);
}

static void lay(struct world *world, const char *name, const char *text, unsigned mode)
{
	char path[160];
	snprintf(path, sizeof path, "%s/%s", world->home.path, name);
	tile_folder_write(&world->home, name, span_text(text));
	cr_assert(chmod(path, mode) == 0, "its mode");
}

static bool says(struct world *world, const char *server, const char *token)
{
	config_done(&world->config);
	if (err_failed(config_read(&world->call, &world->config)))
		return false;
	const char *read = world->config.server ? world->config.server : "";
	return strcmp(read, server) == 0 && span_is(world->config.token, token);
}

static bool is_refused(struct world *world, const char *where)
{
	config_done(&world->config);
	world->call.where[0] = '\0';
	return config_read(&world->call, &world->config).kind == ERR_INPUT &&
		strstr(world->call.where, where);
}

Test(config, without_anything_nobody_says)
{
	scoped(world) world;
	world_init(&world);
	cr_assert(says(&world, "", ""), "no file");
	cr_assert(!world.config.vkey, "no key");
	world.environment.config_home = "relative";
	cr_assert(says(&world, "", ""), "no home");
}

Test(config, the_file_says_everything)
{
	scoped(world) world;
	world_init(&world);
	lay(&world, "muniment", "# mine\nserver: http://127.0.0.1:1\ntoken: mun_per_a\nvkey: log+1+k\n",
		0600);
	cr_assert(says(&world, "http://127.0.0.1:1", "mun_per_a"), "server and token");
	cr_assert_str_eq(world.config.vkey, "log+1+k");
}

Test(config, the_environment_goes_before_the_file_and_options_before_both)
{
	scoped(world) world;
	world_init(&world);
	lay(&world, "muniment", "server: http://file\ntoken: of-the-file\n", 0600);
	lay(&world, "token", "of-the-environment\r\n", 0600);
	lay(&world, "other", "of-the-option", 0600);
	world.environment.server = "http://environment";
	world.environment.token_file = world.token_file;
	cr_assert(says(&world, "http://environment", "of-the-environment"), "the environment");
	char other[160];
	snprintf(other, sizeof other, "%s/other", world.home.path);
	world.call.option[COMMANDS_SERVER] = "http://option";
	world.call.option[COMMANDS_TOKEN_FILE] = other;
	cr_assert(says(&world, "http://option", "of-the-option"), "options");
	world.environment = (struct commands_environment){.config_home = world.home.path, .server = ""};
	world.call.option[COMMANDS_SERVER] = world.call.option[COMMANDS_TOKEN_FILE] = NULL;
	cr_assert(says(&world, "http://file", "of-the-file"), "an empty variable is none");
}

Test(config, a_token_may_stand_in_a_file_that_is_named)
{
	scoped(world) world;
	char text[256];
	world_init(&world);
	lay(&world, "token", "mun_per_b\n", 0400);
	snprintf(text, sizeof text, "token_file: %s\n", world.token_file);
	lay(&world, "muniment", text, 0600);
	cr_assert(says(&world, "", "mun_per_b"), "it is read");
	snprintf(text, sizeof text, "token_file: %s\ntoken: mun_per_c\n", world.token_file);
	lay(&world, "muniment", text, 0600);
	cr_assert(is_refused(&world, "line"), "both are one too many");
}

Test(config, files_that_others_can_read_are_refused)
{
	scoped(world) world;
	world_init(&world);
	lay(&world, "muniment", "token: mun_per_a\n", 0640);
	cr_assert(is_refused(&world, world.path), "the group could read it");
	lay(&world, "muniment", "server: http://127.0.0.1:1\n", 0600);
	lay(&world, "token", "mun_per_a\n", 0604);
	world.environment.token_file = world.token_file;
	cr_assert(is_refused(&world, world.token_file), "everybody could read it");
	lay(&world, "token", "\n", 0600);
	cr_assert(is_refused(&world, world.token_file), "it is empty");
}

Test(config, what_is_no_setting_is_refused_with_its_line)
{
	static const char *const NONE[] = {"server: http://x\npassword: y\n",
		"server: http://x\ntoken: [a, b]\n", "server: http://x\nserver: http://y\n",
		"server: http://x\n\tvkey: z\n", "server: http://x\nvkey:\n"};
	scoped(world) world;
	world_init(&world);
	for (size_t i = 0; i < sizeof NONE / sizeof *NONE; i++) {
		lay(&world, "muniment", NONE[i], 0600);
		cr_assert(is_refused(&world, "line 2 of "), "%s: %s", NONE[i], world.call.where);
	}
}

Test(config, a_token_file_that_is_not_there_is_told)
{
	scoped(world) world;
	world_init(&world);
	world.environment.token_file = world.token_file;
	cr_assert(config_read(&world.call, &world.config).kind == ERR_NOT_FOUND, "absent");
	cr_assert_str_eq(world.call.where, world.token_file);
}
