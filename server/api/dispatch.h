/* SPDX-License-Identifier: Apache-2.0 */
/* dispatch - a request's way: route, guard, prepare, act, answer; and back once. */
#pragma once

#include "server/core/server.h"
#include "server/http/http.h"

/* What the dispatcher tells others; all on the thread where it happens. */
struct dispatch {
	const struct server *server;
	void *context;
	/* A failure that an operator should see: our own mistakes, the disk. */
	void (*failed)(void *context, struct err err, const char *request_id);
	/* An act with notices or mails in it was committed. */
	void (*committed)(void *context);
};

/* dispatch_app - what http_open is given; dispatch lives as long as the http server. */
struct http_app dispatch_app(struct dispatch *dispatch);
