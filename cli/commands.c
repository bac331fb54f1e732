/* SPDX-License-Identifier: Apache-2.0 */
/* commands - rows, words, help. */
#include "cli/commands.h"

#include "base/span.h"
#include "cli/print.h"
#include "cli/verify.h"

#include <stdio.h>

struct option_row {
	const char *text;
	const char *value;
	const char *help;
};

struct command_row {
	const char *name;
	const char *operand;
	unsigned takes; /* bits of 1u << enum commands_option */
	unsigned needs;
	const char *summary;
	const char *details;
	fallible (*run)(struct commands_call *call);
};

static const struct option_row OPTIONS[COMMANDS_OPTION_COUNT] = {
#define OPTION(name, text, value, help) [COMMANDS_##name] = {text, value, help},
#define COMMAND(name, operand, takes, needs, summary, details)
#include "cli/commands.def"
#undef OPTION
#undef COMMAND
};

#define OPT(name) (1u << COMMANDS_##name)
static const struct command_row COMMANDS[] = {
#define OPTION(name, text, value, help)
#define COMMAND(name, operand, takes, needs, summary, details) \
	{#name, operand, takes, needs, summary, details, name##_run},
#include "cli/commands.def"
#undef OPTION
#undef COMMAND
};
#undef OPT

enum { COMMAND_COUNT = sizeof COMMANDS / sizeof *COMMANDS };

static const char EXIT_CODES[] =
	"Exit codes: 0 done, 1 failed, 2 wrong usage, 3 verification failed, 4 token refused.";

/* The words that are left. */
struct words {
	const char *const *at;
	size_t count;
};

static const char *next(struct words *words)
{
	if (words->count == 0)
		return NULL;
	words->count--;
	return *words->at++;
}

static void print_usage(void)
{
	print_result("muniment %s\n", MUNIMENT_VERSION);
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		print_result("  muniment %s %s\n      %s", COMMANDS[i].name, COMMANDS[i].operand,
			COMMANDS[i].summary);
	print_result("\n  muniment COMMAND --help\n  muniment --version\n\n%s", EXIT_CODES);
}

static void print_help(const struct command_row *command)
{
	print_result("muniment %s %s: %s\n\n%s\n", command->name, command->operand, command->summary,
		command->details);
	for (unsigned i = 0; i < COMMANDS_OPTION_COUNT; i++) {
		const char *needed = command->needs >> i & 1 ? " (needed)" : "";
		if (command->takes >> i & 1)
			print_result("  %s %s\n      %s%s", OPTIONS[i].text, OPTIONS[i].value,
				OPTIONS[i].help, needed);
	}
	print_result("\n%s", EXIT_CODES);
}

static bool is_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

static bool asks_for_help(struct words words)
{
	const char *word;
	while ((word = next(&words))) {
		if (is_help(word))
			return true;
	}
	return false;
}

static fallible misused(struct commands_call *call, const char *word, const char *why)
{
	snprintf(call->where, sizeof call->where, "%s", word);
	return FAIL(INPUT, why);
}

/* "--vkey X" or "--vkey=X"; *value is NULL in the first form. */
static bool is_option(const char *word, const char *option, const char **value)
{
	size_t len = strlen(option);
	if (strncmp(word, option, len) != 0 || (word[len] != '\0' && word[len] != '='))
		return false;
	*value = word[len] == '=' ? word + len + 1 : NULL;
	return true;
}

static fallible take_option(
	const struct command_row *command, const char *word, struct words *words, struct commands_call *call)
{
	for (unsigned i = 0; i < COMMANDS_OPTION_COUNT; i++) {
		const char *value;
		if (!(command->takes >> i & 1) || !is_option(word, OPTIONS[i].text, &value))
			continue;
		if (!value)
			value = next(words);
		if (!value)
			return misused(call, word, "the option lacks its value");
		if (call->option[i])
			return misused(call, word, "the option is given twice");
		call->option[i] = value;
		return OK;
	}
	return misused(call, word, "the command has no such option");
}

static fallible take_operand(const char *word, struct commands_call *call)
{
	if (call->operand)
		return misused(call, word, "the command takes one operand");
	call->operand = word;
	return OK;
}

static fallible parse(const struct command_row *command, struct words words, struct commands_call *call)
{
	const char *word;
	bool options_over = false;
	while ((word = next(&words))) {
		if (!options_over && strcmp(word, "--") == 0)
			options_over = true;
		else if (!options_over && word[0] == '-')
			TRY(take_option(command, word, &words, call));
		else
			TRY(take_operand(word, call));
	}
	if (!call->operand)
		return misused(call, command->operand, "the operand is missing");
	for (unsigned i = 0; i < COMMANDS_OPTION_COUNT; i++) {
		if (command->needs >> i & 1 && !call->option[i])
			return misused(call, OPTIONS[i].text, "the option is needed");
	}
	return OK;
}

static int finish(const struct command_row *command, const struct commands_call *call, struct err err)
{
	if (!err_failed(err))
		err = print_flush();
	int exit_code = err_row(err.code)->exit_code;
	if (err_failed(err))
		print_complaint("%s%s%s", call->where, call->where[0] ? ": " : "", err.why);
	if (exit_code == err_row(CODE_INPUT)->exit_code)
		print_complaint("see muniment %s --help", command->name);
	return exit_code;
}

static int run(const struct command_row *command, struct words words)
{
	struct commands_call call = {0};
	if (asks_for_help(words)) {
		print_help(command);
		return finish(command, &call, OK);
	}
	struct err err = parse(command, words, &call);
	if (!err_failed(err))
		err = command->run(&call);
	return finish(command, &call, err);
}

static int refuse(const char *why)
{
	print_complaint("%s; see muniment --help", why);
	return err_row(CODE_INPUT)->exit_code;
}

int commands_run(const char *const *words, size_t count)
{
	struct words rest = {words, count};
	const char *name = next(&rest);
	if (!name)
		return refuse("no command is given");
	if (is_help(name) || strcmp(name, "help") == 0) {
		print_usage();
		return err_row(print_flush().code)->exit_code;
	}
	if (strcmp(name, "--version") == 0) {
		print_result("muniment %s", MUNIMENT_VERSION);
		return err_row(print_flush().code)->exit_code;
	}
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		if (strcmp(name, COMMANDS[i].name) == 0)
			return run(&COMMANDS[i], rest);
	}
	return refuse("there is no such command");
}
