/* SPDX-License-Identifier: Apache-2.0 */
/* Whose values an event never holds. */
#include "policies/secret_fields.h"

#include <criterion/criterion.h>

Test(secret_fields, names_of_secrets_are_known_however_they_are_written)
{
	static const char *const SECRET[] = {"password", "Password", "user.password", "newPassword",
		"PASSWORD_HASH", "api_key", "apiKey", "APIKey", "userAPIKey", "private-key", "pin", "PIN",
		"pin2", "card_number", "cardNumber", "Card number", "cvc", "totp", "totpSecret",
		"recovery_codes", "access token", "пароль", "новый пароль", "jelszó", "client_secret"};
	for (size_t i = 0; i < sizeof SECRET / sizeof SECRET[0]; i++)
		cr_assert(secret_fields_has(span_text(SECRET[i])), "%s", SECRET[i]);
}

Test(secret_fields, other_names_are_not_taken_for_one)
{
	static const char *const PLAIN[] = {"", "price", "phone", "keyboard", "monkey", "pinned", "shipping",
		"card", "number", "card_last4", "card_type_number", "company", "tokens_left", "passwordless",
		"compass", "..."};
	for (size_t i = 0; i < sizeof PLAIN / sizeof PLAIN[0]; i++)
		cr_assert(!secret_fields_has(span_text(PLAIN[i])), "%s", PLAIN[i]);
}

Test(secret_fields, a_name_of_any_length_is_read_within_bounds)
{
	char long_name[600];
	memset(long_name, 'A', sizeof long_name);
	cr_assert(!secret_fields_has(span_of((const uint8_t *)long_name, sizeof long_name)));
	memset(long_name, '_', sizeof long_name);
	memcpy(long_name + 500, "password", 8);
	cr_assert(secret_fields_has(span_of((const uint8_t *)long_name, sizeof long_name)));
}
