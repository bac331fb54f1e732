/* SPDX-License-Identifier: Apache-2.0 */
/* test_use_places - a client's credentials are used from the countries that it names (R-G9). */
#include "server/core/places.h"
#include "tests/server/vault_world.h"
#include "tests/support/vectors.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { FILE_MAX = 16 * 1024, PATH_BYTES = 256 };

#define HELSINKI "192.0.2.1"
#define STOCKHOLM "198.51.100.1"
#define NOWHERE "203.0.113.7"
#define KARLSSON "/v1/clients/karlsson"

/* A vault whose server knows countries, a grant in it, and a login of the grantee. */
struct scene {
	struct vault vault;
	char grant[ID_TEXT + 1], login[ID_TEXT + 1];
};

static void scene_done(struct scene *scene)
{
	struct places *places = scene->vault.api.server.places;
	vault_done(&scene->vault);
	places_close(places);
}

static void open_atlas(struct scene *scene)
{
	char path[PATH_BYTES];
	scoped(buf) bytes = BUF(FILE_MAX);
	snprintf(path, sizeof path, "%s/countries.mmdb", scene->vault.api.dir.path);
	vectors_read_hex("vectors/countries.hex", &bytes);
	FILE *file = fopen(path, "wb");
	cr_assert(file && fwrite(bytes.data, 1, bytes.len, file) == bytes.len && fclose(file) == 0);
	cr_assert(!err_failed(places_open(path, &scene->vault.api.server.places)));
}

static void open_scene(struct scene *scene)
{
	vault_open(&scene->vault);
	vault_grant(&scene->vault, VAULT_CODE, scene->grant);
	vault_login(&scene->vault, scene->login);
}

static int set(struct scene *scene, const char *countries)
{
	char body[PATH_BYTES];
	snprintf(body, sizeof body, "{\"countries\":%s}", countries);
	return vault_call(&scene->vault, "PATCH", KARLSSON, body);
}

static int use_from(struct scene *scene, const char *ip)
{
	return vault_use(&scene->vault,
		&(struct vault_use){.grant = scene->grant,
			.mode = "code",
			.purpose = "pay invoice 77",
			.verification = scene->login,
			.ip = ip});
}

Test(use_places, a_use_from_another_country_or_from_nowhere_is_denied_and_logged)
{
	scoped(scene) scene = {0};
	open_scene(&scene);
	open_atlas(&scene);
	struct vault *vault = &scene.vault;
	cr_assert(use_from(&scene, STOCKHOLM) == 200, "from anywhere, before: %s", vault->answer.body);
	cr_assert(set(&scene, "[\"FI\",\"GB\"]") == 200, "%s", vault->answer.body);
	cr_assert(
		api_has(&vault->answer, "countries/0", "FI") && api_has(&vault->answer, "countries/1", "GB"));
	cr_assert(use_from(&scene, HELSINKI) == 200, "%s", vault->answer.body);
	size_t denied = vault_events(vault, ACTION_CREDENTIAL_DENIED);
	use_from(&scene, STOCKHOLM);
	cr_assert(vault_is_refused(vault, "other_country"), "%s", vault->answer.body);
	use_from(&scene, NOWHERE);
	cr_assert(vault_is_refused(vault, "other_country"), "an address of which nobody knows the country");
	cr_assert(vault_events(vault, ACTION_CREDENTIAL_DENIED) == denied + 1,
		"the second is counted with the first");
	cr_assert(vault_call(vault, "GET", "/v1/events?action=credential.denied&limit=1", NULL) == 200);
	cr_assert(api_has(&vault->answer, "items/0/reason", "other_country"), "%s", vault->answer.body);
	cr_assert(set(&scene, "[]") == 200 && use_from(&scene, NOWHERE) == 200, "and from anywhere again");
}

Test(use_places, the_union_lets_in_who_is_in_one_of_its_countries)
{
	scoped(scene) scene = {0};
	open_scene(&scene);
	open_atlas(&scene);
	cr_assert(set(&scene, "[\"EU\"]") == 200);
	cr_assert(use_from(&scene, HELSINKI) == 200 && use_from(&scene, STOCKHOLM) == 200);
	use_from(&scene, NOWHERE);
	cr_assert(vault_is_refused(&scene.vault, "other_country"));
}

Test(use_places, what_changes_is_on_the_log_and_what_stays_writes_nothing)
{
	scoped(scene) scene = {0};
	open_scene(&scene);
	open_atlas(&scene);
	struct vault *vault = &scene.vault;
	size_t before = vault_events(vault, ACTION_CLIENT_CHANGED);
	cr_assert(set(&scene, "[\"FI\"]") == 200 && set(&scene, "[\"FI\"]") == 200);
	cr_assert(vault_call(vault, "PATCH", KARLSSON, "{\"name\":\"Karlsson and Sons\"}") == 200);
	cr_assert(api_has(&vault->answer, "countries/0", "FI"), "another change leaves them: %s",
		vault->answer.body);
	cr_assert(vault_events(vault, ACTION_CLIENT_CHANGED) == before + 2);
}

Test(use_places, a_list_that_nobody_could_be_held_to_is_refused)
{
	static const char *const BAD[] = {"[\"fi\"]", "[\"FIN\"]", "[\"F\"]", "[\"FI\",1]", "\"FI\"",
		"[\"AA\",\"AA\",\"AA\",\"AA\",\"AA\",\"AA\",\"AA\",\"AA\",\"AA\",\"AA\",\"AA\",\"AA\",\"AA\","
		"\"AA\",\"AA\",\"AA\","
		"\"AA\"]"};
	scoped(scene) scene = {0};
	open_scene(&scene);
	cr_assert(set(&scene, "[\"FI\"]") == 422 &&
		api_has_problem(&scene.vault.answer, "/countries", "not_configured"));
	cr_assert(set(&scene, "[]") == 200, "there is nothing to hold anybody to");
	open_atlas(&scene);
	for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++)
		cr_assert(set(&scene, BAD[i]) == 422, "%s: %s", BAD[i], scene.vault.answer.body);
	cr_assert(vault_call(&scene.vault, "POST", "/v1/clients",
			  "{\"name\":\"Berg\",\"countries\":[\"SE\"]}") == 201);
	cr_assert(api_has(&scene.vault.answer, "countries/0", "SE"));
	cr_assert(use_from(&scene, NOWHERE) == 200, "another client's list is no matter");
}
