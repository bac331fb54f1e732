/* SPDX-License-Identifier: Apache-2.0 */
/* credential_commands - credentials by label, their codes and secrets, and taking one in. */
#pragma once

#include "cli/commands_call.h"

/* Lists and single ones; code and reveal hand a secret on (cli/secret_out.h), add reads one (cli/secret_in.h).
 * Fail: as session_fetch · as secret_out_check, secret_in_read · DENIED the code that confirms a use is not right. */
fallible credential_list_run(struct commands_call *call);
fallible credential_show_run(struct commands_call *call);
fallible credential_code_run(struct commands_call *call);
fallible credential_reveal_run(struct commands_call *call);
fallible credential_add_run(struct commands_call *call);
