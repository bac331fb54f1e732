/* SPDX-License-Identifier: Apache-2.0 */
/* keyfile - the file that unseals a store: one line "muniment-key-1 <base64 of 32 bytes>", for its owner
 * alone. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "crypto/slot.h"

/* keyfile_make - draw a secret into a new file, mode 0600, synced. Fails: CONFLICT it is there already · FULL
 * · IO. */
fallible keyfile_make(const char *path, uint8_t secret[static SLOT_SECRET]);

/* keyfile_read_credential - the same from a credential of systemd, which guards its directory itself. Fails: NOT_FOUND ·
 * CORRUPT · IO. */
fallible keyfile_read_credential(const char *path, uint8_t secret[static SLOT_SECRET]);

/* keyfile_read - Fails: NOT_FOUND · DENIED others than its owner may read or write it · INPUT a directory, a FIFO or a device lies
 * there · CORRUPT not a key file · IO. */
fallible keyfile_read(const char *path, uint8_t secret[static SLOT_SECRET]);
