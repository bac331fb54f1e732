/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_signed - hostile bytes as the headers of a signed request: what is taken for a date is one of our instants, and what is
 * taken for credentials lies in what was decoded. */
#include "server/api/signed.h"
#include "server/core/login/duo_keys.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool claim)
{
	if (!claim)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct instant at;
	struct id tenant, application;
	struct span user, password, text = span_of(data, size);
	scoped(buf) held = BUF(512);
	if (!err_failed(signed_date(text, &at)))
		expect(at.ms > -INT64_C(86400000));
	if (err_failed(signed_credentials(text, &held, &user, &password)))
		return 0;
	expect(user.len + password.len + 1 == held.len);
	expect(err_failed(duo_keys_parse(user, &tenant, &application)) || user.len == DUO_KEYS_NAME);
	return 0;
}
