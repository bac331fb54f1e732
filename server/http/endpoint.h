/* SPDX-License-Identifier: Apache-2.0 */
/* endpoint - addresses of sockets: read from settings, bound to, and shown. */
#pragma once

#include "base/err.h"
#include "base/span.h"

#include <netinet/in.h>
#include <sys/socket.h>

enum { ENDPOINT_TEXT = 45 }; /* bytes of the longest numeric address */

struct endpoint {
	struct sockaddr_storage address;
	socklen_t len; /* bytes of address in use */
};

/* endpoint_parse - ADDR:PORT or [ADDR]:PORT; the address is numeric, the port 0 to 65,535.
 *
 * Fails: INPUT anything else: a name, an IPv6 address without brackets, no port. */
fallible endpoint_parse(struct span text, struct endpoint *endpoint);

/* endpoint_listen - a socket that listens there; [::] takes IPv4 as well. It neither blocks nor survives
 * exec.
 *
 * Fails: IO it can't be bound.
 * Owns:  the caller closes *fd. */
fallible endpoint_listen(const struct endpoint *endpoint, int *fd);

/* endpoint_port - the port that a socket is bound to; 0 when it has none. */
unsigned endpoint_port(int fd);

/* endpoint_print - the numeric address without port; ::ffff:a.b.c.d as a.b.c.d, so that one machine has one
 * text. Empty for another family than IPv4 and IPv6. */
void endpoint_print(const struct sockaddr *address, char out[static ENDPOINT_TEXT + 1]);
