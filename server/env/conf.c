/* SPDX-License-Identifier: Apache-2.0 */
/* conf - three sources that write into one struct, one after the other. */
#include "server/env/conf.h"

#include "base/text.h"
#include "base/yaml.h"
#include "server/env/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SHOWN_MAX = 64 }; /* bytes of a name that is quoted back */

static const struct {
	const char *name;
	const char *help;
} COMMANDS[CONF_COMMAND_COUNT] = {
	[CONF_HELP] = {"help", "this text"},
	[CONF_VERSION] = {"version", "the program's version"},
	[CONF_INIT] = {"init",
		"make a store and its first tenant; prints its tokens once, as one line of JSON"},
	[CONF_SERVE] = {"serve", "serve the API until SIGTERM"},
	[CONF_VERIFY] = {"verify", "check a store at rest or a copy; exit code 3 names the first bad entry"},
	[CONF_REINDEX] = {"reindex", "make the index anew from the log"},
	[CONF_KEYS] = {"keys",
		"list, add and remove what opens the store, rotate its keys; a server that has it open lists "
		"and rotates"},
	[CONF_UNSEAL] = {"unseal",
		"open the store of a server that is sealed; one holder's share is enough for a call"},
	[CONF_SEAL] = {"seal", "wipe a running server's keys; it goes on, sealed"},
	[CONF_CONFIG] = {"config", "print all settings and where each came from"},
};

/* A run of conf_load. */
struct load {
	struct arena *arena;
	struct conf *conf;
	struct buf *problem;
};

/* ---- files ---- */

static fallible read_all(int fd, struct buf *content)
{
	uint8_t piece[4096];
	ssize_t got = 1;
	while (got > 0) {
		got = read(fd, piece, sizeof piece);
		if (got > 0)
			buf_put(content, span_of(piece, (size_t)got));
	}
	explicit_bzero(piece, sizeof piece);
	if (got < 0)
		return FAIL(IO, "can't be read");
	return buf_check(content);
}

static fallible open_file(const char *path, int flags, int *fd)
{
	int opened = open(path, O_RDONLY | O_CLOEXEC | flags);
	if (opened < 0 && errno == ENOENT)
		return FAIL(NOT_FOUND, "is not there");
	if (opened < 0)
		return FAIL(IO, "can't be opened");
	*fd = opened;
	return OK;
}

fallible conf_read_file(const char *path, struct buf *content)
{
	int fd;
	TRY(open_file(path, 0, &fd));
	struct err err = read_all(fd, content);
	close(fd);
	return err;
}

static fallible check_private(int fd)
{
	struct stat stat;
	if (fstat(fd, &stat) != 0)
		return FAIL(IO, "can't be opened");
	if (!S_ISREG(stat.st_mode))
		return FAIL(INPUT, "is no regular file");
	if (stat.st_mode & (S_IRWXG | S_IRWXO))
		return FAIL(DENIED, "holds a secret and is open to others than its owner");
	return OK;
}

fallible conf_read_private(const char *path, struct buf *content)
{
	int fd;
	/* O_NONBLOCK keeps a FIFO in the place of a file from stopping us; regular files ignore it. */
	TRY(open_file(path, O_NONBLOCK, &fd));
	struct err err = check_private(fd);
	if (!err_failed(err))
		err = read_all(fd, content);
	close(fd);
	return err;
}

fallible conf_read_proxies(const struct conf *conf, struct address_nets *proxies)
{
	struct address_nets read = {.count = 0};
	_Static_assert((int)ADDRESS_NETS_MAX >= (int)CONF_LIST_MAX, "every item of the list has a place");
	for (size_t i = 0; i < conf->trusted_proxies.count; i++)
		TRY(address_parse_net(span_text(conf->trusted_proxies.items[i]), &read.items[read.count++]));
	*proxies = read;
	return OK;
}

/* ---- saying what is wrong ---- */

/* A value is never quoted: it may be a secret in the wrong place. */
static fallible refuse(struct load *load, struct span name, struct err err)
{
	buf_clear(load->problem);
	buf_put(load->problem, text_cut(name, SHOWN_MAX));
	buf_printf(load->problem, " %s", err.why);
	return err;
}

static fallible refuse_line(struct load *load, unsigned line, struct span name, struct err err)
{
	buf_clear(load->problem);
	buf_printf(load->problem, "%s:%u: ", load->conf->file, line);
	buf_put(load->problem, text_cut(name, SHOWN_MAX));
	buf_printf(load->problem, " %s", err.why);
	return err;
}

static void set_origin(struct load *load, size_t setting, enum conf_origin origin, unsigned line)
{
	load->conf->origins[setting] = origin;
	load->conf->lines[setting] = line;
}

static fallible take_value(struct load *load, size_t setting, struct span text)
{
	return settings_read(settings_row((enum conf_setting)setting), text, load->arena, load->conf);
}

static fallible take_defaults(struct load *load)
{
	for (size_t i = 0; i < CONF_SETTING_COUNT; i++)
		TRY(take_value(load, i, span_text(settings_row((enum conf_setting)i)->initial)));
	return OK;
}

/* ---- the file ---- */

/* The setting of a key, or CONF_SETTING_COUNT. */
static size_t find_key(struct span key)
{
	for (size_t i = 0; i < CONF_SETTING_COUNT; i++) {
		const struct settings_row *row = settings_row((enum conf_setting)i);
		if (!row->only_flag && span_is(key, row->key))
			return i;
	}
	return CONF_SETTING_COUNT;
}

static fallible take_items(struct load *load, const struct settings_row *row, const struct yaml_node *node)
{
	struct conf_list read = {.count = 0};
	if (row->type != SETTINGS_LIST)
		return FAIL(INPUT, "is one value, not a list");
	for (const struct yaml_node *item = node->first; item; item = item->next) {
		if (item->kind != YAML_TEXT)
			return FAIL(INPUT, "is a list of texts");
		TRY(settings_add(&read, item->text, load->arena));
	}
	memcpy((char *)load->conf + row->offset, &read, sizeof read);
	return OK;
}

static fallible take_node(struct load *load, struct span key, const struct yaml_node *node)
{
	size_t setting = find_key(key);
	if (setting == CONF_SETTING_COUNT)
		return FAIL(INPUT, "is no setting");
	if (load->conf->origins[setting] == CONF_BY_FILE)
		return FAIL(INPUT, "is set twice");
	if (node->kind == YAML_MAP)
		return FAIL(INPUT, "is one value, not a map");
	if (node->kind == YAML_LIST)
		TRY(take_items(load, settings_row((enum conf_setting)setting), node));
	else
		TRY(take_value(load, setting, node->text));
	set_origin(load, setting, CONF_BY_FILE, node->line);
	return OK;
}

static fallible take_key(struct load *load, const struct yaml_node *parent, const struct yaml_node *node)
{
	scoped(buf) key = BUF(CONF_FILE_MAX);
	if (parent) {
		buf_put(&key, parent->key);
		buf_put_u8(&key, '.');
	}
	buf_put(&key, node->key);
	TRY(buf_check(&key));
	struct err err = take_node(load, buf_span(&key), node);
	return err_failed(err) ? refuse_line(load, node->line, buf_span(&key), err) : OK;
}

/* parent.child, written so, or as a map in a map. */
static fallible take_tree(struct load *load, const struct yaml_node *root)
{
	if (root->kind != YAML_MAP)
		return refuse_line(
			load, root->line, SPAN_LIT("the file"), FAIL(INPUT, "is no map of settings"));
	for (const struct yaml_node *node = root->first; node; node = node->next) {
		if (node->kind != YAML_MAP) {
			TRY(take_key(load, NULL, node));
			continue;
		}
		for (const struct yaml_node *child = node->first; child; child = child->next)
			TRY(take_key(load, node, child));
	}
	return OK;
}

static fallible take_file(struct load *load)
{
	scoped(buf) content = BUF(CONF_FILE_MAX);
	struct yaml_node *root;
	unsigned line = 1;
	struct err err = conf_read_file(load->conf->file, &content);
	if (err_failed(err))
		return refuse(load, span_text(load->conf->file), FAIL(INPUT, "can't be read"));
	err = yaml_parse(buf_span(&content), load->arena, &root, &line);
	if (err_failed(err))
		return refuse_line(load, line, SPAN_LIT("YAML:"), err);
	return take_tree(load, root);
}

/* ---- the environment ---- */

/* Only names of settings are looked at: others begin with MUNIMENT_, too (an orchestrator's MUNIMENT_PORT).
 */
static fallible take_environment(struct load *load)
{
	for (size_t i = 0; i < CONF_SETTING_COUNT; i++) {
		const struct settings_row *row = settings_row((enum conf_setting)i);
		struct settings_name name = settings_environment(row);
		const char *value = row->only_flag ? NULL : getenv(name.text);
		if (!value)
			continue;
		struct err err = take_value(load, i, span_text(value));
		if (err_failed(err))
			return refuse(load, span_text(name.text), err);
		set_origin(load, i, CONF_BY_ENVIRONMENT, 0);
	}
	return OK;
}

/* ---- the command line ---- */

/* What stands at a place of the command line: --name, --name=value or --name value. */
struct flag {
	struct span name;
	struct span value;
	size_t setting; /* CONF_SETTING_COUNT: --config */
};

static size_t find_flag(struct span name)
{
	for (size_t i = 0; i < CONF_SETTING_COUNT; i++)
		if (span_is(name, settings_flag(settings_row((enum conf_setting)i)).text))
			return i;
	return CONF_SETTING_COUNT;
}

/* Steps over one flag and the word that it takes. */
static fallible next_flag(struct load *load, const struct conf_ask *ask, size_t *at, struct flag *flag)
{
	const char *word = ask->words[(*at)++];
	flag->value = span_text(word);
	(void)span_cut(&flag->value, '=', &flag->name);
	flag->setting = find_flag(flag->name);
	bool is_setting = flag->setting < CONF_SETTING_COUNT;
	if (!is_setting && !span_is(flag->name, "--config"))
		return refuse(load, flag->name, FAIL(INPUT, "is no flag of munimentd; see munimentd --help"));
	if (strchr(word, '='))
		return OK;
	if (is_setting && settings_row((enum conf_setting)flag->setting)->type == SETTINGS_SWITCH) {
		flag->value = SPAN_LIT("true");
		return OK;
	}
	if (*at == ask->count)
		return refuse(load, flag->name, FAIL(INPUT, "takes a value"));
	flag->value = span_text(ask->words[(*at)++]);
	return OK;
}

/* The one flag that has to be known before the file is read. */
static fallible find_file(struct load *load, const struct conf_ask *ask)
{
	struct span file = span_text(getenv("MUNIMENT_CONFIG"));
	struct flag flag;
	for (size_t at = 1; at < ask->count;) {
		TRY(next_flag(load, ask, &at, &flag));
		if (flag.setting == CONF_SETTING_COUNT)
			file = flag.value;
	}
	struct err err = settings_put_text(file, load->arena, &load->conf->file);
	return err_failed(err) ? refuse(load, SPAN_LIT("--config"), err) : OK;
}

static fallible take_flag(struct load *load, const struct flag *flag)
{
	if (!(settings_row((enum conf_setting)flag->setting)->commands & 1u << load->conf->command))
		return FAIL(INPUT, "is no flag of this command; see munimentd --help");
	if (load->conf->origins[flag->setting] == CONF_BY_FLAG)
		return FAIL(INPUT, "is given twice");
	TRY(take_value(load, flag->setting, flag->value));
	set_origin(load, flag->setting, CONF_BY_FLAG, 0);
	return OK;
}

static fallible take_flags(struct load *load, const struct conf_ask *ask)
{
	struct flag flag;
	for (size_t at = 1; at < ask->count;) {
		TRY(next_flag(load, ask, &at, &flag));
		struct err err = flag.setting < CONF_SETTING_COUNT ? take_flag(load, &flag) : OK;
		if (err_failed(err))
			return refuse(load, flag.name, err);
	}
	return OK;
}

static bool asks_for_help(const struct conf_ask *ask)
{
	for (size_t i = 0; i < ask->count; i++)
		if (strcmp(ask->words[i], "--help") == 0 || strcmp(ask->words[i], "-h") == 0)
			return true;
	return false;
}

static fallible find_command(struct load *load, const struct conf_ask *ask)
{
	const char *first = ask->count > 0 ? ask->words[0] : NULL;
	if (!first)
		return refuse(
			load, SPAN_LIT("munimentd"), FAIL(INPUT, "takes a command; see munimentd --help"));
	load->conf->command = strcmp(first, "--version") == 0 ? CONF_VERSION : CONF_HELP;
	if (asks_for_help(ask) || load->conf->command == CONF_VERSION)
		return OK;
	for (size_t i = 0; i < CONF_COMMAND_COUNT; i++)
		if (strcmp(first, COMMANDS[i].name) == 0) {
			load->conf->command = (enum conf_command)i;
			return OK;
		}
	return refuse(load, span_text(first), FAIL(INPUT, "is no command; see munimentd --help"));
}

/* ---- what has to fit together ---- */

static fallible demand(struct load *load, const char *name, bool good, const char *why)
{
	struct err err = {ERR_INPUT, CODE_INPUT, why, ERR_AT};
	return good ? OK : refuse(load, span_text(name), err);
}

static fallible check_smtp(struct load *load)
{
	const struct conf *conf = load->conf;
	struct span url = span_text(conf->smtp_url);
	TRY(demand(load, "smtp.url",
		span_starts(url, SPAN_LIT("smtp://")) || span_starts(url, SPAN_LIT("smtps://")),
		"begins with smtp:// or smtps://"));
	TRY(demand(load, "smtp.url", !strchr(conf->smtp_url, '@'), "names no user: that is smtp.username"));
	return demand(load, "smtp.password_file", !conf->smtp_username[0] || conf->smtp_password_file[0],
		"is needed with smtp.username");
}

static fallible check_proxies(struct load *load)
{
	struct address_nets proxies;
	struct err err = conf_read_proxies(load->conf, &proxies);
	return demand(load, "trusted_proxies", !err_failed(err),
		"is a list of addresses and networks: 10.0.0.1, 10.1.0.0/16, fd00::/8");
}

static fallible check_mail(struct load *load)
{
	const struct conf *conf = load->conf;
	if (conf->mail_kind == CONF_MAIL_NONE)
		return OK;
	TRY(demand(load, "mail.from", text_is_email(span_text(conf->mail_from)), "is no address"));
	if (conf->mail_kind == CONF_MAIL_SMTP)
		return check_smtp(load);
	return demand(load, "mail.maildir", conf->mail_maildir[0], "is needed with mail.kind maildir");
}

/* It becomes a line of its own, so nothing may end it. */
static bool is_contact(const char *uri)
{
	struct span text = span_text(uri);
	if (!span_starts(text, SPAN_LIT("mailto:")) && !span_starts(text, SPAN_LIT("https://")) &&
		!span_starts(text, SPAN_LIT("tel:")))
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (text.at[i] <= ' ' || text.at[i] > '~')
			return false;
	return true;
}

/* DIR.key stands beside DIR, never inside (FOUNDATIONS 28). */
static fallible default_key_file(struct load *load)
{
	scoped(buf) path = BUF(CONF_TEXT_MAX);
	struct span data = span_text(load->conf->data);
	if (load->conf->key_file[0] || data.len == 0)
		return OK;
	while (data.len > 1 && data.at[data.len - 1] == '/')
		data = span_first(data, data.len - 1);
	buf_put(&path, data);
	buf_put_text(&path, ".key");
	TRY(buf_check(&path));
	return settings_put_text(buf_span(&path), load->arena, &load->conf->key_file);
}

static fallible check_whole(struct load *load)
{
	const struct conf *conf = load->conf;
	TRY(demand(load, "--data", conf->command == CONF_CONFIG || conf->data[0],
		"is needed: the store's directory"));
	TRY(demand(load, "log.name", conf->log_name[0] && !strpbrk(conf->log_name, " +/\\\"'"),
		"is no host's name"));
	TRY(demand(load, "security_contact", !conf->security_contact[0] || is_contact(conf->security_contact),
		"is no URI: it begins with mailto:, https:// or tel:"));
	TRY(check_proxies(load));
	TRY(check_mail(load));
	return default_key_file(load);
}

fallible conf_load(const struct conf_ask *ask, struct arena *arena, struct conf *conf, struct buf *problem)
{
	struct conf read = {.command = CONF_HELP, .file = "", .notify_socket = "", .credentials = ""};
	struct load load = {arena, &read, problem};
	TRY(find_command(&load, ask));
	TRY(take_defaults(&load));
	TRY(settings_put_text(span_text(getenv("NOTIFY_SOCKET")), arena, &read.notify_socket));
	TRY(settings_put_text(span_text(getenv("CREDENTIALS_DIRECTORY")), arena, &read.credentials));
	if (read.command != CONF_HELP && read.command != CONF_VERSION) {
		TRY(find_file(&load, ask));
		if (read.file[0])
			TRY(take_file(&load));
		TRY(take_environment(&load));
		TRY(take_flags(&load, ask));
		TRY(check_whole(&load));
	}
	*conf = read;
	return OK;
}

/* ---- printing ---- */

static void print_origin(const struct conf *conf, size_t setting, struct buf *out)
{
	const struct settings_row *row = settings_row((enum conf_setting)setting);
	switch (conf->origins[setting]) {
	case CONF_BY_DEFAULT:
		buf_put_text(out, "default");
		return;
	case CONF_BY_FILE:
		buf_printf(out, "%s:%u", conf->file, conf->lines[setting]);
		return;
	case CONF_BY_ENVIRONMENT:
		buf_put_text(out, settings_environment(row).text);
		return;
	case CONF_BY_FLAG:
		buf_put_text(out, settings_flag(row).text);
		return;
	}
}

void conf_print(const struct conf *conf, struct buf *out)
{
	for (size_t i = 0; i < CONF_SETTING_COUNT; i++) {
		const struct settings_row *row = settings_row((enum conf_setting)i);
		if (row->only_flag)
			continue;
		buf_printf(out, "%s: ", row->key);
		settings_print(row, conf, out);
		buf_put_text(out, "  # ");
		print_origin(conf, i, out);
		buf_put_u8(out, '\n');
	}
}

static void help_row(const struct settings_row *row, struct buf *out)
{
	buf_printf(out, "  %s%s%s\n      %s", settings_flag(row).text, row->unit[0] ? " " : "", row->unit,
		row->help);
	if (row->initial[0] && row->type != SETTINGS_SWITCH)
		buf_printf(out, " (%s)", row->initial);
	buf_put_u8(out, '\n');
}

static void help_options(enum conf_command command, struct buf *out)
{
	bool any = false;
	for (unsigned i = 0; i < CONF_SETTING_COUNT; i++) {
		const struct settings_row *row = settings_row((enum conf_setting)i);
		if (!row->only_flag || !(row->commands & 1u << command))
			continue;
		if (!any)
			buf_printf(out, "\nflags of %s:\n", COMMANDS[command].name);
		any = true;
		help_row(row, out);
	}
}

void conf_help(struct buf *out)
{
	buf_put_text(out, "usage: munimentd COMMAND [--flag VALUE]...\n\n");
	for (size_t i = 0; i < CONF_COMMAND_COUNT; i++)
		buf_printf(out, "  %-8s %s\n", COMMANDS[i].name, COMMANDS[i].help);
	for (unsigned i = 0; i < CONF_COMMAND_COUNT; i++)
		help_options((enum conf_command)i, out);
	buf_put_text(out,
		"\nsettings, from the YAML file, then the environment, then flags:\n  --config FILE\n"
		"      the YAML file (MUNIMENT_CONFIG); mail.kind there is MUNIMENT_MAIL_KIND and "
		"--mail-kind\n");
	for (unsigned i = 0; i < CONF_SETTING_COUNT; i++)
		if (!settings_row((enum conf_setting)i)->only_flag)
			help_row(settings_row((enum conf_setting)i), out);
}
