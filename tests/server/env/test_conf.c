/* SPDX-License-Identifier: Apache-2.0 */
/* Settings: three sources, one winner, and a clear word about what is wrong. */
#include "server/env/conf.h"

#include "base/yaml.h"
#include "server/env/settings.h"
#include "tests/support/temp_dir.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WORDS_MAX = 16, MEMORY = 256 * 1024 };

/* One run of munimentd as far as its settings. */
struct run {
	struct temp_dir dir;
	char file[128];
	struct arena arena;
	struct buf problem;
	struct conf conf;
	struct err err;
};

static void run_done(struct run *run)
{
	arena_done(&run->arena);
	buf_done(&run->problem);
	temp_dir_done(&run->dir);
}

static struct run run_make(void)
{
	struct run run = {.dir = temp_dir_make(), .arena = ARENA(MEMORY), .problem = BUF(4096)};
	snprintf(run.file, sizeof run.file, "%s/munimentd.yaml", run.dir.path);
	return run;
}

static void write_file(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	cr_assert(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	fchmod(fd, mode);
	close(fd);
}

/* words are separated by spaces; FILE stands for the file of settings. */
static void load(struct run *run, const char *words)
{
	const char *list[WORDS_MAX];
	struct conf_ask ask = {.words = list};
	struct span rest = span_text(words);
	struct span word;
	while (rest.len > 0 && span_cut(&rest, ' ', &word))
		list[ask.count++] = span_is(word, "FILE") ? run->file : arena_text(&run->arena, word);
	run->err = conf_load(&ask, &run->arena, &run->conf, &run->problem);
}

static void load_file(struct run *run, const char *text)
{
	write_file(run->file, text, 0600);
	load(run, "serve --data d --config FILE");
}

static void is_fine(const struct run *run)
{
	cr_assert(!err_failed(run->err), "%.*s", SPAN_FMT(buf_span(&run->problem)));
}

/* Refused, and the operator is told where. */
static void is_refused(struct run *run, const char *told)
{
	cr_assert(run->err.kind == ERR_INPUT, "kind %d", run->err.kind);
	buf_put_u8(&run->problem, 0);
	cr_assert(strstr((const char *)run->problem.data, told), "\"%s\" does not say \"%s\"",
		run->problem.data, told);
}

Test(conf, defaults_are_safe)
{
	scoped(run) run = run_make();
	load(&run, "serve --data d");
	is_fine(&run);
	cr_assert(strcmp(run.conf.listen, "127.0.0.1:8420") == 0);
	cr_assert(strcmp(run.conf.metrics_listen, "127.0.0.1:8421") == 0);
	cr_assert(run.conf.mail_kind == CONF_MAIL_NONE && !run.conf.allow_unlocked &&
		run.conf.trusted_proxies.count == 0);
	cr_assert(run.conf.secrets_arena_bytes == 1024 * 1024 && run.conf.http_threads == 4);
	cr_assert(run.conf.origins[CONF_SETTING_listen] == CONF_BY_DEFAULT);
}

Test(conf, the_key_lies_beside_the_data)
{
	scoped(run) run = run_make();
	load(&run, "serve --data /srv/store/");
	is_fine(&run);
	cr_assert(strcmp(run.conf.key_file, "/srv/store.key") == 0);
}

Test(conf, the_environment_beats_the_file_and_flags_beat_both)
{
	scoped(run) run = run_make();
	setenv("MUNIMENT_HTTP_THREADS", "6", 1);
	setenv("MUNIMENT_APP_NAME", "Environment", 1);
	write_file(
		run.file, "http:\n  threads: 3\n  idle_ms: 5000\napp_name: File\nlog.level: debug\n", 0600);
	load(&run, "serve --data d --config FILE --app-name Flag");
	is_fine(&run);
	cr_assert(run.conf.http_threads == 6 &&
		run.conf.origins[CONF_SETTING_http_threads] == CONF_BY_ENVIRONMENT);
	cr_assert(strcmp(run.conf.app_name, "Flag") == 0 &&
		run.conf.origins[CONF_SETTING_app_name] == CONF_BY_FLAG);
	cr_assert(run.conf.http_idle_ms == 5000 && run.conf.lines[CONF_SETTING_http_idle_ms] == 3);
	cr_assert(run.conf.origins[CONF_SETTING_log_level] == CONF_BY_FILE && run.conf.log_level == 3);
}

Test(conf, the_file_may_be_named_by_the_environment)
{
	scoped(run) run = run_make();
	write_file(run.file, "app_name: Named\n", 0600);
	setenv("MUNIMENT_CONFIG", run.file, 1);
	load(&run, "serve --data d");
	is_fine(&run);
	cr_assert(strcmp(run.conf.app_name, "Named") == 0);
}

Test(conf, every_type_is_read)
{
	scoped(run) run = run_make();
	load_file(&run,
		"store.max_bytes: 2 GiB\nallow_unlocked: true\ntrusted_proxies: [10.0.0.1, ' 10.0.0.2 ']\n"
		"mail: {kind: maildir, maildir: /var/mail/x, from: a@b.example}\n");
	is_fine(&run);
	cr_assert(run.conf.store_max_bytes == UINT64_C(2) << 30 && run.conf.allow_unlocked);
	cr_assert(run.conf.trusted_proxies.count == 2 &&
		strcmp(run.conf.trusted_proxies.items[1], "10.0.0.2") == 0);
	cr_assert(
		run.conf.mail_kind == CONF_MAIL_MAILDIR && strcmp(run.conf.mail_maildir, "/var/mail/x") == 0);
}

Test(conf, proxies_are_addresses_and_networks)
{
	struct address_nets proxies;
	scoped(run) run = run_make();
	load(&run,
		"serve --data d --trusted-proxies 10.0.0.1,10.1.0.0/16,fd00::/8 --forwarded-header "
		"forwarded");
	is_fine(&run);
	cr_assert(!err_failed(conf_read_proxies(&run.conf, &proxies)) && proxies.count == 3);
	cr_assert(run.conf.forwarded_header == CONF_FORWARDED_RFC7239);
	static const char *const BAD[] = {"serve --data d --trusted-proxies localhost",
		"serve --data d --trusted-proxies 10.0.0.1/8",
		"serve --data d --trusted-proxies 10.0.0.1,all",
		"serve --data d --trusted-proxies 10.0.0.1:80"};
	for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
		scoped(run) wrong = run_make();
		load(&wrong, BAD[i]);
		is_refused(&wrong, "trusted_proxies");
	}
}

Test(conf, a_list_in_a_flag_is_separated_by_commas)
{
	scoped(run) run = run_make();
	load(&run, "serve --data d --trusted-proxies=10.0.0.1,10.0.0.2");
	is_fine(&run);
	cr_assert(run.conf.trusted_proxies.count == 2);
}

Test(conf, an_unknown_key_is_refused_with_its_line)
{
	scoped(run) run = run_make();
	load_file(&run, "app_name: x\nlisten_on: y\n");
	is_refused(&run, "munimentd.yaml:2: listen_on is no setting");
}

Test(conf, an_unknown_nested_key_is_refused_by_its_whole_name)
{
	scoped(run) run = run_make();
	load_file(&run, "mail:\n  kinds: smtp\n");
	is_refused(&run, ":2: mail.kinds is no setting");
}

Test(conf, a_flag_alone_stands_in_no_file)
{
	scoped(run) run = run_make();
	load_file(&run, "tenant: x\n");
	is_refused(&run, ":1: tenant is no setting");
}

Test(conf, a_key_is_set_once)
{
	scoped(run) run = run_make();
	load_file(&run, "mail.from: a@b.example\nmail:\n  from: c@d.example\n");
	is_refused(&run, ":3: mail.from is set twice");
}

Test(conf, wrong_values_are_refused_and_not_repeated)
{
	static const char *const TEXTS[] = {"http.threads: 0", "http.threads: 17", "http.threads: two",
		"http.threads: -1", "store.max_bytes: 5 parsecs", "store.max_bytes: 9999999TiB",
		"allow_unlocked: maybe", "mail.kind: pigeon", "log.level: loud", "secrets.arena_bytes: 1KiB",
		"listen: [a, b]", "listen: {a: b}", "trusted_proxies: ['']"};
	for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) {
		scoped(run) run = run_make();
		load_file(&run, TEXTS[i]);
		cr_assert(run.err.kind == ERR_INPUT, "%s", TEXTS[i]);
		is_refused(&run, ":1: ");
		cr_assert(!strstr((const char *)run.problem.data, "parsecs") &&
			!strstr((const char *)run.problem.data, "pigeon"));
	}
}

Test(conf, what_is_no_yaml_is_refused_with_its_line)
{
	scoped(run) run = run_make();
	load_file(&run, "app_name: x\nmail: [a\n");
	is_refused(&run, "munimentd.yaml:");
}

Test(conf, a_file_that_is_not_there_is_refused)
{
	scoped(run) run = run_make();
	load(&run, "serve --data d --config /nowhere/at/all");
	is_refused(&run, "/nowhere/at/all can't be read");
}

Test(conf, wrong_flags_are_refused_by_name)
{
	static const char *const WORDS[][2] = {
		{"serve --data d --lisen x", "--lisen is no flag of munimentd"},
		{"serve --data d --listen", "--listen takes a value"},
		{"serve --data d --data e", "--data is given twice"},
		{"verify --data d --listen x", "--listen is no flag of this command"},
		{"serve", "--data is needed"},
		{"serve --data d --http-threads x", "--http-threads is no number"}, {"", "takes a command"},
		{"begin", "begin is no command"}, {"serve d", "d is no flag"},
		{"serve --data d --log-name a/b", "log.name"}};
	for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++) {
		scoped(run) run = run_make();
		load(&run, WORDS[i][0]);
		is_refused(&run, WORDS[i][1]);
	}
}

Test(conf, wrong_variables_are_refused_by_name)
{
	scoped(run) run = run_make();
	setenv("MUNIMENT_HTTP_THREADS", "many", 1);
	load(&run, "serve --data d");
	is_refused(&run, "MUNIMENT_HTTP_THREADS is no number");
}

Test(conf, variables_of_others_are_let_be)
{
	scoped(run) run = run_make();
	setenv("MUNIMENT_SERVICE_PORT", "tcp://10.0.0.1:80", 1);
	load(&run, "serve --data d");
	is_fine(&run);
}

Test(conf, mail_settings_have_to_fit_together)
{
	static const char *const TEXTS[][2] = {
		{"security_contact: security@b.example", "security_contact is no URI"},
		{"security_contact: 'mailto:a@b.example, c@d.example'", "security_contact is no URI"},
		{"mail: {kind: smtp, from: nobody}", "mail.from is no address"},
		{"mail: {kind: smtp, from: a@b.example}", "smtp.url begins with"},
		{"mail: {kind: maildir, from: a@b.example}", "mail.maildir is needed"},
		{"mail: {kind: smtp, from: a@b.example}\nsmtp: {url: 'smtp://u:p@host'}",
			"smtp.url names no user"},
		{"mail: {kind: smtp, from: a@b.example}\nsmtp: {url: 'smtp://host', username: u}",
			"smtp.password_file is needed"}};
	for (size_t i = 0; i < sizeof TEXTS / sizeof TEXTS[0]; i++) {
		scoped(run) run = run_make();
		load_file(&run, TEXTS[i][0]);
		is_refused(&run, TEXTS[i][1]);
	}
}

Test(conf, help_and_version_need_nothing_else)
{
	scoped(run) run = run_make();
	load(&run, "serve --help");
	is_fine(&run);
	cr_assert(run.conf.command == CONF_HELP);
	load(&run, "--version");
	is_fine(&run);
	cr_assert(run.conf.command == CONF_VERSION);
}

Test(conf, the_help_names_every_flag)
{
	scoped(buf) help = BUF(64 * 1024);
	conf_help(&help);
	buf_put_u8(&help, 0);
	cr_assert(!err_failed(buf_check(&help)));
	for (unsigned i = 0; i < CONF_SETTING_COUNT; i++)
		cr_assert(strstr(
			(const char *)help.data, settings_flag(settings_row((enum conf_setting)i)).text));
	cr_assert(strstr((const char *)help.data, "--config FILE") &&
		strstr((const char *)help.data, "reindex"));
}

Test(conf, what_is_printed_can_be_read_again_and_says_where_from)
{
	scoped(run) run = run_make();
	scoped(run) again = run_make();
	scoped(buf) text = BUF(64 * 1024);
	setenv("MUNIMENT_APP_NAME", "it's: 'ours' # really", 1);
	load_file(&run, "http.threads: 3\n");
	is_fine(&run);
	conf_print(&run.conf, &text);
	buf_put_u8(&text, 0);
	cr_assert(strstr((const char *)text.data, "http.threads: 3  # ") &&
		strstr((const char *)text.data, "munimentd.yaml:1\n"));
	cr_assert(strstr((const char *)text.data, "# MUNIMENT_APP_NAME\n") &&
		strstr((const char *)text.data, "# --data\n"));
	unsetenv("MUNIMENT_APP_NAME");
	load_file(&again, (const char *)text.data);
	is_fine(&again);
	cr_assert(strcmp(again.conf.app_name, "it's: 'ours' # really") == 0 && again.conf.http_threads == 3);
}

Test(conf, masked_settings_are_never_printed)
{
	scoped(run) run = run_make();
	scoped(buf) text = BUF(64 * 1024);
	load_file(&run, "smtp.username: hunter2\n");
	is_fine(&run);
	conf_print(&run.conf, &text);
	buf_put_u8(&text, 0);
	cr_assert(!strstr((const char *)text.data, "hunter2") &&
		strstr((const char *)text.data, "smtp.username: '***'"));
}

Test(conf, a_setting_is_named_after_its_key)
{
	static const char *const FIELDS[] = {
#define SETTING(field, ...) #field,
#define OPTION SETTING
#include "server/env/settings.def"
#undef OPTION
#undef SETTING
	};
	for (unsigned i = 0; i < CONF_SETTING_COUNT; i++) {
		const char *key = settings_row((enum conf_setting)i)->key;
		cr_assert(strlen(key) == strlen(FIELDS[i]), "%s", key);
		for (size_t at = 0; key[at]; at++)
			cr_assert(FIELDS[i][at] == (key[at] == '.' ? '_' : key[at]), "%s", key);
	}
}

Test(conf, a_file_with_a_secret_belongs_to_its_owner_alone)
{
	scoped(run) run = run_make();
	scoped(buf) content = BUF(64);
	write_file(run.file, "secret", 0640);
	cr_assert(conf_read_private(run.file, &content).kind == ERR_DENIED && content.len == 0);
	chmod(run.file, 0600);
	cr_assert(
		!err_failed(conf_read_private(run.file, &content)) && span_is(buf_span(&content), "secret"));
	cr_assert(conf_read_private("/nowhere/at/all", &content).kind == ERR_NOT_FOUND);
}

/* Who opened a FIFO as a file is would wait for somebody to write into it, and never end reading a device. */
Test(conf, a_file_with_a_secret_is_nothing_that_one_waits_for, .timeout = 60)
{
	scoped(run) run = run_make();
	scoped(buf) content = BUF(64);
	cr_assert(mkfifo(run.file, 0600) == 0);
	cr_assert(conf_read_private(run.file, &content).kind == ERR_INPUT && content.len == 0);
	cr_assert(conf_read_private(run.dir.path, &content).kind == ERR_INPUT);
	cr_assert(conf_read_private("/dev/zero", &content).kind == ERR_INPUT);
}

Test(conf, a_file_that_is_too_long_is_not_taken)
{
	scoped(run) run = run_make();
	scoped(buf) content = BUF(4);
	write_file(run.file, "12345", 0600);
	cr_assert(conf_read_file(run.file, &content).kind == ERR_TOO_LARGE);
}
