/* SPDX-License-Identifier: Apache-2.0 */
/* test_credential_edits - labels change, ceilings change by sealing anew, and nothing that is edited or swapped in the
 * store opens anything. */
#include "server/core/vault/credential_edits.h"

#include "base/text.h"
#include "crypto/box.h"
#include "store/check.h"
#include "tests/server/vault_world.h"

#include <criterion/criterion.h>
#include <stdio.h>

static int edit_as(struct vault *vault, const char *token, const char *body)
{
	char path[VAULT_PATH];
	snprintf(path, sizeof path, "/v1/credentials/%s", vault->login);
	return vault_call_as(vault, token, "PATCH", path, body);
}

static int edit(struct vault *vault, const char *body)
{
	return edit_as(vault, vault->api.tenant.token, body);
}

static int change(struct vault *vault, const char *body)
{
	char path[VAULT_PATH];
	snprintf(path, sizeof path, "/v1/credentials/%s/versions", vault->login);
	return vault_call(vault, "POST", path, body);
}

static int reveal(struct vault *vault, const char *grant)
{
	char proof[ID_TEXT + 1];
	vault_confirm(vault, grant, "reset the account", proof);
	return vault_ask_reveal(vault, grant, proof);
}

static int code(struct vault *vault, const char *grant)
{
	char login[ID_TEXT + 1];
	vault_login(vault, login);
	return vault_ask_code(vault, grant, login);
}

static struct id login_id(const struct vault *vault)
{
	struct id id;
	cr_assert(!err_failed(ids_parse(ID_CREDENTIAL, span_text(vault->login), &id)));
	return id;
}

/* ---- the label ---- */

Test(credential_edits, a_label_is_replaced_whole_and_the_event_names_what_changed)
{
	scoped(vault) vault = {0};
	vault_open(&vault);
	cr_assert(edit(&vault, "{\"label\":{\"title\":\"Web shop 2\",\"tags\":[\"shop\",\"new\"]}}") == 200,
		"%s", vault.answer.body);
	cr_assert(api_has(&vault.answer, "label/title", "Web shop 2") &&
		api_has(&vault.answer, "label/tags/1", "new"));
	cr_assert(!api_member(&vault.answer, "label/url") && !api_member(&vault.answer, "label/username"));
	cr_assert(json_integer_value(api_member(&vault.answer, "version")) == 1, "the secret is the same");
	cr_assert(vault_events(&vault, ACTION_CREDENTIAL_UPDATED) == 1);
}

Test(credential_edits, what_is_no_label_is_refused_and_changes_nothing)
{
	scoped(vault) vault = {0};
	char path[VAULT_PATH];
	vault_open(&vault);
	edit(&vault, "{}");
	cr_assert(vault.answer.status == 422 && api_has_problem(&vault.answer, "/label", "missing"));
	edit(&vault, "{\"label\":{\"url\":\"https://x.example\"}}");
	cr_assert(vault.answer.status == 422 && api_has_problem(&vault.answer, "/label/title", "missing"));
	edit(&vault, "{\"label\":{\"title\":\"Visa, cvc 737\"}}");
	cr_assert(api_is_code(&vault.answer, 422, "security_code"));
	edit(&vault, "{\"label\":{\"title\":\"x\"},\"secret\":{\"password\":\"x\"}}");
	cr_assert(vault.answer.status == 422 && api_has_problem(&vault.answer, "/secret", "unknown_field"));
	snprintf(path, sizeof path, "/v1/credentials/%s", vault.login);
	cr_assert(vault_call(&vault, "GET", path, NULL) == 200 &&
		api_has(&vault.answer, "label/title", "Web shop"));
}

Test(credential_edits, another_tenants_label_does_not_exist)
{
	scoped(vault) vault = {0};
	struct api_tenant other;
	vault_open(&vault);
	api_world_tenant(&vault.api, &other);
	cr_assert(edit_as(&vault, other.token, "{\"label\":{\"title\":\"mine\"}}") == 404);
}

/* ---- the ceiling ---- */

Test(credential_edits, a_lowered_ceiling_stops_what_was_granted_above_it)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1];
	vault_open(&vault);
	vault_grant(&vault, VAULT_BOTH, grant);
	cr_assert(reveal(&vault, grant) == 200);
	cr_assert(edit(&vault, "{\"modes_max\":[\"code\"]}") == 200, "%s", vault.answer.body);
	cr_assert(json_array_size(api_member(&vault.answer, "modes_max")) == 1);
	reveal(&vault, grant);
	cr_assert(vault_is_refused(&vault, "mode_not_allowed"));
	cr_assert(code(&vault, grant) == 200);
}

Test(credential_edits, a_ceiling_is_raised_by_a_proven_owner_and_by_nobody_else)
{
	scoped(vault) vault = {0};
	struct api_person owner, manager;
	char grant[ID_TEXT + 1];
	static const char RAISE[] = "{\"modes_max\":[\"code\",\"reveal\"]}";
	vault_open(&vault);
	api_world_person(&vault.api, &vault.api.tenant, "owner", "owner@example.org", &owner);
	api_world_person(&vault.api, &vault.api.tenant, "manager", "manager@example.org", &manager);
	vault_grant(&vault, VAULT_BOTH, grant);
	cr_assert(change(&vault, "{\"secret\":{\"password\":\"the second one\"}}") == 201);
	cr_assert(
		edit_as(&vault, manager.token, "{\"modes_max\":[\"code\"]}") == 200, "%s", vault.answer.body);
	edit(&vault, RAISE);
	cr_assert(api_is_code(&vault.answer, 403, "person_unproven"), "an application is no owner");
	edit_as(&vault, manager.token, RAISE);
	cr_assert(api_is_code(&vault.answer, 403, "not_allowed"));
	reveal(&vault, grant);
	cr_assert(vault_is_refused(&vault, "mode_not_allowed"));
	cr_assert(edit_as(&vault, owner.token, RAISE) == 200, "%s", vault.answer.body);
	cr_assert(
		reveal(&vault, grant) == 200 && api_has(&vault.answer, "secret/password", "the second one"));
	cr_assert(code(&vault, grant) == 200, "the seed that version 1 holds was sealed anew as well");
}

Test(credential_edits, who_knows_it_is_the_same_after_its_ceiling_was_changed)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], path[VAULT_PATH];
	vault_open(&vault);
	vault_grant(&vault, VAULT_BOTH, grant);
	cr_assert(reveal(&vault, grant) == 200 && edit(&vault, "{\"modes_max\":[\"reveal\"]}") == 200);
	snprintf(path, sizeof path, "/v1/credentials/%s/versions", vault.login);
	cr_assert(vault_call(&vault, "GET", path, NULL) == 200);
	cr_assert(json_array_size(api_member(&vault.answer, "items")) == 1);
	cr_assert(json_integer_value(api_member(&vault.answer, "items/0/known_to")) == 1);
}

Test(credential_edits, an_archived_one_is_not_edited)
{
	scoped(vault) vault = {0};
	char path[VAULT_PATH];
	vault_open(&vault);
	snprintf(path, sizeof path, "/v1/credentials/%s", vault.login);
	cr_assert(vault_call(&vault, "DELETE", path, NULL) == 200);
	cr_assert(edit(&vault, "{\"label\":{\"title\":\"x\"}}") == 409);
}

/* ---- inject ---- */

static const char *base_point(struct buf *key)
{
	static const uint8_t PUBLIC[BOX_PUBLIC] = {9};
	text_put_base64url(key, SPAN_BYTES(PUBLIC));
	buf_put_u8(key, 0);
	return (const char *)key->data;
}

static void confirm_inject(
	struct vault *vault, struct id application, const char *grant, char proof[static ID_TEXT + 1])
{
	const struct vault_proof confirmed = {.person = vault->assistant.id,
		.application = application,
		.grant = grant,
		.mode = "inject",
		.purpose = "sign in"};
	vault_prove(vault, &confirmed, proof);
}

static void open_for_inject(struct vault *vault, char grant[static ID_TEXT + 1])
{
	vault_open(vault);
	cr_assert(vault_call(vault, "POST", "/v1/credentials",
			  "{\"client\":\"karlsson\",\"kind\":\"login\",\"label\":{\"title\":\"Web shop\"},"
			  "\"secret\":{\"password\":\"" VAULT_PASSWORD
			  "\"},\"modes_max\":[\"inject\"]}") == 201);
	snprintf(vault->login, sizeof vault->login, "%s", api_text(&vault->answer, "id"));
	vault_grant(vault, "\"modes\":[\"inject\"]", grant);
}

Test(credential_edits, an_application_with_the_scope_injects_sealed_and_nobody_else_does)
{
	scoped(vault) vault = {0};
	scoped(buf) key = BUF(64);
	struct api_application agent, plain;
	char grant[ID_TEXT + 1], proof[ID_TEXT + 1];
	open_for_inject(&vault, grant);
	api_world_application(
		&vault.api, &vault.api.tenant, SCOPE_BIT(VAULT_USE) | SCOPE_BIT(VAULT_INJECT), &agent);
	api_world_application(
		&vault.api, &vault.api.tenant, SCOPE_BIT(VAULT_USE) | SCOPE_BIT(VAULT_REVEAL), &plain);
	struct vault_use use = {
		.grant = grant, .mode = "inject", .purpose = "sign in", .seal_to = base_point(&key)};
	use.token = plain.token;
	vault_use(&vault, &use);
	cr_assert(vault_is_refused(&vault, "scope_missing"));
	use.token = vault.assistant.token;
	vault_use(&vault, &use);
	cr_assert(vault_is_refused(&vault, "scope_missing"),
		"a person's token has every scope, and injects nothing");
	use.token = agent.token;
	vault_use(&vault, &use);
	cr_assert(vault.answer.status == 403, "the grantee has confirmed nothing");
	confirm_inject(&vault, agent.id, grant, proof);
	use.verification = proof;
	cr_assert(vault_use(&vault, &use) == 200, "%s", vault.answer.body);
	cr_assert(api_member(&vault.answer, "sealed") && !strstr(vault.answer.body, VAULT_PASSWORD));
	cr_assert(vault_events(&vault, ACTION_CREDENTIAL_INJECTED) == 1);
}

Test(credential_edits, what_is_injected_never_lies_open_in_an_answer)
{
	scoped(vault) vault = {0};
	struct api_application agent;
	char grant[ID_TEXT + 1], proof[ID_TEXT + 1];
	open_for_inject(&vault, grant);
	api_world_application(
		&vault.api, &vault.api.tenant, SCOPE_BIT(VAULT_USE) | SCOPE_BIT(VAULT_INJECT), &agent);
	confirm_inject(&vault, agent.id, grant, proof);
	vault_use(&vault,
		&(struct vault_use){.grant = grant,
			.mode = "inject",
			.purpose = "sign in",
			.verification = proof,
			.token = agent.token});
	cr_assert(vault.answer.status == 422 && api_has_problem(&vault.answer, "/seal_to", "missing"));
}

/* ---- edited by somebody who holds the database and the key of its rows, but not those of the secrets ---- */

enum forging { RAISE_ROW, RAISE_VERSION, SWAP_FIELDS, SWAP_VERSIONS, SWAP_CREDENTIALS, SWAP_KEYS };

struct forgery {
	struct vault *vault;
	struct id other; /* another credential of the same client */
	enum forging what;
};

static fallible raise_row(struct act *act, struct credential *credential)
{
	scoped(buf) sealed = BUF(8 * 1024);
	credential->modes_max = MODES_ALL;
	TRY(credential_seal(act->volume->keys, credential, &sealed));
	return credential_put(act, credential, buf_span(&sealed));
}

static void swap_records(struct version_field *one, struct version_field *other)
{
	struct span record = one->record;
	one->record = other->record;
	other->record = record;
}

static fallible forge_version(struct act *act, const struct forgery *forgery, struct version *version)
{
	struct version source;
	struct view view = view_act(act);
	struct id from = forgery->what == SWAP_VERSIONS ? version->credential : forgery->other;
	if (forgery->what == RAISE_VERSION)
		version->modes_max = MODES_ALL;
	if (forgery->what == SWAP_FIELDS)
		swap_records(&version->fields[0], &version->fields[1]);
	if (forgery->what < SWAP_VERSIONS)
		return version_put(act, forgery->vault->client, version);
	TRY(version_get(&view, version->tenant, from, 1, act->arena, &source));
	version->fields[0].record = source.fields[0].record;
	if (forgery->what != SWAP_CREDENTIALS)
		memcpy(version->wrapped, source.wrapped, sizeof version->wrapped);
	return version_put(act, forgery->vault->client, version);
}

static fallible forge(struct act *act, void *context)
{
	const struct forgery *forgery = context;
	const struct event event = {.action = ACTION_POLICY_CHANGED};
	struct event_draft draft;
	struct view view = view_act(act);
	struct credential credential;
	struct version version;
	struct id tenant = forgery->vault->api.tenant.id;
	TRY(credential_get(&view, tenant, login_id(forgery->vault), act->arena, &credential));
	TRY(version_get(&view, tenant, credential.id, credential.current, act->arena, &version));
	TRY(forgery->what == RAISE_ROW ? raise_row(act, &credential) : forge_version(act, forgery, &version));
	TRY(event_seal(act->volume->keys, tenant, &event, act->now, act->arena, &draft));
	return act_add(act, tenant, &draft.leaf, NULL);
}

/* A login with both modes granted, another of the same client, a second version that only changed the first one's seed. */
static void open_for_forging(
	struct vault *vault, struct forgery *forgery, const char *modes, char grant[static ID_TEXT + 1])
{
	char body[VAULT_BODY], kept[ID_TEXT + 1];
	vault_open(vault);
	snprintf(body, sizeof body,
		"{\"client\":\"karlsson\",\"kind\":\"login\",\"label\":{\"title\":\"Bank\"},\"secret\":{"
		"\"password\":\"the other\","
		"\"totp\":\"" VAULT_SEED "\"},\"modes_max\":%s}",
		modes);
	cr_assert(vault_call(vault, "POST", "/v1/credentials", body) == 201);
	snprintf(kept, sizeof kept, "%s", vault->login);
	snprintf(vault->login, sizeof vault->login, "%s", api_text(&vault->answer, "id"));
	forgery->vault = vault;
	cr_assert(!err_failed(ids_parse(ID_CREDENTIAL, span_text(kept), &forgery->other)));
	vault_grant(vault, strstr(modes, "reveal") ? VAULT_BOTH : VAULT_CODE, grant);
}

static void is_refused_and_told(struct vault *vault, const char *grant)
{
	reveal(vault, grant);
	cr_assert(api_is_code(&vault->answer, 500, "corrupt"), "%s", vault->answer.body);
	cr_assert(!strstr(vault->answer.body, "the other") && !strstr(vault->answer.body, VAULT_PASSWORD));
	cr_assert(vault_events(vault, ACTION_CREDENTIAL_RELEASE_FAILED) == 1, "and the log says so");
}

Test(credential_edits, a_ceiling_raised_in_the_credentials_row_opens_nothing)
{
	scoped(vault) vault = {0};
	struct forgery forgery = {.what = RAISE_ROW};
	char code_only[ID_TEXT + 1], grant[ID_TEXT + 1];
	open_for_forging(&vault, &forgery, "[\"code\"]", code_only);
	api_world_run(&vault.api, forge, &forgery);
	vault_grant(&vault, VAULT_BOTH, grant);
	reveal(&vault, grant);
	cr_assert(vault_is_refused(&vault, "mode_not_allowed"), "the ceiling that counts is sealed");
	cr_assert(vault_events(&vault, ACTION_CREDENTIAL_DENIED) == 1);
}

Test(credential_edits, a_ceiling_raised_in_the_versions_row_opens_nothing)
{
	scoped(vault) vault = {0};
	struct forgery forgery = {.what = RAISE_VERSION};
	char grant[ID_TEXT + 1];
	open_for_forging(&vault, &forgery, "[\"code\",\"reveal\"]", grant);
	api_world_run(&vault.api, forge, &forgery);
	is_refused_and_told(&vault, grant);
}

Test(credential_edits, ciphertexts_swapped_between_fields_open_nothing)
{
	scoped(vault) vault = {0};
	struct forgery forgery = {.what = SWAP_FIELDS};
	char grant[ID_TEXT + 1];
	open_for_forging(&vault, &forgery, "[\"code\",\"reveal\"]", grant);
	api_world_run(&vault.api, forge, &forgery);
	is_refused_and_told(&vault, grant);
}

Test(credential_edits, ciphertexts_of_another_credential_open_nothing)
{
	scoped(vault) vault = {0};
	struct forgery forgery = {.what = SWAP_CREDENTIALS};
	char grant[ID_TEXT + 1];
	open_for_forging(&vault, &forgery, "[\"code\",\"reveal\"]", grant);
	api_world_run(&vault.api, forge, &forgery);
	is_refused_and_told(&vault, grant);
}

Test(credential_edits, ciphertexts_of_another_credential_with_their_key_open_nothing)
{
	scoped(vault) vault = {0};
	struct forgery forgery = {.what = SWAP_KEYS};
	char grant[ID_TEXT + 1];
	open_for_forging(&vault, &forgery, "[\"code\",\"reveal\"]", grant);
	api_world_run(&vault.api, forge, &forgery);
	is_refused_and_told(&vault, grant);
}

Test(credential_edits, an_older_versions_password_put_back_opens_nothing)
{
	scoped(vault) vault = {0};
	struct forgery forgery = {.what = SWAP_VERSIONS};
	char grant[ID_TEXT + 1];
	open_for_forging(&vault, &forgery, "[\"code\",\"reveal\"]", grant);
	cr_assert(change(&vault, "{\"secret\":{\"password\":\"the newer\"}}") == 201);
	api_world_run(&vault.api, forge, &forgery);
	is_refused_and_told(&vault, grant);
}

Test(credential_edits, a_forged_version_is_not_sealed_anew_under_a_higher_ceiling)
{
	scoped(vault) vault = {0};
	struct forgery forgery = {.what = SWAP_CREDENTIALS};
	char grant[ID_TEXT + 1];
	open_for_forging(&vault, &forgery, "[\"code\",\"reveal\"]", grant);
	api_world_run(&vault.api, forge, &forgery);
	edit(&vault, "{\"modes_max\":[\"code\"]}");
	cr_assert(api_is_code(&vault.answer, 500, "corrupt"), "%s", vault.answer.body);
}

/* ---- edited by somebody who holds the database alone ---- */

enum { ENVELOPE = 17, MODES_LOW = ENVELOPE + 2 /* behind the version byte, the high byte of the modes */ };

static void flip_modes(struct vault *vault)
{
	uint8_t number[8] = {[7] = 1};
	uint8_t row[4096];
	struct span value;
	struct id id = login_id(vault);
	struct noun_key key = noun_key(vault->api.tenant.id, id_span(&id), SPAN_BYTES(number));
	scoped(kv_txn) txn = {0};
	cr_assert(!err_failed(kv_write(vault->api.server.volume.data, &txn)));
	cr_assert(!err_failed(kv_get(&txn, TABLE_VERSION, noun_key_span(&key), &value)) &&
		value.len <= sizeof row);
	memcpy(row, value.at, value.len);
	row[MODES_LOW] = MODES_ALL;
	cr_assert(!err_failed(kv_put(&txn, TABLE_VERSION, noun_key_span(&key), span_of(row, value.len))));
	cr_assert(!err_failed(kv_commit(&txn)));
}

Test(credential_edits, a_row_edited_in_the_file_is_not_even_read_and_the_check_finds_it)
{
	scoped(vault) vault = {0};
	struct check_report report;
	char grant[ID_TEXT + 1];
	vault_open(&vault);
	vault_grant(&vault, VAULT_BOTH, grant);
	const struct check_ask ask = {
		.data = vault.api.server.volume.data, .keys = vault.api.server.volume.keys};
	cr_assert(!err_failed(check_rows(&ask, &report)) && report.fault == CHECK_SOUND);
	flip_modes(&vault);
	cr_assert(reveal(&vault, grant) != 200 && !strstr(vault.answer.body, VAULT_PASSWORD));
	cr_assert(code(&vault, grant) != 200);
	cr_assert(!err_failed(check_rows(&ask, &report)) && report.fault != CHECK_SOUND);
	cr_assert(report.table == TABLE_VERSION);
}
