/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses to listen on, and how a peer's address is shown. */
#include "server/http/endpoint.h"

#include <criterion/criterion.h>

#include <arpa/inet.h>
#include <unistd.h>

static enum err_kind refused(const char *text)
{
	struct endpoint endpoint;
	return endpoint_parse(span_text(text), &endpoint).kind;
}

Test(endpoint, takes_numeric_addresses_of_both_families)
{
	const char *const good[] = {
		"127.0.0.1:0", "0.0.0.0:65535", "[::1]:8443", "[::]:80", "[::ffff:10.0.0.1]:1"};
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		cr_assert(refused(good[i]) == ERR_NONE, "%s", good[i]);
}

Test(endpoint, refuses_everything_else)
{
	const char *const bad[] = {"", ":", ":80", "80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536",
		"127.0.0.1:-1", "127.0.0.1:080", "127.0.0.1: 80", " 127.0.0.1:80", "127.1:80", "localhost:80",
		"::1:80", "[::1]", "[::1]80", "[127.0.0.1]:80", "[]:80", "[:80", "]:80", "[::1%lo]:80",
		"1111:2222:3333:4444:5555:6666:7777:8888:1111:2222:3333:4444:80"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		cr_assert(refused(bad[i]) == ERR_INPUT, "%s", bad[i]);
	struct endpoint endpoint;
	cr_assert(endpoint_parse(span_of("127.0.0.1\0:80", 13), &endpoint).kind == ERR_INPUT,
		"a NUL hides nothing");
}

Test(endpoint, listens_on_a_free_port_and_on_no_taken_one)
{
	struct endpoint endpoint;
	int fd = -1, second = -1;
	cr_assert(!err_failed(endpoint_parse(SPAN_LIT("127.0.0.1:0"), &endpoint)));
	cr_assert(!err_failed(endpoint_listen(&endpoint, &fd)));
	unsigned port = endpoint_port(fd);
	cr_assert(port > 0);
	struct sockaddr_in taken = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	taken.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	memcpy(&endpoint.address, &taken, sizeof taken);
	cr_assert(endpoint_listen(&endpoint, &second).kind == ERR_IO && second == -1);
	close(fd);
	cr_assert(endpoint_port(-1) == 0);
}

Test(endpoint, shows_one_machine_as_one_text)
{
	char text[ENDPOINT_TEXT + 1];
	struct sockaddr_in v4 = {.sin_family = AF_INET};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
	struct sockaddr local = {.sa_family = AF_UNIX};
	inet_pton(AF_INET, "192.0.2.7", &v4.sin_addr);
	endpoint_print((struct sockaddr *)&v4, text);
	cr_assert(strcmp(text, "192.0.2.7") == 0);
	inet_pton(AF_INET6, "::ffff:192.0.2.7", &v6.sin6_addr);
	endpoint_print((struct sockaddr *)&v6, text);
	cr_assert(strcmp(text, "192.0.2.7") == 0);
	inet_pton(AF_INET6, "2001:db8::7", &v6.sin6_addr);
	endpoint_print((struct sockaddr *)&v6, text);
	cr_assert(strcmp(text, "2001:db8::7") == 0);
	endpoint_print(&local, text);
	cr_assert(strcmp(text, "") == 0);
}
