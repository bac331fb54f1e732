/* SPDX-License-Identifier: Apache-2.0 */
/* follow - one thread that follows a log over many connections, and reads whatever comes.
 *
 *	follow -p PORT -r REQUESTS -c CONNECTIONS [-n SAMPLED]
 *
 * REQUESTS is a file of records as load takes it; connection i sends record i. When every head has come it prints "ready". Of
 * the first SAMPLED connections each event is looked at: its delay is the time of its arrival less what stands in `received`,
 * which is when the server began to write it down, so it holds the commit as well. At SIGTERM it prints one line of JSON:
 * connections, broken (streams that ended early), bytes, events (of the sampled ones), p50_ms, p99_ms, max_ms. Loopback only. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 10000, DELAY_MAX_MS = 60000, CHUNK = 256 * 1024, EVENTS = 256, KEPT = 64 };

struct connection {
	int fd;
	bool open;     /* its head has come */
	char kept[KEPT]; /* the end of what was read before: what is looked for may be cut */
	size_t kept_len;
};

struct follow {
	int port, epoll, stop, connection_count, sampled, open_count;
	struct connection *connections;
	FILE *requests;
	uint64_t broken, bytes, events;
	uint64_t delays[DELAY_MAX_MS + 1];
	char chunk[KEPT + CHUNK];
};

static void must(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "follow: %s: %s\n", what, errno ? strerror(errno) : "no");
	exit(1);
}

static int64_t now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- what comes ---- */

static int number(const char *digits, size_t count)
{
	int value = 0;
	for (size_t i = 0; i < count; i++)
		value = value * 10 + digits[i] - '0';
	return value;
}

/* 2026-11-21T21:51:42.152Z */
static int64_t read_time_ms(const char *text)
{
	struct tm tm = {.tm_year = number(text, 4) - 1900, .tm_mon = number(text + 5, 2) - 1, .tm_mday = number(text + 8, 2),
		.tm_hour = number(text + 11, 2), .tm_min = number(text + 14, 2), .tm_sec = number(text + 17, 2)};
	return (int64_t)timegm(&tm) * 1000 + number(text + 20, 3);
}

static void sample(struct follow *follow, const char *text, size_t len)
{
	static const char BEFORE[] = "\"received\":\"";
	int64_t now = now_ms();
	const char *end = text + len;
	for (const char *at = text; (at = memmem(at, (size_t)(end - at), BEFORE, sizeof BEFORE - 1));) {
		at += sizeof BEFORE - 1;
		if (end - at < 24)
			return;
		int64_t delay = now - read_time_ms(at);
		follow->events++;
		follow->delays[delay < 0 ? 0 : delay > DELAY_MAX_MS ? DELAY_MAX_MS : delay]++;
	}
}

static void read_some(struct follow *follow, struct connection *connection)
{
	memcpy(follow->chunk, connection->kept, connection->kept_len);
	ssize_t n = recv(connection->fd, follow->chunk + connection->kept_len, CHUNK, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		follow->broken++;
		close(connection->fd);
		return;
	}
	size_t len = connection->kept_len + (size_t)n;
	follow->bytes += (uint64_t)n;
	if (!connection->open) {
		must(len >= 12 && memcmp(follow->chunk, "HTTP/1.1 200", 12) == 0, "a stream was refused");
		connection->open = true;
		follow->open_count++;
	}
	if (connection - follow->connections >= follow->sampled)
		return;
	/* What is kept is shorter than what is looked for with its time behind it: so nothing is seen twice. */
	sample(follow, follow->chunk, len);
	connection->kept_len = len < 35 ? len : 35;
	memcpy(connection->kept, follow->chunk + len - connection->kept_len, connection->kept_len);
}

/* ---- connections ---- */

static void open_connection(struct follow *follow, struct connection *connection)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)follow->port)};
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	char request[4096];
	uint32_t len;
	must(fread(&len, sizeof len, 1, follow->requests) == 1 && len <= sizeof request, "a request");
	must(fread(request, 1, len, follow->requests) == len, "a request");
	connection->fd = socket(AF_INET, SOCK_STREAM, 0);
	must(connection->fd >= 0 && connect(connection->fd, (struct sockaddr *)&to, sizeof to) == 0, "a connection");
	must(send(connection->fd, request, len, MSG_NOSIGNAL) == (ssize_t)len, "a request");
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
	must(epoll_ctl(follow->epoll, EPOLL_CTL_ADD, connection->fd, &event) == 0, "epoll");
}

/* turn - false when it is time to stop. */
static bool turn(struct follow *follow)
{
	struct epoll_event events[EVENTS];
	int count = epoll_wait(follow->epoll, events, EVENTS, -1);
	for (int i = 0; i < count; i++) {
		if (!events[i].data.ptr)
			return false;
		read_some(follow, events[i].data.ptr);
	}
	return true;
}

static int at_share(const struct follow *follow, double share)
{
	uint64_t seen = 0;
	for (int ms = 0; ms <= DELAY_MAX_MS; ms++) {
		seen += follow->delays[ms];
		if (follow->events && (double)seen >= share * (double)follow->events)
			return ms;
	}
	return 0;
}

static void read_options(struct follow *follow, int argc, char **argv)
{
	for (int option; (option = getopt(argc, argv, "p:r:c:n:")) != -1;) {
		if (option == 'p')
			follow->port = atoi(optarg);
		else if (option == 'r')
			follow->requests = fopen(optarg, "rb");
		else if (option == 'c')
			follow->connection_count = atoi(optarg);
		else if (option == 'n')
			follow->sampled = atoi(optarg);
		else
			exit(2);
	}
	must(follow->requests && follow->connection_count > 0 && follow->connection_count <= CONNECTIONS_MAX, "options");
}

int main(int argc, char **argv)
{
	static struct follow follow;
	struct rlimit limit;
	sigset_t stops;
	read_options(&follow, argc, argv);
	must(getrlimit(RLIMIT_NOFILE, &limit) == 0, "limits");
	limit.rlim_cur = limit.rlim_max;
	must(setrlimit(RLIMIT_NOFILE, &limit) == 0, "limits");
	sigemptyset(&stops);
	sigaddset(&stops, SIGTERM);
	sigprocmask(SIG_BLOCK, &stops, NULL);
	follow.connections = calloc((size_t)follow.connection_count, sizeof *follow.connections);
	follow.epoll = epoll_create1(0);
	follow.stop = signalfd(-1, &stops, 0);
	struct epoll_event event = {.events = EPOLLIN};
	must(epoll_ctl(follow.epoll, EPOLL_CTL_ADD, follow.stop, &event) == 0, "epoll");
	for (int i = 0; i < follow.connection_count; i++)
		open_connection(&follow, &follow.connections[i]);
	while (follow.open_count < follow.connection_count && turn(&follow))
		;
	printf("ready\n");
	fflush(stdout);
	while (turn(&follow))
		;
	printf("{\"connections\":%d,\"broken\":%llu,\"bytes\":%llu,\"events\":%llu,\"p50_ms\":%d,\"p99_ms\":%d,\"max_ms\":%d}\n",
		follow.connection_count, (unsigned long long)follow.broken, (unsigned long long)follow.bytes,
		(unsigned long long)follow.events, at_share(&follow, 0.5), at_share(&follow, 0.99), at_share(&follow, 1));
	return 0;
}
