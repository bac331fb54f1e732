/* SPDX-License-Identifier: Apache-2.0 */
/* detach - the library closes its descriptor without shutting the socket down, as MHD_USE_TURBO says: so the connection
 * lives on in a duplicate. Why so: docs/decisions/0012-following.md. */
#include "server/http/detach.h"

#include "server/http/exchange.h"

#include <microhttpd.h>

#include <fcntl.h>

fallible detach_socket(struct http_exchange *exchange, int *fd)
{
	const union MHD_ConnectionInfo *wire =
		MHD_get_connection_info(exchange->wire, MHD_CONNECTION_INFO_CONNECTION_FD);
	int taken = wire ? fcntl(wire->connect_fd, F_DUPFD_CLOEXEC, 0) : -1;
	if (taken < 0)
		return FAIL(BUSY, "there is no descriptor left for a stream");
	exchange->detached = true;
	*fd = taken;
	return OK;
}
