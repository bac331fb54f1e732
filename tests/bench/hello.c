/* SPDX-License-Identifier: Apache-2.0 */
/* hello - a bare libmicrohttpd that answers every request with 200 and nothing: what HTTP itself costs here.
 * Prints its port. */
#include <microhttpd.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <unistd.h>

static enum MHD_Result on_call(void *context, struct MHD_Connection *wire, const char *url,
	const char *method, const char *version, const char *data, size_t *size, void **slot)
{
	(void)context;
	(void)url;
	(void)method;
	(void)version;
	(void)data;
	static int seen;
	/* Only an answer at the end leaves the connection open. */
	if (!*slot || *size > 0) {
		*slot = &seen;
		*size = 0;
		return MHD_YES;
	}
	struct MHD_Response *response = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
	enum MHD_Result queued = MHD_queue_response(wire, MHD_HTTP_OK, response);
	MHD_destroy_response(response);
	return queued;
}

int main(void)
{
	struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	/* Threads and polling as munimentd has them. */
	struct MHD_Daemon *daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, on_call,
		NULL, MHD_OPTION_SOCK_ADDR, &here, MHD_OPTION_THREAD_POOL_SIZE, 2u, MHD_OPTION_END);
	if (!daemon)
		return 1;
	printf("%u\n", MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
	fflush(stdout);
	pause();
	MHD_stop_daemon(daemon);
	return 0;
}
