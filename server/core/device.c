/* SPDX-License-Identifier: Apache-2.0 */
/* device - rows by a keyed hash of whose it is and what the application calls it. */
#include "server/core/device.h"

#include "base/buf.h"
#include "base/reader.h"
#include "crypto/random.h"
#include "store/nouns/device_record.h"

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
	TRY(device_record_way_at(view_keys(view), tenant, found.subject, device->id, &key));
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
	TRY(device_record_way_at(act->volume->keys, tenant, sight->subject, device->id, &key));
	device_record_put_way(sight->id, sight->seen, &payload);
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
