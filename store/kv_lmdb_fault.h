/* SPDX-License-Identifier: Apache-2.0 */
/* kv_lmdb_fault - what a code of LMDB means to who calls kv. Inside of the backend only. */
#pragma once

#include "base/err.h"

/* kv_lmdb_fault - a code of LMDB or an errno; 0 is OK. */
fallible kv_lmdb_fault(int code);

/* kv_lmdb_write_fault - for calls that may write, errno cleared before. LMDB gives a write that was cut short as
 * EIO and does not ask errno. A disk that fills up in the middle of a write cuts it short (FULL), while a true I/O
 * error sets errno. */
fallible kv_lmdb_write_fault(int code);
