/* SPDX-License-Identifier: Apache-2.0 */
/* api_wishes - GET and PUT /v1/clients/{client}/notices: how each contact of a client is told. */
#include "base/text.h"
#include "server/api/ask.h"
#include "server/core/people/wishes.h"

enum { NAME_BYTES = 128 };

/* What is told at once, whatever anybody wishes. */
static const char *const ALWAYS[] = {"reveal", "exposure", "breakglass", "handover", "given"};

static void put_always(struct json_out *out)
{
	json_out_open_array(out, "always");
	for (size_t i = 0; i < sizeof ALWAYS / sizeof ALWAYS[0]; i++)
		json_out_text(out, NULL, ALWAYS[i]);
	json_out_close_array(out);
}

static void put_wish(struct json_out *out, const struct wish *wish)
{
	json_out_id(out, "contact", ID_PERSON, wish->person);
	for (unsigned class = 0; class < WISH_CLASS_COUNT; class ++)
		json_out_text(out, wishes_class(class), wishes_way(wish->ways[class]));
	ask_put_email(out, "second_address", wish->second_address, false);
}

/* ---- GET ---- */

static fallible prepare_get(struct call *call)
{
	struct client *client;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &client));
	TRY(stage_open(call, &stage));
	return wishes_find_client(&stage.scene, call->parts[0], client);
}

static fallible answer_get(struct call *call, struct json_out *out)
{
	const struct client *client = call->ask;
	scoped(stage) stage = {0};
	TRY(stage_open(call, &stage));
	json_out_id(out, "client", ID_CLIENT, client->id);
	json_out_bool(out, "mailbox_delegated", client->mailbox_delegated);
	put_always(out);
	json_out_open_array(out, "items");
	for (size_t i = 0; i < client->contact_count; i++) {
		struct wish wish = {.tenant = client->tenant, .person = client->contacts[i]};
		TRY(wish_get(&stage.view, call->arena, &wish));
		json_out_open(out, NULL);
		put_wish(out, &wish);
		json_out_close(out);
	}
	json_out_close_array(out);
	return OK;
}

const struct handler api_wishes_get = {prepare_get, NULL, answer_get};

/* ---- PUT ---- */

/* Only uses are mailed one by one. */
static void read_way(struct json_object *top, unsigned class, struct wishes_change *change)
{
	static const char *const WAYS[] = {"each", "digest", "none", NULL};
	int way = json_in_word(top, wishes_class(class), JSON_OPTIONAL, WAYS);
	change->has_way[class] = way >= 0;
	if (way < 0)
		return;
	change->ways[class] = (enum wish_way)way;
	if (way == WISH_EACH && class != WISH_USES)
		json_in_note(top, wishes_class(class), "not_allowed");
}

/* An attempt to silence what can't be is answered as such. */
static void refuse_always(struct json_object *top)
{
	for (size_t i = 0; i < sizeof ALWAYS / sizeof ALWAYS[0]; i++)
		if (json_in_has(top, ALWAYS[i])) {
			(void)json_in_raw(top, ALWAYS[i], JSON_OPTIONAL, NAME_BYTES);
			json_in_note(top, ALWAYS[i], "not_allowed");
		}
}

static struct span read_address(struct call *call, struct json_object *top)
{
	struct span address = ask_line(call, top, "second_address", JSON_OPTIONAL, PERSON_EMAIL_MAX);
	if (address.len && !text_is_email(address)) {
		json_in_note(top, "second_address", "malformed");
		return SPAN_NONE;
	}
	return address;
}

static fallible prepare_put(struct call *call)
{
	struct wishes_change *change;
	struct json_object top;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &change));
	TRY(call_body(call, &top));
	change->client = call->parts[0];
	change->contact = json_in_text(&top, "contact", JSON_OPTIONAL, NAME_BYTES);
	for (unsigned class = 0; class < WISH_CLASS_COUNT; class ++)
		read_way(&top, class, change);
	refuse_always(&top);
	change->second_address = read_address(call, &top);
	json_in_end(&top);
	TRY(call_check(call));
	TRY(stage_open(call, &stage));
	struct err err = wishes_change_prepare(&stage.scene, change);
	TRY(call_blame(call, err, CODE_UNKNOWN_PERSON, "/contact"));
	if (change->is_empty)
		call->act = CALL_NO_ACT;
	return OK;
}

static fallible write_put(struct act *act, struct call *call)
{
	return wishes_change_write(act, call->ask);
}

static fallible answer_put(struct call *call, struct json_out *out)
{
	const struct wishes_change *change = call->ask;
	(void)call;
	put_wish(out, &change->after);
	return OK;
}

const struct handler api_wishes_put = {prepare_put, write_put, answer_put};
