/* SPDX-License-Identifier: Apache-2.0 */
/* bearer - one line of a private file. */
#include "cli/bearer.h"

#include "cli/folder.h"

fallible bearer_read(const char *path, struct bearer *bearer)
{
	TRY(folder_read_private(path, &bearer->file));
	struct span whole = buf_span(&bearer->file);
	while (whole.len > 0 && (whole.at[whole.len - 1] == '\n' || whole.at[whole.len - 1] == '\r'))
		whole.len--;
	if (whole.len == 0)
		return FAIL(INPUT, "the token file is empty");
	bearer->token = whole;
	return OK;
}

void bearer_done(struct bearer *bearer)
{
	if (bearer->file.data)
		explicit_bzero(bearer->file.data, bearer->file.cap);
	buf_done(&bearer->file);
	bearer->token = SPAN_NONE;
}
