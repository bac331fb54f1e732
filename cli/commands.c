/* SPDX-License-Identifier: Apache-2.0 */
/* commands - rows, words, help. */
#include "cli/commands.h"

#include "base/span.h"
#include "cli/credential_commands.h"
#include "cli/deposit_commands.h"
#include "cli/grant_commands.h"
#include "cli/handover_commands.h"
#include "cli/import_credentials.h"
#include "cli/import_factors.h"
#include "cli/log_export.h"
#include "cli/log_follow.h"
#include "cli/log_list.h"
#include "cli/log_show.h"
#include "cli/print.h"
#include "cli/receipt.h"
#include "cli/takeout_commands.h"
#include "cli/verify.h"

#include <stdio.h>

struct option_row {
	const char *text;
	const char *value; /* empty: takes none */
	size_t most;
	const char *help;
};

struct command_row {
	const char *words;
	const char *operand;
	uint64_t takes; /* bits of 1 << enum commands_option */
	uint64_t needs;
	const char *summary;
	const char *details;
	fallible (*run)(struct commands_call *call);
};

static const struct option_row OPTIONS[COMMANDS_OPTION_COUNT] = {
#define OPTION(name, text, value, most, words, help) [COMMANDS_##name] = {text, value, most, help},
#define COMMAND(name, words, operand, takes, needs, summary, details)
#include "cli/commands.def"
#undef OPTION
#undef COMMAND
};

#define OPT(name) (UINT64_C(1) << COMMANDS_##name)
#define SERVER_OPTIONS (OPT(SERVER) | OPT(TOKEN_FILE))
#define FOLLOW_FILTERS                                                                                   \
	(OPT(ACTOR) | OPT(FOR) | OPT(CLIENT) | OPT(BRANCH) | OPT(CLASS) | OPT(ACTION) | OPT(OBJECT) |    \
		OPT(DEVICE) | OPT(IP) | OPT(COUNTRY) | OPT(DEVICE_KIND) | OPT(OUTCOME) | OPT(SEVERITY) | \
		OPT(CRITICAL) | OPT(TEXT) | OPT(WITHOUT))
#define FILTERS (FOLLOW_FILTERS | OPT(FROM) | OPT(TO))
#define LOOKS (OPT(JSON) | OPT(WIDE) | OPT(COLOUR))
static const struct command_row COMMANDS[] = {
#define OPTION(name, text, value, most, words, help)
#define COMMAND(name, words, operand, takes, needs, summary, details) \
	{words, operand, takes, needs, summary, details, name##_run},
#include "cli/commands.def"
#undef OPTION
#undef COMMAND
};
#undef OPT
#undef SERVER_OPTIONS
#undef FOLLOW_FILTERS
#undef FILTERS
#undef LOOKS

enum { COMMAND_COUNT = sizeof COMMANDS / sizeof *COMMANDS };

static const char EXIT_CODES[] =
	"Exit codes: 0 done, 1 failed, 2 wrong usage, 3 verification failed, 4 refused by the server,\n"
	"5 the server cannot be reached or is at its limit: try again.";

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

static void print_line(const struct command_row *command)
{
	print_result("  muniment %s%s%s\n      %s", command->words, command->operand[0] ? " " : "",
		command->operand, command->summary);
}

static void print_usage(void)
{
	print_result("muniment %s\n", MUNIMENT_VERSION);
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		print_line(&COMMANDS[i]);
	print_result("\n  muniment COMMAND --help\n  muniment --version\n\n%s", EXIT_CODES);
}

static void print_option(const struct option_row *option, const char *needed)
{
	const char *again = option->most > 1 ? "; may be given several times" : "";
	print_result("  %s%s%s\n      %s%s%s", option->text, option->value[0] ? " " : "", option->value,
		option->help, again, needed);
}

static void print_help(const struct command_row *command)
{
	print_result("muniment %s%s%s: %s\n\n%s\n", command->words, command->operand[0] ? " " : "",
		command->operand, command->summary, command->details);
	for (unsigned i = 0; i < COMMANDS_OPTION_COUNT; i++) {
		if (command->takes >> i & 1)
			print_option(&OPTIONS[i], command->needs >> i & 1 ? " (needed)" : "");
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
	commands_say_where(call, word);
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

static fallible take_value(unsigned option, const char *word, const char *value, struct commands_call *call)
{
	if (call->count[option] == OPTIONS[option].most)
		return misused(call, word,
			OPTIONS[option].most == 1 ? "the option is given twice"
						  : "the option is given too often");
	if (call->count[option] == 0)
		call->option[option] = value;
	call->values[option][call->count[option]++] = value;
	return OK;
}

static fallible take_option(
	const struct command_row *command, const char *word, struct words *words, struct commands_call *call)
{
	for (unsigned i = 0; i < COMMANDS_OPTION_COUNT; i++) {
		const char *value;
		if (!(command->takes >> i & 1) || !is_option(word, OPTIONS[i].text, &value))
			continue;
		if (OPTIONS[i].value[0] == '\0')
			return value ? misused(call, word, "the option takes no value")
				     : take_value(i, word, "", call);
		if (!value)
			value = next(words);
		if (!value)
			return misused(call, word, "the option lacks its value");
		return take_value(i, word, value, call);
	}
	return misused(call, word, "the command has no such option");
}

static fallible take_operand(const struct command_row *command, const char *word, struct commands_call *call)
{
	if (command->operand[0] == '\0')
		return misused(call, word, "the command takes no operand");
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
			TRY(take_operand(command, word, call));
	}
	if (command->operand[0] && !call->operand)
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
		print_complaint("see muniment %s --help", command->words);
	return exit_code;
}

static int run(
	const struct commands_environment *environment, const struct command_row *command, struct words words)
{
	struct commands_call call = {.environment = environment};
	if (asks_for_help(words)) {
		print_help(command);
		return finish(command, &call, OK);
	}
	struct err err = parse(command, words, &call);
	if (!err_failed(err))
		err = command->run(&call);
	return finish(command, &call, err);
}

/* What is about no command at all. */
static int printed(void)
{
	struct err err = print_flush();
	if (err_failed(err))
		print_complaint("%s", err.why);
	return err_row(err.code)->exit_code;
}

static int refuse(const char *why)
{
	print_complaint("%s; see muniment --help", why);
	return err_row(CODE_INPUT)->exit_code;
}

/* Whether a row's first word is this one; *second is its second word, or empty. */
static bool begins(const struct command_row *command, const char *word, const char **second)
{
	size_t len = strlen(word);
	if (strncmp(command->words, word, len) != 0 || strchr(" ", command->words[len]) == NULL)
		return false;
	*second = command->words[len] == ' ' ? command->words + len + 1 : "";
	return true;
}

/* The command that the words begin with, which are taken; NULL when there is none. */
static const struct command_row *find(const char *name, struct words *words)
{
	const struct command_row *usual = NULL;
	const char *second;
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		if (!begins(&COMMANDS[i], name, &second))
			continue;
		usual = usual ? usual : &COMMANDS[i];
		if (second[0] && words->count > 0 && strcmp(words->at[0], second) == 0) {
			next(words);
			return &COMMANDS[i];
		}
	}
	/* A word that no command has for its second is no operand of the usual one. */
	bool stray = usual && strchr(usual->words, ' ') && words->count > 0 && words->at[0][0] != '-';
	return stray ? NULL : usual;
}

/* The usual command of several stands for all of them when help is asked for. */
static void print_others(const struct command_row *command, const char *name)
{
	const char *second;
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (&COMMANDS[i] != command && begins(&COMMANDS[i], name, &second))
			print_line(&COMMANDS[i]);
}

int commands_run(const struct commands_environment *environment, const char *const *words, size_t count)
{
	struct words rest = {words, count};
	const char *name = next(&rest);
	if (!name)
		return refuse("no command is given");
	if (is_help(name) || strcmp(name, "help") == 0) {
		print_usage();
		return printed();
	}
	if (strcmp(name, "--version") == 0) {
		print_result("muniment %s", MUNIMENT_VERSION);
		return printed();
	}
	size_t before = rest.count;
	const struct command_row *command = find(name, &rest);
	if (!command)
		return refuse("there is no such command");
	if (rest.count == before && asks_for_help(rest))
		print_others(command, name);
	return run(environment, command, rest);
}
