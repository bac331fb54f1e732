/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a private key: what is taken has a type in printable ASCII, and a whole fingerprint or none. */
#include "crypto/ssh_key.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ssh_key key;
	if (err_failed(ssh_key_read(span_of(data, size), &key)))
		return 0;
	size_t type = strlen(key.type), fingerprint = strlen(key.fingerprint);
	assert(type > 0 && type <= SSH_KEY_TYPE);
	for (size_t i = 0; i < type; i++)
		assert(key.type[i] >= ' ' && key.type[i] <= '~');
	assert(fingerprint == 0 || fingerprint == SSH_KEY_FINGERPRINT);
	return 0;
}
