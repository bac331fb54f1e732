/* SPDX-License-Identifier: Apache-2.0 */
/* otp_migration - what Google Authenticator exports as pictures: otpauth-migration://offline?data=…, base64 of a protobuf that
 * nobody has published. Source: the messages as other programs read them, docs/formats.md "otpauth-migration". */
#pragma once

#include "cli/moving.h"

enum { OTP_MIGRATION_MAX = 64 * 1024 };

/* otp_migration_is - whether a line is one. */
bool otp_migration_is(struct span line);

/* otp_migration_read - every device of one, the account without the issuer in front as the person.
 * Fails: INVALID it is none, or broken; what came before was handed on · as the sink. */
fallible otp_migration_read(struct span line, size_t place, const struct moving_sink *sink);
