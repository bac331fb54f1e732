/* SPDX-License-Identifier: Apache-2.0 */
/* config - which server, whose token, which key is trusted: from options, else the environment, else the
 * file ~/.config/muniment. */
#pragma once

#include "base/arena.h"
#include "cli/bearer.h"
#include "cli/commands_call.h"

struct config {
	struct arena arena;   /* wiped with the config */
	struct bearer bearer; /* of a token file */
	const char *server;   /* NULL = nobody says */
	struct span token;    /* empty = nobody says */
	const char *vkey;     /* NULL = nobody says */
};

/* config_read - what counts for a call. The file holds YAML: server, vkey, and token or token_file.
 *
 * Fails: INPUT others can read the configuration file or the token file, or what stands there is none;
 * call->where names the file and line · NOT_FOUND a token file that is named is not there · IO · NO_MEMORY. */
fallible config_read(struct commands_call *call, struct config *config);
void config_done(struct config *config);
