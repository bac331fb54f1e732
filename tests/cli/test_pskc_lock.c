/* SPDX-License-Identifier: Apache-2.0 */
/* test_pskc_lock - the encrypted containers of RFC 6030 open by their key and passphrase, by nothing else, and only as they were
 * written. */
#include "cli/pskc_lock.h"

#include "cli/pskc_in.h"
#include "tests/cli/moved.h"
#include "tests/support/vectors.h"

#define KEY "12345678901234567890123456789012"
#define PASSPHRASE "qwerty"
#define SEED "12345678901234567890"
#define BY_KEY "vectors/rfc6030_encrypted.xml"
#define BY_PASSPHRASE "vectors/rfc6030_passphrase.xml"

/* The file with one text in it replaced. */
static void put_changed(const char *file, const char *old, const char *new, struct buf *out)
{
	scoped(buf) content = BUF(MOVED_MAX);
	vectors_read(file, &content);
	buf_put_u8(&content, 0);
	const char *at = strstr((const char *)content.data, old);
	cr_assert(at, "%s is not in %s", old, file);
	buf_put(out, span_of(content.data, (size_t)(at - (const char *)content.data)));
	buf_put_text(out, new);
	buf_put_text(out, at + strlen(old));
}

static struct err open_changed(
	const char *file, const char *old, const char *new, const char *secret, struct buf *plain)
{
	struct pskc_lock lock;
	scoped(arena) arena = ARENA(8 * 1024 * 1024);
	scoped(buf) content = BUF(MOVED_MAX);
	put_changed(file, old, new, &content);
	TRY(pskc_lock_find(buf_span(&content), &arena, &lock));
	if (lock.kind == PSKC_LOCK_NONE)
		return FAIL(NOT_FOUND, "nothing is encrypted");
	return pskc_lock_open(&lock, buf_span(&content), span_text(secret), plain);
}

static enum err_kind fails(const char *file, const char *old, const char *new, const char *secret)
{
	scoped(buf) plain = BUF(MOVED_MAX);
	struct err err = open_changed(file, old, new, secret, &plain);
	cr_assert(plain.len == 0, "%s: something came out", new);
	return err.kind;
}

static bool opens(const char *file, const char *secret, const char *expected)
{
	scoped(buf) plain = BUF(MOVED_MAX);
	scoped(buf) out = BUF(MOVED_MAX);
	struct err err = open_changed(file, "Manufacturer", "Manufacturer", secret, &plain);
	cr_assert(!err_failed(err), "%s", err.why);
	const struct moving_sink sink = MOVED_SINK(out);
	err = pskc_in_read(buf_span(&plain), (struct instant){INT64_C(1790000000000)}, &sink);
	cr_assert(!err_failed(err), "%s", err.why);
	return moved_is(&out, expected);
}

Test(pskc_lock, opens_the_container_of_rfc_6030_by_its_key)
{
	cr_assert(opens(BY_KEY, KEY, "1 jsmith 987654321 1/8/0 0 " SEED "\n"));
	cr_assert(opens(BY_KEY, "\x12\x34\x56\x78\x90\x12\x34\x56\x78\x90\x12\x34\x56\x78\x90\x12",
		"1 jsmith 987654321 1/8/0 0 " SEED "\n"));
	cr_assert(opens(BY_KEY, " " KEY "\t", "1 jsmith 987654321 1/8/0 0 " SEED "\n"));
}

Test(pskc_lock, a_key_that_was_agreed_on_needs_no_name)
{
	scoped(buf) plain = BUF(MOVED_MAX);
	struct err err = open_changed(BY_KEY, "<ds:KeyName>Pre-shared-key</ds:KeyName>", "", KEY, &plain);
	cr_assert(!err_failed(err), "%s", err.why);
	buf_put_u8(&plain, 0);
	cr_assert(strstr((const char *)plain.data, "<PlainValue>MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=</PlainValue>"));
}

/* Figure 7 names neither counter nor user: that its seed was read is all that can be seen here. */
Test(pskc_lock, opens_the_container_of_rfc_6030_by_its_passphrase)
{
	scoped(buf) plain = BUF(MOVED_MAX);
	cr_assert(!err_failed(open_changed(BY_PASSPHRASE, "Acme", "Acme", PASSPHRASE, &plain)));
	buf_put_u8(&plain, 0);
	cr_assert(strstr((const char *)plain.data,
		"<pskc:PlainValue>MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=</pskc:PlainValue>\n          "
		"<pskc:ValueMAC>"));
	cr_assert(!strstr((const char *)plain.data, "EncryptedValue"));
}

Test(pskc_lock, another_key_or_passphrase_opens_nothing)
{
	cr_assert(fails(BY_KEY, "Issuer", "Issuer", "12345678901234567890123456789013") == ERR_INPUT);
	cr_assert(fails(BY_KEY, "Issuer", "Issuer", "1234567890123456789012345678901") == ERR_INPUT);
	cr_assert(fails(BY_KEY, "Issuer", "Issuer", "123456789012345678901234567890zz") == ERR_INPUT);
	cr_assert(fails(BY_KEY, "Issuer", "Issuer", "") == ERR_INPUT);
	cr_assert(fails(BY_PASSPHRASE, "Issuer", "Issuer", "qwertz") == ERR_INPUT);
	cr_assert(fails(BY_PASSPHRASE, "Issuer", "Issuer", "") == ERR_INPUT);
}

Test(pskc_lock, what_was_changed_opens_nothing)
{
	cr_assert(fails(BY_KEY, "AAECAwQF", "AAECAwQG", KEY) == ERR_INPUT, "the vector of a seed");
	cr_assert(fails(BY_KEY, "wZqIUqGv", "wZqIUqGw", KEY) == ERR_INPUT, "its last byte");
	cr_assert(fails(BY_KEY, "Su+NvtQf", "Su+NvtQg", KEY) == ERR_INPUT, "its MAC");
	cr_assert(fails(BY_KEY, "ESIzRFVm", "ESIzRFVn", KEY) == ERR_INPUT, "the key of the MAC");
	cr_assert(fails(BY_PASSPHRASE, "<IterationCount>1000", "<IterationCount>1001", PASSPHRASE) ==
		ERR_INPUT);
	cr_assert(fails(BY_PASSPHRASE, "Ej7/PEpyEpw=", "Ej7/PEpyEpx=", PASSPHRASE) != ERR_NONE);
}

Test(pskc_lock, a_seed_without_its_mac_is_refused)
{
	cr_assert(fails(BY_KEY, "<ValueMAC>Su+NvtQfmvfJzF6bmQiJqoLRExc=</ValueMAC>", "", KEY) == ERR_INVALID);
	cr_assert(fails(BY_KEY, "Su+NvtQfmvfJzF6bmQiJqoLRExc=", "Su+NvtQfmvfJzF6bmQiJqoLREw==", KEY) ==
		ERR_INVALID);
	cr_assert(fails(BY_KEY, "xmldsig#hmac-sha1\"", "xmldsig#hmac-md5\"", KEY) == ERR_INVALID);
}

Test(pskc_lock, what_is_not_read_is_refused_by_its_name)
{
	static const struct {
		const char *file, *old, *new, *why;
	} CASES[] = {
		{BY_KEY, "xmlenc#aes128-cbc", "xmlenc#aes256-cbc",
			"it is encrypted by another cipher than AES-128-CBC"},
		{BY_PASSPHRASE, "<PRF/>",
			"<PRF Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#hmac-sha256\"/>",
			"its key is made of a passphrase with another hash than SHA-1"},
		{BY_PASSPHRASE, "<PRF/>", "<PRF>http://www.w3.org/2001/04/xmldsig-more#hmac-sha256</PRF>",
			"its key is made of a passphrase with another hash than SHA-1"},
		{BY_PASSPHRASE, "pkcs-5v2-0#pbkdf2\"", "pkcs-5v2-0#scrypt\"",
			"its key is made of a passphrase by something else than PBKDF2"},
		{BY_PASSPHRASE, "<KeyLength>16", "<KeyLength>32", "its key has another length than 16 bytes"},
		{BY_PASSPHRASE, "<IterationCount>1000", "<IterationCount>10000001",
			"a key is made of a passphrase in 1 to 10,000,000 rounds"},
		{BY_PASSPHRASE, "<IterationCount>1000", "<IterationCount>-5",
			"a key is made of a passphrase in 1 to 10,000,000 rounds"},
		{BY_KEY, "<ds:KeyName>Pre-shared-key</ds:KeyName>", "<ds:X509Data>MIIB</ds:X509Data>",
			"its key is neither one that was agreed on nor made of a passphrase"},
		{BY_KEY, "<PlainValue>0</PlainValue>", "<EncryptedValue><xenc:CipherData/></EncryptedValue>",
			"something else than a seed is encrypted"},
		{BY_KEY, "Su+NvtQf", "Su-NvtQf", "what is encrypted is not in base64"},
	};
	for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
		scoped(buf) plain = BUF(MOVED_MAX);
		struct err err = open_changed(CASES[i].file, CASES[i].old, CASES[i].new,
			CASES[i].file[14] == 'e' ? KEY : PASSPHRASE, &plain);
		cr_assert(err.kind == ERR_INVALID, "%s", CASES[i].new);
		cr_assert(strcmp(err.why, CASES[i].why) == 0, "%s", err.why);
	}
}

Test(pskc_lock, what_is_not_encrypted_has_no_lock)
{
	static const char *const FILES[] = {
		"", "person,secret\n", "<", "<html></html>", "<a><EncryptedValue>"};
	struct pskc_lock lock;
	scoped(arena) arena = ARENA(8 * 1024 * 1024);
	scoped(buf) content = BUF(MOVED_MAX);
	vectors_read("vectors/rfc6030_plain.xml", &content);
	cr_assert(!err_failed(pskc_lock_find(buf_span(&content), &arena, &lock)));
	cr_assert(lock.kind == PSKC_LOCK_NONE);
	for (size_t i = 0; i < sizeof FILES / sizeof FILES[0]; i++) {
		cr_assert(!err_failed(pskc_lock_find(span_text(FILES[i]), &arena, &lock)), "%s", FILES[i]);
		cr_assert(lock.kind == PSKC_LOCK_NONE, "%s", FILES[i]);
	}
}

Test(pskc_lock, a_document_type_and_a_deep_nest_are_refused)
{
	struct pskc_lock lock;
	scoped(arena) arena = ARENA(1024 * 1024);
	scoped(buf) nest = BUF(MOVED_MAX);
	cr_assert(
		pskc_lock_find(span_text("<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>"), &arena, &lock).kind ==
		ERR_INVALID);
	for (size_t i = 0; i < 1000; i++)
		buf_put_text(&nest, "<a>");
	cr_assert(pskc_lock_find(buf_span(&nest), &arena, &lock).kind == ERR_INVALID);
}
