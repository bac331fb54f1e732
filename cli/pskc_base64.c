/* SPDX-License-Identifier: Apache-2.0 */
/* pskc_base64 - packed, then decoded. */
#include "cli/pskc_base64.h"

#include "base/buf.h"
#include "base/text.h"
#include "crypto/secret.h"

static void wipe(struct buf *buf)
{
	if (buf->data)
		secret_wipe(buf->data, buf->len);
}

fallible pskc_base64_read(struct span text, struct arena *arena, struct span *bytes)
{
	scoped(buf) packed = BUF(PSKC_BASE64_MAX);
	scoped(buf) plain = BUF(PSKC_BASE64_MAX);
	for (size_t i = 0; i < text.len; i++)
		if (!strchr(" \t\r\n", text.at[i]))
			buf_put_u8(&packed, text.at[i]);
	struct err err = text_parse_base64(buf_span(&packed), &plain);
	if (err_failed(buf_check(&packed)) || err_failed(err))
		err = FAIL(INVALID, "a value is not in base64");
	else
		err = buf_keep(&plain, arena, bytes);
	wipe(&packed);
	wipe(&plain);
	return err;
}
