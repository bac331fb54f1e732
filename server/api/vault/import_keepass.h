/* SPDX-License-Identifier: Apache-2.0 */
/* import_keepass - the XML that KeePass 2 and KeePassXC export. History and the recycle bin do not come in. Source:
 * docs/moving-in.md. */
#pragma once

#include "server/core/vault/import_list.h"

/* import_keepass_read - every entry into the list.
 * Fails: INVALID it is not well-formed, has a document type, is nested deeper than groups are, or is no such export ·
 *        as import_list_take. */
fallible import_keepass_read(struct span text, struct import_list *list);
