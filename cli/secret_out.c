/* SPDX-License-Identifier: Apache-2.0 */
/* secret_out - a descriptor, or a pipe into the program of the clipboard. */
#include "cli/secret_out.h"

#include "base/span.h"
#include "cli/print.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FD_MAX = 1023, PATH_BYTES = 4096, WORDS = 3, WORD_BYTES = 16, VARIABLES = 6 };

enum display { DISPLAY_WAYLAND, DISPLAY_X, DISPLAY_ITS_OWN };

static const struct clipboard {
	const char *program;
	const char *words[WORDS + 1];
	enum display display; /* without which it has nothing to talk to */
} CLIPBOARDS[] = {
	{"wl-copy", {"wl-copy", NULL}, DISPLAY_WAYLAND},
	{"xclip", {"xclip", "-selection", "clipboard", NULL}, DISPLAY_X},
	{"pbcopy", {"pbcopy", NULL}, DISPLAY_ITS_OWN},
};

static bool is_there(const char *search, const char *program)
{
	struct span path = span_text(search ? search : ""), folder;
	char whole[PATH_BYTES];
	while (span_cut(&path, ':', &folder)) {
		int n = snprintf(whole, sizeof whole, "%.*s/%s", SPAN_FMT(folder), program);
		if (folder.len && n < (int)sizeof whole && access(whole, X_OK) == 0)
			return true;
	}
	return false;
}

static bool has_display(const struct commands_environment *environment, enum display display)
{
	if (display == DISPLAY_ITS_OWN)
		return true;
	return display == DISPLAY_WAYLAND ? environment->wayland_display != NULL
					  : environment->display != NULL;
}

static const struct clipboard *find_clipboard(const struct commands_environment *environment)
{
	for (size_t i = 0; i < sizeof CLIPBOARDS / sizeof CLIPBOARDS[0]; i++)
		if (has_display(environment, CLIPBOARDS[i].display) &&
			is_there(environment->path, CLIPBOARDS[i].program))
			return &CLIPBOARDS[i];
	return NULL;
}

/* ---- checking ---- */

static fallible read_fd(struct commands_call *call, int *fd)
{
	uint64_t number;
	const char *text = call->option[COMMANDS_FD];
	commands_say_where(call, text);
	if (!span_number(span_text(text), FD_MAX, &number))
		return FAIL(INPUT, "a descriptor is a number");
	int flags = fcntl((int)number, F_GETFL);
	if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY)
		return FAIL(INPUT, "the descriptor is not open for writing");
	call->where[0] = '\0';
	*fd = (int)number;
	return OK;
}

fallible secret_out_check(struct commands_call *call)
{
	int fd;
	if (call->option[COMMANDS_FD] && call->option[COMMANDS_CLIP])
		return FAIL(INPUT, "a secret goes to the clipboard or to a descriptor, not to both");
	if (call->option[COMMANDS_FD])
		return read_fd(call, &fd);
	if (call->option[COMMANDS_CLIP] && !find_clipboard(call->environment))
		return FAIL(INPUT, "there is no wl-copy, xclip or pbcopy here, or no display for it");
	return OK;
}

/* ---- handing on ---- */

static fallible write_all(int fd, struct span bytes)
{
	while (bytes.len) {
		ssize_t n = write(fd, bytes.at, bytes.len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return FAIL(IO, "the secret did not arrive");
		bytes = span_from(bytes, (size_t)n);
	}
	return OK;
}

/* All that it is told of its surroundings. */
struct surroundings {
	char texts[VARIABLES][PATH_BYTES];
	char *variables[VARIABLES + 1];
};

static void tell_surroundings(const struct commands_environment *environment, struct surroundings *told)
{
	const struct {
		const char *name, *value;
	} ROWS[VARIABLES] = {{"PATH", environment->path}, {"HOME", environment->home},
		{"DISPLAY", environment->display}, {"WAYLAND_DISPLAY", environment->wayland_display},
		{"XDG_RUNTIME_DIR", environment->runtime_dir}, {"XAUTHORITY", environment->x_authority}};
	size_t count = 0;
	for (size_t i = 0; i < VARIABLES; i++) {
		if (!ROWS[i].value)
			continue;
		snprintf(told->texts[count], PATH_BYTES, "%s=%s", ROWS[i].name, ROWS[i].value);
		told->variables[count] = told->texts[count];
		count++;
	}
	told->variables[count] = NULL;
}

/* Its standard input is the pipe; nothing of the secret stands in its words or environment. */
static bool spawn(const struct commands_environment *environment, const struct clipboard *clipboard, int in,
	pid_t *child)
{
	posix_spawn_file_actions_t actions;
	struct surroundings told;
	char texts[WORDS][WORD_BYTES], *words[WORDS + 1] = {NULL};
	bool started = false;
	if (posix_spawn_file_actions_init(&actions) != 0)
		return false;
	tell_surroundings(environment, &told);
	for (size_t i = 0; i < WORDS && clipboard->words[i]; i++) {
		snprintf(texts[i], sizeof texts[i], "%s", clipboard->words[i]);
		words[i] = texts[i];
	}
	if (posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO) == 0 && print_apart(&actions))
		started = posix_spawnp(child, clipboard->program, &actions, NULL, words, told.variables) == 0;
	(void)posix_spawn_file_actions_destroy(&actions);
	return started;
}

static fallible wait_for(pid_t child)
{
	int status;
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return FAIL(IO, "the program of the clipboard is lost");
	return WIFEXITED(status) && WEXITSTATUS(status) == 0
		? OK
		: FAIL(IO, "the program of the clipboard did not take it");
}

static fallible put_clipboard(const struct commands_environment *environment, struct span secret)
{
	const struct sigaction ignored = {.sa_handler = SIG_IGN};
	const struct clipboard *clipboard = find_clipboard(environment);
	int ends[2];
	pid_t child;
	if (!clipboard || pipe2(ends, O_CLOEXEC) != 0)
		return FAIL(IO, "the clipboard is not there any more");
	(void)sigaction(SIGPIPE, &ignored, NULL);
	bool started = spawn(environment, clipboard, ends[0], &child);
	(void)close(ends[0]);
	struct err err = started ? write_all(ends[1], secret) : FAIL(IO, "the clipboard does not start");
	(void)close(ends[1]);
	if (started) {
		struct err ended = wait_for(child);
		err = err_failed(err) ? err : ended;
	}
	return err;
}

fallible secret_out_put(struct commands_call *call, struct span secret)
{
	int fd;
	if (call->option[COMMANDS_CLIP])
		return put_clipboard(call->environment, secret);
	if (call->option[COMMANDS_FD]) {
		TRY(read_fd(call, &fd));
		return write_all(fd, secret);
	}
	print_bytes(secret);
	if (print_is_terminal())
		print_bytes(SPAN_LIT("\n"));
	return print_flush();
}
