/* SPDX-License-Identifier: Apache-2.0 */
/* ssh_key - armour off, form checked, public half hashed; every copy is wiped. */
#include "crypto/ssh_key.h"

#include "base/reader.h"
#include "crypto/hash.h"
#include "crypto/secret.h"

#include <sodium.h>

enum { RAW_MAX = SSH_KEY_TEXT_MAX / 4 * 3, DER_SEQUENCE = 0x30, DER_LONG = 0x80 };

static const char MAGIC[] = "openssh-key-v1"; /* and its NUL */

static const char *const PEM_LABELS[] = {
	"PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY"};

static const char OPENSSH_LABEL[] = "OPENSSH PRIVATE KEY";

#define NO_KEY FAIL(INVALID, "a text is no private SSH key")

/* ---- armour ---- */

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct span trim(struct span text)
{
	while (text.len && is_blank(text.at[0]))
		text = span_from(text, 1);
	while (text.len && is_blank(text.at[text.len - 1]))
		text.len--;
	return text;
}

/* Takes `with` off the front of *text. */
static bool cut_front(struct span *text, struct span with)
{
	bool there = span_starts(*text, with);
	if (there)
		*text = span_from(*text, with.len);
	return there;
}

static bool cut_back(struct span *text, struct span with)
{
	bool there = text->len >= with.len && span_equal(span_from(*text, text->len - with.len), with);
	if (there)
		text->len -= with.len;
	return there;
}

/* -----BEGIN X-----, a body, -----END X-----, and nothing around it. */
static bool take_armour(struct span text, struct span label, struct span *body)
{
	*body = trim(text);
	return cut_front(body, SPAN_LIT("-----BEGIN ")) && cut_front(body, label) &&
		cut_front(body, SPAN_LIT("-----")) && cut_back(body, SPAN_LIT("-----")) &&
		cut_back(body, label) && cut_back(body, SPAN_LIT("-----END "));
}

/* The headers of a PEM key under a passphrase (RFC 1421), up to the empty line behind them; false: there are none. */
static bool take_headers(struct span *body)
{
	struct span rest = trim(*body), line;
	if (!span_starts(rest, SPAN_LIT("Proc-Type:")))
		return false;
	while (span_cut(&rest, '\n', &line) && trim(line).len)
		;
	*body = rest;
	return true;
}

static bool decode(struct span body, uint8_t raw[static RAW_MAX], struct span *bytes)
{
	const char *end = NULL;
	size_t len = 0;
	int failed = sodium_base642bin(raw, RAW_MAX, (const char *)body.at, body.len, "\r\n \t", &len, &end,
		sodium_base64_VARIANT_ORIGINAL);
	*bytes = span_of(raw, len);
	return !failed && len && end == (const char *)body.at + body.len;
}

/* ---- OpenSSH ---- */

static struct span take_string(struct reader *reader)
{
	return reader_run(reader, reader_u32(reader));
}

static bool is_type(struct span type)
{
	for (size_t i = 0; i < type.len; i++)
		if (type.at[i] <= ' ' || type.at[i] > '~')
			return false;
	return type.len > 0 && type.len <= SSH_KEY_TYPE;
}

static void print_fingerprint(struct span public, char fingerprint[static SSH_KEY_FINGERPRINT + 1])
{
	uint8_t hash[HASH_SHA256];
	static const char HEAD[] = "SHA256:";
	size_t head = sizeof HEAD - 1;
	hash_sha256(public, hash);
	memcpy(fingerprint, HEAD, head);
	sodium_bin2base64(fingerprint + head, SSH_KEY_FINGERPRINT + 1 - head, hash, sizeof hash,
		sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
}

/* The public half stands in front in clear, also of a key under a passphrase. */
static fallible read_openssh(struct span bytes, struct ssh_key *key)
{
	struct reader reader = READER(bytes);
	struct ssh_key read = {0};
	struct span magic = reader_run(&reader, sizeof MAGIC);
	struct span cipher = take_string(&reader), derivation = take_string(&reader);
	take_string(&reader); /* the derivation's options */
	uint32_t count = reader_u32(&reader);
	struct span public = take_string(&reader), private = take_string(&reader);
	if (reader.failed || reader.rest.len || !span_equal(magic, span_of(MAGIC, sizeof MAGIC)))
		return NO_KEY;
	if (count != 1 || cipher.len == 0 || derivation.len == 0 || private.len == 0)
		return NO_KEY;
	struct reader half = READER(public);
	struct span type = take_string(&half);
	if (half.failed || half.rest.len == 0 || !is_type(type))
		return NO_KEY;
	memcpy(read.type, type.at, type.len);
	print_fingerprint(public, read.fingerprint);
	*key = read;
	return OK;
}

/* ---- PEM ---- */

/* One SEQUENCE, as long as it says. */
static bool is_der(struct span bytes)
{
	struct reader reader = READER(bytes);
	uint8_t tag = reader_u8(&reader);
	size_t length = reader_u8(&reader);
	if (length > DER_LONG && length <= DER_LONG + 2)
		length = length == DER_LONG + 1 ? reader_u8(&reader) : reader_u16(&reader);
	return !reader.failed && tag == DER_SEQUENCE && length > 0 && length == reader.rest.len;
}

static fallible read_pem(struct span bytes, const char *label, bool encrypted, struct ssh_key *key)
{
	struct ssh_key read = {0};
	if (!encrypted && !is_der(bytes))
		return NO_KEY;
	memcpy(read.type, label, strlen(label));
	*key = read;
	return OK;
}

/* ---- the text ---- */

static fallible read_armoured(struct span text, uint8_t raw[static RAW_MAX], struct ssh_key *key)
{
	struct span body, bytes;
	if (take_armour(text, SPAN_LIT(OPENSSH_LABEL), &body))
		return decode(body, raw, &bytes) ? read_openssh(bytes, key) : NO_KEY;
	for (size_t i = 0; i < sizeof PEM_LABELS / sizeof PEM_LABELS[0]; i++) {
		if (!take_armour(text, span_text(PEM_LABELS[i]), &body))
			continue;
		bool encrypted = take_headers(&body);
		return decode(body, raw, &bytes) ? read_pem(bytes, PEM_LABELS[i], encrypted, key) : NO_KEY;
	}
	return NO_KEY;
}

fallible ssh_key_read(struct span text, struct ssh_key *key)
{
	uint8_t raw[RAW_MAX];
	if (text.len > SSH_KEY_TEXT_MAX)
		return NO_KEY;
	struct err err = read_armoured(text, raw, key);
	secret_wipe(raw, sizeof raw);
	return err;
}
