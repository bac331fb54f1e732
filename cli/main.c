/* SPDX-License-Identifier: Apache-2.0 */
/* main - the program muniment. */
#include "cli/commands.h"
#include "cli/print.h"
#include "crypto/secret.h"

int main(int argc, char **argv)
{
	struct err err = secret_setup();
	if (err_failed(err)) {
		print_complaint("%s", err.why);
		return err_row(err.code)->exit_code;
	}
	size_t count = argc > 1 ? (size_t)argc - 1 : 0;
	return commands_run((const char *const *)argv + 1, count);
}
