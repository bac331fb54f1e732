/* SPDX-License-Identifier: Apache-2.0 */
/* doors - where the server is spoken to: two addresses that stay bound while it is sealed and opened again, and who
 * answers at them meanwhile. */
#pragma once

#include "server/api/dispatch.h"
#include "server/env/conf.h"

/* The sockets that listen; descriptors + 1, 0 = none. */
struct doors_places {
	int http, metrics;
};

/* doors_bind - listen where the settings say, unless that is done already. Fails: INPUT a bad address · IO it can't be
 * bound. Owns: doors_unbind, which takes a zeroed one.
 * doors_port - the port that the API is really on. */
fallible doors_bind(const struct conf *conf, struct doors_places *places);
void doors_unbind(struct doors_places *places);
unsigned doors_port(const struct doors_places *places);

struct doors {
	struct dispatch dispatch;
	struct http_app app, metrics_app;
	struct http_server *http, *metrics;
};

struct doors_ask {
	const struct conf *conf;
	const struct doors_places *places; /* bound */
	struct server *server;
	struct dispatch dispatch;
};

/* doors_open - answer at them, beside whoever still does; doors stays where it is until doors_close. Fails: IO ·
 * NO_MEMORY. */
fallible doors_open(const struct doors_ask *ask, struct doors *doors);

/* doors_stop_api, doors_stop_metrics - take no new connection; those that are open go on. doors_close_api,
 * doors_close_metrics - after that: wait as long as the settings say until all are answered. They take a zeroed one. */
void doors_stop_api(struct doors *doors);
void doors_close_api(const struct conf *conf, struct doors *doors);
void doors_stop_metrics(struct doors *doors);
void doors_close_metrics(const struct conf *conf, struct doors *doors);
