/* SPDX-License-Identifier: Apache-2.0 */
/* load - one thread that keeps many HTTP connections busy with requests that were made beforehand.
 *
 *	load -p PORT -r REQUESTS [-c CONNECTIONS] [-s SECONDS] [-1] [-a ANSWERS]
 *
 * REQUESTS is a file of records: length (4 bytes, little-endian) and the whole request as it goes over the
 *wire. They are sent in their order, from the beginning again after the last one; with -1 each is sent once,
 *and that ends the run too. ANSWERS gets the body of each answer as one line, in the order of the requests;
 *it needs -1. Loopback only.
 *
 * Prints one line of JSON: rps, n, p50_us, p95_us, p99_us, broken (connections that ended early) and sNNN a
 *status. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	CONNECTIONS_MAX = 1024,
	ANSWER_MAX = 4 * 1024 * 1024,
	ANSWER_FIRST = 16 * 1024,
	LATENCY_MAX_US = 10 * 1000 * 1000,
	STATUS_MAX = 600,
	EVENTS = 256,
	DRAIN_MS = 10 * 1000, /* that open requests may take after the end */
};

struct request {
	const char *at;
	uint32_t len;
};

struct connection {
	int fd;
	bool busy;
	size_t request; /* number of the one that is under way */
	size_t sent;
	char *in;
	size_t in_len, in_max;
	int64_t began_ns;
};

struct load {
	int port, epoll, connection_count, run_ms;
	bool once;
	struct request *requests;
	size_t request_count, next;
	char **answers; /* NULL: nobody wants them */
	struct connection connections[CONNECTIONS_MAX];
	int busy;
	int64_t end_ns, last_ns;
	uint64_t done, broken, statuses[STATUS_MAX];
	uint32_t *latencies; /* how many answers took so many microseconds */
};

static void must(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "load: %s: %s\n", what, errno ? strerror(errno) : "no");
	exit(1);
}

static int64_t now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* ---- requests ---- */

static void add_request(struct load *load, size_t *room, struct request request)
{
	if (load->request_count == *room) {
		*room = *room ? 2 * *room : 1024;
		load->requests = reallocarray(load->requests, *room, sizeof *load->requests);
		must(load->requests, "memory");
	}
	load->requests[load->request_count++] = request;
}

static void read_requests(struct load *load, const char *path)
{
	struct stat status;
	size_t room = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	must(fd >= 0 && fstat(fd, &status) == 0 && status.st_size > 0, path);
	const char *at = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
	must(at != MAP_FAILED, path);
	close(fd);
	for (const char *end = at + status.st_size; at < end;) {
		struct request request = {.at = at + sizeof request.len};
		memcpy(&request.len, at, sizeof request.len);
		must(request.len <= (size_t)(end - request.at), "a record is cut short");
		add_request(load, &room, request);
		at = request.at + request.len;
	}
}

static bool has_next(const struct load *load)
{
	return !load->once || load->next < load->request_count;
}

/* ---- connections ---- */

static void watch(struct load *load, struct connection *connection, int how, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = connection};
	must(epoll_ctl(load->epoll, how, connection->fd, &event) == 0, "epoll_ctl");
}

static void connect_one(struct load *load, struct connection *connection)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)load->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	must(connection->fd >= 0, "socket");
	setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
	must(connect(connection->fd, (struct sockaddr *)&to, sizeof to) == 0, "connect");
	fcntl(connection->fd, F_SETFL, O_NONBLOCK);
	watch(load, connection, EPOLL_CTL_ADD, EPOLLIN);
}

static void push(struct load *load, struct connection *connection)
{
	const struct request *request = &load->requests[connection->request];
	bool waited = connection->sent > 0;
	while (connection->sent < request->len) {
		ssize_t n = send(connection->fd, request->at + connection->sent,
			request->len - connection->sent, MSG_NOSIGNAL);
		if (n < 0 && errno == EAGAIN)
			watch(load, connection, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
		if (n < 0)
			return; /* a broken connection is seen when it is read */
		connection->sent += (size_t)n;
	}
	if (waited)
		watch(load, connection, EPOLL_CTL_MOD, EPOLLIN);
}

static void begin(struct load *load, struct connection *connection)
{
	connection->request = load->next % load->request_count;
	load->next++;
	connection->sent = 0;
	connection->in_len = 0;
	connection->began_ns = now_ns();
	if (!connection->busy)
		load->busy++;
	connection->busy = true;
	push(load, connection);
}

static void go_on(struct load *load, struct connection *connection)
{
	if (now_ns() < load->end_ns && has_next(load)) {
		begin(load, connection);
		return;
	}
	if (connection->busy)
		load->busy--;
	connection->busy = false;
}

/* ---- answers ---- */

static size_t content_length(const char *head)
{
	static const char NAME[] = "\r\nContent-Length:";
	const char *at = strcasestr(head, NAME);
	return at ? strtoul(at + sizeof NAME - 1, NULL, 10) : 0;
}

/* How long head and body are together; 0 = the head is not whole yet. */
static size_t whole_length(struct connection *connection, size_t *head_len)
{
	connection->in[connection->in_len] = 0;
	char *end = strstr(connection->in, "\r\n\r\n");
	if (!end)
		return 0;
	*end = 0;
	size_t length = content_length(connection->in);
	*end = '\r';
	*head_len = (size_t)(end - connection->in) + 4;
	return *head_len + length;
}

static void keep_answer(struct load *load, const struct connection *connection, size_t head_len)
{
	if (!load->answers)
		return;
	char *copy = strndup(connection->in + head_len, connection->in_len - head_len);
	must(copy, "memory");
	load->answers[connection->request] = copy;
}

static void finish(struct load *load, struct connection *connection, size_t head_len)
{
	int64_t now = now_ns();
	int64_t us = (now - connection->began_ns) / 1000;
	unsigned long status = strtoul(connection->in + sizeof "HTTP/1.1", NULL, 10);
	load->latencies[us < LATENCY_MAX_US ? us : LATENCY_MAX_US]++;
	load->statuses[status < STATUS_MAX ? status : 0]++;
	load->done++;
	load->last_ns = now;
	keep_answer(load, connection, head_len);
	go_on(load, connection);
}

static void reconnect(struct load *load, struct connection *connection)
{
	load->broken += connection->busy;
	close(connection->fd);
	connect_one(load, connection);
	go_on(load, connection);
}

static void make_room(struct connection *connection)
{
	if (connection->in_len + 1 < connection->in_max)
		return;
	connection->in_max = connection->in_max ? 2 * connection->in_max : ANSWER_FIRST;
	must(connection->in_max <= ANSWER_MAX, "an answer is too large");
	connection->in = realloc(connection->in, connection->in_max);
	must(connection->in, "memory");
}

static void pull(struct load *load, struct connection *connection)
{
	size_t head_len = 0;
	make_room(connection);
	ssize_t n = recv(connection->fd, connection->in + connection->in_len,
		connection->in_max - connection->in_len - 1, 0);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		reconnect(load, connection);
		return;
	}
	connection->in_len += (size_t)n;
	size_t whole = whole_length(connection, &head_len);
	if (whole && connection->in_len >= whole)
		finish(load, connection, head_len);
}

/* ---- running ---- */

static void run(struct load *load)
{
	struct epoll_event events[EVENTS];
	int64_t start = now_ns();
	load->end_ns = start + (int64_t)load->run_ms * 1000000;
	for (int i = 0; i < load->connection_count; i++)
		connect_one(load, &load->connections[i]);
	for (int i = 0; i < load->connection_count; i++)
		go_on(load, &load->connections[i]);
	while (load->busy > 0 && now_ns() < load->end_ns + (int64_t)DRAIN_MS * 1000000) {
		int count = epoll_wait(load->epoll, events, EVENTS, 100);
		for (int i = 0; i < count; i++) {
			struct connection *connection = events[i].data.ptr;
			if (events[i].events & EPOLLOUT)
				push(load, connection);
			if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
				pull(load, connection);
		}
	}
	load->last_ns -= start;
}

static uint32_t percentile(const struct load *load, double part)
{
	uint64_t wanted = (uint64_t)((double)load->done * part), seen = 0;
	for (uint32_t us = 0; us <= LATENCY_MAX_US; us++) {
		seen += load->latencies[us];
		if (seen > wanted)
			return us;
	}
	return seen ? percentile(load, (double)(load->done - 1) / (double)load->done) : 0;
}

static void print(const struct load *load)
{
	double seconds = (double)load->last_ns / 1e9;
	printf("{\"rps\":%.0f,\"n\":%ju,\"p50_us\":%u,\"p95_us\":%u,\"p99_us\":%u,\"broken\":%ju",
		load->done ? (double)load->done / seconds : 0.0, (uintmax_t)load->done, percentile(load, 0.5),
		percentile(load, 0.95), percentile(load, 0.99), (uintmax_t)load->broken);
	for (int i = 0; i < STATUS_MAX; i++) {
		if (load->statuses[i])
			printf(",\"s%03d\":%ju", i, (uintmax_t)load->statuses[i]);
	}
	printf("}\n");
}

static void write_answers(const struct load *load, const char *path)
{
	FILE *file = fopen(path, "we");
	must(file, path);
	for (size_t i = 0; i < load->request_count; i++)
		fprintf(file, "%s\n", load->answers[i] ? load->answers[i] : "");
	must(fclose(file) == 0, path);
}

static void read_option(struct load *load, int option, const char **requests, const char **answers)
{
	switch (option) {
	case 'p':
		load->port = atoi(optarg);
		break;
	case 'r':
		*requests = optarg;
		break;
	case 'c':
		load->connection_count = atoi(optarg);
		break;
	case 's':
		load->run_ms = (int)(strtod(optarg, NULL) * 1000);
		break;
	case '1':
		load->once = true;
		break;
	case 'a':
		*answers = optarg;
		break;
	default:
		exit(2);
	}
}

int main(int argc, char **argv)
{
	static struct load load = {.connection_count = 1, .run_ms = 3000};
	const char *requests = NULL, *answers = NULL;
	for (int option; (option = getopt(argc, argv, "p:r:c:s:1a:")) != -1;)
		read_option(&load, option, &requests, &answers);
	must(requests && load.port > 0, "name a port and a file of requests");
	must(load.connection_count > 0 && load.connection_count <= CONNECTIONS_MAX, "1 to 1,024 connections");
	must(!answers || load.once, "-a needs -1");
	read_requests(&load, requests);
	load.latencies = calloc(LATENCY_MAX_US + 1, sizeof *load.latencies);
	load.answers = answers ? calloc(load.request_count, sizeof *load.answers) : NULL;
	load.epoll = epoll_create1(EPOLL_CLOEXEC);
	must(load.latencies && load.epoll >= 0, "memory");
	run(&load);
	print(&load);
	if (answers)
		write_answers(&load, answers);
	return 0;
}
