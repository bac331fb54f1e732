/* SPDX-License-Identifier: Apache-2.0 */
/* takeout_file - the credentials of a takeout as a file of another password manager, under the seal of age: one credential lies
 * open at a time. */
#pragma once

#include "server/core/vault/takeout_taking.h"

enum { TAKEOUT_FILE_MAX = 32 * 1024 * 1024 };

/* takeout_file_make - after the commit: every credential that leaves, into `file`.
 *
 *   taking  its row says format and recipient
 *   file    takes TAKEOUT_FILE_MAX at most
 * Fails: as takeout_taking_next, age_begin · TOO_LARGE. */
fallible takeout_file_make(const struct scene *scene, struct takeout_taking *taking, struct buf *file);
