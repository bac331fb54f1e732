/* SPDX-License-Identifier: Apache-2.0 */
/* arrivals - who has the address, what is mailed, what is compared. */
#include "server/core/login/arrivals.h"

#include "crypto/random.h"
#include "crypto/secret.h"
#include "server/core/login/arrival_events.h"
#include "server/core/login/methods.h"
#include "store/nouns/mailbox.h"
#include "store/nouns/tenant.h"

enum { FIRST_COOL_MS = 30 * 1000, LAST_COOL_MS = 120 * 1000, CODE_LIVES_MS = MAILCODES_MINUTES * 60 * 1000 };

/* ---- who ---- */

/* One address is one person in each business: of two, the one of the staff, else the first. NULL: it is another one's. */
static struct arrivals_who *place_of(struct arrivals_ask *ask, const struct person *person)
{
	for (size_t i = 0; i < ask->who_count; i++)
		if (ids_equal(ask->who[i].tenant, person->tenant))
			return person->kind == PERSON_STAFF && !ask->who[i].is_staff ? &ask->who[i] : NULL;
	return &ask->who[ask->who_count++];
}

/* A row is a hint: the address may be another one by now, and its person gone. */
static fallible look_at(const struct view *view, const uint8_t mailbox[static KEYS_TERM],
	const struct mailbox *found, struct arena *arena, struct arrivals_ask *ask)
{
	uint8_t term[KEYS_TERM];
	struct person person;
	bool delegated;
	struct err err = person_get(view, found->tenant, found->person, arena, &person);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	mailbox_term(view_keys(view), person.email, term);
	TRY(methods_mailbox_is_delegated(view, &person, arena, &delegated));
	if (person.state != PERSON_ACTIVE || delegated || memcmp(term, mailbox, sizeof term) != 0)
		return OK;
	struct arrivals_who *who = place_of(ask, &person);
	if (!who)
		return OK;
	*who = (struct arrivals_who){.tenant = person.tenant,
		.person = person.id,
		.branch = person.branch,
		.is_staff = person.kind == PERSON_STAFF,
		.email = person.email};
	return person_print_roles(&person, arena, &who->roles);
}

fallible arrivals_list_who(const struct view *view, const uint8_t mailbox[static KEYS_TERM],
	struct arena *arena, struct arrivals_ask *ask)
{
	struct mailbox found = {0};
	struct err err = OK;
	ask->who_count = 0;
	while (ask->who_count < ARRIVALS_WHO_MAX && mailbox_next(view, mailbox, &found, &err))
		TRY(look_at(view, mailbox, &found, arena, ask));
	return err;
}

/* Whom the code is mailed to, in whose tenant's name: the first; of an address that is nobody's no one, in any tenant's. */
static fallible choose_addressee(const struct view *view, struct arrivals_ask *ask)
{
	struct err err = OK;
	struct arrival *arrival = &ask->arrival;
	if (ask->who_count > 0) {
		arrival->tenant = ask->who[0].tenant;
		arrival->person = ask->who[0].person;
		return OK;
	}
	if (tenant_next(view, &arrival->tenant, &err))
		return OK;
	TRY(err);
	return FAIL(BUSY, "there is no business here to sign in to yet");
}

/* Where there is one business, it is known whom a stranger's address was meant for. */
static fallible find_sole(const struct view *view, struct arrivals_ask *ask)
{
	struct id at = {0};
	struct err err = OK;
	ask->sole = (struct id){0};
	if (ask->who_count > 0 || !tenant_next(view, &at, &err))
		return err;
	struct id first = at;
	if (!tenant_next(view, &at, &err))
		ask->sole = first;
	return err;
}

static struct span address_of(const struct arrivals_ask *ask)
{
	for (size_t i = 0; i < ask->who_count; i++)
		if (ids_equal(ask->who[i].person, ask->arrival.person))
			return ask->who[i].email;
	return ask->email.len ? ask->email : SPAN_LIT("nobody@invalid");
}

/* ---- mailing ---- */

int64_t arrivals_cool_ms(const struct arrival *arrival, struct instant now)
{
	int64_t cool = FIRST_COOL_MS;
	if (arrival->code_count == 0)
		return 0;
	for (unsigned i = 1; i < arrival->mailed && cool < LAST_COOL_MS; i++)
		cool *= 2;
	int64_t left = arrival->codes[arrival->code_count - 1].made.ms + cool - now.ms;
	return left > 0 ? left : 0;
}

static struct arrival_code *add_code(struct arrival *arrival)
{
	if (arrival->code_count == ARRIVAL_CODES_MAX) {
		memmove(&arrival->codes[0], &arrival->codes[1],
			(ARRIVAL_CODES_MAX - 1) * sizeof arrival->codes[0]);
		arrival->code_count--;
	}
	if (arrival->mailed < UINT8_MAX)
		arrival->mailed++;
	return &arrival->codes[arrival->code_count++];
}

/* What nobody was mailed nobody can type: it is right for no code, else every sign-in that is begun would be five guesses more. */
static void put_code(const struct arrivals_ask *ask, struct arrival_code *code)
{
	*code = (struct arrival_code){.made = ask->now};
	memcpy(code->ref, ask->mail.ref, sizeof code->ref);
	if (ask->mails)
		memcpy(code->hash, ask->mail.hash, sizeof code->hash);
	else
		random_fill(code->hash, sizeof code->hash);
}

/* Somebody who was slowed is told nothing else than who was not: only the mail stays away. */
static fallible plan_mail(
	const struct server *server, const struct view *view, struct arena *arena, struct arrivals_ask *ask)
{
	struct arrival *arrival = &ask->arrival;
	const struct mailcodes_ask letter = {.tenant = arrival->tenant,
		.about = arrival->id,
		.person = arrival->person,
		.to = address_of(ask),
		.device = &ask->device,
		.now = ask->now};
	TRY(arrival_lanes_wait_ms(view, &ask->lane, ask->now, &ask->wait_ms));
	int64_t cool_ms = arrivals_cool_ms(arrival, ask->now);
	if (ask->wait_ms < cool_ms)
		ask->wait_ms = cool_ms;
	TRY(mailcodes_draw(server, &letter, arena, &ask->mail));
	ask->mails = ask->wait_ms == 0;
	if (!ask->mails && !ask->is_new)
		return OK;
	put_code(ask, add_code(arrival));
	return OK;
}

/* ---- prepare ---- */

enum reason arrivals_closed(const struct arrival *arrival, struct instant now)
{
	if (arrival->state == ARRIVAL_ENDED)
		return arrival->reason ? (enum reason)arrival->reason : REASON_EXPIRED;
	return now.ms >= arrival_expires(arrival).ms ? REASON_EXPIRED : REASON_NONE;
}

static fallible begin(
	const struct server *server, const struct view *view, struct arena *arena, struct arrivals_ask *ask)
{
	struct arrival *arrival = &ask->arrival;
	*arrival = (struct arrival){.id = random_id(ask->now), .opened = ask->now};
	mailbox_term(view_keys(view), ask->email, arrival->mailbox);
	TRY(arrivals_list_who(view, arrival->mailbox, arena, ask));
	TRY(arrival_lanes_choose(server, view, ask, &ask->lane));
	TRY(braking_wait_ms(view, &ask->lane.everybody, ask->now, &ask->wait_ms));
	if (ask->wait_ms > 0)
		return FAIL(SLOW_DOWN, "too many people sign in from this network, or at once");
	TRY(choose_addressee(view, ask));
	return plan_mail(server, view, arena, ask);
}

static fallible resume(
	const struct server *server, const struct view *view, struct arena *arena, struct arrivals_ask *ask)
{
	struct arrival *arrival = &ask->arrival;
	TRY(arrival_get(view, ask->id, arrival));
	TRY(arrivals_list_who(view, arrival->mailbox, arena, ask));
	TRY(arrival_lanes_choose(server, view, ask, &ask->lane));
	mailcodes_hash(server->keeper, arrival->tenant, arrival->id, arrival->person, span_text(ask->code),
		ask->code_hash);
	ask->reason = arrivals_closed(arrival, ask->now);
	bool takes_codes = ask->reason == REASON_NONE && arrival->state == ARRIVAL_CODE;
	if (takes_codes && ask->resends)
		return plan_mail(server, view, arena, ask);
	return takes_codes ? arrival_lanes_wait_ms(view, &ask->lane, ask->now, &ask->wait_ms) : OK;
}

/* A new one, a mail and a try are written down, whoever has the address, and by acts of one kind: where a log takes no more, nobody
 * learns by that which addresses somebody has. */
static bool needs_act(const struct arrivals_ask *ask)
{
	bool tries = ask->has_code && ask->reason == REASON_NONE && ask->arrival.state == ARRIVAL_CODE;
	return ask->is_new || ask->mails || tries;
}

fallible arrivals_prepare(
	const struct server *server, const struct view *view, struct arena *arena, struct arrivals_ask *ask)
{
	ask->is_new = ids_is_none(ask->id);
	ask->mails = ask->passed = false;
	ask->wait_ms = 0;
	ask->reason = REASON_NONE;
	TRY(ask->is_new ? begin(server, view, arena, ask) : resume(server, view, arena, ask));
	TRY(find_sole(view, ask));
	ask->prepared = ask->arrival;
	ask->acts = needs_act(ask);
	return ask->acts ? arrival_events_prepare(server, arena, ask) : OK;
}

/* ---- the act ---- */

static fallible read_again(struct act *act, struct arrivals_ask *ask)
{
	struct arrival now;
	struct view view = view_act(act);
	ask->arrival = ask->prepared;
	ask->reason = REASON_NONE;
	ask->passed = false;
	if (ask->is_new)
		return OK;
	TRY(arrival_get(&view, ask->prepared.id, &now));
	if (now.version != ask->prepared.version || arrivals_closed(&now, act->now) != REASON_NONE)
		return FAIL_CODE(STALE, "the sign-in went on meanwhile");
	return OK;
}

static fallible write_mail(struct act *act, struct arrivals_ask *ask)
{
	if (ask->is_new)
		TRY(braking_charge(act, &ask->lane.everybody));
	TRY(ask->is_new ? arrival_add(act, &ask->arrival) : arrival_put(act, &ask->arrival));
	if (!ask->mails)
		return OK;
	TRY(braking_charge(act, &ask->lane.mailbox));
	const struct view view = view_act(act);
	TRY(arrival_lanes_wait_ms(&view, &ask->lane, act->now, &ask->wait_ms));
	TRY(notice_add(act, &ask->mail.notice)); /* also to nobody: the courier makes as if */
	TRY(arrival_events_stranger(act, ask));
	return arrival_events_mailed(act, ask);
}

/* Every code is compared, whichever was right: the time tells nothing. */
static bool is_right(const struct arrivals_ask *ask, struct instant now)
{
	bool right = false;
	for (size_t i = 0; i < ask->arrival.code_count; i++) {
		const struct arrival_code *code = &ask->arrival.codes[i];
		bool same = secret_equal(SPAN_BYTES(ask->code_hash), SPAN_BYTES(code->hash));
		right = right || (same && now.ms < code->made.ms + CODE_LIVES_MS);
	}
	return right && ask->who_count > 0;
}

static void pass(struct arrivals_ask *ask, struct instant now)
{
	struct arrival *arrival = &ask->arrival;
	bool several = ask->who_count > 1;
	ask->passed = true;
	arrival->passed = now;
	arrival->code_count = 0; /* it was used, and the others are worth nothing any more */
	arrival->state = several ? ARRIVAL_CHOOSE : ARRIVAL_FACTOR;
	arrival->tenant = several ? (struct id){0} : ask->who[0].tenant;
	arrival->person = several ? (struct id){0} : ask->who[0].person;
}

static fallible write_try(struct act *act, struct arrivals_ask *ask)
{
	struct arrival *arrival = &ask->arrival;
	arrival->tries++; /* charged before anything is compared */
	if (is_right(ask, act->now)) {
		arrival->tries--;
		pass(ask, act->now);
		TRY(arrival_put(act, arrival));
		return arrival_events_passed(act, ask);
	}
	ask->reason = REASON_WRONG_CODE;
	if (arrival->tries >= ARRIVAL_TRIES) {
		ask->reason = REASON_LOCKED;
		arrival->reason = REASON_LOCKED;
		arrival->state = ARRIVAL_ENDED;
	}
	TRY(arrival_put(act, arrival));
	TRY(arrival_events_stranger(act, ask));
	return arrival_events_refused(act, ask);
}

fallible arrivals_write(struct act *act, struct arrivals_ask *ask)
{
	TRY(read_again(act, ask));
	return ask->has_code ? write_try(act, ask) : write_mail(act, ask);
}
