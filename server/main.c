/* SPDX-License-Identifier: Apache-2.0 */
/* main - munimentd: settings, then one command. */
#include "server/env/conf.h"
#include "server/env/journal.h"
#include "server/inspect.h"
#include "server/key_slots.h"
#include "server/serve.h"
#include "server/setup.h"
#include "server/unseal_command.h"

enum { MAIN_ARENA = 256 * 1024, MAIN_TEXT = 64 * 1024 };

typedef fallible (*command_fn)(const struct conf *conf, struct journal *journal);

static fallible print_help(const struct conf *conf, struct journal *journal)
{
	scoped(buf) text = BUF(MAIN_TEXT);
	(void)conf;
	conf_help(&text);
	TRY(buf_check(&text));
	return journal_print(journal, buf_span(&text));
}

static fallible print_version(const struct conf *conf, struct journal *journal)
{
	(void)conf;
	return journal_print(journal, SPAN_LIT("munimentd " MUNIMENT_VERSION "\n"));
}

static fallible print_config(const struct conf *conf, struct journal *journal)
{
	scoped(buf) text = BUF(MAIN_TEXT);
	conf_print(conf, &text);
	TRY(buf_check(&text));
	return journal_print(journal, buf_span(&text));
}

static const command_fn COMMANDS[CONF_COMMAND_COUNT] = {
	[CONF_HELP] = print_help,
	[CONF_VERSION] = print_version,
	[CONF_INIT] = setup_run,
	[CONF_SERVE] = serve_run,
	[CONF_VERIFY] = inspect_verify,
	[CONF_REINDEX] = inspect_reindex,
	[CONF_KEYS] = key_slots_run,
	[CONF_UNSEAL] = unseal_command_run,
	[CONF_SEAL] = unseal_command_seal,
	[CONF_CONFIG] = print_config,
};

static fallible run(const struct conf_ask *ask, struct arena *arena, struct journal *journal)
{
	struct conf conf;
	scoped(buf) problem = BUF(MAIN_TEXT);
	struct err err = conf_load(ask, arena, &conf, &problem);
	if (err_failed(err)) {
		journal_complain(journal, problem.len ? buf_span(&problem) : span_text(err.why));
		return err;
	}
	journal_set_level(journal, (enum journal_level)conf.log_level);
	err = COMMANDS[conf.command](&conf, journal);
	if (err_failed(err))
		journal_complain(journal, span_text(err.why));
	return err;
}

int main(int argc, char **argv)
{
	struct journal *journal;
	struct arena arena = ARENA(MAIN_ARENA);
	struct conf_ask ask = {(const char *const *)(argv + 1), argc > 0 ? (size_t)argc - 1 : 0};
	struct journal_ask how = {.level = JOURNAL_INFO};
	if (err_failed(journal_open(&how, &journal)))
		return 1;
	struct err err = run(&ask, &arena, journal);
	journal_close(journal);
	arena_done(&arena);
	return err_row(err.code)->exit_code;
}
