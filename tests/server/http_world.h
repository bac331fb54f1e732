/* SPDX-License-Identifier: Apache-2.0 */
/* http_world - a small application behind a real listener on loopback.
 *
 * Every path answers with the request as the application understood it, but for /empty, /cached, /close, /big
 * and /nothing, and /thread, which says on whose thread it is. /stream sends WORLD_PIECES pieces, /stream/cut fails at the third, /stream/later waits for the
 * worker before each, /stream/endless has no last one. /stays does not return while the world says so, nor /stays/later, which is suspended then, nor
 * /later/stays, which is suspended before. /later is suspended, /again three times in turn; another thread resumes it as soon as the
 * gate is open. */
#pragma once

#include "server/http/http.h"

#include <pthread.h>
#include <stdatomic.h>

enum { WORLD_QUEUE = 1024, WORLD_BODY_MAX = 64 * 1024, WORLD_SUSPENSIONS = 3 /* of /again */ };
enum { WORLD_PIECES = 50, WORLD_PIECE = 60000 /* bytes */ };

struct world {
	struct http_server *server;
	struct http_app app;
	pthread_t worker;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct http_exchange *queue[WORLD_QUEUE];
	size_t queued;
	size_t resumed;
	bool gate;
	bool stop;
	atomic_size_t begun;
	atomic_size_t finished;
	atomic_bool stays; /* whoever asks for /stays */
	atomic_size_t shown;
	atomic_size_t ended;
	_Atomic enum err_code refused;
	atomic_size_t pulled; /* pieces of streams */
	atomic_size_t done;   /* streams that are over */
	_Atomic enum err_code broken;
};

/* The ask that most tests begin with: any free port, two threads, deadlines far away. */
extern const struct http_ask WORLD_USUAL;

void world_open_as(struct world *world, struct http_ask ask);
void world_open(struct world *world);

/* world_set_gate - whether suspended exchanges are resumed. world_wait_queued - until so many were suspended.
 */
void world_set_gate(struct world *world, bool open);
void world_wait_queued(struct world *world, size_t count);

/* world_close - in the order that a server stops in; everything that was shown has ended. world_stop_worker
 * is its middle. */
void world_stop_worker(struct world *world);
void world_close(struct world *world);

/* world_ask - on a connection of its own, which has to be closed by the reply; its status. */
int world_ask(struct world *world, const char *text, struct buf *reply);
