/* SPDX-License-Identifier: Apache-2.0 */
/* qr - a QR code as an SVG picture; the one door to libqrencode. */
#pragma once

#include "base/buf.h"

enum { QR_TEXT_MAX = 2000, QR_SVG_MAX = 256 * 1024 };

/* qr_put_svg - error correction M, four modules of quiet zone, black on white, no scripts and no outside
 * references.
 *
 *   text   printable ASCII, 1 to QR_TEXT_MAX bytes: an otpauth URI
 *   title  what screen readers say; put in as it is, so it holds no markup
 * Fails: TOO_LARGE · NO_MEMORY. */
fallible qr_put_svg(struct span text, const char *title, struct buf *out);
