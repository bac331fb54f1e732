/* SPDX-License-Identifier: Apache-2.0 */
/* serve - one thread waits for signals and for whoever is at the local socket. */
#include "server/serve.h"

#include "server/descriptors.h"
#include "server/desk.h"
#include "server/env/notify.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

/* Signals are taken from a descriptor by this thread alone; every thread that is started later inherits the mask. */
static fallible take_signals(int *fd)
{
	sigset_t stops;
	sigemptyset(&stops);
	sigaddset(&stops, SIGTERM);
	sigaddset(&stops, SIGINT);
	pthread_sigmask(SIG_BLOCK, &stops, NULL);
	*fd = signalfd(-1, &stops, SFD_CLOEXEC | SFD_NONBLOCK);
	return *fd >= 0 ? OK : FAIL(IO, "signals cannot be taken");
}

static fallible wait_and_serve(int signals, struct desk *desk)
{
	struct pollfd ready[] = {
		{.fd = signals, .events = POLLIN}, {.fd = desk->control.listener - 1, .events = POLLIN}};
	while (!(ready[0].revents & POLLIN)) {
		if (poll(ready, sizeof ready / sizeof ready[0], (int)desk_pause_ms(desk)) < 0 &&
			errno != EINTR)
			return FAIL(IO, "signals cannot be waited for");
		desk_look(desk);
		if (ready[1].revents & POLLIN)
			TRY(desk_serve(desk));
	}
	return OK;
}

static fallible run(int signals, struct house *house)
{
	struct desk desk = {.house = house};
	struct err err = desk_open(house, &desk);
	if (!err_failed(err))
		err = house_say(house);
	if (!err_failed(err)) {
		/* Nobody waits, or systemd will tell. */
		IGNORE(notify_send(house->conf->notify_socket, "READY=1"));
		err = wait_and_serve(signals, &desk);
		IGNORE(notify_send(house->conf->notify_socket, "STOPPING=1"));
	}
	desk_close(&desk);
	return err;
}

fallible serve_run(const struct conf *conf, struct journal *journal)
{
	int signals;
	struct house house = {.conf = conf, .journal = journal};
	TRY(descriptors_raise(conf, journal));
	TRY(take_signals(&signals));
	struct err err = house_open(conf, journal, &house);
	if (!err_failed(err))
		err = run(signals, &house);
	house_close(&house);
	close(signals);
	return err;
}
