/* SPDX-License-Identifier: Apache-2.0 */
/* deposit_links - find, open, charge, compare, keep. */
#include "server/core/vault/deposit_links.h"

#include "server/core/detail.h"
#include "server/core/vault/deposit_content.h"
#include "store/nouns/client.h"
#include "store/nouns/event_add.h"
#include "store/nouns/storm.h"
#include "store/nouns/tenant.h"

enum { KEY_MAX = 128 };

static const int64_t DAY_MS = INT64_C(24) * 60 * 60 * 1000;

/* Whoever holds the link may know why it is over: what to do then is not the same. */
static fallible check_open(const struct deposit *deposit, struct instant now)
{
	switch (deposits_shown(deposit, now)) {
	case DEPOSIT_OPEN:
		return OK;
	case DEPOSIT_USED:
	case DEPOSIT_ACCEPTED:
	case DEPOSIT_REFUSED:
		return FAIL_CODE(LINK_USED, "the link was used");
	case DEPOSIT_DEAD:
		return FAIL_CODE(LINK_DEAD, "the link died of wrong words");
	case DEPOSIT_EXPIRED:
	case DEPOSIT_STATE_COUNT:
		return FAIL(EXPIRED, "the link's time is over");
	}
	return FAIL(BUG, "a deposit has a state that none can have");
}

fallible deposit_links_find(const struct view *view, struct span text, struct instant now,
	struct arena *arena, struct deposit *deposit)
{
	struct id id, tenant;
	struct deposit found;
	TRY(ids_parse(ID_DEPOSIT, text, &id));
	TRY(deposit_find_tenant(view, id, &tenant));
	TRY(deposit_get(view, tenant, id, arena, &found));
	TRY(check_open(&found, now));
	*deposit = found;
	return OK;
}

fallible deposit_links_open(
	const struct server *server, const struct deposit *deposit, struct span box, struct buf *plain)
{
	scoped(box_key) key = {0};
	scoped(buf) bytes = BUF(KEY_MAX);
	buf_room(&bytes, KEY_MAX);
	TRY(buf_check(&bytes));
	bytes.len = 0;
	TRY(keeper_open_short(
		server->keeper, deposit->tenant, deposit->day, deposit->id, deposit->secret, &bytes));
	if (bytes.len != sizeof key.bytes)
		return FAIL(CORRUPT, "a link's key has a length that none can have");
	memcpy(key.bytes, bytes.data, sizeof key.bytes);
	secret_wipe(bytes.data, bytes.len);
	struct err err = box_open(&key, box, plain);
	return err.kind == ERR_FORGED ? FAIL(INVALID, "what came was not sealed to this link") : err;
}

/* ---- preparing ---- */

/* Nobody is known: the link itself is what acted. */
static fallible seal_event(const struct server *server, const struct deposit_links_use *use,
	enum action action, const char *cause, struct instant now, struct arena *arena,
	struct event_draft *draft)
{
	struct event event = {.action = action, .source = LEAF_SERVER, .actor = LEAF_UNKNOWN};
	deposits_event(&use->deposit, &event);
	event.texts[LEAF_TEXT_TRACE] = use->trace;
	if (cause)
		TRY(deposits_print_end(cause, arena, &event.texts[LEAF_TEXT_DETAIL]));
	return event_seal(server->volume.keys, use->deposit.tenant, &event, now, arena, draft);
}

static fallible seal_events(
	const struct server *server, struct instant now, struct arena *arena, struct deposit_links_use *use)
{
	TRY(seal_event(server, use, ACTION_CREDENTIAL_LINK_USED, NULL, now, arena, &use->used));
	TRY(seal_event(server, use, ACTION_CREDENTIAL_DENIED, NULL, now, arena, &use->wrong));
	TRY(seal_event(server, use, ACTION_CREDENTIAL_LINK_EXPIRED, "words", now, arena, &use->dead));
	event_decide(&use->wrong, ACTION_CREDENTIAL_DENIED, LEAF_DENIED, REASON_WRONG_CODE);
	return OK;
}

/* The client, at its known address, and the person who opened the link. */
static fallible tell(const struct letters_desk *desk, const struct deposit_links_use *use,
	enum notice_kind kind, struct instant now, struct letters *letters)
{
	char time[TELL_TIME + 1];
	struct client client;
	const struct deposit *deposit = &use->deposit;
	const struct message_value values[] = {tell_time(now, time)};
	struct tell_ask ask = {.kind = kind, .about = deposit->id, .values = values, .count = 1, .now = now};
	letters->count = 0;
	TRY(client_get(desk->view, deposit->tenant, deposit->client, desk->arena, &client));
	TRY(letters_add_contacts(desk, &ask, &client, (struct id){0}, letters));
	ask.person = deposit->opener;
	return deposit->opened_by_software ? letters_add_owners(desk, &ask, (struct id){0}, letters)
					   : letters_add(desk, &ask, letters);
}

static fallible seal_content(const struct server *server, struct arena *arena, struct deposit_links_use *use)
{
	scoped(buf) content = BUF(DEPOSIT_CONTENT_MAX);
	scoped(buf) sealed = BUF(DEPOSIT_SECRET_MAX);
	buf_room(&content, DEPOSIT_CONTENT_MAX);
	TRY(buf_check(&content));
	content.len = 0;
	deposit_content_put(&content, use->username, &use->secret);
	struct err err = buf_check(&content);
	if (!err_failed(err))
		err = keeper_seal_short(server->keeper, use->deposit.tenant, use->day, use->deposit.id,
			buf_span(&content), &sealed);
	secret_wipe(content.data, content.len);
	TRY(err);
	return buf_keep(&sealed, arena, &use->content);
}

fallible deposit_links_use_prepare(const struct server *server, const struct view *view, struct instant now,
	struct arena *arena, struct deposit_links_use *use)
{
	const struct letters_desk desk = {server, view, use->deposit.tenant, arena};
	use->day = (uint32_t)(now.ms / DAY_MS);
	deposits_hash_words(server->keeper, &use->deposit, use->words, use->said);
	TRY(seal_content(server, arena, use));
	TRY(seal_events(server, now, arena, use));
	TRY(tell(&desk, use, NOTICE_DEPOSIT_USED, now, &use->told));
	return tell(&desk, use, NOTICE_DEPOSIT_DEAD, now, &use->warned);
}

/* ---- deciding ---- */

static fallible accept_content(struct act *act, struct deposit_links_use *use, struct deposit *deposit)
{
	deposit->state = DEPOSIT_USED;
	deposit->ends.ms = act->now.ms + DEPOSIT_WAITS_MS;
	deposit->day = use->day;
	deposit->secret = use->content;
	TRY(deposit_change(act, deposit));
	TRY(letters_write(act, &use->told));
	use->deposit.state = deposit->state;
	use->deposit.ends = deposit->ends;
	return event_add(act, deposit->tenant, &use->used.leaf, NULL);
}

/* A wrong word costs a try, and the last one the link: its key goes with it. */
static fallible refuse(struct act *act, struct deposit_links_use *use, struct deposit *deposit)
{
	struct view view = view_act(act);
	deposit->tries++;
	bool is_last = deposit->tries >= DEPOSIT_TRIES;
	use->refusal = FAIL_CODE(WRONG_CODE, "the three words are not those of this link");
	if (is_last) {
		deposit->state = DEPOSIT_DEAD;
		deposit->ended = act->now;
		deposit->secret = SPAN_NONE;
		TRY(letters_write(act, &use->warned));
		TRY(event_add(act, deposit->tenant, &use->dead.leaf, NULL));
	}
	TRY(deposit_change(act, deposit));
	TRY(client_give_branch(&view, deposit->tenant, use->wrong.leaf.ids));
	return storm_refuse(act, deposit->tenant, &use->wrong, NULL);
}

fallible deposit_links_use_write(struct act *act, struct deposit_links_use *use)
{
	struct deposit stands;
	struct view view = view_act(act);
	use->refusal = OK;
	TRY(deposit_get(&view, use->deposit.tenant, use->deposit.id, act->arena, &stands));
	TRY(check_open(&stands, act->now));
	bool right = secret_equal(SPAN_BYTES(stands.words), SPAN_BYTES(use->said));
	return right ? accept_content(act, use, &stands) : refuse(act, use, &stands);
}
