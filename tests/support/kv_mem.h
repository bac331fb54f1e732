/* SPDX-License-Identifier: Apache-2.0 */
/* kv_mem - the second backend: everything in memory, for tests. */
#pragma once

#include "store/kv.h"

/* kv_mem - each kv_open makes an empty environment; path, durable and kv_sync mean nothing. A row that is
 * replaced or dropped is freed at once when nothing else sees it, so that the address sanitiser finds spans
 * that outlive a write. */
extern const struct kv_backend kv_mem;
