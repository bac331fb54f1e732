/* SPDX-License-Identifier: Apache-2.0 */
/* POST /v1/imports: what comes in is there, nothing comes twice, nothing is changed unasked, and whoever may not is refused. */
#include "tests/server/vault_world.h"

#include "server/core/vault/imports.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>

enum { PATH_BYTES = 256, MANY = 2 * IMPORTS_PART + 50 };

#define CHROME "name,url,username,password\n"
#define TWO CHROME "Shop,https://a.example/in,u,p1\nMail,https://m.example,u,p2\n"

static int import_as(struct vault *vault, const char *token, const char *query, const char *file)
{
	char path[PATH_BYTES];
	snprintf(path, sizeof path, "/v1/imports?%s", query);
	return vault_call_as(vault, token, "POST", path, file);
}

static int import(struct vault *vault, const char *query, const char *file)
{
	return import_as(vault, vault->api.tenant.token, query, file);
}

#define USUAL "format=chrome-csv&client=karlsson"

static bool counts(const struct vault *vault, const char *result, int expected)
{
	return json_integer_value(api_member(&vault->answer, result)) == expected;
}

/* How many credentials the client has beside the login of the world. */
static size_t count_here(struct vault *vault)
{
	scoped(api_answer) list = {0};
	char path[PATH_BYTES];
	size_t count = 0;
	snprintf(path, sizeof path, "/v1/credentials?client=karlsson&limit=500");
	api_call(&vault->api, "GET", path, vault->api.tenant.token, NULL, &list);
	count += json_array_size(api_member(&list, "items"));
	while (json_is_string(api_member(&list, "next"))) {
		snprintf(path, sizeof path, "/v1/credentials?client=karlsson&limit=500&cursor=%s",
			api_text(&list, "next"));
		api_call(&vault->api, "GET", path, vault->api.tenant.token, NULL, &list);
		count += json_array_size(api_member(&list, "items"));
	}
	return count - 1;
}

Test(imports, what_comes_in_is_a_credential_with_an_event_and_the_least_modes)
{
	scoped(vault) vault = {0};
	char path[PATH_BYTES];
	vault_open(&vault);
	cr_assert(import(&vault, USUAL, TWO) == 200, "%s", vault.answer.body);
	cr_assert(counts(&vault, "new", 2) && counts(&vault, "entries", 2), "%s", vault.answer.body);
	cr_assert(api_has(&vault.answer, "items/0/title", "Shop") &&
		api_has(&vault.answer, "items/0/result", "new"));
	snprintf(path, sizeof path, "/v1/credentials/%s", api_text(&vault.answer, "items/0/credential"));
	cr_assert(vault_call(&vault, "GET", path, NULL) == 200, "%s", vault.answer.body);
	cr_assert(api_has(&vault.answer, "label/username", "u") &&
		api_has(&vault.answer, "modes_max/0", "inject"));
	cr_assert(!api_member(&vault.answer, "modes_max/1"));
	cr_assert(vault_events(&vault, ACTION_CREDENTIAL_DEPOSITED) == 3);
	cr_assert(vault_events(&vault, ACTION_IMPORT_COMPLETED) == 1);
}

Test(imports, the_event_says_what_and_how_much)
{
	scoped(vault) vault = {0};
	scoped(arena) arena = ARENA(64 * 1024);
	struct event_read event;
	vault_open(&vault);
	cr_assert(import(&vault, USUAL, TWO "Empty,,,\n") == 200, "%s", vault.answer.body);
	api_find_event(&vault.api, vault.api.tenant.id, ACTION_IMPORT_COMPLETED, &arena, &event);
	struct span detail = event.texts[LEAF_TEXT_DETAIL];
	char text[1024];
	snprintf(text, sizeof text, "%.*s", SPAN_FMT(detail));
	cr_assert(strstr(text, "\"dataset\":\"credentials\",\"rows\":2,\"file_hash\":\""), "%s", text);
	cr_assert(strstr(text, "\"new\":2") && strstr(text, "\"refused\":1"), "%s", text);
}

Test(imports, a_dry_run_tells_the_same_and_writes_nothing)
{
	scoped(vault) vault = {0};
	vault_open(&vault);
	cr_assert(import(&vault, USUAL "&dry_run=1", TWO) == 200, "%s", vault.answer.body);
	cr_assert(counts(&vault, "new", 2) && json_is_true(api_member(&vault.answer, "dry_run")));
	cr_assert(!api_member(&vault.answer, "items/0/credential"));
	cr_assert(count_here(&vault) == 0 && vault_events(&vault, ACTION_IMPORT_COMPLETED) == 0);
}

Test(imports, the_same_file_a_second_time_takes_nothing_twice)
{
	scoped(vault) vault = {0};
	vault_open(&vault);
	cr_assert(import(&vault, USUAL, TWO) == 200);
	cr_assert(import(&vault, USUAL, TWO) == 200 && counts(&vault, "same", 2), "%s", vault.answer.body);
	cr_assert(counts(&vault, "new", 0) && count_here(&vault) == 2);
	cr_assert(import(&vault, USUAL, TWO "Third,,u,p3\n") == 200);
	cr_assert(counts(&vault, "same", 2) && counts(&vault, "new", 1) && count_here(&vault) == 3);
}

Test(imports, another_secret_changes_nothing_unless_it_is_asked_to)
{
	scoped(vault) vault = {0};
	char path[PATH_BYTES];
	vault_open(&vault);
	cr_assert(import(&vault, USUAL, CHROME "Shop,https://a.example,u,p1\n") == 200);
	cr_assert(import(&vault, USUAL, CHROME "Shop,https://a.example,u,p2\n") == 200);
	cr_assert(counts(&vault, "changed", 1) && counts(&vault, "new", 0), "%s", vault.answer.body);
	cr_assert(import(&vault, USUAL "&update=1", CHROME "Shop,https://a.example,u,p2\n") == 200);
	cr_assert(counts(&vault, "updated", 1), "%s", vault.answer.body);
	snprintf(path, sizeof path, "/v1/credentials/%s", api_text(&vault.answer, "items/0/credential"));
	cr_assert(vault_call(&vault, "GET", path, NULL) == 200);
	cr_assert(json_integer_value(api_member(&vault.answer, "version")) == 2);
	cr_assert(import(&vault, USUAL "&update=1", CHROME "Shop,https://a.example,u,p2\n") == 200);
	cr_assert(counts(&vault, "same", 1) && count_here(&vault) == 1);
}

Test(imports, those_that_look_the_same_are_told_apart_by_their_order)
{
	static const char FILE[] = CHROME "Shop,https://a.example,u,p1\nShop,https://a.example,u,p2\n";
	scoped(vault) vault = {0};
	vault_open(&vault);
	cr_assert(import(&vault, USUAL, FILE) == 200 && counts(&vault, "new", 2), "%s", vault.answer.body);
	cr_assert(import(&vault, USUAL, FILE) == 200 && counts(&vault, "same", 2), "%s", vault.answer.body);
}

Test(imports, what_was_typed_in_by_hand_is_known_again)
{
	scoped(vault) vault = {0};
	vault_open(&vault);
	cr_assert(import(&vault, USUAL,
			  CHROME "Web shop,https://shop.example/login,eva@shop," VAULT_PASSWORD "\n") == 200);
	cr_assert(counts(&vault, "same", 1) && count_here(&vault) == 0, "%s", vault.answer.body);
}

Test(imports, what_is_called_otherwise_here_is_told)
{
	static const char BITWARDEN[] = "format=bitwarden-json&client=karlsson";
	scoped(vault) vault = {0};
	vault_open(&vault);
	cr_assert(import(&vault, BITWARDEN,
			  "\xef\xbb\xbf{\"items\":[{\"id\":\"b1\",\"type\":1,\"name\":\"Bank\",\"login\":{"
			  "\"username\":\"u\",\"password\":\"p\"}}]}") == 200,
		"a byte order mark does no harm: %s", vault.answer.body);
	cr_assert(counts(&vault, "new", 1) && !api_member(&vault.answer, "items/0/lost"));
	cr_assert(import(&vault, BITWARDEN,
			  "{\"items\":[{\"id\":\"b1\",\"type\":1,\"name\":\"Bank\",\"login\":{\"username\":"
			  "\"another\",\"password\":\"p\"}}]}") == 200);
	cr_assert(counts(&vault, "same", 1) && api_has(&vault.answer, "items/0/lost/0", "label"), "%s",
		vault.answer.body);
}

Test(imports, a_table_that_cannot_be_read_says_in_which_line)
{
	scoped(vault) vault = {0};
	vault_open(&vault);
	cr_assert(import(&vault, USUAL, TWO "Door,,,\"p\n") == 422);
	cr_assert(api_has_problem(&vault.answer, "/4", "malformed"), "%s", vault.answer.body);
	cr_assert(count_here(&vault) == 0);
}

Test(imports, what_was_archived_stays_so)
{
	scoped(vault) vault = {0};
	char path[PATH_BYTES];
	vault_open(&vault);
	cr_assert(import(&vault, USUAL, CHROME "Shop,,u,p1\n") == 200);
	snprintf(path, sizeof path, "/v1/credentials/%s", api_text(&vault.answer, "items/0/credential"));
	cr_assert(vault_call(&vault, "DELETE", path, NULL) == 200, "%s", vault.answer.body);
	cr_assert(import(&vault, USUAL "&update=1", CHROME "Shop,,u,p2\n") == 200);
	cr_assert(counts(&vault, "archived", 1) && counts(&vault, "new", 0), "%s", vault.answer.body);
}

static void put_many(struct buf *file, unsigned count)
{
	buf_put_text(file, CHROME);
	for (unsigned i = 0; i < count; i++)
		buf_printf(file, "Site %u,https://s%u.example,user%u,secret-%u\n", i, i, i, i);
	buf_put_u8(file, 0);
}

Test(imports, many_come_in_several_acts_and_one_answer)
{
	scoped(vault) vault = {0};
	scoped(buf) file = BUF(1 << 20);
	vault_open(&vault);
	put_many(&file, MANY);
	cr_assert(import(&vault, USUAL, (const char *)file.data) == 200, "%s", vault.answer.body);
	cr_assert(counts(&vault, "new", MANY) && count_here(&vault) == MANY);
	cr_assert(vault_events(&vault, ACTION_IMPORT_COMPLETED) == 1);
	cr_assert(import(&vault, USUAL, (const char *)file.data) == 200 && counts(&vault, "same", MANY));
}

struct runner {
	struct vault *vault;
	const char *file;
	struct api_answer answer;
	pthread_t thread;
};

static void *run(void *context)
{
	struct runner *runner = context;
	api_call(&runner->vault->api, "POST", "/v1/imports?" USUAL, runner->vault->api.tenant.token,
		runner->file, &runner->answer);
	return NULL;
}

Test(imports, of_the_same_file_four_times_at_once_nothing_comes_twice)
{
	enum { RUNNERS = 4 };
	scoped(vault) vault = {0};
	scoped(buf) file = BUF(1 << 20);
	struct runner runners[RUNNERS] = {0};
	vault_open(&vault);
	put_many(&file, MANY);
	for (int i = 0; i < RUNNERS; i++) {
		runners[i] = (struct runner){.vault = &vault, .file = (const char *)file.data};
		cr_assert(pthread_create(&runners[i].thread, NULL, run, &runners[i]) == 0);
	}
	for (int i = 0; i < RUNNERS; i++) {
		pthread_join(runners[i].thread, NULL);
		cr_assert(runners[i].answer.status == 200 || api_is_code(&runners[i].answer, 503, "busy"),
			"%s", runners[i].answer.body);
		api_answer_done(&runners[i].answer);
	}
	cr_assert(import(&vault, USUAL, (const char *)file.data) == 200);
	cr_assert(count_here(&vault) == MANY, "%zu", count_here(&vault));
}

Test(imports, a_repeated_request_shows_no_titles)
{
	scoped(vault) vault = {0};
	vault_open(&vault);
	const struct api_request request = {.method = "POST",
		.path = "/v1/imports?" USUAL,
		.token = vault.api.tenant.token,
		.body = TWO,
		.key = "once"};
	cr_assert(
		api_ask(&vault.api, &request, &vault.answer) == 200 && api_member(&vault.answer, "items/1"));
	cr_assert(api_ask(&vault.api, &request, &vault.answer) == 200 && !api_member(&vault.answer, "items"));
	cr_assert(api_has(&vault.answer, "withheld/0", "/items") && counts(&vault, "new", 2));
}

Test(imports, higher_modes_come_only_when_they_are_asked_for)
{
	scoped(vault) vault = {0};
	char path[PATH_BYTES];
	vault_open(&vault);
	cr_assert(import(&vault, USUAL "&modes_max=inject,reveal", CHROME "A,,u,p\n") == 200, "%s",
		vault.answer.body);
	snprintf(path, sizeof path, "/v1/credentials/%s", api_text(&vault.answer, "items/0/credential"));
	cr_assert(vault_call(&vault, "GET", path, NULL) == 200 &&
		api_has(&vault.answer, "modes_max/1", "reveal"));
	cr_assert(import(&vault, USUAL "&modes_max=all", CHROME "B,,u,p\n") == 422);
}

Test(imports, what_is_asked_wrongly_or_by_others_is_refused)
{
	scoped(vault) vault = {0};
	struct api_application reader;
	struct api_person accountant;
	struct api_tenant other;
	vault_open(&vault);
	cr_assert(import(&vault, "client=karlsson", TWO) == 422 &&
		import(&vault, "format=chrome-csv", TWO) == 422);
	cr_assert(import(&vault, "format=word&client=karlsson", TWO) == 422);
	cr_assert(import(&vault, USUAL "&dry_run=yes", TWO) == 422);
	cr_assert(import(&vault, "format=chrome-csv&client=nobody", TWO) == 422);
	cr_assert(api_is_code(&vault.answer, 422, "unknown_client"));
	cr_assert(import(&vault, "format=bitwarden-json&client=karlsson", TWO) == 400);
	cr_assert(import(&vault, USUAL, "name,url,username,password\n\xff,,,p\n") == 400);
	cr_assert(import(&vault, USUAL, "what\n") == 422);
	api_world_application(&vault.api, &vault.api.tenant, SCOPE_BIT(VAULT_READ), &reader);
	cr_assert(import_as(&vault, reader.token, USUAL, TWO) == 403);
	api_world_person(&vault.api, &vault.api.tenant, "accountant", NULL, &accountant);
	cr_assert(import_as(&vault, accountant.token, USUAL, TWO) == 403, "%s", vault.answer.body);
	api_world_tenant(&vault.api, &other);
	cr_assert(import_as(&vault, other.token, USUAL, TWO) == 422);
	cr_assert(count_here(&vault) == 0);
}
