/* SPDX-License-Identifier: Apache-2.0 */
/* verified_rows - rows whose MAC was found right, kept byte for byte, so that the same bytes under the same key are not
 * hashed again.
 *
 * One request reads some twenty protected rows, most of them the same ones as the request before: the tenant, its
 * application, roles and rules. A row that is found here was proven by this process; one that was changed by hand since
 * differs and is hashed like any other. What is kept is what lies on the disk: sealed texts stay sealed. Thread: any. */
#pragma once

#include "base/err.h"
#include "base/span.h"
#include "store/tables.h"

enum {
	VERIFIED_ROWS = 2048,  /* places; a power of two */
	VERIFIED_ROW_MAX = 832 /* bytes of a key and its value: a verification, read three times a use, has 670 */
};

struct verified_rows; /* opaque */

/* verified_rows_open - Fails: NO_MEMORY. Owns: verified_rows_close, which takes NULL. */
fallible verified_rows_open(struct verified_rows **rows);
void verified_rows_close(struct verified_rows *rows);

/* verified_rows_has - whether these very bytes were added. False also when the place is in use at this moment; NULL has
 * none. */
bool verified_rows_has(struct verified_rows *rows, enum table table, struct span key, struct span value);

/* verified_rows_add - in place of whatever stood there; nothing where it is too long or the place is in use. */
void verified_rows_add(struct verified_rows *rows, enum table table, struct span key, struct span value);
