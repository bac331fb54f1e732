/* SPDX-License-Identifier: Apache-2.0 */
/* embedded - the pages that this program was built with. */
#pragma once

#include "server/api/pages.h"

/* embedded_pages - what web/embed.py made of web/dist; NULL when there was nothing to embed. Owns: nobody, it lies in
 * the program. */
const struct pages *embedded_pages(void);
