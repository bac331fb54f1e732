/* SPDX-License-Identifier: Apache-2.0 */
/* conf - the settings of a run: from a YAML file, then the environment, then flags; each value knows where it
 * came from.
 *
 * The one door to environment and arguments. Rows: settings.def. Const after conf_load. */
#pragma once

#include "base/address.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

enum { CONF_FILE_MAX = 64 * 1024, CONF_LIST_MAX = 64, CONF_TEXT_MAX = 4096 };

/* The words after `munimentd`. */
enum conf_command {
	CONF_HELP, /* also asked for by --help anywhere */
	CONF_VERSION,
	CONF_INIT,
	CONF_SERVE,
	CONF_VERIFY,
	CONF_REINDEX,
	CONF_KEYS,   /* list, add, remove what opens the store */
	CONF_UNSEAL, /* open the store of a server that is sealed */
	CONF_SEAL,   /* the other way */
	CONF_CONFIG, /* print the settings and where each came from */
	CONF_COMMAND_COUNT
};

/* Choices, in the order of their words in settings.def. */
enum conf_forwarded { CONF_FORWARDED_X_FOR, CONF_FORWARDED_RFC7239 };
enum conf_unseal {
	CONF_UNSEAL_AUTO, /* the key file; where there is none, the credential */
	CONF_UNSEAL_KEY_FILE,
	CONF_UNSEAL_CREDENTIAL,
	CONF_UNSEAL_PASSPHRASE,
	CONF_UNSEAL_SHARES
};
enum conf_add { CONF_ADD_NONE, CONF_ADD_KEY_FILE, CONF_ADD_CREDENTIAL, CONF_ADD_PASSPHRASE, CONF_ADD_SHARES };
enum conf_mail { CONF_MAIL_NONE, CONF_MAIL_SMTP, CONF_MAIL_MAILDIR };

struct conf_list {
	const char *items[CONF_LIST_MAX];
	size_t count;
};

/* Texts and paths are NUL-ended; "" = not given. */
#define CONF_TEXT const char *
#define CONF_PATH const char *
#define CONF_NUMBER int64_t
#define CONF_BYTES uint64_t
#define CONF_SWITCH bool
#define CONF_CHOICE unsigned
#define CONF_LIST struct conf_list

enum conf_setting {
#define SETTING(field, ...) CONF_SETTING_##field,
#define OPTION SETTING
#include "server/env/settings.def"
#undef OPTION
#undef SETTING
	CONF_SETTING_COUNT
};

enum conf_origin { CONF_BY_DEFAULT, CONF_BY_FILE, CONF_BY_ENVIRONMENT, CONF_BY_FLAG };

struct conf {
	enum conf_command command;
#define SETTING(field, key, type, ...) CONF_##type field;
#define OPTION SETTING
#include "server/env/settings.def"
#undef OPTION
#undef SETTING
	const char *file;          /* --config or MUNIMENT_CONFIG; "" = none */
	const char *notify_socket; /* NOTIFY_SOCKET of systemd; "" = none */
	const char *credentials;   /* CREDENTIALS_DIRECTORY of systemd; "" = none */
	enum conf_origin origins[CONF_SETTING_COUNT];
	unsigned lines[CONF_SETTING_COUNT]; /* in the file, for CONF_BY_FILE */
};

#undef CONF_TEXT
#undef CONF_PATH
#undef CONF_NUMBER
#undef CONF_BYTES
#undef CONF_SWITCH
#undef CONF_CHOICE
#undef CONF_LIST

struct conf_ask {
	const char *const *words; /* of the command line, behind the program's name */
	size_t count;
};

/* conf_load - read everything.
 *
 *   arena    holds the texts of conf: it lives as long
 *   problem  on INPUT and IO one line for the operator, without a line break: what is wrong, and in which
 *            line or flag
 * Fails: INPUT an unknown or wrong command, flag, key or value, or settings that don't fit together · IO the
 * file can't be read · NO_MEMORY. */
fallible conf_load(const struct conf_ask *ask, struct arena *arena, struct conf *conf, struct buf *problem);

/* conf_print - all settings as YAML, each with its origin in a comment; masked ones as "***". conf_help - the
 * usage. */
void conf_print(const struct conf *conf, struct buf *out);
void conf_help(struct buf *out);

/* conf_read_proxies - the setting as networks. Fails: INPUT one of them is none. */
fallible conf_read_proxies(const struct conf *conf, struct address_nets *proxies);

/* conf_read_file - a whole file. Fails: NOT_FOUND · TOO_LARGE over content->max · IO · NO_MEMORY.
 * conf_read_private - the same for a file with a secret, and never waits for one; the caller wipes content.
 * Fails: as above · INPUT it is a directory, a FIFO or a device · DENIED others than its owner may read or write it
 * (FOUNDATIONS 28). */
fallible conf_read_file(const char *path, struct buf *content);
fallible conf_read_private(const char *path, struct buf *content);
