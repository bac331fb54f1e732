/* SPDX-License-Identifier: Apache-2.0 */
/* endpoint - inet_pton, bind and inet_ntop behind spans. */
#include "server/http/endpoint.h"

#include <arpa/inet.h>
#include <unistd.h>

/* split - the address without brackets and the port; false when either is missing. */
static bool split(struct span text, struct span *address, struct span *port, int *family)
{
	const uint8_t *colon = text.len ? memrchr(text.at, ':', text.len) : NULL;
	if (!colon)
		return false;
	size_t before = (size_t)(colon - text.at);
	*port = span_from(text, before + 1);
	*address = span_first(text, before);
	*family = AF_INET;
	if (before < 2 || text.at[0] != '[' || text.at[before - 1] != ']')
		return true;
	*address = span_of(text.at + 1, before - 2);
	*family = AF_INET6;
	return true;
}

fallible endpoint_parse(struct span text, struct endpoint *endpoint)
{
	struct span address, port;
	int family;
	uint64_t number;
	char numeric[ENDPOINT_TEXT + 1] = {0};
	if (!split(text, &address, &port, &family) || !span_number(port, UINT16_MAX, &number))
		return FAIL(INPUT, "an address to listen on is not ADDR:PORT or [ADDR]:PORT");
	if (address.len == 0 || address.len >= sizeof numeric || memchr(address.at, 0, address.len))
		return FAIL(INPUT, "an address to listen on is not numeric");
	memcpy(numeric, address.at, address.len);

	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)number)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)number)};
	void *into = family == AF_INET ? (void *)&v4.sin_addr : (void *)&v6.sin6_addr;
	if (inet_pton(family, numeric, into) != 1)
		return FAIL(INPUT, "an address to listen on is not numeric");

	struct endpoint parsed = {.len = family == AF_INET ? sizeof v4 : sizeof v6};
	memcpy(&parsed.address, family == AF_INET ? (void *)&v4 : (void *)&v6, parsed.len);
	*endpoint = parsed;
	return OK;
}

/* bind_and_listen - false when any step fails; errno is left to whoever asks. */
static bool bind_and_listen(int fd, const struct endpoint *endpoint)
{
	int on = 1, off = 0;
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0)
		return false;
	/* The machine's bindv6only must not decide whether [::] takes IPv4. */
	if (endpoint->address.ss_family == AF_INET6 &&
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) != 0)
		return false;
	return bind(fd, (const struct sockaddr *)&endpoint->address, endpoint->len) == 0 &&
		listen(fd, SOMAXCONN) == 0;
}

fallible endpoint_listen(const struct endpoint *endpoint, int *fd)
{
	int opened = socket(endpoint->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (opened < 0)
		return FAIL(IO, "a socket cannot be opened");
	if (!bind_and_listen(opened, endpoint)) {
		close(opened);
		return FAIL(IO, "an address cannot be listened on");
	}
	*fd = opened;
	return OK;
}

unsigned endpoint_port(int fd)
{
	struct sockaddr_storage bound = {0};
	socklen_t len = sizeof bound;
	if (getsockname(fd, (struct sockaddr *)&bound, &len) != 0)
		return 0;
	/* sin_port and sin6_port lie at the same place. */
	struct sockaddr_in v4;
	memcpy(&v4, &bound, sizeof v4);
	return bound.ss_family == AF_INET || bound.ss_family == AF_INET6 ? ntohs(v4.sin_port) : 0;
}

void endpoint_print(const struct sockaddr *address, char out[static ENDPOINT_TEXT + 1])
{
	out[0] = 0;
	if (address->sa_family == AF_INET) {
		struct sockaddr_in v4;
		memcpy(&v4, address, sizeof v4);
		inet_ntop(AF_INET, &v4.sin_addr, out, ENDPOINT_TEXT + 1);
	}
	if (address->sa_family == AF_INET6) {
		struct sockaddr_in6 v6;
		memcpy(&v6, address, sizeof v6);
		bool mapped = IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr);
		const void *bytes = mapped ? v6.sin6_addr.s6_addr + 12 : v6.sin6_addr.s6_addr;
		inet_ntop(mapped ? AF_INET : AF_INET6, bytes, out, ENDPOINT_TEXT + 1);
	}
}
