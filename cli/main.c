/* SPDX-License-Identifier: Apache-2.0 */
/* main - the program muniment. */
#include "cli/commands.h"
#include "cli/print.h"
#include "crypto/secret.h"

#include <signal.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	struct err err = secret_setup();
	if (err_failed(err)) {
		print_complaint("%s", err.why);
		return err_row(err.code)->exit_code;
	}
	/* A file that may not grow is a failure that is told, and not the end. */
	sigaction(SIGXFSZ, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
	struct commands_environment environment = {
		.server = getenv("MUNIMENT_SERVER"),
		.token_file = getenv("MUNIMENT_TOKEN_FILE"),
		.config_home = getenv("XDG_CONFIG_HOME"),
		.home = getenv("HOME"),
		.no_color = getenv("NO_COLOR"),
		.terminal = getenv("TERM"),
		.path = getenv("PATH"),
		.display = getenv("DISPLAY"),
		.wayland_display = getenv("WAYLAND_DISPLAY"),
		.runtime_dir = getenv("XDG_RUNTIME_DIR"),
		.x_authority = getenv("XAUTHORITY"),
		.now = clock_now(),
	};
	size_t count = argc > 1 ? (size_t)argc - 1 : 0;
	return commands_run(&environment, (const char *const *)argv + 1, count);
}
