/* SPDX-License-Identifier: Apache-2.0 */
/* fake_keys - the store's table of keys over one fixed root: the same bytes in every run, nothing to unseal.
 */
#pragma once

#include "crypto/note.h"
#include "store/keys.h"

/* fake_keys_table - the table. Every subject has a key of its own; none is ever gone. Thread: any. */
const struct keys *fake_keys_table(void);

/* fake_keys_gone - the same, after every subject's key was destroyed: no row opens. */
struct keys fake_keys_gone(void);

/* fake_keys_verifier - who signs checkpoints of fake_keys_table. */
struct note_verifier fake_keys_verifier(void);
