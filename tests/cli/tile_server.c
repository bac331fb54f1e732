/* SPDX-License-Identifier: Apache-2.0 */
/* tile_server - accept, read the head, answer, close. */
#include "tests/cli/tile_server.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEAD_MAX = 8192, ANSWER_MAX = 1024 * 1024 };

static const char PREFIX[] = "GET /v1/log/";

static void send_all(int fd, struct span bytes)
{
	while (bytes.len > 0) {
		ssize_t n = send(fd, bytes.at, bytes.len, MSG_NOSIGNAL);
		if (n <= 0)
			return;
		bytes = span_from(bytes, (size_t)n);
	}
}

static void put_file(const struct tile_server *server, const char *path, struct buf *answer)
{
	char full[HEAD_MAX + sizeof server->folder->path + 1];
	scoped(buf) content = BUF(ANSWER_MAX);
	snprintf(full, sizeof full, "%s/%s", server->folder->path, path);
	if (access(full, R_OK) != 0) {
		buf_put_text(
			answer, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
		return;
	}
	tile_folder_read(server->folder, path, &content);
	buf_printf(
		answer, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n", content.len);
	buf_put(answer, buf_span(&content));
}

static void put_answer(const struct tile_server *server, char *head, struct buf *answer)
{
	char header[256];
	char *path = head + sizeof PREFIX - 1;
	char *end = strncmp(head, PREFIX, sizeof PREFIX - 1) == 0 ? strchr(path, ' ') : NULL;
	snprintf(header, sizeof header, "\r\nAuthorization: Bearer %s\r\n",
		server->token ? server->token : "");
	if (!end) {
		buf_put_text(
			answer, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
		return;
	}
	if (server->token && !strstr(head, header)) {
		buf_put_text(answer,
			"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
		return;
	}
	*end = '\0';
	if (server->odd_path && strncmp(path, server->odd_path, strlen(server->odd_path)) == 0)
		buf_put_text(answer, server->odd_answer);
	else
		put_file(server, path, answer);
}

static void serve_one(const struct tile_server *server, int fd)
{
	char head[HEAD_MAX + 1];
	size_t len = 0;
	ssize_t n = 1;
	scoped(buf) answer = BUF(2 * ANSWER_MAX);
	head[0] = '\0';
	while (n > 0 && len < HEAD_MAX && !strstr(head, "\r\n\r\n")) {
		n = recv(fd, head + len, HEAD_MAX - len, 0);
		len += n > 0 ? (size_t)n : 0;
		head[len] = '\0';
	}
	put_answer(server, head, &answer);
	send_all(fd, buf_span(&answer));
}

static void *serve(void *context)
{
	const struct tile_server *server = context;
	int fd;
	while ((fd = accept4(server->fd, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		serve_one(server, fd);
		close(fd);
	}
	return NULL;
}

void tile_server_start(struct tile_server *server)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof address;
	server->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	cr_assert(bind(server->fd, (struct sockaddr *)&address, len) == 0 && listen(server->fd, 8) == 0,
		"it listens");
	cr_assert(getsockname(server->fd, (struct sockaddr *)&address, &len) == 0, "its port");
	server->port = ntohs(address.sin_port);
	snprintf(server->url, sizeof server->url, "http://127.0.0.1:%u/v1/log", server->port);
	cr_assert(pthread_create(&server->thread, NULL, serve, server) == 0, "it serves");
}

void tile_server_done(struct tile_server *server)
{
	/* A listening socket that is shut down lets go of accept. */
	shutdown(server->fd, SHUT_RDWR);
	pthread_join(server->thread, NULL);
	close(server->fd);
}
