/* SPDX-License-Identifier: Apache-2.0 */
/* vault_world - set it up through the API, prove people behind its back. */
#include "tests/server/vault_world.h"

#include "crypto/random.h"
#include "server/core/proof.h"
#include "store/nouns/verification.h"

#include <stdio.h>
#include <stdlib.h>

static void expect(struct vault *vault, int status)
{
	if (vault->answer.status == status)
		return;
	fprintf(stderr, "not %d but %d %s\n", status, vault->answer.status, vault->answer.body);
	abort();
}

static void must(struct err err)
{
	if (!err_failed(err))
		return;
	fprintf(stderr, "%s (%s)\n", err.why, err.at);
	abort();
}

int vault_call_as(
	struct vault *vault, const char *token, const char *method, const char *path, const char *body)
{
	return api_call(&vault->api, method, path, token, body, &vault->answer);
}

int vault_call(struct vault *vault, const char *method, const char *path, const char *body)
{
	return vault_call_as(vault, vault->api.tenant.token, method, path, body);
}

static void take_text(struct vault *vault, const char *member, char text[static ID_TEXT + 1])
{
	snprintf(text, ID_TEXT + 1, "%s", api_text(&vault->answer, member));
}

static void add_client(struct vault *vault)
{
	char contact[ID_TEXT + 1];
	vault_call(vault, "POST", "/v1/clients",
		"{\"name\":\"Karlsson AB\",\"ref\":\"karlsson\",\"contacts\":[{\"name\":\"Eva Karlsson\","
		"\"email\":\"eva@karlsson.example\"}]}");
	expect(vault, 201);
	take_text(vault, "id", vault->client_text);
	take_text(vault, "contacts/0/id", contact);
	must(ids_parse(ID_CLIENT, span_text(vault->client_text), &vault->client));
	must(ids_parse(ID_PERSON, span_text(contact), &vault->contact));
}

static void add_login(struct vault *vault)
{
	vault_call(vault, "POST", "/v1/credentials",
		"{\"client\":\"karlsson\",\"kind\":\"login\",\"label\":{\"title\":\"Web "
		"shop\",\"url\":\"https://shop.example\","
		"\"username\":\"eva@shop\",\"tags\":[\"shop\"]},\"secret\":{\"password\":\"" VAULT_PASSWORD
		"\",\"totp\":\"" VAULT_SEED "\"},\"modes_max\":[\"code\",\"reveal\"]}");
	expect(vault, 201);
	take_text(vault, "id", vault->login);
}

void vault_open(struct vault *vault)
{
	*vault = (struct vault){0};
	api_world_open(&vault->api);
	api_world_person(
		&vault->api, &vault->api.tenant, "assistant", "ivana@example.org", &vault->assistant);
	add_client(vault);
	add_login(vault);
}

void vault_done(struct vault *vault)
{
	api_answer_done(&vault->answer);
	api_world_done(&vault->api);
}

void vault_grant(struct vault *vault, const char *terms, char grant[static ID_TEXT + 1])
{
	char body[VAULT_BODY];
	snprintf(body, sizeof body, "{\"credential\":\"%s\",\"to\":\"%s\",%s}", vault->login,
		vault->assistant.text, terms);
	vault_call(vault, "POST", "/v1/grants", body);
	expect(vault, 201);
	take_text(vault, "id", grant);
}

/* ---- proofs ---- */

struct prove {
	struct verification verification;
	struct event_draft draft;
};

static fallible write_proof(struct act *act, void *context)
{
	struct prove *prove = context;
	TRY(verification_put(act, &prove->verification));
	return act_add(act, prove->verification.tenant, &prove->draft.leaf, NULL);
}

static void hash_use(const struct vault_proof *proof, uint8_t hash[static HASH_SHA256])
{
	const struct proof_field fields[] = {{"grant", span_text(proof->grant)},
		{"mode", span_text(proof->mode)}, {"purpose", span_text(proof->purpose)}};
	must(proof_action_hash("use", fields, 3, hash));
}

static void hash_takeout(const struct vault_proof *proof, uint8_t hash[static HASH_SHA256])
{
	const struct proof_field fields[] = {{"takeout", span_text(proof->takeout)}};
	must(proof_action_hash("takeout", fields, 1, hash));
}

void vault_prove(struct vault *vault, const struct vault_proof *proof, char verification[static ID_TEXT + 1])
{
	scoped(arena) arena = ARENA(64 * 1024);
	struct instant now = clock_now();
	struct prove prove = {.verification = {.tenant = vault->api.tenant.id,
				      .id = random_id(now),
				      .application = proof->application,
				      .person = proof->person,
				      .is_action = proof->grant || proof->takeout,
				      .weak = proof->weak,
				      .state = VERIFICATION_ALLOWED,
				      .opened = now,
				      .decided = now}};
	const struct event event = {.action = ACTION_LOGIN_SUCCEEDED, .actor = LEAF_SYSTEM};
	if (proof->grant)
		hash_use(proof, prove.verification.proves_hash);
	if (proof->takeout)
		hash_takeout(proof, prove.verification.proves_hash);
	must(event_seal(
		vault->api.server.volume.keys, vault->api.tenant.id, &event, now, &arena, &prove.draft));
	api_world_run(&vault->api, write_proof, &prove);
	ids_print(ID_VERIFICATION, prove.verification.id, verification);
}

void vault_login(struct vault *vault, char verification[static ID_TEXT + 1])
{
	const struct vault_proof proof = {
		.person = vault->assistant.id, .application = vault->api.tenant.application};
	vault_prove(vault, &proof, verification);
}

void vault_confirm(
	struct vault *vault, const char *grant, const char *purpose, char verification[static ID_TEXT + 1])
{
	const struct vault_proof proof = {.person = vault->assistant.id,
		.application = vault->api.tenant.application,
		.grant = grant,
		.mode = "reveal",
		.purpose = purpose};
	vault_prove(vault, &proof, verification);
}

int vault_call_for(
	struct vault *vault, struct id person, const char *method, const char *path, const char *body)
{
	char actor[ID_TEXT + 1], verification[ID_TEXT + 1];
	const struct vault_proof proof = {.person = person, .application = vault->api.tenant.application};
	vault_prove(vault, &proof, verification);
	ids_print(ID_PERSON, person, actor);
	const struct api_request request = {.method = method,
		.path = path,
		.body = body,
		.token = vault->api.tenant.token,
		.actor = actor,
		.verification = verification};
	return api_ask(&vault->api, &request, &vault->answer);
}

/* ---- uses ---- */

static void put_member(struct buf *body, const char *name, const char *value)
{
	if (value)
		buf_printf(body, ",\"%s\":\"%s\"", name, value);
}

int vault_use(struct vault *vault, const struct vault_use *use)
{
	char path[VAULT_PATH];
	scoped(buf) body = BUF(VAULT_BODY);
	snprintf(path, sizeof path, "/v1/grants/%s/uses", use->grant);
	buf_printf(&body, "{\"mode\":\"%s\"", use->mode);
	put_member(&body, "purpose", use->purpose);
	put_member(&body, "verification", use->verification);
	put_member(&body, "seal_to", use->seal_to);
	if (!use->no_device)
		buf_printf(&body,
			",\"device\":{\"id\":\"laptop-1\",\"ip\":\"%s\",\"user_agent\":"
			"\"Mozilla/5.0\"}",
			use->ip ? use->ip : "203.0.113.7");
	buf_put_text(&body, "}");
	buf_put_u8(&body, 0);
	must(buf_check(&body));
	const struct api_request request = {.method = "POST",
		.path = path,
		.body = (const char *)body.data,
		.key = use->key,
		.token = use->token ? use->token : vault->api.tenant.token};
	return api_ask(&vault->api, &request, &vault->answer);
}

int vault_ask_code(struct vault *vault, const char *grant, const char *verification)
{
	const struct vault_use use = {
		.grant = grant, .mode = "code", .purpose = "pay invoice 77", .verification = verification};
	return vault_use(vault, &use);
}

int vault_ask_reveal(struct vault *vault, const char *grant, const char *verification)
{
	const struct vault_use use = {.grant = grant,
		.mode = "reveal",
		.purpose = "reset the account",
		.verification = verification};
	return vault_use(vault, &use);
}

bool vault_is_refused(const struct vault *vault, const char *code)
{
	return api_is_code(&vault->answer, 403, code);
}

size_t vault_events(struct vault *vault, enum action action)
{
	return api_count_events(&vault->api, vault->api.tenant.id, action);
}
