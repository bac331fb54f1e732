/* SPDX-License-Identifier: Apache-2.0 */
/* qr - modules to runs of a path. */
#include "server/api/qr.h"

#include "crypto/secret.h"

#include <qrencode.h>

enum { QUIET = 4, SHOWN_PX = 240, DARK = 1 };

/* One run of dark modules: move to its corner, draw it as a bar of height one. */
static void put_row(const uint8_t *row, int width, int y, struct buf *out)
{
	for (int x = 0; x < width;) {
		int from = x;
		while (x < width && (row[x] & DARK))
			x++;
		if (x > from)
			buf_printf(out, "M%d %dh%dv1h-%dz", from + QUIET, y + QUIET, x - from, x - from);
		else
			x++;
	}
}

static void put_picture(const QRcode *code, const char *title, struct buf *out)
{
	int size = code->width + 2 * QUIET;
	buf_printf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"%s\" width=\"%d\" "
		"height=\"%d\" "
		"viewBox=\"0 0 %d %d\" shape-rendering=\"crispEdges\"><rect width=\"%d\" height=\"%d\" "
		"fill=\"#fff\"/>"
		"<path fill=\"#000\" d=\"",
		title, SHOWN_PX, SHOWN_PX, size, size, size, size);
	for (int y = 0; y < code->width; y++)
		put_row(code->data + y * code->width, code->width, y, out);
	buf_put_text(out, "\"/></svg>");
}

fallible qr_put_svg(struct span text, const char *title, struct buf *out)
{
	if (text.len == 0 || text.len > QR_TEXT_MAX)
		return FAIL(TOO_LARGE, "the text of a QR code is empty or too long");
	QRcode *code = QRcode_encodeData((int)text.len, text.at, 0, QR_ECLEVEL_M);
	if (!code)
		return FAIL(NO_MEMORY, "a QR code can't be made");
	put_picture(code, title, out);
	/* The modules spell out the seed. */
	secret_wipe(code->data, (size_t)code->width * (size_t)code->width);
	QRcode_free(code);
	return buf_check(out);
}
