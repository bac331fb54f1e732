/* SPDX-License-Identifier: Apache-2.0 */
/* mailboxes - people of a store that is older than signing in to the pages are made to be found by their addresses, once. */
#pragma once

#include "store/act.h"
#include "store/nouns/swept.h"

/* mailboxes_sweep - housekeeping: go on where the last run stopped; at most max people. When all were gone through nothing is
 * done any more. Fails: as person_get, mailbox_note. */
fallible mailboxes_sweep(struct act *act, size_t max, struct swept *swept);
