/* SPDX-License-Identifier: Apache-2.0 */
/* import_credentials - a client's credentials move in from the file of another password manager. */
#pragma once

#include "cli/commands_call.h"

/* import_credentials_run - send the file, tell what became of each entry. Fails: CONFLICT an entry was refused, or is here with
 * another secret · INPUT the file is none of a known program · as session_fetch. */
fallible import_credentials_run(struct commands_call *call);
