/* SPDX-License-Identifier: Apache-2.0 */
/* duo_keys - derived by the keeper. */
#include "server/core/login/duo_keys.h"

#include "crypto/secret.h"
#include "store/nouns/noun.h"

#include <stdio.h>

void duo_keys_name(struct id tenant, struct id application, char name[static DUO_KEYS_NAME + 1])
{
	char first[ID_TEXT + 1], second[ID_TEXT + 1];
	ids_print(ID_TENANT, tenant, first);
	ids_print(ID_APPLICATION, application, second);
	snprintf(name, DUO_KEYS_NAME + 1, "%s.%s", first, second);
}

fallible duo_keys_parse(struct span name, struct id *tenant, struct id *application)
{
	struct span rest = name, first;
	if (!span_cut(&rest, '.', &first))
		return FAIL(INPUT, "an integration key is empty");
	TRY(ids_parse(ID_TENANT, first, tenant));
	return ids_parse(ID_APPLICATION, rest, application);
}

void duo_keys_secret(const struct keeper *keeper, struct id tenant, struct id application,
	char secret[static DUO_KEYS_SECRET + 1])
{
	static const char HEX[] = "0123456789abcdef";
	uint8_t hash[HASH_BLAKE];
	const struct span parts[] = {id_span(&tenant), id_span(&application)};
	keeper_hash(keeper, KEEPER_DUO, parts, sizeof parts / sizeof parts[0], hash);
	for (size_t i = 0; i < DUO_KEYS_SECRET; i++)
		secret[i] = HEX[i % 2 ? hash[i / 2] & 15 : hash[i / 2] >> 4];
	secret[DUO_KEYS_SECRET] = '\0';
	secret_wipe(hash, sizeof hash);
}
