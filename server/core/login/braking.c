/* SPDX-License-Identifier: Apache-2.0 */
/* braking - name the brakes by keyed hashes, ask them, charge them. */
#include "server/core/login/braking.h"

#include "base/address.h"

enum { NETWORK_V4_BYTES = 15, NETWORK_V6_BYTES = 8 };

/* The network of an address; of what is none, the text itself. */
static struct span network_of(struct span ip, struct address *address)
{
	if (err_failed(address_parse(ip, address)))
		return ip;
	return span_of(address->bytes, address_is_v4(address) ? NETWORK_V4_BYTES : NETWORK_V6_BYTES);
}

void braking_add(struct braking *braking, const struct keeper *keeper, enum braking_kind kind,
	struct span whose, const struct mail_brake_bounds *bounds)
{
	uint8_t hash[HASH_BLAKE];
	struct address address;
	const uint8_t code = (uint8_t)kind;
	const struct span counted = kind == BRAKING_NETWORK ? network_of(whose, &address) : whose;
	const struct span parts[] = {
		id_span(&braking->tenant), SPAN_LIT("mail brake"), span_of(&code, 1), counted};
	keeper_hash(keeper, KEEPER_CODE, parts, sizeof parts / sizeof parts[0], hash);
	memcpy(braking->ids[braking->count].bytes, hash, sizeof braking->ids[0].bytes);
	braking->bounds[braking->count++] = *bounds;
}

struct mail_brake_bounds braking_person_bounds(void)
{
	return (struct mail_brake_bounds){MAIL_BRAKE_HOUR_MS, BRAKING_AN_HOUR, BRAKING_A_DAY};
}

struct mail_brake_bounds braking_minute_bounds(uint32_t in_minute)
{
	return (struct mail_brake_bounds){MAIL_BRAKE_MINUTE_MS, in_minute, 0};
}

void braking_set_up(const struct server *server, const struct caller *caller, struct id person,
	struct span address, struct braking *braking)
{
	const struct mailing_bounds *most = &server->mailing_bounds;
	const struct mail_brake_bounds owner = braking_person_bounds();
	const struct mail_brake_bounds by_application = braking_minute_bounds(most->per_application);
	const struct mail_brake_bounds in_all = braking_minute_bounds(most->in_all);
	*braking = (struct braking){.tenant = caller->tenant};
	braking_add(braking, server->keeper, BRAKING_NEWCOMER, id_span(&person), &owner);
	braking_add(braking, server->keeper, BRAKING_NEW_ADDRESS, address, &owner);
	if (!ids_is_none(caller->application))
		braking_add(braking, server->keeper, BRAKING_APPLICATION, id_span(&caller->application),
			&by_application);
	braking_add(braking, server->keeper, BRAKING_ALL, id_span(&caller->tenant), &in_all);
}

fallible braking_wait_ms(
	const struct view *view, const struct braking *braking, struct instant now, int64_t *wait_ms)
{
	int64_t longest = 0;
	for (size_t i = 0; i < braking->count; i++) {
		struct mail_brake brake;
		TRY(mail_brake_read(view, braking->tenant, braking->ids[i], &brake));
		int64_t wait = mail_brake_wait_ms(&brake, &braking->bounds[i], now);
		longest = wait > longest ? wait : longest;
	}
	*wait_ms = longest;
	return OK;
}

fallible braking_charge(struct act *act, const struct braking *braking)
{
	struct view view = view_act(act);
	for (size_t i = 0; i < braking->count; i++) {
		struct mail_brake brake;
		TRY(mail_brake_read(&view, braking->tenant, braking->ids[i], &brake));
		if (mail_brake_wait_ms(&brake, &braking->bounds[i], act->now) > 0)
			return FAIL_CODE(STALE, "others were mailed meanwhile");
		mail_brake_charge(&brake, &braking->bounds[i], act->now);
		TRY(mail_brake_put(act, &brake));
	}
	return OK;
}
