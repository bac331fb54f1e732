/* SPDX-License-Identifier: Apache-2.0 */
/* temp_dir - a directory of a test's own, gone with all its content when the test is over. */
#pragma once

#include "base/scoped.h"

struct temp_dir {
	char path[64]; /* empty = none */
};

/* temp_dir_make - mode 0700. Without one the test ends. */
struct temp_dir temp_dir_make(void);

/* temp_dir_done - remove it; takes a zeroed one. */
void temp_dir_done(struct temp_dir *dir);
