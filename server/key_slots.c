/* SPDX-License-Identifier: Apache-2.0 */
/* key_slots - one command, three verbs. */
#include "server/key_slots.h"

#include "crypto/secret.h"
#include "server/env/prompt.h"
#include "server/keyfile.h"
#include "server/rotating.h"
#include "server/slot_list.h"
#include "server/unseal_command.h"
#include "server/unsealing.h"
#include "store/volume.h"

#include <unistd.h>

enum { KEY_SLOTS_TEXT = 4096, KEY_SLOTS_SHARES_TEXT = 4096 };

static fallible say(struct journal *journal, const char *what, uint32_t number)
{
	scoped(buf) text = BUF(KEY_SLOTS_TEXT);
	buf_printf(&text, "%s slot %u\n", what, number);
	TRY(buf_check(&text));
	return journal_print(journal, buf_span(&text));
}

/* ---- listing ---- */

static fallible list(struct keyring *keyring, struct journal *journal)
{
	scoped(buf) text = BUF(SLOT_LIST_TEXT);
	TRY(slot_list_put(keyring, &text));
	return journal_print(journal, buf_span(&text));
}

/* ---- adding ---- */

/* What a new slot is made of, and what it leaves to be handed out. */
struct addition {
	struct slots_ask ask;
	uint8_t key[SLOT_SECRET];
	struct buf words, again;
	struct share shares[SHAMIR_MOST];
};

static void addition_done(struct addition *addition)
{
	struct buf *const texts[] = {&addition->words, &addition->again};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		if (texts[i]->data)
			secret_wipe(texts[i]->data, texts[i]->len);
		buf_done(texts[i]);
	}
	secret_wipe(addition, sizeof *addition);
}

static fallible ask_for_file(const struct conf *conf, enum slot_kind kind, struct addition *addition)
{
	if (!conf->new_key_file[0])
		return FAIL(INPUT, "name the file that is to be made with --new-key-file");
	TRY(keyfile_make(conf->new_key_file, addition->key));
	addition->ask = (struct slots_ask){.kind = kind, .text = SPAN_BYTES(addition->key)};
	return OK;
}

/* Typed twice where nobody sees what he types. */
static fallible ask_for_words(struct journal *journal, struct addition *addition)
{
	addition->words = BUF(PASSPHRASE_MAX);
	addition->again = BUF(PASSPHRASE_MAX);
	TRY(prompt_line(journal, "the new passphrase (it is not shown):", &addition->words));
	if (prompt_is_watched()) {
		TRY(prompt_line(journal, "the same again:", &addition->again));
		if (!secret_equal(buf_span(&addition->words), buf_span(&addition->again)))
			return FAIL(INPUT, "the two passphrases are not the same");
	}
	addition->ask = (struct slots_ask){
		.kind = SLOT_PASSPHRASE, .text = buf_span(&addition->words), .cost = PASSPHRASE_UNSEAL};
	return OK;
}

static fallible ask_for_shares(const struct conf *conf, struct addition *addition)
{
	struct span rest = span_text(conf->shares), least;
	uint64_t k, n;
	bool good = span_cut(&rest, 'o', &least) && span_number(least, SHAMIR_MOST, &k) &&
		span_starts(rest, SPAN_LIT("f")) && span_number(span_from(rest, 1), SHAMIR_MOST, &n);
	if (!good || k < SHAMIR_LEAST || k > n)
		return FAIL(INPUT, "--shares takes KofN: 2of3, 3of5; 2 to 16");
	addition->ask = (struct slots_ask){.kind = SLOT_SHARES, .least = (size_t)k, .count = (size_t)n};
	return OK;
}

static fallible prepare(const struct conf *conf, struct journal *journal, struct addition *addition)
{
	switch ((enum conf_add)conf->add) {
	case CONF_ADD_KEY_FILE:
		return ask_for_file(conf, SLOT_KEY_FILE, addition);
	case CONF_ADD_CREDENTIAL:
		return ask_for_file(conf, SLOT_CREDENTIAL, addition);
	case CONF_ADD_PASSPHRASE:
		return ask_for_words(journal, addition);
	case CONF_ADD_SHARES:
		return ask_for_shares(conf, addition);
	case CONF_ADD_NONE:
		break;
	}
	return FAIL(INPUT, "--add names what shall open the store");
}

static fallible hand_out(struct journal *journal, const struct addition *addition)
{
	scoped(buf) text = BUF(KEY_SLOTS_SHARES_TEXT);
	char share[SHARE_TEXT + 1];
	for (size_t i = 0; i < addition->ask.count; i++) {
		share_print(&addition->shares[i], share);
		buf_printf(&text, "share %zu of %zu, any %zu open the store: %s\n", i + 1,
			addition->ask.count, addition->ask.least, share);
	}
	struct err err = buf_check(&text);
	if (!err_failed(err) && text.len)
		err = journal_print(journal, buf_span(&text));
	secret_wipe(share, sizeof share);
	if (text.data)
		secret_wipe(text.data, text.len);
	return err;
}

static fallible open_and_add(const struct conf *conf, struct keyring *keyring,
	const struct unsealing *unsealing, struct addition *addition, uint32_t *number)
{
	struct err err = slots_add(keyring, &unsealing->secret, &addition->ask, addition->shares, number);
	bool made_file = addition->ask.kind == SLOT_KEY_FILE || addition->ask.kind == SLOT_CREDENTIAL;
	if (err_failed(err) && made_file)
		(void)unlink(conf->new_key_file); /* it opens nothing; one that stays opens nothing either */
	return err;
}

/* Shares that never arrived open nothing: their slot goes again. */
static fallible add(const struct conf *conf, struct journal *journal)
{
	scoped(unsealing) unsealing = {0};
	scoped(addition) addition = {0};
	struct keyring *keyring;
	uint32_t number;
	TRY(unsealing_read(conf, journal, &unsealing));
	TRY(prepare(conf, journal, &addition));
	TRY(keyring_open(&kv_lmdb, conf->data, false, &keyring));
	struct err err = open_and_add(conf, keyring, &unsealing, &addition, &number);
	if (!err_failed(err)) {
		err = hand_out(journal, &addition);
		if (err_failed(err))
			IGNORE(keyring_slots_remove(keyring, number));
	}
	keyring_close(keyring);
	TRY(err);
	return say(journal, "added", number);
}

/* ---- removing ---- */

static fallible remove_slot(const struct conf *conf, struct keyring *keyring, struct journal *journal)
{
	uint64_t number;
	if (!span_number(span_text(conf->remove), UINT32_MAX, &number))
		return FAIL(INPUT, "--remove takes the number of a slot; munimentd keys lists them");
	struct err err = keyring_slots_remove(keyring, (uint32_t)number);
	if (err.kind == ERR_NOT_FOUND)
		return FAIL(NOT_FOUND, "there is no slot of this number; munimentd keys lists them");
	TRY(err);
	return say(journal, "removed", (uint32_t)number);
}

static fallible list_or_remove(const struct conf *conf, struct journal *journal)
{
	struct keyring *keyring;
	TRY(keyring_open(&kv_lmdb, conf->data, false, &keyring));
	struct err err = conf->remove[0] ? remove_slot(conf, keyring, journal) : list(keyring, journal);
	keyring_close(keyring);
	return err;
}

fallible key_slots_run(const struct conf *conf, struct journal *journal)
{
	int lock;
	if ((conf->add != CONF_ADD_NONE) + (conf->remove[0] != 0) + (conf->rotate[0] != 0) > 1)
		return FAIL(INPUT, "--add, --remove and --rotate are three commands");
	if (conf->deep && !conf->rotate[0])
		return FAIL(INPUT, "--deep goes with --rotate");
	if (access(conf->data, F_OK) != 0)
		return FAIL(NOT_FOUND, "there is no store in this directory: make one with munimentd init");
	if (conf->rotate[0])
		return rotating_run(conf, journal);
	TRY(secret_setup());
	struct err err = volume_lock(conf->data, &lock);
	if (err.code == CODE_LOCKED_DIRECTORY && conf->add == CONF_ADD_NONE && !conf->remove[0])
		return unseal_command_list(conf, journal);
	TRY(err);
	err = conf->add != CONF_ADD_NONE ? add(conf, journal) : list_or_remove(conf, journal);
	volume_unlock(lock);
	return err;
}
