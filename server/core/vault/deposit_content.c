/* SPDX-License-Identifier: Apache-2.0 */
/* deposit_content - a version, the user name, then the fields in the order of their numbers. */
#include "server/core/vault/deposit_content.h"

#include "base/reader.h"

enum { CONTENT_VERSION = 1 };

void deposit_content_put(struct buf *out, struct span username, const struct credentials_secret *secret)
{
	buf_put_u8(out, CONTENT_VERSION);
	buf_put_sized(out, username);
	for (unsigned field = 1; field < CREDENTIAL_FIELD_COUNT; field++) {
		if (secret->fields[field].len == 0)
			continue;
		buf_put_u8(out, (uint8_t)field);
		buf_put_sized(out, secret->fields[field]);
	}
}

fallible deposit_content_read(struct span bytes, struct span *username, struct credentials_secret *secret)
{
	struct credentials_secret read = {0};
	struct reader reader = READER(bytes);
	unsigned last = 0;
	if (reader_u8(&reader) != CONTENT_VERSION)
		return FAIL(CORRUPT, "what was handed in has an unknown version");
	struct span name = reader_sized(&reader);
	while (!reader.failed && reader.rest.len) {
		unsigned field = reader_u8(&reader);
		if (field <= last || field >= CREDENTIAL_FIELD_COUNT)
			return FAIL(CORRUPT, "what was handed in has an unknown field, or one twice");
		read.fields[field] = reader_sized(&reader);
		last = field;
	}
	TRY(reader_check(&reader));
	*username = name;
	*secret = read;
	return OK;
}
