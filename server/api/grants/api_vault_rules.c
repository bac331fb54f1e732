/* SPDX-License-Identifier: Apache-2.0 */
/* api_vault_rules - /v1/vault-rules: what a tenant asks of every grant. */
#include "server/api/ask.h"
#include "server/core/grants/vault_ruling.h"
#include "server/core/people/tenant_roles.h"
#include "store/nouns/agreement.h"

static void put_rules(struct json_out *out, const struct vault_rules_row *row)
{
	const struct vault_rules *rules = &row->rules;
	json_out_bool(out, "mandate_required", rules->mandate_required);
	json_out_bool(out, "nda_required", rules->nda_required);
	if (rules->nda_version)
		json_out_number(out, "nda_version", rules->nda_version);
	else
		json_out_null(out, "nda_version");
	json_out_number(out, "grant_days", rules->grant_days);
	json_out_open_array(out, "purposes_denied");
	for (size_t i = 0; i < rules->purpose_count; i++)
		json_out_span(out, NULL, rules->purposes_denied[i]);
	json_out_close_array(out);
}

/* ---- GET /v1/vault-rules ---- */

static fallible prepare_get(struct call *call)
{
	struct vault_rules_row *found;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &found));
	TRY(stage_open(call, &stage));
	TRY(tenant_roles_check_reader(&stage.scene));
	return vault_rules_row_get(&stage.view, call->caller.tenant, call->arena, found);
}

static fallible answer_get(struct call *call, struct json_out *out)
{
	put_rules(out, call->ask);
	return OK;
}

const struct handler api_vault_rules_get = {prepare_get, NULL, answer_get};

/* ---- PUT /v1/vault-rules ---- */

static void read_purposes(struct json_object *top, struct vault_rules *rules)
{
	struct json_array array;
	struct span purpose;
	if (!json_in_array(top, "purposes_denied", JSON_OPTIONAL, VAULT_RULES_PURPOSES, &array))
		return;
	while (json_in_next_text(&array, VAULT_RULES_PURPOSE, &purpose)) {
		if (vault_rules_is_purpose(purpose))
			rules->purposes_denied[rules->purpose_count++] = purpose;
		else
			json_in_note(top, "purposes_denied", "malformed");
	}
}

static fallible read_set(struct call *call, struct vault_rules *rules)
{
	struct json_object top;
	TRY(call_body(call, &top));
	rules->mandate_required = json_in_bool(&top, "mandate_required", JSON_OPTIONAL, false);
	rules->nda_required = json_in_bool(&top, "nda_required", JSON_OPTIONAL, false);
	rules->nda_version =
		(uint32_t)json_in_number(&top, "nda_version", JSON_OPTIONAL, 1, AGREEMENT_VERSION_MAX, 0);
	rules->grant_days = (uint16_t)json_in_number(
		&top, "grant_days", JSON_OPTIONAL, 1, VAULT_RULES_DAYS, VAULT_RULES_DAYS);
	read_purposes(&top, rules);
	json_in_end(&top);
	return call_check(call);
}

static fallible prepare_set(struct call *call)
{
	struct vault_ruling *ruling;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &ruling));
	TRY(read_set(call, &ruling->row.rules));
	TRY(stage_open(call, &stage));
	return vault_ruling_prepare(&stage.scene, ruling);
}

static fallible write_set(struct act *act, struct call *call)
{
	return vault_ruling_write(act, call->ask);
}

static fallible answer_set(struct call *call, struct json_out *out)
{
	const struct vault_ruling *ruling = call->ask;
	put_rules(out, &ruling->row);
	return OK;
}

const struct handler api_vault_rules_set = {prepare_set, write_set, answer_set};
