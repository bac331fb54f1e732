/* SPDX-License-Identifier: Apache-2.0 */
/* stream - one piece in memory at a time; the next is pulled when the kernel has taken all of it. */
#include "server/http/stream.h"

#include "base/clock.h"
#include "server/http/exchange.h"
#include "server/http/response.h"

#include <microhttpd.h>

#include <strings.h>
#include <sys/socket.h>

enum { BLOCK = 32 * 1024 }; /* bytes that libmicrohttpd asks for at once; its buffer holds no more */

/* The piece before may have held what only this reader may see. */
static void empty_piece(struct http_exchange *exchange)
{
	struct buf *piece = &exchange->piece;
	if (piece->data)
		explicit_bzero(piece->data, piece->len);
	buf_clear(piece);
	piece->max = HTTP_PIECE_MAX;
	exchange->sent = 0;
}

/* Shut here, behind what was sent: libmicrohttpd calls the exchange closed, but may close its connection only when
 * something comes from it. */
static ssize_t broken(struct http_exchange *exchange, struct err err)
{
	const struct http_app *app = exchange->server->app;
	if (app->broke)
		app->broke(app->context, exchange, err);
	shutdown(exchange->from->fd, SHUT_RDWR);
	return MHD_CONTENT_READER_END_WITH_ERROR;
}

/* hand_over - the rest of the piece, as far as there is room. From now on it is the reader's time that runs. */
static ssize_t hand_over(struct http_exchange *exchange, char *to, size_t room)
{
	size_t left = exchange->piece.len - exchange->sent;
	size_t count = left < room ? left : room;
	memcpy(to, exchange->piece.data + exchange->sent, count);
	exchange->sent += count;
	connections_set_due(exchange->from, clock_monotonic_ms() + exchange->server->idle_ms);
	return (ssize_t)count;
}

static ssize_t pull(struct http_exchange *exchange, char *to, size_t room)
{
	const struct http_stream *stream = &exchange->reply.stream;
	if (exchange->sent < exchange->piece.len)
		return hand_over(exchange, to, room);
	empty_piece(exchange);
	struct err err = stream->next(stream->state, &exchange->piece);
	/* 0 is no end: it is asked for again when the exchange is resumed. */
	if (exchange->suspended)
		return 0;
	if (!err_failed(err))
		err = buf_check(&exchange->piece);
	if (err_failed(err))
		return broken(exchange, err);
	if (exchange->piece.len == 0)
		return MHD_CONTENT_READER_END_OF_STREAM;
	return hand_over(exchange, to, room);
}

/* on_pull - the same order of inside and closed as in http.c's on_call, for the same reason. */
static ssize_t on_pull(void *context, uint64_t at, char *to, size_t room)
{
	struct http_exchange *exchange = context;
	struct http_server *server = exchange->server;
	(void)at;
	connections_set_due(exchange->from, 0);
	server->inside++;
	(void)exchange_go_on(exchange);
	ssize_t count = MHD_CONTENT_READER_END_WITH_ERROR;
	if (!server->closed)
		count = pull(exchange, to, room);
	server->inside--;
	return count;
}

struct MHD_Response *stream_response(struct http_exchange *exchange)
{
	response_wipe(&exchange->reply.body);
	return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, on_pull, exchange, NULL);
}

void stream_done(struct http_exchange *exchange)
{
	struct http_stream *stream = &exchange->reply.stream;
	struct http_stream over = *stream;
	*stream = (struct http_stream){0};
	if (over.done)
		over.done(over.state);
}
