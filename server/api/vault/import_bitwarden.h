/* SPDX-License-Identifier: Apache-2.0 */
/* import_bitwarden - the JSON that Bitwarden and Vaultwarden export, of a person or an organisation. Source:
 * docs/moving-in.md. */
#pragma once

#include "base/json_in.h"
#include "server/core/vault/import_list.h"

/* import_bitwarden_read - every item into the list. Members that are not known here are passed over.
 *
 *   top  lives as long as the list: texts are borrowed
 * Fails: INVALID it is encrypted, or no such export · as import_list_take. */
fallible import_bitwarden_read(struct json_object *top, struct import_list *list);
