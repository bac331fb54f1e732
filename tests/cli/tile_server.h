/* SPDX-License-Identifier: Apache-2.0 */
/* tile_server - a tile folder over HTTP on a loopback port, one request at a time, with a refusal that a test
 * asks for. */
#pragma once

#include "tests/cli/tile_folder.h"

#include <pthread.h>

struct tile_server {
	const struct tile_folder *folder;
	const char *token; /* NULL = anybody may read */
	/* Paths under the prefix that begin like this get this whole answer; NULL = none. */
	const char *odd_path;
	const char *odd_answer;
	int fd;
	unsigned port;
	pthread_t thread;
	char url[64]; /* of the log's prefix */
};

/* tile_server_start - fill folder, token and the odd answer before. The struct must stay where it is until
 * tile_server_done. */
void tile_server_start(struct tile_server *server);
void tile_server_done(struct tile_server *server);
