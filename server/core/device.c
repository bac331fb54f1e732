/* SPDX-License-Identifier: Apache-2.0 */
/* device - rows by a keyed hash of whose it is and what the application calls it. */
#include "server/core/device.h"

#include "base/buf.h"
#include "base/reader.h"
#include "crypto/random.h"

static fallible key_of(const struct keys *keys, struct id tenant, struct id person,
	const struct device *device, struct noun_key *key)
{
	uint8_t term[KEYS_TERM];
	scoped(buf) text = BUF(16 + DEVICE_ID_MAX);
	buf_put(&text, id_span(&person));
	buf_put(&text, device->id);
	TRY(buf_check(&text));
	TRY(keys->term(keys->keeper, tenant, "mn.device", buf_span(&text), term));
	*key = noun_key(tenant, SPAN_BYTES(term), SPAN_NONE);
	return OK;
}

fallible device_find(const struct view *view, struct id tenant, const struct device *device,
	struct instant now, struct device_sight *sight)
{
	struct noun_key key;
	struct row row;
	struct device_sight found = {.subject = sight->subject, .is_person = sight->is_person};
	if (device->id.len == 0) {
		*sight = found;
		return OK;
	}
	TRY(key_of(view_keys(view), tenant, found.subject, device, &key));
	struct err err = view_get(view, TABLE_DEVICE, noun_key_span(&key), &row);
	found.is_new = err.kind == ERR_NOT_FOUND;
	if (found.is_new) {
		found.id = random_id(now);
		*sight = found;
		return OK;
	}
	TRY(err);
	struct reader reader = READER(row.payload);
	found.id = noun_take_id(&reader);
	found.seen.ms = reader_i64(&reader);
	TRY(reader_check(&reader));
	*sight = found;
	return OK;
}

fallible device_put(
	struct act *act, struct id tenant, const struct device *device, const struct device_sight *sight)
{
	struct noun_key key;
	scoped(buf) payload = BUF(64);
	TRY(key_of(act->volume->keys, tenant, sight->subject, device, &key));
	buf_put(&payload, id_span(&sight->id));
	buf_put_i64(&payload, sight->seen.ms);
	TRY(buf_check(&payload));
	return act_put(act, TABLE_DEVICE, noun_key_span(&key), buf_span(&payload));
}

void device_put_texts(const struct device *device, struct event *event)
{
	event->texts[LEAF_TEXT_IP] = device->ip;
	event->texts[LEAF_TEXT_PEER] = device->peer;
	event->texts[LEAF_TEXT_USER_AGENT] = device->user_agent;
	event->texts[LEAF_TEXT_DEVICE] = device->id;
	event->texts[LEAF_TEXT_DEVICE_NAME] = device->name;
	event->texts[LEAF_TEXT_PLATFORM] = device->platform;
	event->texts[LEAF_TEXT_MODEL] = device->model;
	event->texts[LEAF_TEXT_TRUNCATED] = device->truncated ? SPAN_LIT("1") : SPAN_NONE;
}

struct span device_label(const struct device *device)
{
	return device->name.len ? device->name : device->platform;
}
