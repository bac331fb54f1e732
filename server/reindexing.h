/* SPDX-License-Identifier: Apache-2.0 */
/* reindexing - ask the server that has the store open for a new index, and watch it being made. */
#pragma once

#include "server/env/conf.h"
#include "server/env/journal.h"

/* reindexing_watch - put the order, and show how far it is until it is done. Whoever ends this command ends nothing:
 * the server goes on. Fails: BUSY nobody takes the order up, or nothing moves for a minute · IO the server failed at
 * it; its own words are complained. */
fallible reindexing_watch(const struct conf *conf, struct journal *journal);
