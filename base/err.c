/* SPDX-License-Identifier: Apache-2.0 */
/* err - the rows of err.def as a table. */
#include "base/err.h"

#include <errno.h>

static const struct err_row ROWS[CODE_COUNT] = {
	[CODE_NONE] = {ERR_NONE, 200, 0, "ok", "OK"},
#define ERR_KIND(kind, status, exit_code, name, title) \
	[CODE_##kind] = {ERR_##kind, status, exit_code, name, title},
#define ERR_CODE(kind, code, status, exit_code, name, title) \
	[CODE_##code] = {ERR_##kind, status, exit_code, name, title},
#include "base/err.def"
#undef ERR_KIND
#undef ERR_CODE
};

const struct err_row *err_row(enum err_code code)
{
	return &ROWS[code];
}

_Bool err_is_full(int number)
{
	return number == ENOSPC || number == EDQUOT || number == EFBIG;
}
