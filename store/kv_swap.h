/* SPDX-License-Identifier: Apache-2.0 */
/* kv_swap - an environment in whose place another one can be put while it is in use. */
#pragma once

#include "store/kv.h"

/* kv_swap_open - an environment that is `inner` for now: transactions that begin on it are that one's.
 * Fails: NO_MEMORY. Owns: kv_close closes whatever stands behind it then. */
fallible kv_swap_open(struct kv *inner, struct kv **kv);

/* kv_swap_put - from now on transactions begin on `next`, which has the same maps. Those that are open go on where
 * they are.
 *
 *   kv    of kv_swap_open
 *   last  what stood there: the caller closes it once it is not in use any more (kv_in_use) */
void kv_swap_put(struct kv *kv, struct kv *next, struct kv **last);

/* kv_swap_inner - what stands there now: for who knows that nothing is put in its place meanwhile. */
struct kv *kv_swap_inner(struct kv *kv);
