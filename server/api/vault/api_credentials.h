/* SPDX-License-Identifier: Apache-2.0 */
/* api_credentials - what all handlers of credentials read and write alike. */
#pragma once

#include "server/api/call.h"
#include "server/core/vault/credentials.h"

/* api_credentials_find - the credential that the path names. Fails: as credentials_find. */
fallible api_credentials_find(struct call *call, const struct view *view, struct credential *credential);

/* api_credentials_read_label - the member `label`, whole; texts that hold a card's security code are noted. */
void api_credentials_read_label(
	struct call *call, struct json_object *top, enum json_need need, struct credential *credential);

/* api_credentials_check - before call_check: fails with SECURITY_CODE when such a one was noted. */
fallible api_credentials_check(const struct call *call);

/* api_credentials_put - the members of a credential; its strength for those who may write. Never a secret. */
void api_credentials_put(struct call *call, struct json_out *out, const struct credential *credential);
