/* SPDX-License-Identifier: Apache-2.0 */
/* house - one moves in before the other moves out, so that at no moment nobody answers. */
#include "server/house.h"

#include "server/env/notify.h"
#include "store/volume.h"

#include <unistd.h>

enum { HOUSE_LINE = 512 };

/* For whoever watches standard output, and for systemd's status line. */
fallible house_say(const struct house *house)
{
	scoped(buf) line = BUF(HOUSE_LINE), status = BUF(HOUSE_LINE);
	const char *state = house->is_open ? "ready" : "sealed";
	const char *listen = house->conf->listen;
	size_t end = strlen(listen);
	while (end > 0 && listen[end - 1] != ':')
		end--;
	buf_printf(&line, "munimentd %s %s on http://%.*s%u\n", MUNIMENT_VERSION, state, (int)end, listen,
		doors_port(&house->places));
	buf_printf(&status, "STATUS=%s", state);
	buf_put_u8(&status, 0);
	TRY(buf_check(&line));
	TRY(buf_check(&status));
	IGNORE(notify_send(
		house->conf->notify_socket, (const char *)status.data)); /* nobody may be listening */
	return journal_print(house->journal, buf_span(&line));
}

static fallible open_porch(struct house *house)
{
	return porch_open(house->conf, house->journal, &house->places, &house->porch);
}

static fallible open_service(struct house *house, const struct slots_secret *secret)
{
	const struct start_ask ask = {
		.conf = house->conf, .journal = house->journal, .secret = secret, .locked = true};
	struct err err = service_open(&ask, &house->places, &house->service);
	if (err_failed(err))
		service_close(house->conf, &house->service);
	house->is_open = !err_failed(err);
	return err;
}

fallible house_open(const struct conf *conf, struct journal *journal, struct house *house)
{
	int lock;
	*house = (struct house){.conf = conf, .journal = journal};
	if (access(conf->data, F_OK) != 0)
		return FAIL(NOT_FOUND, "there is no store in this directory: make one with munimentd init");
	TRY(volume_lock(conf->data, &lock));
	house->lock = lock + 1;
	return conf->sealed ? open_porch(house) : open_service(house, NULL);
}

void house_close(struct house *house)
{
	porch_close(house->conf, &house->porch);
	service_close(house->conf, &house->service);
	doors_unbind(&house->places);
	if (house->lock)
		volume_unlock(house->lock - 1);
	*house = (struct house){.conf = house->conf, .journal = house->journal};
}

fallible house_unseal(struct house *house, const struct slots_secret *secret)
{
	TRY(open_service(house, secret));
	porch_close(house->conf, &house->porch);
	IGNORE(house_say(house)); /* whoever read the first line may be gone */
	return OK;
}

fallible house_seal(struct house *house)
{
	/* Connections that are kept are told at their next request. */
	house->service.start.health.sealed = true;
	struct err err = open_porch(house);
	service_close(house->conf, &house->service);
	house->is_open = false;
	TRY(err);
	IGNORE(house_say(house));
	return OK;
}
