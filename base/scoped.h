/* SPDX-License-Identifier: Apache-2.0 */
/* scoped - run type_done at every exit of the block, and move values out of it. */
#pragma once

#include <string.h>

/* scoped(buf) body = BUF(1024); calls buf_done(&body) wherever the block is left. */
#define scoped(type) __attribute__((cleanup(type##_done))) struct type

/* take - the value of *x; *x becomes zeroed, so that its _done does nothing. */
#define take(x)                                 \
	({                                      \
		__typeof__(*(x)) taken_ = *(x); \
		memset((x), 0, sizeof *(x));    \
		taken_;                         \
	})
