/* SPDX-License-Identifier: Apache-2.0 */
/* swept - which failures are a row's own. */
#include "store/nouns/swept.h"

bool swept_is_damage(struct err err)
{
	return err.kind == ERR_FORGED || err.kind == ERR_CORRUPT;
}

fallible swept_over(struct swept *swept, struct err err)
{
	if (!swept_is_damage(err))
		return err;
	if (!err_failed(swept->damaged))
		swept->damaged = err;
	return OK;
}
