/* SPDX-License-Identifier: Apache-2.0 */
/* push - one epoll, one table of streams, rounds with a rest between them. */
#include "server/http/push.h"

#include "base/clock.h"
#include "server/http/detach.h"
#include "server/http/response.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	PUSH_HEAD_MAX = 8 * 1024,
	PUSH_EVENTS = 64,
	PUSH_HEARD_MAX =
		1024, /* bytes of a client that are overheard, such as a line end after its request */
	PUSH_SEND_BUFFER = 128 * 1024, /* bytes of the kernel's that a client who reads nothing holds */
};

/* One client. Its thread is the pusher's, but for the moment in which it is made. */
struct client {
	int fd;
	void *stream;
	struct buf rest;     /* of the head or a piece: what the client has not taken yet */
	size_t sent;         /* bytes of it */
	size_t heard;        /* bytes that the client said */
	int64_t moved_ms;    /* when it last took something, while there is a rest */
	bool goes_on;        /* it has more to say */
	bool ends;           /* close it when the rest is sent */
	bool gone;           /* the client left, or is late */
	struct client *next; /* in the list of new ones */
};

struct push {
	const struct push_app *app;
	size_t max;
	int64_t stall_ms;
	pthread_t thread;
	int epoll, bell;  /* the bell is an eventfd */
	atomic_bool rung; /* since the last round; then the bell needs no second push */
	atomic_bool stopping;
	atomic_size_t count;  /* streams, the new ones among them */
	pthread_mutex_t lock; /* of fresh */
	struct client *fresh;
	/* the thread's own */
	struct client **clients;
	size_t client_count;
	struct buf piece;
	int64_t round_ms;  /* when the last round began */
	int64_t rested_ms; /* when the next one may */
	bool goes_on;      /* some stream does */
	bool stopped;
};

/* ---- clients ---- */

static struct client *client_open(int fd, void *stream, struct buf head)
{
	struct client *client = calloc(1, sizeof *client);
	if (client)
		*client = (struct client){
			.fd = fd, .stream = stream, .rest = head, .moved_ms = clock_monotonic_ms()};
	return client;
}

static void client_close(struct client *client)
{
	if (client->fd >= 0)
		close(client->fd);
	response_wipe(&client->rest);
	free(client);
}

static bool has_rest(const struct client *client)
{
	return client->sent < client->rest.len;
}

/* A peer that is gone without a word shows itself by what it never confirms. */
static void set_limits(const struct push *push, int fd)
{
	int bytes = PUSH_SEND_BUFFER, on = 1;
	unsigned silence_ms = (unsigned)push->stall_ms;
	/* What can't be set leaves the kernel's own limits. */
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &silence_ms, sizeof silence_ms);
}

static void want(const struct push *push, struct client *client, int how, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = client};
	if (epoll_ctl(push->epoll, how, client->fd, &event) != 0)
		client->gone = true;
}

/* leave - the connection is closed in the next round; until then it must not wake the thread for ever. */
static void leave(struct push *push, struct client *client)
{
	client->gone = true;
	push->goes_on = true;
	want(push, client, EPOLL_CTL_DEL, 0);
}

/* send_bytes - how many the client took; it is gone when its side is closed. */
static size_t send_bytes(struct client *client, struct span bytes)
{
	ssize_t n = bytes.len ? send(client->fd, bytes.at, bytes.len, MSG_NOSIGNAL | MSG_DONTWAIT) : 0;
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		client->gone = true;
	if (n > 0)
		client->moved_ms = clock_monotonic_ms();
	return n > 0 ? (size_t)n : 0;
}

static void flush(const struct push *push, struct client *client)
{
	client->sent += send_bytes(client, span_from(buf_span(&client->rest), client->sent));
	if (has_rest(client))
		return;
	response_wipe(&client->rest);
	client->rest = (struct buf){0};
	client->sent = 0;
	client->goes_on = true; /* it may have missed rounds */
	client->gone = client->gone || client->ends;
	want(push, client, EPOLL_CTL_MOD, EPOLLIN);
}

/* Nothing is expected from a client. When it closes its side, or speaks, it is done with the stream. */
static void overhear(struct push *push, struct client *client)
{
	uint8_t bytes[256];
	ssize_t n = recv(client->fd, bytes, sizeof bytes, MSG_DONTWAIT);
	if (n > 0)
		client->heard += (size_t)n;
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR) || client->heard > PUSH_HEARD_MAX)
		leave(push, client);
}

/* keep_rest - what the kernel did not take of the piece is copied; the piece serves the next stream. */
static void keep_rest(const struct push *push, struct client *client, struct span rest)
{
	client->rest = BUF(rest.len);
	buf_put(&client->rest, rest);
	client->sent = 0;
	client->gone = client->gone || err_failed(buf_check(&client->rest));
	want(push, client, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
}

/* ---- rounds ---- */

static void ask_client(struct push *push, struct client *client)
{
	const struct push_app *app = push->app;
	buf_clear(&push->piece);
	enum push_then then = app->say(app->context, client->stream, &push->piece);
	struct span piece = buf_span(&push->piece);
	if (err_failed(buf_check(&push->piece))) {
		client->gone = true;
		return;
	}
	/* Before this piece it had nothing outstanding: its time begins now. */
	client->moved_ms = clock_monotonic_ms();
	size_t sent = send_bytes(client, piece);
	client->goes_on = then == PUSH_GOES_ON;
	client->ends = then == PUSH_ENDS;
	if (sent < piece.len && !client->gone)
		keep_rest(push, client, span_from(piece, sent));
	else if (client->ends)
		client->gone = true;
}

static void look_after(struct push *push, struct client *client, int64_t now_ms)
{
	if (client->gone)
		return;
	if (!has_rest(client))
		ask_client(push, client);
	else if (now_ms - client->moved_ms > push->stall_ms)
		client->gone = true;
	push->goes_on = push->goes_on || (client->goes_on && !has_rest(client));
}

/* Closing its descriptor would not do: the library may still have the connection open under another. */
static void forget(const struct push *push, const struct client *client)
{
	(void)epoll_ctl(push->epoll, EPOLL_CTL_DEL, client->fd, NULL); /* whoever left is forgotten already */
}

/* Whoever is gone is taken out; the last one fills the place. */
static void drop_gone(struct push *push)
{
	for (size_t i = push->client_count; i-- > 0;) {
		struct client *client = push->clients[i];
		if (!client->gone)
			continue;
		push->clients[i] = push->clients[--push->client_count];
		void *stream = client->stream;
		forget(push, client);
		client_close(client);
		push->app->end(push->app->context, stream);
		push->count--;
	}
}

/* The streams take turns in being the first, since a round may have to put some of them off. */
static void run_round(struct push *push, int64_t now_ms)
{
	size_t count = push->client_count, first = count ? (size_t)now_ms % count : 0;
	push->round_ms = now_ms;
	push->goes_on = false;
	/* Before anything is looked at: what comes from now on rings anew. */
	atomic_exchange(&push->rung, false);
	push->app->round_begin(push->app->context);
	for (size_t i = 0; i < count; i++)
		look_after(push, push->clients[(first + i) % count], now_ms);
	push->app->round_end(push->app->context);
	drop_gone(push);
	int64_t end_ms = clock_monotonic_ms(), rest_ms = 3 * (end_ms - now_ms);
	if (rest_ms < PUSH_REST_LEAST_MS)
		rest_ms = PUSH_REST_LEAST_MS;
	push->rested_ms = end_ms + (rest_ms < PUSH_REST_MOST_MS ? rest_ms : PUSH_REST_MOST_MS);
}

/* ---- the thread ---- */

static void take_fresh(struct push *push)
{
	pthread_mutex_lock(&push->lock);
	struct client *fresh = push->fresh;
	push->fresh = NULL;
	pthread_mutex_unlock(&push->lock);
	while (fresh) {
		struct client *client = fresh;
		fresh = client->next;
		push->clients[push->client_count++] = client;
		set_limits(push, client->fd);
		want(push, client, EPOLL_CTL_ADD, EPOLLIN | EPOLLOUT);
		flush(push, client);
	}
}

static int64_t due_ms(const struct push *push)
{
	bool wanted = push->rung || push->goes_on || push->stopping;
	int64_t due = wanted ? push->rested_ms : push->round_ms + PUSH_TICK_MS;
	return due > push->rested_ms ? due : push->rested_ms;
}

/* The bell has no client; it is only read so that it can ring again. */
static void silence_bell(const struct push *push)
{
	uint64_t rings;
	ssize_t n = read(push->bell, &rings, sizeof rings);
	(void)n; /* it has rung, or another look found that already */
}

static void wait_for_events(struct push *push)
{
	struct epoll_event events[PUSH_EVENTS];
	int64_t wait_ms = due_ms(push) - clock_monotonic_ms();
	int count = epoll_wait(push->epoll, events, PUSH_EVENTS, wait_ms > 0 ? (int)wait_ms : 0);
	for (int i = 0; i < count; i++) {
		struct client *client = events[i].data.ptr;
		if (!client) {
			silence_bell(push);
			continue;
		}
		if (events[i].events & (EPOLLIN | EPOLLERR | EPOLLHUP))
			overhear(push, client);
		if (!client->gone && (events[i].events & EPOLLOUT))
			flush(push, client);
		push->goes_on = push->goes_on || client->goes_on || client->gone;
	}
}

static void drop_all(struct push *push)
{
	take_fresh(push);
	for (size_t i = 0; i < push->client_count; i++)
		push->clients[i]->gone = true;
	drop_gone(push);
}

static void *run_thread(void *context)
{
	struct push *push = context;
	for (bool last = false; !last;) {
		last = push->stopping;
		wait_for_events(push);
		take_fresh(push);
		int64_t now_ms = clock_monotonic_ms();
		if (last || now_ms >= due_ms(push))
			run_round(push, now_ms);
	}
	drop_all(push);
	return NULL;
}

/* ---- from outside ---- */

static fallible open_bell(struct push *push)
{
	struct epoll_event event = {.events = EPOLLIN};
	push->epoll = epoll_create1(EPOLL_CLOEXEC);
	push->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (push->epoll < 0 || push->bell < 0 ||
		epoll_ctl(push->epoll, EPOLL_CTL_ADD, push->bell, &event) != 0)
		return FAIL(IO, "there is no descriptor for streams");
	return OK;
}

static void free_push_close(struct push *push)
{
	if (push->epoll >= 0)
		close(push->epoll);
	if (push->bell >= 0)
		close(push->bell);
	response_wipe(&push->piece);
	pthread_mutex_destroy(&push->lock);
	free(push->clients);
	free(push);
}

static fallible start(struct push *push)
{
	TRY(open_bell(push));
	if (!push->clients)
		return FAIL(NO_MEMORY, "there is no memory for streams");
	if (pthread_create(&push->thread, NULL, run_thread, push) != 0)
		return FAIL(NO_MEMORY, "the thread of the streams cannot be started: raise RLIMIT_NPROC");
	return OK;
}

fallible push_open(const struct push_ask *ask, struct push **push)
{
	struct push *made = calloc(1, sizeof *made);
	if (!made)
		return FAIL(NO_MEMORY, "there is no memory for streams");
	made->app = ask->app;
	made->max = ask->streams_max;
	made->stall_ms = ask->stall_ms;
	made->epoll = -1;
	made->bell = -1;
	made->piece = BUF(PUSH_PIECE_MAX);
	made->clients = calloc(ask->streams_max + 1, sizeof(struct client *));
	pthread_mutex_init(&made->lock, NULL);
	struct err err = start(made);
	if (err_failed(err)) {
		free_push_close(made);
		return err;
	}
	*push = made;
	return OK;
}

static void ring(struct push *push)
{
	const uint64_t once = 1;
	ssize_t n = write(push->bell, &once, sizeof once);
	(void)n; /* a bell that is full rings */
}

void push_stop(struct push *push)
{
	if (!push || push->stopped)
		return;
	push->stopping = true;
	ring(push);
	pthread_join(push->thread, NULL);
	push->stopped = true;
}

void push_close(struct push *push)
{
	if (!push)
		return;
	push_stop(push);
	/* Somebody may have found the place open and come after the thread had ended. */
	drop_all(push);
	free_push_close(push);
}

bool push_has_room(const struct push *push)
{
	return push->count < push->max && !push->stopping;
}

size_t push_count(const struct push *push)
{
	return push->count;
}

static bool reserve(struct push *push)
{
	pthread_mutex_lock(&push->lock);
	bool room = push_has_room(push);
	push->count += room;
	pthread_mutex_unlock(&push->lock);
	return room;
}

static void submit(struct push *push, struct client *client)
{
	pthread_mutex_lock(&push->lock);
	client->next = push->fresh;
	push->fresh = client;
	pthread_mutex_unlock(&push->lock);
	push_wake(push);
}

/* make_client - with the head as what it is sent first. The connection is taken last: then nothing can fail any more. */
static fallible make_client(struct http_exchange *exchange, void *stream, struct client **client)
{
	scoped(buf) head = BUF(PUSH_HEAD_MAX);
	TRY(response_print_head(http_reply(exchange), &head));
	struct client *made = client_open(-1, stream, head);
	if (!made)
		return FAIL(NO_MEMORY, "there is no memory for a stream");
	head = (struct buf){0};
	struct err err = detach_socket(exchange, &made->fd);
	if (err_failed(err))
		client_close(made);
	else
		*client = made;
	return err;
}

fallible push_add(struct push *push, struct http_exchange *exchange, void *stream)
{
	struct client *client = NULL;
	if (!reserve(push))
		return FAIL(BUSY, "there are as many streams as the server serves");
	struct err err = make_client(exchange, stream, &client);
	if (err_failed(err)) {
		push->count--;
		return err;
	}
	submit(push, client);
	return OK;
}

void push_wake(struct push *push)
{
	if (push->count > 0 && !atomic_exchange(&push->rung, true))
		ring(push);
}
