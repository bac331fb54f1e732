/* SPDX-License-Identifier: Apache-2.0 */
/* test_key_rotations - a client's secrets under other keys: used all the time, told once, left in their place. */
#include "server/core/vault/key_rotations.h"

#include "server/core/vault/fields.h"
#include "server/core/vault/rewraps.h"
#include "store/nouns/hold.h"
#include "store/nouns/version.h"
#include "tests/server/vault_world.h"

#include <criterion/criterion.h>

enum { MEMORY = 1024 * 1024, MANY = 2 * REWRAPS_AT_ONCE + 7 };

static void must(struct err err)
{
	cr_assert(!err_failed(err), "%s (%s)", err.why, err.at);
}

static struct key_rotation begun(struct vault *vault, const char *text, bool deep)
{
	struct key_rotations_ask ask;
	struct key_rotation rotation;
	must(key_rotations_parse(&vault->api.server, span_text(text), deep, &ask));
	must(key_rotations_begin(&vault->api.server, &ask, &rotation));
	return rotation;
}

static void finish(struct vault *vault, struct key_rotation *rotation)
{
	for (bool over = false; !over;)
		must(key_rotations_step(&vault->api.server, rotation, &over));
}

static struct key_rotation rotate(struct vault *vault, const char *text, bool deep)
{
	struct key_rotation rotation = begun(vault, text, deep);
	finish(vault, &rotation);
	return rotation;
}

static struct version read_login(struct vault *vault, struct arena *arena)
{
	struct id id;
	struct version version;
	scoped(reading) reading = {0};
	must(ids_parse(ID_CREDENTIAL, span_text(vault->login), &id));
	must(reading_open(&vault->api.server.volume, &reading));
	struct view view = view_reading(&reading);
	must(version_get(&view, vault->api.tenant.id, id, 1, arena, &version));
	return version;
}

static struct err open_login(struct vault *vault, const struct version *version, uint16_t modes)
{
	scoped(secret) plain = {0};
	struct seal_context place = version_place(version, vault->client, CREDENTIAL_PASSWORD);
	place.max_modes = modes;
	TRY(keeper_open_field(vault->api.server.keeper, place, SPAN_BYTES(version->wrapped),
		version_field(version, CREDENTIAL_PASSWORD)->record, &plain));
	cr_assert(span_is(secret_span(&plain), VAULT_PASSWORD));
	return OK;
}

static bool same_record(const struct version *one, const struct version *other)
{
	return span_equal(version_field(one, CREDENTIAL_PASSWORD)->record,
		version_field(other, CREDENTIAL_PASSWORD)->record);
}

/* ---- what is rotated ---- */

Test(key_rotations, of_a_client_wrap_its_data_keys_anew_and_leave_its_records)
{
	scoped(vault) vault = {0};
	scoped(arena) arena = ARENA(MEMORY);
	vault_open(&vault);
	struct version before = read_login(&vault, &arena);
	for (unsigned round = 1; round <= 3; round++) {
		struct key_rotation rotation = rotate(&vault, vault.client_text, false);
		struct version after = read_login(&vault, &arena);
		cr_assert(rotation.done == 1 && rotation.left == 0);
		must(open_login(&vault, &after, after.modes_max));
		cr_assert(same_record(&before, &after));
		cr_assert(memcmp(before.wrapped, after.wrapped, SEAL_WRAPPED) != 0);
		cr_assert(vault_events(&vault, ACTION_KEY_ROTATED) == round);
		before = after;
	}
}

Test(key_rotations, that_go_deep_seal_every_secret_anew_with_the_ceiling_of_modes_inside)
{
	scoped(vault) vault = {0};
	scoped(arena) arena = ARENA(MEMORY);
	vault_open(&vault);
	struct version before = read_login(&vault, &arena);
	for (unsigned round = 0; round < 2; round++) {
		rotate(&vault, vault.client_text, true);
		struct version after = read_login(&vault, &arena), mixed = before;
		must(open_login(&vault, &after, after.modes_max));
		cr_assert(!same_record(&before, &after) && after.modes_max == before.modes_max);
		cr_assert(open_login(&vault, &after, after.modes_max | MODE_BIT(INJECT)).kind == ERR_FORGED);
		memcpy(mixed.wrapped, after.wrapped, sizeof mixed.wrapped);
		cr_assert(open_login(&vault, &mixed, mixed.modes_max).kind == ERR_FORGED,
			"the record of before under the data key of now");
		before = after;
	}
}

Test(key_rotations, of_the_root_and_a_tenant_are_told_to_whom_they_concern)
{
	scoped(vault) vault = {0};
	struct api_tenant other;
	struct api_person owner;
	char tenant[ID_TEXT + 1];
	vault_open(&vault);
	api_world_person(&vault.api, &vault.api.tenant, "owner", NULL, &owner);
	api_world_tenant(&vault.api, &other);
	ids_print(ID_TENANT, other.id, tenant);
	rotate(&vault, tenant, false);
	cr_assert(vault_events(&vault, ACTION_KEY_ROTATED) == 0, "another tenant's");
	cr_assert(api_count_notices(&vault.api, owner.id, NOTICE_CHANGE) == 0);
	rotate(&vault, "root", false);
	cr_assert(vault_events(&vault, ACTION_KEY_ROTATED) == 1);
	cr_assert(api_count_notices(&vault.api, owner.id, NOTICE_CHANGE) == 1, "the owner's mail");
	ids_print(ID_TENANT, vault.api.tenant.id, tenant);
	rotate(&vault, tenant, false);
	cr_assert(vault_events(&vault, ACTION_KEY_ROTATED) == 2);
}

Test(key_rotations, of_nobody_or_of_something_else_are_refused)
{
	scoped(vault) vault = {0};
	struct key_rotations_ask ask;
	char tenant[ID_TEXT + 1];
	vault_open(&vault);
	const struct server *server = &vault.api.server;
	ids_print(ID_TENANT, vault.api.tenant.id, tenant);
	cr_assert(key_rotations_parse(server, SPAN_LIT(""), false, &ask).kind == ERR_INPUT);
	cr_assert(key_rotations_parse(server, SPAN_LIT("karlsson"), false, &ask).kind == ERR_INPUT);
	cr_assert(key_rotations_parse(server, span_text(vault.login), false, &ask).kind == ERR_INPUT);
	cr_assert(key_rotations_parse(server, SPAN_LIT("root"), true, &ask).kind == ERR_INPUT);
	cr_assert(key_rotations_parse(server, span_text(tenant), true, &ask).kind == ERR_INPUT);
	tenant[ID_TEXT - 1] = tenant[ID_TEXT - 1] == '0' ? '1' : '0';
	cr_assert(key_rotations_parse(server, span_text(tenant), false, &ask).kind == ERR_NOT_FOUND);
	vault.client_text[ID_TEXT - 1] = vault.client_text[ID_TEXT - 1] == '0' ? '1' : '0';
	cr_assert(
		key_rotations_parse(server, span_text(vault.client_text), false, &ask).kind == ERR_NOT_FOUND);
}

/* ---- steps that are taken twice ---- */

Test(key_rotations, that_a_crash_took_back_a_step_do_it_again_and_are_told_once)
{
	scoped(vault) vault = {0};
	scoped(arena) arena = ARENA(MEMORY);
	bool over = false;
	vault_open(&vault);
	for (unsigned deep = 0; deep < 2; deep++) {
		struct key_rotation rotation = begun(&vault, vault.client_text, deep);
		while (!over) {
			struct key_rotation before = rotation;
			must(key_rotations_step(&vault.api.server, &rotation, &over));
			if (over)
				break;
			/* What the keyring said before the step: data/ has it already. */
			must(keeper_rotation_save(vault.api.server.keeper, &before));
			must(key_rotations_find(&vault.api.server, &rotation));
			must(key_rotations_step(&vault.api.server, &rotation, &over));
			struct version version = read_login(&vault, &arena);
			must(open_login(&vault, &version, version.modes_max));
		}
		over = false;
		cr_assert(vault_events(&vault, ACTION_KEY_ROTATED) == deep + 1);
	}
}

/* ---- meanwhile ---- */

Test(key_rotations, leave_a_secret_to_be_used_between_any_two_steps)
{
	scoped(vault) vault = {0};
	char grant[ID_TEXT + 1], login[ID_TEXT + 1];
	vault_open(&vault);
	vault_grant(&vault, VAULT_CODE, grant);
	vault_login(&vault, login);
	for (unsigned round = 0; round < 2; round++) {
		struct key_rotation rotation = begun(&vault, vault.client_text, round > 0);
		for (bool over = false; !over;) {
			cr_assert(vault_ask_code(&vault, grant, login) == 200, "%s", vault.answer.body);
			must(key_rotations_step(&vault.api.server, &rotation, &over));
		}
		cr_assert(vault_ask_code(&vault, grant, login) == 200);
	}
}

static fallible put_login(struct act *act, void *context)
{
	struct vault *vault = context;
	struct view view = view_act(act);
	struct version version;
	struct id id;
	TRY(ids_parse(ID_CREDENTIAL, span_text(vault->login), &id));
	TRY(version_get(&view, vault->api.tenant.id, id, 1, act->arena, &version));
	return version_put(act, vault->client, &version);
}

Test(key_rotations, send_back_whoever_sealed_before_and_puts_after_it_began)
{
	scoped(vault) vault = {0};
	vault_open(&vault);
	const struct act_job job = {.kind = ACT_HOUSEKEEPING, .run = put_login, .context = &vault};
	must(committer_run(vault.api.server.committer, job));
	struct key_rotation rotation = begun(&vault, vault.client_text, false);
	cr_assert(committer_run(vault.api.server.committer, job).code == CODE_STALE);
	finish(&vault, &rotation);
	must(committer_run(vault.api.server.committer, job));
}

Test(key_rotations, leave_a_release_that_read_before_them_and_opens_after_them_its_secret)
{
	scoped(vault) vault = {0};
	scoped(arena) arena = ARENA(MEMORY);
	vault_open(&vault);
	for (unsigned deep = 0; deep < 2; deep++) {
		scoped(secret) plain = {0};
		rotate(&vault, vault.client_text, false);
		struct version before = read_login(&vault, &arena);
		rotate(&vault, vault.client_text, deep);
		cr_assert(open_login(&vault, &before, before.modes_max).kind == ERR_NOT_FOUND);
		must(fields_open(&vault.api.server, &before, vault.client, CREDENTIAL_PASSWORD, &plain));
		cr_assert(span_is(secret_span(&plain), VAULT_PASSWORD));
		before.number++;
		cr_assert(err_failed(
			fields_open(&vault.api.server, &before, vault.client, CREDENTIAL_PASSWORD, &plain)));
	}
}

Test(key_rotations, take_along_what_is_added_while_they_run)
{
	scoped(vault) vault = {0};
	vault_open(&vault);
	struct key_rotation rotation = begun(&vault, vault.client_text, false);
	for (bool over = false; !over;) {
		cr_assert(
			vault_call(&vault, "POST", "/v1/credentials",
				"{\"client\":\"karlsson\",\"kind\":\"note\",\"label\":{\"title\":\"x\"},"
				"\"secret\":{\"text\":\"the gate is green\"},\"modes_max\":[\"reveal\"]}") ==
				201,
			"%s", vault.answer.body);
		must(key_rotations_step(&vault.api.server, &rotation, &over));
	}
	cr_assert(rotate(&vault, vault.client_text, true).left == 0, "all of them open");
}

Test(key_rotations, of_many_secrets_go_on_from_step_to_step)
{
	scoped(vault) vault = {0};
	uint64_t count = 0;
	vault_open(&vault);
	for (unsigned i = 0; i < MANY; i++)
		cr_assert(
			vault_call(&vault, "POST", "/v1/credentials",
				"{\"client\":\"karlsson\",\"kind\":\"note\",\"label\":{\"title\":\"x\"},"
				"\"secret\":{\"text\":\"the gate is green\"},\"modes_max\":[\"reveal\"]}") ==
			201);
	must(rewraps_count(&vault.api.server, vault.api.tenant.id, vault.client, &count));
	cr_assert(count == MANY + 1);
	struct key_rotation rotation = begun(&vault, vault.client_text, false);
	for (unsigned step = 1; step <= 3; step++) {
		bool over;
		must(key_rotations_step(&vault.api.server, &rotation, &over));
		cr_assert(rotation.done == (step < 3 ? step * REWRAPS_AT_ONCE : MANY + 1));
	}
	finish(&vault, &rotation);
	cr_assert(rotation.done == count && rotation.all == count && rotation.left == 0);
}

/* ---- erasure ---- */

static void destroy(struct vault *vault)
{
	scoped(reading) reading = {0};
	scoped(arena) arena = ARENA(MEMORY);
	const struct hold_clearance *clearance;
	const struct subject client = {SUBJECT_CLIENT, vault->client};
	const struct hold_ask erase = {vault->api.tenant.id, HOLD_ERASE, &client, 1, clock_now()};
	must(reading_open(&vault->api.server.volume, &reading));
	struct view view = view_reading(&reading);
	must(hold_clear(&view, &erase, &arena, &clearance));
	must(keeper_destroy(vault->api.server.keeper, clearance));
}

Test(key_rotations, leave_no_key_behind_when_the_client_is_erased)
{
	for (unsigned steps = 0; steps < 3; steps++) {
		scoped(vault) vault = {0};
		scoped(arena) arena = ARENA(MEMORY);
		bool over = false;
		vault_open(&vault);
		rotate(&vault, vault.client_text, false);
		struct version before = read_login(&vault, &arena);
		struct key_rotation rotation = begun(&vault, vault.client_text, false);
		for (unsigned i = 0; i < steps; i++)
			must(key_rotations_step(&vault.api.server, &rotation, &over));
		destroy(&vault);
		struct version version = read_login(&vault, &arena);
		cr_assert(open_login(&vault, &version, version.modes_max).kind == ERR_NOT_FOUND);
		cr_assert(open_login(&vault, &before, before.modes_max).kind == ERR_NOT_FOUND);
		finish(&vault, &rotation);
		cr_assert(rotation.left == (steps == 0), "what opens by nothing is left and counted");
		cr_assert(vault_events(&vault, ACTION_KEY_ROTATED) == 2);
	}
}
