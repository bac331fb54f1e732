/* SPDX-License-Identifier: Apache-2.0 */
/* deposit_content - what a client handed in, from its use until it is accepted. Source: docs/formats.md "deposit". */
#pragma once

#include "server/core/vault/credentials.h"

enum { DEPOSIT_CONTENT_MAX = 20 * 1024 };

/* deposit_content_put - user name and fields, as bytes. deposit_content_read - and back: spans borrow from the bytes.
 * Fails: CORRUPT. */
void deposit_content_put(struct buf *out, struct span username, const struct credentials_secret *secret);
fallible deposit_content_read(struct span bytes, struct span *username, struct credentials_secret *secret);
