/* SPDX-License-Identifier: Apache-2.0 */
/* deposits - open a link, accept or refuse what came through it. */
#include "server/core/vault/deposits.h"

#include "base/text.h"
#include "crypto/random.h"
#include "policies/spoken_words.h"
#include "server/core/detail.h"
#include "server/core/second.h"
#include "server/core/sight.h"
#include "server/core/vault/deposit_content.h"
#include "store/nouns/client.h"
#include "store/nouns/event_add.h"
#include "store/nouns/expiry.h"

enum { SEALED_MAX = 4 * 1024, ONE_NOUN = 64 * 1024 };

static const int64_t DAY_MS = INT64_C(24) * 60 * 60 * 1000;

/* ---- shared with the client's side ---- */

void deposits_hash_words(const struct keeper *keeper, const struct deposit *deposit,
	const unsigned words[static DEPOSIT_WORDS], uint8_t hash[static HASH_BLAKE])
{
	uint8_t numbers[2 * DEPOSIT_WORDS];
	for (size_t i = 0; i < DEPOSIT_WORDS; i++) {
		numbers[2 * i] = (uint8_t)(words[i] >> 8);
		numbers[2 * i + 1] = (uint8_t)words[i];
	}
	const struct span parts[] = {
		id_span(&deposit->tenant), SPAN_LIT("deposit"), id_span(&deposit->id), SPAN_BYTES(numbers)};
	keeper_hash(keeper, KEEPER_CODE, parts, sizeof parts / sizeof parts[0], hash);
	secret_wipe(numbers, sizeof numbers);
}

void deposits_event(const struct deposit *deposit, struct event *event)
{
	event->has_object_kind = true;
	event->object_kind = ID_DEPOSIT;
	event->ids[LEAF_ID_OBJECT] = deposit->id;
	event->ids[LEAF_ID_CLIENT] = deposit->client;
	event->texts[LEAF_TEXT_LABEL] = deposit->ask;
}

enum deposit_state deposits_shown(const struct deposit *deposit, struct instant now)
{
	bool live = deposit->state == DEPOSIT_OPEN || deposit->state == DEPOSIT_USED;
	return live && deposit->ends.ms <= now.ms ? DEPOSIT_EXPIRED : deposit->state;
}

fallible deposits_print_end(const char *cause, struct arena *arena, struct span *detail)
{
	const struct detail_field field = {"cause", span_text(cause), DETAIL_TEXT};
	return detail_print(&field, 1, arena, detail);
}

/* ---- opening ---- */

static fallible find_client(const struct scene *scene, struct deposits_add *add, struct client *client)
{
	struct id id;
	struct sight sight;
	const struct caller *caller = scene->caller;
	TRY(credentials_sight_to_put(scene->view, caller, scene->arena, &sight));
	struct err err = client_find(scene->view, caller->tenant, add->client, &id);
	if (err.kind == ERR_NOT_FOUND || (!err_failed(err) && !sight_has_client(&sight, id)))
		return FAIL_CODE(UNKNOWN_CLIENT, "the deposit's client is nobody here");
	TRY(err);
	TRY(client_get(scene->view, caller->tenant, id, scene->arena, client));
	if (client->state != CLIENT_ACTIVE && client->state != CLIENT_PAUSED)
		return FAIL(CONFLICT, "the client has left");
	add->deposit.client = id;
	add->client_row = client->version;
	return OK;
}

static bool has_address(const struct server *server)
{
	return server->public_url && server->public_url[0];
}

/* The half that seals goes into the part of the address that no browser sends and no log keeps. */
static fallible put_link(
	const struct server *server, const uint8_t public[static BOX_PUBLIC], struct deposits_add *add)
{
	char id[ID_TEXT + 1];
	scoped(buf) link = BUF(DEPOSITS_URL_MAX - 1);
	ids_print(ID_DEPOSIT, add->deposit.id, id);
	buf_put_text(&link, has_address(server) ? server->public_url : "");
	buf_printf(&link, "/d/%s#", id);
	text_put_base64url(&link, span_of(public, BOX_PUBLIC));
	TRY(buf_check(&link));
	memcpy(add->link, link.data, link.len);
	add->link[link.len] = '\0';
	return OK;
}

static fallible draw(const struct scene *scene, struct deposits_add *add)
{
	struct deposit *deposit = &add->deposit;
	uint8_t public[BOX_PUBLIC];
	unsigned numbers[DEPOSIT_WORDS];
	scoped(box_key) key = {0};
	scoped(buf) sealed = BUF(SEALED_MAX);
	for (size_t i = 0; i < DEPOSIT_WORDS; i++) {
		numbers[i] = random_below(SPOKEN_WORDS_COUNT);
		add->words[i] = spoken_words_get(numbers[i]);
	}
	deposits_hash_words(scene->server->keeper, deposit, numbers, deposit->words);
	box_pair(public, &key);
	TRY(keeper_seal_short(scene->server->keeper, deposit->tenant, deposit->day, deposit->id,
		SPAN_BYTES(key.bytes), &sealed));
	TRY(buf_keep(&sealed, scene->arena, &deposit->secret));
	return put_link(scene->server, public, add);
}

static fallible seal(const struct scene *scene, struct deposits_add *add)
{
	char ends[TELL_TIME + 1];
	scoped(buf) sealed = BUF(SEALED_MAX);
	struct event event = scene_event(scene, ACTION_CREDENTIAL_LINK_CREATED);
	const struct detail_field expires = {
		"expires", tell_time(add->deposit.ends, ends).value, DETAIL_TEXT};
	TRY(deposit_seal(scene->server->volume.keys, &add->deposit, &sealed));
	TRY(buf_keep(&sealed, scene->arena, &add->sealed));
	deposits_event(&add->deposit, &event);
	TRY(detail_print(&expires, 1, scene->arena, &event.texts[LEAF_TEXT_DETAIL]));
	return scene_seal(scene, &event, &add->draft);
}

/* The client gets the link at the address that is known here, not at one that somebody named on the phone; the words
 * never go the same way. */
static fallible tell(const struct scene *scene, const struct client *client, struct deposits_add *add)
{
	char time[TELL_TIME + 1];
	const struct letters_desk desk = {scene->server, scene->view, client->tenant, scene->arena};
	const struct message_value values[] = {
		{"url", span_text(add->link)}, tell_time(add->deposit.ends, time)};
	struct tell_ask ask = {.kind = NOTICE_DEPOSIT_LINK,
		.about = add->deposit.id,
		.values = values,
		.count = sizeof values / sizeof values[0],
		.now = scene->now};
	add->told.count = 0;
	/* A mail with half an address sends nobody anywhere; whoever opened the link hands it over. */
	if (!has_address(scene->server))
		return OK;
	return letters_add_contacts(&desk, &ask, client, (struct id){0}, &add->told);
}

fallible deposits_add_prepare(const struct scene *scene, struct deposits_add *add)
{
	struct client client;
	struct deposit *deposit = &add->deposit;
	const struct caller *caller = scene->caller;
	deposit->tenant = caller->tenant;
	deposit->id = random_id(scene->now);
	deposit->opened_by_software = ids_is_none(caller->person);
	deposit->opener = deposit->opened_by_software ? caller->application : caller->person;
	deposit->created = scene->now;
	deposit->day = (uint32_t)(scene->now.ms / DAY_MS);
	if (deposit->ends.ms == 0)
		deposit->ends.ms = scene->now.ms + DEPOSIT_OPEN_MS;
	TRY(find_client(scene, add, &client));
	TRY(draw(scene, add));
	TRY(seal(scene, add));
	return tell(scene, &client, add);
}

fallible deposits_add_write(struct act *act, struct deposits_add *add)
{
	const struct deposit *deposit = &add->deposit;
	const struct expiry expiry = {EXPIRY_DEPOSIT, deposit->ends, deposit->tenant, deposit->id};
	struct noun_key client = noun_key(deposit->tenant, id_span(&deposit->client), SPAN_NONE);
	TRY(noun_still(act, TABLE_CLIENT, noun_key_span(&client), add->client_row));
	TRY(deposit_add(act, deposit, add->sealed));
	TRY(expiry_put(act, &expiry));
	TRY(letters_write(act, &add->told));
	return event_add(act, deposit->tenant, &add->draft.leaf, NULL);
}

/* ---- looking ---- */

fallible deposits_find(const struct scene *scene, struct span text, struct deposit *deposit)
{
	struct id id;
	struct sight sight;
	struct deposit found;
	TRY(ids_parse(ID_DEPOSIT, text, &id));
	TRY(deposit_get(scene->view, scene->caller->tenant, id, scene->arena, &found));
	TRY(credentials_sight(scene->view, scene->caller, scene->arena, &sight));
	if (!sight_has(&sight, found.client, found.opener))
		return FAIL(NOT_FOUND, "the deposit is outside what the caller sees");
	*deposit = found;
	return OK;
}

/* ---- deciding ---- */

static fallible fill(
	struct span content, const struct deposit *deposit, const char *client, struct credentials_put *put)
{
	struct span username;
	TRY(deposit_content_read(content, &username, &put->secret));
	put->client = span_of(client, ID_TEXT);
	put->passing.channel = PASSING_SELF_LINK;
	put->link = deposit->id;
	put->credential = (struct credential){.kind = deposit->kind,
		.modes_max = deposit->modes_max,
		.title = deposit->ask,
		.url = deposit->url,
		.username = username};
	return OK;
}

/* What was handed in moves from the key of the day under the client's own; it is in clear only in here. */
static fallible prepare_credential(const struct scene *scene, struct deposits_decide *decide)
{
	char client[ID_TEXT + 1];
	const struct deposit *deposit = &decide->deposit;
	scoped(buf) content = BUF(DEPOSIT_SECRET_MAX);
	buf_room(&content, DEPOSIT_SECRET_MAX);
	TRY(buf_check(&content));
	content.len = 0;
	ids_print(ID_CLIENT, deposit->client, client);
	TRY(keeper_open_short(scene->server->keeper, deposit->tenant, deposit->day, deposit->id,
		deposit->secret, &content));
	struct err err = fill(buf_span(&content), deposit, client, &decide->put);
	if (!err_failed(err))
		err = credentials_add_prepare(
			scene->server, scene->caller, scene->view, scene->now, scene->arena, &decide->put);
	secret_wipe(content.data, content.len);
	decide->put.secret = (struct credentials_secret){0};
	decide->put.credential.username = SPAN_NONE;
	return err;
}

static fallible prepare_refusal(const struct scene *scene, struct deposits_decide *decide)
{
	struct event event = scene_event(scene, ACTION_CREDENTIAL_LINK_EXPIRED);
	deposits_event(&decide->deposit, &event);
	TRY(deposits_print_end("refused", scene->arena, &event.texts[LEAF_TEXT_DETAIL]));
	return scene_seal(scene, &event, &decide->refused);
}

fallible deposits_decide_prepare(const struct scene *scene, struct deposits_decide *decide)
{
	struct deposit *deposit = &decide->deposit;
	TRY(second_check_person(scene->caller));
	if (deposits_shown(deposit, scene->now) == DEPOSIT_EXPIRED)
		return FAIL(EXPIRED, "the deposit's time is over");
	if (deposit->state != DEPOSIT_USED)
		return FAIL(CONFLICT, "nothing waits in the deposit");
	TRY(decide->approve ? prepare_credential(scene, decide) : prepare_refusal(scene, decide));
	deposit->state = decide->approve ? DEPOSIT_ACCEPTED : DEPOSIT_REFUSED;
	deposit->credential = decide->approve ? decide->put.credential.id : (struct id){0};
	deposit->decider = scene->caller->person;
	deposit->ended = scene->now;
	deposit->secret = SPAN_NONE;
	return OK;
}

fallible deposits_decide_write(struct act *act, struct deposits_decide *decide)
{
	const struct deposit *deposit = &decide->deposit;
	struct noun_key key = noun_key(deposit->tenant, id_span(&deposit->id), SPAN_NONE);
	TRY(noun_still(act, TABLE_DEPOSIT, noun_key_span(&key), deposit->version));
	TRY(deposit_change(act, deposit));
	return decide->approve ? credentials_add_write(act, &decide->put)
			       : event_add(act, deposit->tenant, &decide->refused.leaf, NULL);
}

/* ---- when its time is over ---- */

static fallible expire(struct act *act, struct deposit *deposit)
{
	struct event event = {
		.action = ACTION_CREDENTIAL_LINK_EXPIRED, .source = LEAF_SERVER, .actor = LEAF_SYSTEM};
	deposits_event(deposit, &event);
	/* The event says nothing personal, so nothing is sealed and no key is asked for. */
	event.texts[LEAF_TEXT_LABEL] = SPAN_NONE;
	deposit->state = DEPOSIT_EXPIRED;
	deposit->ended = act->now;
	deposit->secret = SPAN_NONE;
	TRY(deposit_change(act, deposit));
	return event_say(act, deposit->tenant, &event);
}

/* Until when it stands as it is. */
static struct instant stands_until(const struct deposit *deposit)
{
	bool live = deposit->state == DEPOSIT_OPEN || deposit->state == DEPOSIT_USED;
	return live ? deposit->ends : (struct instant){deposit->ended.ms + DEPOSIT_KEPT_MS};
}

fallible deposits_sweep(struct act *act, const struct expiry *expiry)
{
	struct deposit deposit;
	struct view view = view_act(act);
	scoped(arena) arena = ARENA(ONE_NOUN);
	struct expiry later = *expiry;
	struct err err = deposit_get(&view, expiry->tenant, expiry->id, &arena, &deposit);
	if (err.kind == ERR_NOT_FOUND)
		return OK;
	TRY(err);
	bool due = stands_until(&deposit).ms <= act->now.ms;
	if (due && deposit.state != DEPOSIT_OPEN && deposit.state != DEPOSIT_USED)
		return deposit_drop(act, &deposit);
	if (due)
		TRY(expire(act, &deposit));
	later.at = stands_until(&deposit);
	return expiry_put(act, &later);
}
