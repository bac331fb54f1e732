/* SPDX-License-Identifier: Apache-2.0 */
/* unsealing - from a file or from standard input. */
#include "server/unsealing.h"

#include "crypto/secret.h"
#include "server/env/prompt.h"
#include "server/keyfile.h"

enum { UNSEALING_PATH = 4096, UNSEALING_TEXT = 256 };

void unsealing_done(struct unsealing *unsealing)
{
	if (unsealing->words.data)
		secret_wipe(unsealing->words.data, unsealing->words.len);
	buf_done(&unsealing->words);
	secret_wipe(unsealing, sizeof *unsealing);
}

/* ---- files ---- */

static fallible read_credential(const struct conf *conf, struct unsealing *unsealing)
{
	scoped(buf) path = BUF(UNSEALING_PATH);
	if (!conf->credentials[0])
		return FAIL(NOT_FOUND, "systemd passed no credential muniment-unseal");
	buf_printf(&path, "%s/muniment-unseal", conf->credentials);
	buf_put_u8(&path, 0);
	TRY(buf_check(&path));
	TRY(keyfile_read_credential((const char *)path.data, unsealing->key));
	unsealing->secret =
		(struct slots_secret){.kind = SLOT_CREDENTIAL, .text = SPAN_BYTES(unsealing->key)};
	return OK;
}

static fallible read_key_file(const struct conf *conf, struct unsealing *unsealing)
{
	TRY(keyfile_read(conf->key_file, unsealing->key));
	unsealing->secret = (struct slots_secret){.kind = SLOT_KEY_FILE, .text = SPAN_BYTES(unsealing->key)};
	return OK;
}

static fallible read_either(const struct conf *conf, struct unsealing *unsealing)
{
	struct err err = read_key_file(conf, unsealing);
	if (err.kind != ERR_NOT_FOUND || !conf->credentials[0])
		return err;
	return read_credential(conf, unsealing);
}

/* ---- standard input ---- */

static fallible read_words(struct journal *journal, struct unsealing *unsealing)
{
	unsealing->words = BUF(PASSPHRASE_MAX);
	TRY(prompt_line(journal, "the passphrase (it is not shown):", &unsealing->words));
	unsealing->secret =
		(struct slots_secret){.kind = SLOT_PASSPHRASE, .text = buf_span(&unsealing->words)};
	return OK;
}

/* A line of standard input as a share of this store. */
static fallible read_share(struct journal *journal, struct keyring *keyring, struct bundle *bundle)
{
	scoped(buf) line = BUF(SHARE_TYPED_MAX);
	struct err err = prompt_line(journal, "the next share (it is not shown):", &line);
	if (!err_failed(err))
		err = bundle_add(bundle, keyring, buf_span(&line));
	if (line.data)
		secret_wipe(line.data, line.len);
	return err;
}

static void tell_share(struct journal *journal, size_t number, const char *why)
{
	scoped(buf) text = BUF(UNSEALING_TEXT);
	buf_printf(&text, "share %zu: %s", number, why);
	journal_complain(journal, buf_span(&text));
}

/* As many as the first one's slot needs; each is looked at when it comes. */
static fallible gather_shares(struct journal *journal, struct keyring *keyring, struct unsealing *unsealing)
{
	struct bundle *bundle = &unsealing->bundle;
	while (!bundle_is_full(bundle)) {
		struct err err = read_share(journal, keyring, bundle);
		if (!err_failed(err))
			continue;
		tell_share(journal, bundle->count + 1u, err.why);
		if (!prompt_is_watched() || err.kind == ERR_IO)
			return err;
	}
	unsealing->secret = bundle_secret(bundle);
	return OK;
}

static fallible read_shares(const struct conf *conf, struct journal *journal, struct unsealing *unsealing)
{
	struct keyring *keyring;
	TRY(keyring_open(&kv_lmdb, conf->data, false, &keyring));
	struct err err = gather_shares(journal, keyring, unsealing);
	keyring_close(keyring);
	return err;
}

fallible unsealing_read(const struct conf *conf, struct journal *journal, struct unsealing *unsealing)
{
	switch ((enum conf_unseal)conf->unseal) {
	case CONF_UNSEAL_AUTO:
		return read_either(conf, unsealing);
	case CONF_UNSEAL_KEY_FILE:
		return read_key_file(conf, unsealing);
	case CONF_UNSEAL_CREDENTIAL:
		return read_credential(conf, unsealing);
	case CONF_UNSEAL_PASSPHRASE:
		return read_words(journal, unsealing);
	case CONF_UNSEAL_SHARES:
		return read_shares(conf, journal, unsealing);
	}
	return FAIL(INPUT, "the setting unseal has an unknown value");
}
