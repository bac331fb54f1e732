/* SPDX-License-Identifier: Apache-2.0 */
/* log_look - a call that reads the log in a way of its own: who reads, and log.viewed before anything is shown. */
#pragma once

#include "server/api/call.h"
#include "server/core/log/log_read.h"
#include "server/core/log/log_view.h"

struct log_look {
	struct log_reader reader;
	struct span canon; /* of reader and what is looked at: what a cursor is bound to */
	struct log_view view;
};

/* log_look_prepare - in prepare: the reader. Fails: DENIED · NO_MEMORY.
 *
 *   what  the same text for the same look */
fallible log_look_prepare(struct call *call, struct span what, struct log_look *look);

/* log_look_seal - and log.viewed; nothing is written while the log contradicts its checkpoints, and nothing for a
 * page behind the first. log_look_write - in the act. */
fallible log_look_seal(struct call *call, bool is_first, struct log_look *look);
fallible log_look_write(struct act *act, const struct call *call, struct log_look *look);
