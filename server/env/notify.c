/* SPDX-License-Identifier: Apache-2.0 */
/* notify - one datagram. */
#include "server/env/notify.h"

#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

fallible notify_send(const char *name, const char *state)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	size_t len = strlen(name);
	if (len == 0)
		return OK;
	if ((name[0] != '/' && name[0] != '@') || len >= sizeof to.sun_path)
		return FAIL(INPUT, "NOTIFY_SOCKET names no socket");
	memcpy(to.sun_path, name, len);
	/* An abstract name begins with a zero byte. */
	if (name[0] == '@')
		to.sun_path[0] = 0;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return FAIL(IO, "there is no socket to notify systemd by");
	ssize_t sent = sendto(fd, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&to,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + len));
	close(fd);
	return sent == (ssize_t)strlen(state) ? OK : FAIL(IO, "systemd can't be notified");
}
