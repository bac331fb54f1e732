/* SPDX-License-Identifier: Apache-2.0 */
/* serve - the house: the directory, the addresses and the signals are its own; a porch or the service stands in it. */
#include "server/serve.h"

#include "server/env/notify.h"
#include "server/porch.h"
#include "server/service.h"
#include "store/volume.h"

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

enum { SERVE_LINE = 512 };

struct house {
	const struct conf *conf;
	struct journal *journal;
	int lock; /* descriptor + 1; 0 = none */
	struct doors_places places;
	struct porch porch;
	struct service service;
};

/* Each follower is a descriptor, and the usual limit would end at a thousand of them; what may be had is enough, since
 * nothing here calls select. */
static void raise_descriptors(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(
		RLIMIT_NOFILE, &limit); /* then the limit stays, and connections are refused earlier */
}

/* Signals are taken by sigwait in this thread alone; every thread that is started later inherits the mask. */
static sigset_t block_signals(void)
{
	sigset_t stops;
	sigemptyset(&stops);
	sigaddset(&stops, SIGTERM);
	sigaddset(&stops, SIGINT);
	pthread_sigmask(SIG_BLOCK, &stops, NULL);
	return stops;
}

/* ---- what the operator reads ---- */

static fallible say(const struct house *house, const char *state)
{
	scoped(buf) line = BUF(SERVE_LINE);
	const char *listen = house->conf->listen;
	size_t end = strlen(listen);
	while (end > 0 && listen[end - 1] != ':')
		end--;
	buf_printf(&line, "munimentd %s %s on http://%.*s%u\n", MUNIMENT_VERSION, state, (int)end, listen,
		doors_port(&house->places));
	TRY(buf_check(&line));
	return journal_print(house->journal, buf_span(&line));
}

/* ---- the two ways to stand there ---- */

static fallible open_porch(struct house *house)
{
	TRY(porch_open(house->conf, house->journal, &house->places, &house->porch));
	return say(house, "sealed");
}

static fallible open_service(struct house *house, const struct slots_secret *secret)
{
	const struct start_ask ask = {
		.conf = house->conf, .journal = house->journal, .secret = secret, .locked = true};
	struct err err = service_open(&ask, &house->places, &house->service);
	if (err_failed(err)) {
		service_close(house->conf, &house->service);
		return err;
	}
	return say(house, "ready");
}

/* ---- from the first breath to the last ---- */

static fallible open_house(struct house *house)
{
	int lock;
	raise_descriptors();
	if (access(house->conf->data, F_OK) != 0)
		return FAIL(NOT_FOUND, "there is no store in this directory: make one with munimentd init");
	TRY(volume_lock(house->conf->data, &lock));
	house->lock = lock + 1;
	return house->conf->sealed ? open_porch(house) : open_service(house, NULL);
}

static void close_house(struct house *house)
{
	porch_close(house->conf, &house->porch);
	service_close(house->conf, &house->service);
	doors_unbind(&house->places);
	if (house->lock)
		volume_unlock(house->lock - 1);
}

fallible serve_run(const struct conf *conf, struct journal *journal)
{
	struct house house = {.conf = conf, .journal = journal};
	sigset_t stops = block_signals();
	int signal_number;
	struct err err = open_house(&house);
	if (!err_failed(err)) {
		IGNORE(notify_send(conf->notify_socket, "READY=1")); /* nobody waits, or systemd will tell */
		sigwait(&stops, &signal_number);
		IGNORE(notify_send(conf->notify_socket, "STOPPING=1"));
	}
	close_house(&house);
	return err;
}
