/* SPDX-License-Identifier: Apache-2.0 */
/* otp_migration - what Google Authenticator exports as pictures: otpauth-migration://offline?data=…, base64 of a protobuf that
 * nobody has published. Source: the messages as other programs read them, docs/formats.md "otpauth-migration". */
#pragma once

#include "cli/moving.h"

enum { OTP_MIGRATION_MAX = 64 * 1024 };

/* otp_migration_is - whether a line is one. */
bool otp_migration_is(struct span line);

/* An export of many devices comes in several. */
struct otp_migration_part {
	uint64_t id;    /* of the export */
	uint64_t size;  /* how many there are; 0 = it does not say */
	uint64_t index; /* which one this is, from 0 */
};

/* otp_migration_read - every device of one, the account without the issuer in front as the person.
 *
 *   part  set also when it fails, as far as it was read
 * Fails: INVALID it is none, or broken; what came before was handed on · as the sink. */
fallible otp_migration_read(
	struct span line, size_t place, const struct moving_sink *sink, struct otp_migration_part *part);
