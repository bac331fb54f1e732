/* SPDX-License-Identifier: Apache-2.0 */
/* arrival_lanes - the browser's own, else the one that all others share. */
#include "server/core/login/arrival_lanes.h"

#include "server/core/login/arrivals.h"
#include "server/core/login/remembering.h"
#include "store/nouns/device_record.h"

/* ---- who is known ---- */

static fallible is_known_to(const struct view *view, const struct arrivals_who *who,
	const struct arrivals_ask *ask, bool *is_known)
{
	bool is_lost, is_copied;
	struct device_sight sight = {.subject = who->person, .is_person = true};
	*is_known = false;
	TRY(device_find(view, who->tenant, &ask->device, ask->now, &sight));
	if (sight.seen.ms == 0)
		return OK;
	TRY(device_record_is_lost(view, who->tenant, sight.id, &is_lost));
	TRY(remembering_is_copied(view, who->tenant, ask->remembered, ask->now, &is_copied));
	*is_known = !is_lost && !is_copied;
	return OK;
}

static fallible is_known(const struct view *view, const struct arrivals_ask *ask, bool *known)
{
	*known = false;
	for (size_t i = 0; i < ask->who_count && !*known; i++)
		TRY(is_known_to(view, &ask->who[i], ask, known));
	return OK;
}

/* ---- brakes ---- */

static fallible own_brakes(
	const struct server *server, const struct arrivals_ask *ask, struct arrival_lane *lane)
{
	const struct mail_brake_bounds bounds = braking_person_bounds();
	scoped(buf) whose = BUF(sizeof ask->arrival.mailbox + DEVICE_ID_MAX);
	buf_put(&whose, SPAN_BYTES(ask->arrival.mailbox));
	buf_put(&whose, ask->device.id);
	TRY(buf_check(&whose));
	*lane = (struct arrival_lane){.is_own = true};
	braking_add(&lane->mailbox, server->keeper, BRAKING_BROWSER, buf_span(&whose), &bounds);
	return OK;
}

static void strangers_brakes(
	const struct server *server, const struct arrivals_ask *ask, struct arrival_lane *lane)
{
	const struct mailing_bounds *most = &server->mailing_bounds;
	const struct mail_brake_bounds owner = braking_person_bounds();
	const struct mail_brake_bounds by_network = braking_minute_bounds(most->per_network);
	const struct mail_brake_bounds in_all = braking_minute_bounds(most->in_all);
	*lane = (struct arrival_lane){.is_own = false};
	braking_add(&lane->everybody, server->keeper, BRAKING_NETWORK, ask->device.ip, &by_network);
	braking_add(&lane->everybody, server->keeper, BRAKING_ALL, SPAN_LIT("sign-ins"), &in_all);
	braking_add(
		&lane->mailbox, server->keeper, BRAKING_ADDRESS, SPAN_BYTES(ask->arrival.mailbox), &owner);
}

fallible arrival_lanes_choose(const struct server *server, const struct view *view,
	const struct arrivals_ask *ask, struct arrival_lane *lane)
{
	bool known;
	int64_t wait_ms;
	struct arrival_lane own, shared;
	TRY(is_known(view, ask, &known));
	TRY(own_brakes(server, ask, &own));
	strangers_brakes(server, ask, &shared);
	TRY(braking_wait_ms(view, &own.mailbox, ask->now, &wait_ms));
	bool is_own = known && wait_ms == 0;
	*lane = is_own ? own : shared;
	if (known)
		lane->other = is_own ? shared.mailbox : own.mailbox;
	return OK;
}

fallible arrival_lanes_wait_ms(
	const struct view *view, const struct arrival_lane *lane, struct instant now, int64_t *wait_ms)
{
	int64_t other_ms = INT64_MAX, own_ms;
	if (lane->other.count > 0)
		TRY(braking_wait_ms(view, &lane->other, now, &other_ms));
	TRY(braking_wait_ms(view, &lane->mailbox, now, &own_ms));
	*wait_ms = own_ms < other_ms ? own_ms : other_ms;
	return OK;
}
