/* SPDX-License-Identifier: Apache-2.0 */
/* test_credentials - secrets go in and stay in: not in answers, not in files, not under another name. */
#include "server/core/vault/credentials.h"

#include "tests/server/vault_world.h"
#include "tests/support/fake_clock.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

enum { FILE_MAX = 64 * 1024 * 1024 };

static int post(struct vault *vault, const char *kind, const char *secret, const char *more)
{
	char body[VAULT_BODY];
	snprintf(body, sizeof body,
		"{\"client\":\"karlsson\",\"kind\":\"%s\",\"label\":{\"title\":\"A thing\"},\"secret\":%s%s}",
		kind, secret, more ? more : ",\"modes_max\":[\"reveal\"]");
	return vault_call(vault, "POST", "/v1/credentials", body);
}

static int change(struct vault *vault, const char *body)
{
	char path[VAULT_PATH];
	snprintf(path, sizeof path, "/v1/credentials/%s/versions", vault->login);
	return vault_call(vault, "POST", path, body);
}

static int look(struct vault *vault)
{
	char path[VAULT_PATH];
	snprintf(path, sizeof path, "/v1/credentials/%s", vault->login);
	return vault_call(vault, "GET", path, NULL);
}

static int64_t number(const struct vault *vault, const char *path)
{
	return json_integer_value(api_member(&vault->answer, path));
}

static int reveal(struct vault *vault, const char *grant)
{
	char proof[ID_TEXT + 1];
	vault_confirm(vault, grant, "see", proof);
	return vault_use(vault,
		&(struct vault_use){
			.grant = grant, .mode = "reveal", .purpose = "see", .verification = proof});
}

/* ---- adding and looking ---- */

Test(credentials, a_new_one_shows_its_label_and_never_its_secret)
{
	scoped(vault) vault = {0};
	vault_open(&vault);
	cr_assert(look(&vault) == 200);
	cr_assert(
		api_has(&vault.answer, "label/title", "Web shop") && api_has(&vault.answer, "kind", "login"));
	cr_assert(api_has(&vault.answer, "label/url", "https://shop.example") &&
		api_has(&vault.answer, "label/tags/0", "shop"));
	cr_assert(api_has(&vault.answer, "client", vault.client_text) &&
		api_has(&vault.answer, "state", "active"));
	cr_assert(api_has(&vault.answer, "modes_max/0", "code") &&
		api_has(&vault.answer, "modes_max/1", "reveal"));
	cr_assert(number(&vault, "version") == 1 && !api_member(&vault.answer, "secret"));
	cr_assert(!strstr(vault.answer.body, VAULT_PASSWORD) && !strstr(vault.answer.body, VAULT_SEED));
	cr_assert(vault_events(&vault, ACTION_CREDENTIAL_DEPOSITED) == 1);
}

Test(credentials, a_client_has_a_list_of_its_own)
{
	scoped(vault) vault = {0};
	vault_open(&vault);
	cr_assert(vault_call(&vault, "POST", "/v1/clients", "{\"name\":\"Other\",\"ref\":\"other\"}") == 201);
	for (int i = 0; i < 3; i++)
		cr_assert(post(&vault, "note", "{\"text\":\"the alarm is 4711\"}", NULL) == 201, "%s",
			vault.answer.body);
	cr_assert(vault_call(&vault, "GET", "/v1/credentials?client=karlsson&limit=3", NULL) == 200);
	cr_assert(json_array_size(api_member(&vault.answer, "items")) == 3);
	char path[512];
	snprintf(path, sizeof path, "/v1/credentials?client=karlsson&limit=3&cursor=%s",
		api_text(&vault.answer, "next"));
	cr_assert(vault_call(&vault, "GET", path, NULL) == 200);
	cr_assert(json_array_size(api_member(&vault.answer, "items")) == 1 &&
		json_is_null(api_member(&vault.answer, "next")));
	cr_assert(vault_call(&vault, "GET", "/v1/credentials?client=other", NULL) == 200);
	cr_assert(json_array_size(api_member(&vault.answer, "items")) == 0);
	cr_assert(vault_call(&vault, "GET", "/v1/credentials?client=nobody", NULL) == 404);
}

Test(credentials, every_kind_takes_its_own_fields)
{
	scoped(vault) vault = {0};
	vault_open(&vault);
	cr_assert(post(&vault, "totp", "{\"totp\":\"" VAULT_SEED "\"}", ",\"modes_max\":[\"code\"]") == 201);
	cr_assert(post(&vault, "api_key", "{\"key\":\"sk-1\"}", NULL) == 201);
	cr_assert(post(&vault, "ssh_key", "{\"key\":\"" VAULT_SSH_KEY "\"}", NULL) == 201);
	cr_assert(post(&vault, "card",
			  "{\"number\":\"4111 1111 1111 1111\",\"expiry\":\"12/30\",\"holder\":\"E K\"}",
			  NULL) == 201);
	post(&vault, "login", "{\"key\":\"x\"}", NULL);
	cr_assert(vault.answer.status == 422 && api_has_problem(&vault.answer, "/secret/key", "not_allowed"));
	post(&vault, "login", "{}", NULL);
	cr_assert(vault.answer.status == 422 && api_has_problem(&vault.answer, "/secret", "missing"));
	post(&vault, "totp", "{\"totp\":\"not a seed!\"}", NULL);
	cr_assert(vault.answer.status == 422 && api_has_problem(&vault.answer, "/secret/totp", "malformed"));
	post(&vault, "passkey", "{\"key\":\"x\"}", NULL);
	cr_assert(vault.answer.status == 422 && api_has_problem(&vault.answer, "/kind", "not_allowed"));
}

Test(credentials, a_cards_check_code_is_never_kept)
{
	scoped(vault) vault = {0};
	vault_open(&vault);
	post(&vault, "card", "{\"number\":\"4111111111111111\",\"cvc\":\"123\"}", NULL);
	cr_assert(
		vault.answer.status == 422 && api_has_problem(&vault.answer, "/secret/cvc", "unknown_field"));
	cr_assert(api_is_code(&vault.answer, 422, "security_code"));
	post(&vault, "card", "{\"number\":\"4111111111111111 cvc 123\"}", NULL);
	cr_assert(
		vault.answer.status == 422 && api_has_problem(&vault.answer, "/secret/number", "malformed"));
}

Test(credentials, what_is_missing_or_unknown_is_named)
{
	scoped(vault) vault = {0};
	vault_open(&vault);
	vault_call(&vault, "POST", "/v1/credentials",
		"{\"client\":\"nobody\",\"kind\":\"note\",\"label\":{\"title\":\"x\"},\"secret\":{\"text\":"
		"\"x\"},\"modes_max\":[\"reveal\"]}");
	cr_assert(api_is_code(&vault.answer, 422, "unknown_client"));
	post(&vault, "note", "{\"text\":\"x\"}", "");
	cr_assert(vault.answer.status == 422 && api_has_problem(&vault.answer, "/modes_max", "missing"));
	post(&vault, "note", "{\"text\":\"x\"}", ",\"modes_max\":[\"shout\"]");
	cr_assert(vault.answer.status == 422 && api_has_problem(&vault.answer, "/modes_max", "not_allowed"));
	post(&vault, "note", "{\"text\":\"x\"}", ",\"modes_max\":[]");
	cr_assert(vault.answer.status == 422 && api_has_problem(&vault.answer, "/modes_max", "missing"));
	post(&vault, "note", "{\"text\":\"x\"}", ",\"modes_max\":[\"reveal\"],\"share\":true");
	cr_assert(vault.answer.status == 422 && api_has_problem(&vault.answer, "/share", "unknown_field"));
}

Test(credentials, another_tenants_does_not_exist)
{
	scoped(vault) vault = {0};
	char path[VAULT_PATH];
	struct api_tenant other;
	vault_open(&vault);
	api_world_tenant(&vault.api, &other);
	snprintf(path, sizeof path, "/v1/credentials/%s", vault.login);
	cr_assert(vault_call_as(&vault, other.token, "GET", path, NULL) == 404);
	cr_assert(vault_call_as(&vault, other.token, "DELETE", path, NULL) == 404);
	snprintf(path, sizeof path, "/v1/credentials/%s/versions", vault.login);
	cr_assert(vault_call_as(&vault, other.token, "POST", path, "{\"generate\":{}}") == 404);
	cr_assert(vault_call_as(&vault, other.token, "GET", "/v1/credentials", NULL) == 200);
	cr_assert(json_array_size(api_member(&vault.answer, "items")) == 0);
}

Test(credentials, scopes_and_capabilities_both_decide)
{
	scoped(vault) vault = {0};
	struct api_application reader;
	struct api_person marketer;
	char path[VAULT_PATH], grant[ID_TEXT + 1];
	vault_open(&vault);
	api_world_application(&vault.api, &vault.api.tenant, SCOPE_BIT(VAULT_READ), &reader);
	api_world_person(&vault.api, &vault.api.tenant, "marketer", NULL, &marketer);
	snprintf(path, sizeof path, "/v1/credentials/%s", vault.login);
	cr_assert(vault_call_as(&vault, reader.token, "GET", path, NULL) == 200);
	vault_call_as(&vault, reader.token, "DELETE", path, NULL);
	cr_assert(api_is_code(&vault.answer, 403, "scope_missing"));
	cr_assert(vault_call_as(&vault, marketer.token, "GET", path, NULL) == 404,
		"what one may not see does not exist");
	vault_call_as(&vault, marketer.token, "DELETE", path, NULL);
	cr_assert(api_is_code(&vault.answer, 403, "not_allowed"));
	cr_assert(vault_call_as(&vault, vault.assistant.token, "GET", path, NULL) == 404,
		"who may put something in may not look at all that is there");
	vault_grant(&vault, VAULT_CODE, grant);
	cr_assert(vault_call_as(&vault, vault.assistant.token, "GET", path, NULL) == 200,
		"but at a client's whom they serve");
}

Test(credentials, an_assistant_sees_those_of_the_clients_they_serve_and_what_they_put_in)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], path[VAULT_PATH];
	vault_open(&vault);
	const char *own = vault.assistant.token;
	cr_assert(vault_call(&vault, "POST", "/v1/clients", "{\"name\":\"Berg\",\"ref\":\"berg\"}") == 201);
	cr_assert(vault_call_as(&vault, own, "POST", "/v1/credentials",
			  "{\"client\":\"berg\",\"kind\":\"note\",\"label\":{\"title\":\"door\"},\"secret\":{"
			  "\"text\":\"by the oak\"},\"modes_max\":[\"reveal\"]}") == 201,
		"%s", vault.answer.body);
	cr_assert(vault_call_as(&vault, own, "GET", "/v1/credentials", NULL) == 200);
	cr_assert(json_array_size(api_member(&vault.answer, "items")) == 1 &&
			api_has(&vault.answer, "items/0/label/title", "door"),
		"%s", vault.answer.body);
	vault_grant(&vault, VAULT_CODE, grant);
	cr_assert(vault_call_as(&vault, own, "GET", "/v1/credentials", NULL) == 200);
	cr_assert(json_array_size(api_member(&vault.answer, "items")) == 2, "%s", vault.answer.body);
	snprintf(path, sizeof path, "/v1/grants/%s", grant);
	cr_assert(vault_call(&vault, "DELETE", path, NULL) == 200);
	snprintf(path, sizeof path, "/v1/credentials/%s", vault.login);
	cr_assert(vault_call_as(&vault, own, "GET", path, NULL) == 404, "what has ended shows nothing");
	cr_assert(vault_call_as(&vault, own, "DELETE", path, NULL) == 404, "and ends nothing of others");
}

/* ---- versions ---- */

Test(credentials, a_new_password_is_a_new_version_and_the_seed_stays)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], login[ID_TEXT + 1];
	vault_open(&vault);
	vault_grant(&vault, "\"modes\":[\"code\",\"reveal\"]", grant);
	cr_assert(change(&vault, "{\"secret\":{\"password\":\"a newer one\"}}") == 201, "%s",
		vault.answer.body);
	cr_assert(number(&vault, "version") == 2 && vault_events(&vault, ACTION_CREDENTIAL_UPDATED) == 1);
	cr_assert(reveal(&vault, grant) == 200 && api_has(&vault.answer, "secret/password", "a newer one"));
	vault_login(&vault, login);
	cr_assert(vault_use(&vault,
			  &(struct vault_use){
				  .grant = grant, .mode = "code", .purpose = "x", .verification = login}) ==
		200);
}

Test(credentials, a_generated_password_is_seen_by_nobody)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1];
	vault_open(&vault);
	vault_grant(&vault, "\"modes\":[\"reveal\"]", grant);
	cr_assert(change(&vault, "{\"generate\":{\"length\":24}}") == 201);
	cr_assert(json_object_size(vault.answer.json) == 3, "id, version and strength");
	cr_assert(vault_events(&vault, ACTION_CREDENTIAL_ROTATED) == 1);
	cr_assert(reveal(&vault, grant) == 200);
	cr_assert(strlen(api_text(&vault.answer, "secret/password")) == 24);
	cr_assert(!api_has(&vault.answer, "secret/password", VAULT_PASSWORD));
}

Test(credentials, a_version_is_given_or_drawn)
{
	scoped(vault) vault = {0};
	vault_open(&vault);
	change(&vault, "{}");
	cr_assert(vault.answer.status == 422 && api_has_problem(&vault.answer, "/secret", "missing"));
	change(&vault, "{\"generate\":{\"length\":4}}");
	cr_assert(vault.answer.status == 422);
	change(&vault, "{\"generate\":{},\"secret\":{\"password\":\"x\"}}");
	cr_assert(vault.answer.status == 422 && api_has_problem(&vault.answer, "/generate", "not_allowed"));
	cr_assert(look(&vault) == 200 && number(&vault, "version") == 1);
	cr_assert(post(&vault, "note", "{\"text\":\"x\"}", NULL) == 201);
	snprintf(vault.login, sizeof vault.login, "%s", api_text(&vault.answer, "id"));
	change(&vault, "{\"generate\":{}}");
	cr_assert(vault.answer.status == 422 && api_has_problem(&vault.answer, "/generate", "not_allowed"));
}

Test(credentials, what_was_seen_is_no_longer_current_once_it_was_changed)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], path[VAULT_PATH];
	vault_open(&vault);
	vault_grant(&vault, "\"modes\":[\"reveal\"]", grant);
	cr_assert(reveal(&vault, grant) == 200);
	snprintf(path, sizeof path, "/v1/people/%s/exposure", vault.assistant.text);
	cr_assert(vault_call(&vault, "GET", path, NULL) == 200);
	cr_assert(json_is_true(api_member(&vault.answer, "items/0/current")) &&
		number(&vault, "items/0/class") == 4);
	cr_assert(change(&vault, "{\"secret\":{\"totp\":\"" VAULT_SEED "\"}}") == 201);
	cr_assert(vault_call(&vault, "GET", path, NULL) == 200);
	cr_assert(json_is_true(api_member(&vault.answer, "items/0/current")), "the password is the same");
	cr_assert(change(&vault, "{\"generate\":{}}") == 201);
	cr_assert(vault_call(&vault, "GET", path, NULL) == 200);
	cr_assert(json_is_false(api_member(&vault.answer, "items/0/current")) &&
		number(&vault, "items/0/version") == 1);
	cr_assert(reveal(&vault, grant) == 200);
	cr_assert(vault_call(&vault, "GET", path, NULL) == 200);
	cr_assert(json_array_size(api_member(&vault.answer, "items")) == 2);
	cr_assert(number(&vault, "items/1/version") == 3 &&
		json_is_true(api_member(&vault.answer, "items/1/current")));
}

Test(credentials, an_archived_one_is_neither_changed_nor_granted_nor_archived_again)
{
	scoped(vault) vault = {0};
	char path[VAULT_PATH], body[VAULT_BODY];
	vault_open(&vault);
	snprintf(path, sizeof path, "/v1/credentials/%s", vault.login);
	cr_assert(vault_call(&vault, "DELETE", path, NULL) == 200 &&
		api_has(&vault.answer, "state", "archived"));
	cr_assert(vault_events(&vault, ACTION_CREDENTIAL_ARCHIVED) == 1);
	cr_assert(vault_call(&vault, "DELETE", path, NULL) == 409);
	cr_assert(change(&vault, "{\"generate\":{}}") == 409);
	snprintf(body, sizeof body, "{\"credential\":\"%s\",\"to\":\"%s\",\"modes\":[\"code\"]}", vault.login,
		vault.assistant.text);
	cr_assert(vault_call(&vault, "POST", "/v1/grants", body) == 409);
	cr_assert(look(&vault) == 200 && api_has(&vault.answer, "state", "archived"));
}

/* ---- on disk ---- */

static bool file_has(const char *path, struct span text)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes = malloc(FILE_MAX);
	bool found = false;
	cr_assert(file && bytes, "%s", path);
	size_t len = fread(bytes, 1, FILE_MAX, file);
	found = memmem(bytes, len, text.at, text.len) != NULL;
	free(bytes);
	fclose(file);
	return found;
}

/* Every file under the volume. */
static bool store_has(struct vault *vault, struct span text)
{
	static const char *const FILES[] = {"data/data.mdb", "index/data.mdb", "keyring/data.mdb"};
	char path[VAULT_PATH];
	bool found = false;
	for (size_t i = 0; i < sizeof FILES / sizeof FILES[0]; i++) {
		snprintf(path, sizeof path, "%s/%s", vault->api.dir.path, FILES[i]);
		found |= file_has(path, text);
	}
	return found;
}

Test(credentials, nothing_of_secret_label_or_purpose_stands_in_the_files)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1];
	vault_open(&vault);
	vault_grant(&vault,
		"\"modes\":[\"reveal\"],\"task\":\"task-for-the-search\",\"mandate\":\"mandate-for-the-"
		"search\"",
		grant);
	cr_assert(reveal(&vault, grant) == 200 && api_has(&vault.answer, "secret/password", VAULT_PASSWORD));
	cr_assert(!store_has(&vault, SPAN_LIT(VAULT_PASSWORD)) && !store_has(&vault, SPAN_LIT(VAULT_SEED)));
	cr_assert(!store_has(&vault, SPAN_LIT("12345678901234567890")), "the seed's bytes");
	cr_assert(!store_has(&vault, SPAN_LIT("Web shop")) && !store_has(&vault, SPAN_LIT("shop.example")));
	cr_assert(!store_has(&vault, SPAN_LIT("eva@shop")) && !store_has(&vault, SPAN_LIT("for-the-search")));
	cr_assert(store_has(&vault, id_span(&vault.client)), "the search finds what is there");
}

/* ---- in another place ---- */

/* The current version, read behind the API's back, with all that opens its password. */
struct opened {
	struct version version;
	struct id client;
	struct span record;
};

static void read_version(struct vault *vault, struct arena *arena, struct opened *opened)
{
	struct id id;
	struct version_field const *field;
	scoped(reading) reading = {0};
	cr_assert(!err_failed(ids_parse(ID_CREDENTIAL, span_text(vault->login), &id)));
	cr_assert(!err_failed(reading_open(&vault->api.server.volume, &reading)));
	struct view view = view_reading(&reading);
	cr_assert(!err_failed(version_get(&view, vault->api.tenant.id, id, 1, arena, &opened->version)));
	field = version_field(&opened->version, CREDENTIAL_PASSWORD);
	cr_assert(field != NULL);
	opened->client = vault->client;
	opened->record = field->record;
}

static struct err try_open(struct vault *vault, const struct opened *opened, enum credential_field field)
{
	scoped(secret) plain = {0};
	struct seal_context place = version_place(&opened->version, opened->client, field);
	return keeper_open_field(
		vault->api.server.keeper, place, SPAN_BYTES(opened->version.wrapped), opened->record, &plain);
}

Test(credentials, a_record_opens_in_its_own_place_only)
{
	scoped(vault) vault = {0};
	scoped(arena) arena = ARENA(256 * 1024);
	struct opened own = {0}, moved;
	struct api_tenant other;
	vault_open(&vault);
	api_world_tenant(&vault.api, &other);
	read_version(&vault, &arena, &own);
	cr_assert(!err_failed(try_open(&vault, &own, CREDENTIAL_PASSWORD)));
	cr_assert(err_failed(try_open(&vault, &own, CREDENTIAL_TEXT)), "another field");
	moved = own;
	moved.version.number = 2;
	cr_assert(err_failed(try_open(&vault, &moved, CREDENTIAL_PASSWORD)), "another version");
	moved = own;
	moved.version.modes_max |= MODE_BIT(INJECT);
	cr_assert(err_failed(try_open(&vault, &moved, CREDENTIAL_PASSWORD)), "a raised ceiling");
	moved = own;
	moved.version.credential.bytes[15] ^= 1;
	cr_assert(err_failed(try_open(&vault, &moved, CREDENTIAL_PASSWORD)), "another credential");
	moved = own;
	moved.version.tenant = other.id;
	cr_assert(err_failed(try_open(&vault, &moved, CREDENTIAL_PASSWORD)), "another tenant");
	moved = own;
	moved.client = vault.contact;
	cr_assert(err_failed(try_open(&vault, &moved, CREDENTIAL_PASSWORD)), "another client");
}
