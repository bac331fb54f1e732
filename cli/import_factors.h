/* SPDX-License-Identifier: Apache-2.0 */
/* import_factors - the command that brings people's apps and tokens from another server in. */
#pragma once

#include "base/err.h"
#include "cli/commands_call.h"

enum { IMPORT_FACTORS_MAX = 10000 };

/* import_factors_run - a call for each person, with all of their devices; then a line for each device: taken, there already, or
 * refused and why. No secret is printed.
 *
 * Fails: INPUT the file is none that is known · CONFLICT at least one device was refused; the others are in · NOT_FOUND there
 * is no such file · STRANGER, DENIED, REMOTE, BUSY the server: the devices of people behind that one are not in, and
 * the command can be run again · IO. */
fallible import_factors_run(struct commands_call *call);
