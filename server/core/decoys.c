/* SPDX-License-Identifier: Apache-2.0 */
/* decoys - everything is a hash of the seed and a label. */
#include "server/core/decoys.h"

#include "base/buf.h"
#include "store/tenant.h"

enum { DAY_MS = 86400000, HINT_MAX = 64 };

fallible decoys_seed(
	const struct server *server, struct id tenant, struct span name, uint8_t seed[static HASH_BLAKE])
{
	return keeper_decoy(server->keeper, tenant, name, seed);
}

static void part_of(const uint8_t seed[static HASH_BLAKE], const char *label, uint8_t part[static HASH_KEY])
{
	hash_derive(seed, label, SPAN_NONE, part);
}

struct id decoys_person(const uint8_t seed[static HASH_BLAKE])
{
	uint8_t part[HASH_KEY];
	struct id id;
	part_of(seed, "mn.decoy.person", part);
	memcpy(id.bytes, part, sizeof id.bytes);
	return id;
}

/* As if it had been enrolled on the tenant's first day: a moment that never moves. */
static struct id factor_id(
	const uint8_t seed[static HASH_BLAKE], const char *label, struct instant tenant_created)
{
	uint8_t part[HASH_KEY];
	part_of(seed, label, part);
	uint32_t spread =
		(uint32_t)part[0] << 24 | (uint32_t)part[1] << 16 | (uint32_t)part[2] << 8 | part[3];
	return ids_make((struct instant){tenant_created.ms + spread % DAY_MS}, part + 4);
}

static fallible add_address(const uint8_t seed[static HASH_BLAKE], struct arena *arena, struct method *method)
{
	static const char *const DOMAINS[] = {"gmail.com", "outlook.com", "icloud.com", "yahoo.com"};
	uint8_t part[HASH_KEY];
	scoped(buf) hint = BUF(HINT_MAX);
	part_of(seed, "mn.decoy.hint", part);
	buf_printf(&hint, "%c***@%s", 'a' + part[0] % 26, DOMAINS[part[1] % 4]);
	TRY(buf_keep(&hint, arena, &method->hint));
	method->address = method->hint;
	return OK;
}

static fallible add_codes(const uint8_t seed[static HASH_BLAKE], struct instant now, struct method *method)
{
	uint8_t part[HASH_KEY];
	part_of(seed, "mn.decoy.totp", part);
	method->shape = (struct totp_shape){TOTP_SHA1, 6, 30};
	return methods_compute(method, span_of(part, TOTP_SEED_OURS), now);
}

fallible decoys_methods(const struct view *view, struct id tenant, const uint8_t seed[static HASH_BLAKE],
	struct instant now, struct arena *arena, struct methods *methods)
{
	struct tenant of;
	struct methods made = {.count = 2};
	TRY(tenant_get(view, tenant, arena, &of));
	made.items[0] = (struct method){
		.type = FACTOR_TOTP, .factor = factor_id(seed, "mn.decoy.app", of.created), .proven = true};
	made.items[1] = (struct method){
		.type = FACTOR_EMAIL, .factor = factor_id(seed, "mn.decoy.mail", of.created), .proven = true};
	TRY(add_codes(seed, now, &made.items[0]));
	TRY(add_address(seed, arena, &made.items[1]));
	*methods = made;
	return OK;
}
