/* SPDX-License-Identifier: Apache-2.0 */
/* acceptor - takes connections off a listening socket, no more at a time than there are places for, on a thread of its own.
 *
 * Threads that all accept on one socket share connections as it happens: of 64 one of four had 46 (0003-libmicrohttpd.md).
 * Who is over the number is not turned away, but waits in the socket's queue. */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

struct acceptor_ask {
	int listen_fd; /* stays the caller's */
	size_t places; /* at least 1 */
	/* The descriptor is taken, whatever comes of it. False: nobody will give the place back. On the thread alone. */
	bool (*take)(void *context, int fd, const struct sockaddr *peer, socklen_t peer_len);
	void *context; /* outlives the acceptor */
};

struct acceptor; /* opaque */

/* acceptor_open - *acceptor is set before anything is taken. Fails: NO_MEMORY · IO no descriptor or thread: it is NULL then. */
fallible acceptor_open(const struct acceptor_ask *ask, struct acceptor **acceptor);

/* acceptor_leave - a connection that was taken is over: its place is free. Thread: any. */
void acceptor_leave(struct acceptor *acceptor);

/* acceptor_stop - nothing is taken any more, when it returns; acceptor_leave goes on to be called. Twice does nothing.
 * acceptor_close - the rest of it, behind acceptor_stop. Takes NULL. */
void acceptor_stop(struct acceptor *acceptor);
void acceptor_close(struct acceptor *acceptor);
