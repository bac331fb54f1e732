/* SPDX-License-Identifier: Apache-2.0 */
/* test_credential_forms - each kind's secret has its form, over HTTP; a card's security code gets in nowhere. */
#include "server/core/vault/credential_forms.h"

#include "tests/server/vault_world.h"

#include <criterion/criterion.h>
#include <stdio.h>

static int post(struct vault *vault, const char *kind, const char *label, const char *secret)
{
	char body[VAULT_BODY];
	snprintf(body, sizeof body,
		"{\"client\":\"karlsson\",\"kind\":\"%s\",\"label\":%s,\"secret\":%s,\"modes_max\":["
		"\"reveal\"]}",
		kind, label ? label : "{\"title\":\"A thing\"}", secret);
	return vault_call(vault, "POST", "/v1/credentials", body);
}

static bool is_malformed(struct vault *vault, const char *kind, const char *secret, const char *pointer)
{
	post(vault, kind, NULL, secret);
	return api_is_code(&vault->answer, 422, "invalid") &&
		api_has_problem(&vault->answer, pointer, "malformed");
}

static bool is_refused_as_code(struct vault *vault, const char *kind, const char *secret, const char *pointer)
{
	post(vault, kind, NULL, secret);
	return api_is_code(&vault->answer, 422, "security_code") &&
		api_has_problem(&vault->answer, pointer, "security_code");
}

Test(credential_forms, a_card_has_a_right_number_an_expiry_and_a_name)
{
	scoped(vault) vault = {0};
	vault_open(&vault);
	cr_assert(
		post(&vault, "card", NULL,
			"{\"number\":\"5555 5555 5555 4444\",\"expiry\":\"2031-09\",\"holder\":\"EVA K\"}") ==
		201);
	cr_assert(is_malformed(&vault, "card", "{\"number\":\"4111111111111112\"}", "/secret/number"));
	cr_assert(is_malformed(
		&vault, "card", "{\"number\":\"4111111111111111\",\"expiry\":\"13/30\"}", "/secret/expiry"));
	cr_assert(is_malformed(&vault, "card", "{\"number\":\"4111111111111111\",\"holder\":\"Eva K 737\"}",
		"/secret/holder"));
}

Test(credential_forms, no_field_for_a_security_code_is_taken_and_a_slip_is_pointed_to)
{
	static const char *const NAMES[] = {"cvc", "cvv", "cvv2", "csc", "security_code", "card_code"};
	scoped(vault) vault = {0};
	vault_open(&vault);
	for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
		char secret[200], pointer[64];
		snprintf(secret, sizeof secret, "{\"number\":\"4111111111111111\",\"%s\":\"737\"}", NAMES[i]);
		snprintf(pointer, sizeof pointer, "/secret/%s", NAMES[i]);
		cr_assert(is_refused_as_code(&vault, "card", secret, pointer), "%s", vault.answer.body);
		cr_assert(strstr(api_text(&vault.answer, "detail"), "slip"));
	}
	post(&vault, "card", "{\"title\":\"Card\",\"cvc\":\"737\"}", "{\"number\":\"4111111111111111\"}");
	cr_assert(api_has_problem(&vault.answer, "/label/cvc", "security_code"));
	cr_assert(vault_events(&vault, ACTION_CREDENTIAL_DEPOSITED) == 1, "the one that was there");
}

Test(credential_forms, no_note_holds_a_cards_security_code)
{
	scoped(vault) vault = {0};
	vault_open(&vault);
	cr_assert(is_refused_as_code(
		&vault, "note", "{\"text\":\"Visa 4111 1111 1111 1111 12/30 737\"}", "/secret/text"));
	cr_assert(is_refused_as_code(&vault, "note", "{\"text\":\"turvakoodi: 737\"}", "/secret/text"));
	cr_assert(post(&vault, "note", NULL, "{\"text\":\"the alarm is 4711\"}") == 201);
}

Test(credential_forms, no_label_holds_a_security_code)
{
	scoped(vault) vault = {0};
	vault_open(&vault);
	post(&vault, "card", "{\"title\":\"Visa, cvc 737\"}", "{\"number\":\"4111111111111111\"}");
	cr_assert(api_is_code(&vault.answer, 422, "security_code") &&
		api_has_problem(&vault.answer, "/label/title", "security_code"));
	post(&vault, "card", "{\"title\":\"Visa\",\"tags\":[\"cvv 737\"]}",
		"{\"number\":\"4111111111111111\"}");
	cr_assert(api_has_problem(&vault.answer, "/label/tags", "security_code"));
	cr_assert(
		post(&vault, "card", "{\"title\":\"Visa 1111\"}", "{\"number\":\"4111111111111111\"}") == 201,
		"how a number ends is no code");
}

Test(credential_forms, a_title_does_not_make_a_code_of_what_hides_it)
{
	static const struct {
		const char *kind, *title, *secret, *pointer;
	} HIDING[] = {{"note", "Visa", "{\"text\":\"737\"}", "/secret/text"},
		{"note", "CVC", "{\"text\":\" 737 \"}", "/secret/text"},
		{"api_key", "Visa CVC", "{\"key\":\"737\"}", "/secret/key"},
		{"login", "Security code of the card", "{\"password\":\"737\"}", "/secret/password"}},
	  OPEN[] = {{"note", "Alarm", "{\"text\":\"4711\"}", ""},
		  {"login", "Visa portal", "{\"password\":\"4711\"}", ""},
		  {"login", "Bank, CVC reader", "{\"password\":\"gran-och-tall-88-och\"}", ""}};
	scoped(vault) vault = {0};
	char label[100];
	vault_open(&vault);
	for (size_t i = 0; i < sizeof HIDING / sizeof HIDING[0]; i++) {
		snprintf(label, sizeof label, "{\"title\":\"%s\"}", HIDING[i].title);
		post(&vault, HIDING[i].kind, label, HIDING[i].secret);
		cr_assert(api_is_code(&vault.answer, 422, "security_code") &&
				api_has_problem(&vault.answer, HIDING[i].pointer, "security_code"),
			"%s: %s", HIDING[i].title, vault.answer.body);
	}
	for (size_t i = 0; i < sizeof OPEN / sizeof OPEN[0]; i++) {
		snprintf(label, sizeof label, "{\"title\":\"%s\"}", OPEN[i].title);
		cr_assert(post(&vault, OPEN[i].kind, label, OPEN[i].secret) == 201, "%s: %s", OPEN[i].title,
			vault.answer.body);
	}
}

Test(credential_forms, the_short_seed_of_a_site_is_kept_and_one_under_eighty_bits_is_not)
{
	scoped(vault) vault = {0};
	vault_open(&vault);
	cr_assert(post(&vault, "totp", NULL, "{\"totp\":\"JBSWY3DPEHPK3PXP\"}") == 201, "%s",
		vault.answer.body);
	cr_assert(is_malformed(&vault, "totp", "{\"totp\":\"GEZDGNBVGY3TQOI\"}", "/secret/totp"));
}

Test(credential_forms, an_ssh_key_is_known_by_its_fingerprint_and_never_shown)
{
	scoped(vault) vault = {0};
	char path[VAULT_PATH];
	vault_open(&vault);
	cr_assert(post(&vault, "ssh_key", NULL, "{\"key\":\"" VAULT_SSH_KEY "\"}") == 201, "%s",
		vault.answer.body);
	snprintf(path, sizeof path, "/v1/credentials/%s", api_text(&vault.answer, "id"));
	cr_assert(vault_call(&vault, "GET", path, NULL) == 200);
	cr_assert(api_has(&vault.answer, "public/type", "ssh-ed25519") &&
		api_has(&vault.answer, "public/fingerprint", VAULT_SSH_FINGERPRINT));
	cr_assert(!strstr(vault.answer.body, "b3BlbnNzaC"), "the key's first letters");
	cr_assert(is_malformed(&vault, "ssh_key", "{\"key\":\"ssh-ed25519 AAAA\"}", "/secret/key"));
	cr_assert(is_malformed(&vault, "ssh_key", "{\"key\":\"" VAULT_SSH_KEY "and more\"}", "/secret/key"));
}

Test(credential_forms, a_seed_is_the_text_of_a_picture_or_base32)
{
	scoped(vault) vault = {0};
	vault_open(&vault);
	cr_assert(post(&vault, "totp", NULL,
			  "{\"totp\":\"otpauth://totp/Shop:eva?secret=" VAULT_SEED
			  "&issuer=Shop&digits=8\"}") == 201);
	cr_assert(
		post(&vault, "totp", NULL, "{\"totp\":\"gezd gnbv gy3t qojq gezd gnbv gy3t qojq\"}") == 201);
	cr_assert(is_malformed(&vault, "totp",
		"{\"totp\":\"otpauth://hotp/x?secret=" VAULT_SEED "&counter=1\"}", "/secret/totp"));
	cr_assert(is_malformed(&vault, "totp", "{\"totp\":\"GEZDGNBV\"}", "/secret/totp"));
}

Test(credential_forms, a_passwords_strength_is_told_to_those_who_may_write)
{
	scoped(vault) vault = {0};
	struct api_application reader;
	char path[VAULT_PATH];
	vault_open(&vault);
	api_world_application(&vault.api, &vault.api.tenant, SCOPE_BIT(VAULT_READ), &reader);
	cr_assert(post(&vault, "login", NULL, "{\"password\":\"qwerty\"}") == 201);
	cr_assert(json_integer_value(api_member(&vault.answer, "strength")) == 0 &&
		api_member(&vault.answer, "strength"));
	snprintf(path, sizeof path, "/v1/credentials/%s", api_text(&vault.answer, "id"));
	cr_assert(vault_call(&vault, "GET", path, NULL) == 200 && api_member(&vault.answer, "strength"));
	cr_assert(vault_call_as(&vault, reader.token, "GET", path, NULL) == 200);
	cr_assert(!api_member(&vault.answer, "strength"), "which ones are weak is not for every reader");
	cr_assert(post(&vault, "note", NULL, "{\"text\":\"x\"}") == 201 &&
		!api_member(&vault.answer, "strength"));
}
