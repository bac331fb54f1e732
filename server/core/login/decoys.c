/* SPDX-License-Identifier: Apache-2.0 */
/* decoys - everything is a hash of the seed and a label. */
#include "server/core/login/decoys.h"

#include "base/buf.h"
#include "base/text.h"
#include "store/nouns/tenant.h"

enum { SECOND_MS = 1000, HINT_MAX = PERSON_EMAIL_MAX + 8 };

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

/* The part of the tenant's life that decoys are spread over: it only grows when the life has doubled, so that
 * a decoy's ids stay as they are for as long again as the tenant has lived. */
static int64_t span_of_life(struct instant created, struct instant now)
{
	int64_t span = SECOND_MS;
	while (span <= (now.ms - created.ms) / 2)
		span *= 2;
	return span;
}

/* An id shows when a factor was begun. So a decoy's are spread over the tenant's life, as those of people
 * are: none lies ahead, and they don't all lie on one day. */
static struct id factor_id(
	const uint8_t seed[static HASH_BLAKE], const char *label, struct instant created, struct instant now)
{
	uint8_t part[HASH_KEY];
	part_of(seed, label, part);
	int64_t share = part[0] << 16 | part[1] << 8 | part[2];
	int64_t after = (span_of_life(created, now) * share) >> 24;
	return ids_make((struct instant){created.ms + after}, part + 4);
}

fallible decoys_hint(struct span name, struct arena *arena, struct span *hint)
{
	scoped(buf) masked = BUF(HINT_MAX);
	*hint = SPAN_NONE;
	if (!text_is_email(name))
		return OK;
	text_mask_email(name, &masked);
	TRY(buf_check(&masked));
	return buf_keep(&masked, arena, hint);
}

/* Most people's addresses end as the one where their business hears of weaknesses; some have one elsewhere. */
static void put_address(const struct tenant *of, const uint8_t part[static HASH_KEY], struct buf *hint)
{
	static const char *const ELSEWHERE[] = {"gmail.com", "outlook.com", "icloud.com", "yahoo.com"};
	struct span local, domain = of->security_contact;
	bool is_own = part[2] % 4 != 0 && text_is_email(domain) && span_cut(&domain, '@', &local);
	buf_printf(hint, "%c***@", 'a' + part[0] % 26);
	buf_put(hint, is_own ? domain : span_text(ELSEWHERE[part[1] % 4]));
}

static fallible add_address(
	const struct decoys_ask *ask, const struct tenant *of, struct arena *arena, struct method *method)
{
	uint8_t part[HASH_KEY];
	scoped(buf) hint = BUF(HINT_MAX);
	part_of(ask->seed, "mn.decoy.hint", part);
	put_address(of, part, &hint);
	TRY(buf_keep(&hint, arena, &method->hint));
	if (ask->hint.len)
		method->hint = ask->hint;
	method->address = method->hint;
	return OK;
}

/* now: as the machine's clock has it. */
static fallible add_codes(const uint8_t seed[static HASH_BLAKE], struct instant now, struct method *method)
{
	uint8_t part[HASH_KEY];
	part_of(seed, "mn.decoy.totp", part);
	method->shape = (struct totp_shape){TOTP_SHA1, 6, 30};
	return methods_compute(method, span_of(part, TOTP_SEED_OURS), now);
}

fallible decoys_methods(
	const struct view *view, const struct decoys_ask *ask, struct arena *arena, struct methods *methods)
{
	struct tenant of;
	struct methods made = {.count = 2};
	TRY(tenant_get(view, ask->tenant, arena, &of));
	made.items[0] = (struct method){.type = FACTOR_TOTP,
		.factor = factor_id(ask->seed, "mn.decoy.app", of.created, ask->now),
		.proven = true};
	made.items[1] = (struct method){.type = FACTOR_EMAIL,
		.factor = factor_id(ask->seed, "mn.decoy.mail", of.created, ask->now),
		.proven = true};
	TRY(add_codes(ask->seed, volume_wall(view->volume, ask->now), &made.items[0]));
	TRY(add_address(ask, &of, arena, &made.items[1]));
	if (!methods_email_beside_totp(ask->signin))
		made.count = 1;
	*methods = made;
	return OK;
}
