/* SPDX-License-Identifier: Apache-2.0 */
/* pskc_lock - a walk over the elements that say how a container is encrypted; then each seed is put in plain where it stood. */
#include "cli/pskc_lock.h"

#include "base/text.h"
#include "cli/pskc_base64.h"
#include "cli/pskc_in.h"
#include "crypto/hmac.h"
#include "crypto/secret.h"
#include "crypto/xmlenc.h"

#include <expat.h>

enum { DEPTH_MAX = 64, TEXT_MAX = 4096, DIGITS_MAX = 18 };

/* What is looked at, whatever the prefixes of the names are. */
enum element {
	ENCRYPTION_KEY,
	KEY_NAME,
	DERIVED_KEY,
	MASTER_KEY_NAME,
	KEY_DERIVATION_METHOD,
	SPECIFIED,
	ITERATION_COUNT,
	KEY_LENGTH,
	PRF,
	MAC_METHOD,
	MAC_KEY,
	SECRET,
	ENCRYPTED_VALUE,
	ENCRYPTION_METHOD,
	CIPHER_VALUE,
	VALUE_MAC,
	OTHER,
};

static const char *const NAMES[OTHER] = {"EncryptionKey", "KeyName", "DerivedKey", "MasterKeyName",
	"KeyDerivationMethod", "Specified", "IterationCount", "KeyLength", "PRF", "MACMethod", "MACKey",
	"Secret", "EncryptedValue", "EncryptionMethod", "CipherValue", "ValueMAC"};

/* The one algorithm that is read, by the end of its name; the beginnings differ between makers. */
static const struct {
	enum element element;
	bool needed;
	const char *ending, *why;
} ALGORITHMS[] = {
	{ENCRYPTION_METHOD, true, "#aes128-cbc", "it is encrypted by another cipher than AES-128-CBC"},
	{MAC_METHOD, true, "#hmac-sha1", "its MAC is another one than HMAC-SHA1"},
	{KEY_DERIVATION_METHOD, true, "#pbkdf2",
		"its key is made of a passphrase by something else than PBKDF2"},
	{PRF, false, "#hmac-sha1", "its key is made of a passphrase with another hash than SHA-1"},
};

struct walk {
	XML_Parser parser;
	struct span content;
	struct arena *arena;
	struct pskc_lock *lock;
	struct pskc_lock_value seed; /* of the Secret that is open */
	struct buf text;             /* of the innermost element */
	enum element open[DEPTH_MAX];
	size_t depth;
	bool is_locked;  /* there is something encrypted */
	bool by_other;   /* its key is come by in a way that is not read */
	const char *why; /* it is not opened here; the first reason */
	struct err err;
};

static void walk_done(struct walk *walk)
{
	buf_done(&walk->text);
	if (walk->parser)
		XML_ParserFree(walk->parser);
}

static void stop(struct walk *walk, struct err err)
{
	walk->err = err;
	XML_StopParser(walk->parser, XML_FALSE);
}

static void blame(struct walk *walk, const char *why)
{
	if (!walk->why)
		walk->why = why;
}

static bool is_within(const struct walk *walk, enum element element)
{
	for (size_t i = 0; i < walk->depth; i++)
		if (walk->open[i] == element)
			return true;
	return false;
}

/* ---- an element begins ---- */

static enum element find_element(const char *name)
{
	const char *colon = strchr(name, ':');
	size_t element = 0;
	while (element < OTHER && strcmp(NAMES[element], colon ? colon + 1 : name) != 0)
		element++;
	return (enum element)element;
}

static bool ends_in(const char *text, const char *ending)
{
	size_t len = strlen(text), wanted = strlen(ending);
	return len >= wanted && strcmp(text + len - wanted, ending) == 0;
}

static void check_algorithm(struct walk *walk, enum element element, const char **attributes)
{
	const char *algorithm = NULL;
	for (size_t i = 0; attributes[i]; i += 2)
		if (strcmp(attributes[i], "Algorithm") == 0)
			algorithm = attributes[i + 1];
	for (size_t i = 0; i < sizeof ALGORITHMS / sizeof ALGORITHMS[0]; i++)
		if (ALGORITHMS[i].element == element && (algorithm || ALGORITHMS[i].needed) &&
			!(algorithm && ends_in(algorithm, ALGORITHMS[i].ending)))
			blame(walk, ALGORITHMS[i].why);
}

static void begin_value(struct walk *walk, const char *name)
{
	walk->is_locked = true;
	if (!is_within(walk, SECRET))
		blame(walk, "something else than a seed is encrypted");
	walk->seed.from = (size_t)XML_GetCurrentByteIndex(walk->parser);
	walk->seed.prefix = span_first(
		span_from(walk->content, walk->seed.from + 1), strlen(name) - strlen(NAMES[ENCRYPTED_VALUE]));
}

static void XMLCALL on_start(void *context, const char *name, const char **attributes)
{
	struct walk *walk = context;
	enum element element = find_element(name);
	if (walk->depth == DEPTH_MAX) {
		stop(walk, FAIL(INVALID, "a key container is nested too deep"));
		return;
	}
	check_algorithm(walk, element, attributes);
	if (walk->depth && walk->open[walk->depth - 1] == ENCRYPTION_KEY && element != KEY_NAME &&
		element != DERIVED_KEY)
		walk->by_other = true;
	if (element == SECRET)
		walk->seed = (struct pskc_lock_value){.value = SPAN_NONE};
	if (element == ENCRYPTED_VALUE)
		begin_value(walk, name);
	buf_clear(&walk->text);
	walk->open[walk->depth++] = element;
}

static void XMLCALL on_text(void *context, const char *text, int len)
{
	struct walk *walk = context;
	buf_put(&walk->text, span_of(text, (size_t)len));
}

/* ---- an element ends ---- */

static void take_bytes(struct walk *walk, struct span *bytes)
{
	struct err err = pskc_base64_read(buf_span(&walk->text), walk->arena, bytes);
	if (err.kind == ERR_INVALID)
		blame(walk, "what is encrypted is not in base64");
	else if (err_failed(err))
		stop(walk, err);
}

static void take_name(struct walk *walk)
{
	struct span name = span_trim(buf_span(&walk->text));
	if (err_failed(arena_keep(walk->arena, name, &walk->lock->name)))
		stop(walk, FAIL(NO_MEMORY, "there is no memory for a key container"));
}

static uint64_t read_number(struct walk *walk)
{
	uint64_t number = 0;
	struct span text = span_trim(buf_span(&walk->text));
	for (size_t i = 0; i < text.len && i < DIGITS_MAX; i++) {
		if (text.at[i] < '0' || text.at[i] > '9')
			return 0;
		number = 10 * number + (uint64_t)(text.at[i] - '0');
	}
	return text.len > DIGITS_MAX ? 0 : number;
}

static void end_cipher(struct walk *walk)
{
	if (is_within(walk, ENCRYPTED_VALUE))
		take_bytes(walk, &walk->seed.value);
	else if (is_within(walk, MAC_KEY))
		take_bytes(walk, &walk->lock->mac_key);
}

/* Debian's python3-pskc writes the algorithm as text. */
static void end_prf(struct walk *walk)
{
	static const char SHA1[] = "#hmac-sha1";
	struct span text = span_trim(buf_span(&walk->text)), end = span_text(SHA1);
	bool is_sha1 = text.len >= end.len && span_equal(span_from(text, text.len - end.len), end);
	if (text.len && !is_sha1)
		blame(walk, "its key is made of a passphrase with another hash than SHA-1");
}

/* In an element that says how the container's key is come by. */
static void end_of_key(struct walk *walk, enum element element)
{
	struct pskc_lock *lock = walk->lock;
	if (element == KEY_NAME && lock->kind == PSKC_LOCK_NONE)
		lock->kind = PSKC_LOCK_KEY;
	if (element == DERIVED_KEY)
		lock->kind = PSKC_LOCK_PASSPHRASE;
	if (element == KEY_NAME || element == MASTER_KEY_NAME)
		take_name(walk);
	if (element == SPECIFIED)
		take_bytes(walk, &lock->salt);
	if (element == ITERATION_COUNT)
		lock->rounds = read_number(walk);
	if (element == PRF)
		end_prf(walk);
	if (element == KEY_LENGTH && read_number(walk) != XMLENC_KEY)
		blame(walk, "its key has another length than 16 bytes");
}

/* Who agreed on a key need not name it: Debian's pskc2pskc does not. */
static void end_encryption_key(struct walk *walk)
{
	if (walk->lock->kind == PSKC_LOCK_NONE && !walk->by_other)
		walk->lock->kind = PSKC_LOCK_KEY;
}

static void end_seed(struct walk *walk)
{
	struct pskc_lock *lock = walk->lock;
	if (walk->seed.to == 0)
		return;
	if (!lock->values)
		lock->values = arena_alloc(walk->arena, PSKC_IN_KEYS_MAX * sizeof *lock->values);
	if (!lock->values || lock->count == PSKC_IN_KEYS_MAX) {
		stop(walk, FAIL(INVALID, "a key container has more keys than there is room for"));
		return;
	}
	if (walk->seed.mac.len != HMAC_SHA1)
		blame(walk, "an encrypted seed has no MAC");
	lock->values[lock->count++] = walk->seed;
}

static void XMLCALL on_end(void *context, const char *name)
{
	struct walk *walk = context;
	(void)name;
	enum element element = walk->open[--walk->depth];
	if (err_failed(buf_check(&walk->text)))
		blame(walk, "a value of the container is too long");
	if (element == CIPHER_VALUE)
		end_cipher(walk);
	else if (element == VALUE_MAC)
		take_bytes(walk, &walk->seed.mac);
	else if (element == ENCRYPTED_VALUE)
		walk->seed.to = (size_t)XML_GetCurrentByteIndex(walk->parser) +
			(size_t)XML_GetCurrentByteCount(walk->parser);
	else if (element == SECRET)
		end_seed(walk);
	else if (element == MAC_METHOD)
		walk->lock->has_mac = true;
	else if (element == ENCRYPTION_KEY)
		end_encryption_key(walk);
	else if (is_within(walk, ENCRYPTION_KEY))
		end_of_key(walk, element);
	buf_clear(&walk->text);
}

/* Entities come from a document type alone. */
static void XMLCALL on_doctype(
	void *context, const char *name, const char *system, const char *public, int has_subset)
{
	(void)name;
	(void)system;
	(void)public;
	(void)has_subset;
	stop(context, FAIL(INVALID, "a key container has no document type of its own"));
}

/* ---- what opens it ---- */

static fallible judge(const struct walk *walk)
{
	const struct pskc_lock *lock = walk->lock;
	if (walk->why)
		return FAIL(INVALID, walk->why);
	if (lock->kind == PSKC_LOCK_NONE)
		return FAIL(INVALID, "its key is neither one that was agreed on nor made of a passphrase");
	return lock->has_mac ? OK : FAIL(INVALID, "an encrypted seed has no MAC");
}

fallible pskc_lock_find(struct span content, struct arena *arena, struct pskc_lock *lock)
{
	*lock = (struct pskc_lock){.kind = PSKC_LOCK_NONE};
	scoped(walk) walk = {.content = content, .arena = arena, .lock = lock, .text = BUF(TEXT_MAX)};
	if (content.len > INT32_MAX)
		return FAIL(INVALID, "a key container is too large");
	walk.parser = XML_ParserCreate("UTF-8");
	if (!walk.parser)
		return FAIL(NO_MEMORY, "libexpat has no memory");
	XML_SetUserData(walk.parser, &walk);
	XML_SetElementHandler(walk.parser, on_start, on_end);
	XML_SetCharacterDataHandler(walk.parser, on_text);
	XML_SetStartDoctypeDeclHandler(walk.parser, on_doctype);
	bool is_whole =
		XML_Parse(walk.parser, (const char *)content.at, (int)content.len, 1) == XML_STATUS_OK;
	TRY(walk.err);
	if (is_whole && walk.is_locked)
		return judge(&walk);
	lock->kind = PSKC_LOCK_NONE;
	return OK;
}

/* ---- opening ---- */

/* What was made of the secret. */
struct opener {
	uint8_t key[XMLENC_KEY];
	struct buf mac_key;
};

static void opener_done(struct opener *opener)
{
	secret_wipe(opener->key, sizeof opener->key);
	if (opener->mac_key.data)
		secret_wipe(opener->mac_key.data, opener->mac_key.len);
	buf_done(&opener->mac_key);
}

static fallible read_key(struct span secret, uint8_t key[static XMLENC_KEY])
{
	if (secret.len == XMLENC_KEY)
		memcpy(key, secret.at, XMLENC_KEY);
	else if (err_failed(text_parse_hex(span_trim(secret), key, XMLENC_KEY)))
		return FAIL(INPUT, "a key has 16 bytes, or 32 hexadecimal digits");
	return OK;
}

static fallible prepare(const struct pskc_lock *lock, struct span secret, struct opener *opener)
{
	if (lock->kind == PSKC_LOCK_PASSPHRASE)
		TRY(xmlenc_derive(secret, lock->salt, lock->rounds, opener->key));
	else
		TRY(read_key(secret, opener->key));
	if (lock->mac_key.len == 0) {
		buf_put(&opener->mac_key, SPAN_BYTES(opener->key));
		return buf_check(&opener->mac_key);
	}
	/* Under another key it ends in no padding, nearly always. */
	if (err_failed(xmlenc_open(opener->key, lock->mac_key, &opener->mac_key)))
		return FAIL(INPUT, "the key or passphrase is not that of the container");
	return OK;
}

static fallible check_macs(const struct pskc_lock *lock, struct span mac_key)
{
	uint8_t mac[HMAC_SHA1];
	for (size_t i = 0; i < lock->count; i++) {
		hmac_sha1(mac_key, lock->values[i].value, mac);
		if (!secret_equal(SPAN_BYTES(mac), lock->values[i].mac))
			return FAIL(INPUT,
				"the key or passphrase is not that of the container, or it was changed");
	}
	return OK;
}

static fallible put_plain(
	const uint8_t key[static XMLENC_KEY], const struct pskc_lock_value *seed, struct buf *plain)
{
	scoped(buf) opened = BUF(XMLENC_VALUE_MAX);
	TRY(xmlenc_open(key, seed->value, &opened));
	buf_put_text(plain, "<");
	buf_put(plain, seed->prefix);
	buf_put_text(plain, "PlainValue>");
	text_put_base64(plain, buf_span(&opened));
	buf_put_text(plain, "</");
	buf_put(plain, seed->prefix);
	buf_put_text(plain, "PlainValue>");
	if (opened.data)
		secret_wipe(opened.data, opened.len);
	return buf_check(plain);
}

fallible pskc_lock_open(
	const struct pskc_lock *lock, struct span content, struct span secret, struct buf *plain)
{
	size_t at = 0;
	scoped(opener) opener = {.mac_key = BUF(XMLENC_VALUE_MAX)};
	TRY(prepare(lock, secret, &opener));
	TRY(check_macs(lock, buf_span(&opener.mac_key)));
	for (size_t i = 0; i < lock->count; i++) {
		const struct pskc_lock_value *seed = &lock->values[i];
		buf_put(plain, span_first(span_from(content, at), seed->from - at));
		TRY(put_plain(opener.key, seed, plain));
		at = seed->to;
	}
	buf_put(plain, span_from(content, at));
	return buf_check(plain);
}
