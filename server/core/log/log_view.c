/* SPDX-License-Identifier: Apache-2.0 */
/* log_view - seal and add log.viewed. */
#include "server/core/log/log_view.h"

/* Another application or device of the same person is another reader: nobody's view hides behind somebody
 * else's. */
static void put_reader(const struct caller *caller, struct buf *reader)
{
	buf_put(reader, id_span(&caller->application));
	buf_put(reader, id_span(&caller->person));
	buf_put(reader, id_span(&caller->device_id));
	buf_put(reader, caller->device.ip);
}

fallible log_view_name(
	const struct server *server, const struct caller *caller, struct span filters, struct log_view *view)
{
	scoped(buf) reader = BUF(3 * sizeof(struct id) + DEVICE_IP_MAX);
	put_reader(caller, &reader);
	TRY(buf_check(&reader));
	return viewed_key(server->volume.keys, caller->tenant, buf_span(&reader), filters, view->key);
}

fallible log_view_seal(const struct server *server, const struct caller *caller, const struct event *event,
	struct instant now, struct arena *arena, struct log_view *view)
{
	return event_seal(server->volume.keys, caller->tenant, event, now, arena, &view->draft);
}

fallible log_view_write(struct act *act, struct id tenant, struct log_view *view)
{
	return viewed_add(act, tenant, view->key, &view->draft);
}
