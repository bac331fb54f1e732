/* SPDX-License-Identifier: Apache-2.0 */
/* keyring_rows - a wrapped key as it lies in the database: sealed once more under the shred key of its bucket. For
 * store/keyring.c alone. Source: docs/formats.md "keyring". */
#pragma once

#include "store/keyring.h"
#include "store/shred.h"

enum { KEYRING_ROWS_NAME = 1 + 16 + 16 };

/* keyring_rows_name, keyring_rows_take_name - the key of a row, and back from KEYRING_ROWS_NAME bytes. */
void keyring_rows_name(const struct keyring_name *name, uint8_t bytes[static KEYRING_ROWS_NAME]);
void keyring_rows_take_name(struct span bytes, struct keyring_name *name);

/* Where a wrap lies. */
struct keyring_place {
	uint32_t epoch; /* of the wrapped key */
	uint32_t bucket;
	uint32_t generation; /* of the bucket's shred key */
};

/* keyring_rows_place - without opening it. Fails: CORRUPT. */
fallible keyring_rows_place(struct span value, struct keyring_place *place);

/* keyring_rows_open - epoch and wrap of a row whose name is set. Fails: CORRUPT · FORGED. */
fallible keyring_rows_open(const struct shred *shred, struct span value, struct keyring_row *row);

/* keyring_rows_seal - the value of a row in a bucket, which gets its shred key, durably, when it has none yet. Fails:
 * CORRUPT a bucket before it is missing · FULL · IO · TOO_LARGE. */
fallible keyring_rows_seal(
	struct shred *shred, const struct keyring_row *row, uint32_t bucket, struct buf *value);
