/* SPDX-License-Identifier: Apache-2.0 */
/* credential_forms - field by field. */
#include "server/core/vault/credential_forms.h"

#include "crypto/ssh_key.h"
#include "policies/cards.h"
#include "server/core/vault/strength.h"

#include <string.h>

enum { TITLED_MAX = 16 }; /* bytes; a longer text says by itself what it holds */

static bool is_ssh_key(struct span plain)
{
	struct ssh_key key;
	return !err_failed(ssh_key_read(plain, &key));
}

static bool is_formed(enum credential_kind kind, enum credential_field field, struct span plain)
{
	switch (field) {
	case CREDENTIAL_NUMBER:
		return cards_is_number(plain);
	case CREDENTIAL_EXPIRY:
		return cards_is_expiry(plain);
	case CREDENTIAL_HOLDER:
		return cards_is_holder(plain);
	case CREDENTIAL_KEY:
		return kind != CREDENTIAL_SSH_KEY || is_ssh_key(plain);
	case CREDENTIAL_PASSWORD:
	case CREDENTIAL_SEED:
	case CREDENTIAL_TEXT:
	case CREDENTIAL_FIELD_COUNT:
		break;
	}
	return plain.len > 0;
}

static fallible look_for_code(
	struct span text, enum cards_near near, struct arena *arena, enum credential_fault *fault)
{
	bool hides;
	struct err err = cards_hides_code(text, near, arena, &hides);
	if (err.kind == ERR_INVALID) {
		*fault = CREDENTIAL_MALFORMED;
		return OK;
	}
	TRY(err);
	*fault = hides ? CREDENTIAL_SECURITY_CODE : CREDENTIAL_FINE;
	return OK;
}

fallible credential_forms_check(enum credential_kind kind, enum credential_field field, struct span plain,
	struct arena *arena, enum credential_fault *fault)
{
	if (field == CREDENTIAL_TEXT && plain.len)
		return look_for_code(plain, CARDS_NEAR_CARD, arena, fault);
	*fault = is_formed(kind, field, plain) ? CREDENTIAL_FINE : CREDENTIAL_MALFORMED;
	return OK;
}

fallible credential_forms_check_titled(enum credential_field field, struct span title, struct span plain,
	struct arena *arena, enum credential_fault *fault)
{
	struct span together;
	scoped(buf) text = BUF(CREDENTIAL_TITLE_MAX + TITLED_MAX + 1);
	bool is_looked_at =
		field == CREDENTIAL_TEXT || field == CREDENTIAL_PASSWORD || field == CREDENTIAL_KEY;
	*fault = CREDENTIAL_FINE;
	if (!is_looked_at || plain.len > TITLED_MAX || title.len > CREDENTIAL_TITLE_MAX)
		return OK;
	buf_put(&text, title);
	buf_put_text(&text, "\n");
	buf_put(&text, plain);
	struct err err = buf_keep(&text, arena, &together);
	if (text.data)
		explicit_bzero(text.data, text.len);
	TRY(err);
	return look_for_code(
		together, field == CREDENTIAL_TEXT ? CARDS_NEAR_CARD : CARDS_NEAR_CODE, arena, fault);
}

fallible credential_forms_check_label(struct span text, struct arena *arena, enum credential_fault *fault)
{
	return look_for_code(text, CARDS_NEAR_CODE, arena, fault);
}

static fallible describe_key(struct span plain, struct arena *arena, struct credential *credential)
{
	struct ssh_key key;
	TRY(ssh_key_read(plain, &key));
	TRY(arena_keep(arena, span_text(key.type), &credential->key_type));
	return arena_keep(arena, span_text(key.fingerprint), &credential->fingerprint);
}

static fallible describe_password(struct span plain, struct arena *arena, struct credential *credential)
{
	const char *words[] = {
		arena_text(arena, credential->title), arena_text(arena, credential->username), NULL};
	if (!words[0] || !words[1])
		return FAIL(NO_MEMORY, "a call has no memory for a label");
	credential->strength = (uint8_t)strength_of(plain, words);
	return OK;
}

fallible credential_forms_describe(
	const struct credentials_secret *secret, struct arena *arena, struct credential *credential)
{
	if (secret->fields[CREDENTIAL_PASSWORD].len)
		TRY(describe_password(secret->fields[CREDENTIAL_PASSWORD], arena, credential));
	if (credential->kind == CREDENTIAL_SSH_KEY && secret->fields[CREDENTIAL_KEY].len)
		TRY(describe_key(secret->fields[CREDENTIAL_KEY], arena, credential));
	return OK;
}
