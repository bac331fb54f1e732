/* SPDX-License-Identifier: Apache-2.0 */
/* server - what every use-case works with; const after start. */
#pragma once

#include "base/clock.h"
#include "crypto/secret.h"
#include "server/keeper/keeper.h"
#include "store/committer.h"
#include "store/volume.h"

struct server {
	struct volume volume;
	struct committer *committer;
	struct keeper *keeper;
	struct secret_arena *secrets;
	const char *log_name;  /* in the origin of every log: LOG_NAME/<tenant id> */
	const char *app_name;  /* how mails name an application that has no name of its own */
};
