/* SPDX-License-Identifier: Apache-2.0 */
/* unseal_command - `munimentd unseal` and `munimentd seal`: speak to the server that has the store. */
#pragma once

#include "server/env/conf.h"
#include "server/env/journal.h"

/* unseal_command_run - bring what the settings say: shares and passphrases from standard input, keys from their files.
 * Where shares are brought the call ends well with fewer than are needed: another one goes on.
 *
 * Fails: NOT_FOUND no server has the store, or no key file · FORGED what was brought is wrong · INPUT it is no share,
 * was given already, or nothing was brought · BUSY the server can't be spoken to now · DENIED · IO. */
fallible unseal_command_run(const struct conf *conf, struct journal *journal);

/* unseal_command_seal - Fails: as above; CONFLICT and FULL the log can't take the event, so the store stays open. */
fallible unseal_command_seal(const struct conf *conf, struct journal *journal);

/* unseal_command_list - what opens the store, from the server that has it. Fails: as unseal_command_run. */
fallible unseal_command_list(const struct conf *conf, struct journal *journal);
