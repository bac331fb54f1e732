/* SPDX-License-Identifier: Apache-2.0 */
/* doors - bind once, answer by turns. */
#include "server/doors.h"

#include "server/descriptors.h"
#include "server/http/endpoint.h"
#include "server/metrics.h"

#include <unistd.h>

enum { METRICS_CONNECTIONS = 16 };

/* ---- places ---- */

static bool has_metrics(const struct conf *conf)
{
	return !span_is(span_text(conf->metrics_listen), "off");
}

static fallible bind_place(const char *listen, int *place)
{
	struct endpoint endpoint;
	int fd;
	if (*place)
		return OK;
	TRY(endpoint_parse(span_text(listen), &endpoint));
	TRY(endpoint_listen(&endpoint, &fd));
	*place = fd + 1;
	return OK;
}

fallible doors_bind(const struct conf *conf, struct doors_places *places)
{
	TRY(bind_place(conf->listen, &places->http));
	return has_metrics(conf) ? bind_place(conf->metrics_listen, &places->metrics) : OK;
}

void doors_unbind(struct doors_places *places)
{
	if (places->http)
		close(places->http - 1);
	if (places->metrics)
		close(places->metrics - 1);
	*places = (struct doors_places){0};
}

unsigned doors_port(const struct doors_places *places)
{
	return places->http ? endpoint_port(places->http - 1) : 0;
}

/* ---- answering ---- */

static struct http_ask http_ask_of(const struct conf *conf, int place, const struct http_app *app)
{
	return (struct http_ask){
		.socket = place,
		.threads = (unsigned)conf->http_threads,
		.connections_max = descriptors_share(conf).connections,
		.header_deadline_ms = conf->http_header_ms,
		.body_deadline_ms = conf->http_body_ms,
		.idle_ms = conf->http_idle_ms,
		.app = app,
	};
}

fallible doors_open(const struct doors_ask *ask, struct doors *doors)
{
	*doors = (struct doors){.dispatch = ask->dispatch};
	ask->server->health->few_descriptors = descriptors_share(ask->conf).are_few;
	doors->app = dispatch_app(&doors->dispatch);
	doors->metrics_app = metrics_app(ask->server);
	struct http_ask http = http_ask_of(ask->conf, ask->places->http, &doors->app);
	struct http_ask metrics = http_ask_of(ask->conf, ask->places->metrics, &doors->metrics_app);
	http.open_now = &ask->server->health->connections;
	metrics.threads = 1;
	metrics.connections_max = METRICS_CONNECTIONS;
	TRY(http_open(&http, &doors->http));
	return ask->places->metrics ? http_open(&metrics, &doors->metrics) : OK;
}

void doors_stop_api(struct doors *doors)
{
	if (doors->http)
		http_quiesce(doors->http);
}

void doors_close_api(const struct conf *conf, struct doors *doors)
{
	http_close(doors->http, conf->shutdown_wait_ms);
	doors->http = NULL;
}

void doors_stop_metrics(struct doors *doors)
{
	if (doors->metrics)
		http_quiesce(doors->metrics);
}

void doors_close_metrics(const struct conf *conf, struct doors *doors)
{
	http_close(doors->metrics, conf->shutdown_wait_ms);
	doors->metrics = NULL;
}
