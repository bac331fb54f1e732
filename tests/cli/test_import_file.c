/* SPDX-License-Identifier: Apache-2.0 */
/* test_import_file - devices out of tables, URIs and key containers; what is broken is refused alone. */
#include "cli/import_file.h"

#include "tests/cli/moved.h"
#include "tests/support/vectors.h"

#define SEED "12345678901234567890"
#define BASE32 "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
/* "12345678901234567890" in base64. */
#define BASE64 "MTIzNDU2Nzg5MDEyMzQ1Njc4OTA="
#define USUAL " 1/6/30 0 " SEED "\n"

static const struct instant NOW = {INT64_C(1790000000000)}; /* 2026-09-21T14:13:20Z */

static struct err read_as(const char *content, const char *column, struct buf *out)
{
	scoped(arena) arena = ARENA(1024 * 1024);
	const struct moving_sink sink = MOVED_SINK(*out);
	const struct import_file_ask ask = {span_text(content), column, NOW};
	buf_clear(out);
	return import_file_read(&ask, &arena, &sink);
}

static bool gives(const char *content, const char *expected)
{
	scoped(buf) out = BUF(MOVED_MAX);
	struct err err = read_as(content, NULL, &out);
	cr_assert(!err_failed(err), "%s", err.why);
	return moved_is(&out, expected);
}

static enum err_kind fails(const char *content)
{
	scoped(buf) out = BUF(MOVED_MAX);
	return read_as(content, NULL, &out).kind;
}

/* ---- tables ---- */

Test(import_file, reads_a_table_by_the_names_of_its_columns)
{
	cr_assert(gives("secret,person\n" BASE32 ",anna\n", "2 anna " USUAL));
	cr_assert(gives("person,secret,type,algorithm,digits,period,counter,label\n"
			"anna," BASE32 ",TOTP,sha512,8,60,,phone\nbela," BASE32 ",hotp,,,,7,\n",
		"2 anna phone 3/8/60 0 " SEED "\n3 bela  1/6/0 7 " SEED "\n"));
}

Test(import_file, reads_a_table_as_spreadsheets_save_it)
{
	cr_assert(gives("\xef\xbb\xbfperson;secret;label\r\n\"an\"\"na\";" BASE32
			";\"two\nlines; one\"\r\n\r\nbela;" BASE32 ";\r\n",
		"2 an\"na two\nlines; one 1/6/30 0 " SEED "\n5 bela " USUAL));
}

Test(import_file, reads_the_names_of_columns_in_capitals_too)
{
	cr_assert(gives("Person;SECRET;Digits\nanna;" BASE32 ";8\n", "2 anna  1/8/30 0 " SEED "\n"));
}

Test(import_file, takes_the_column_that_is_named_for_the_person)
{
	scoped(buf) out = BUF(MOVED_MAX);
	cr_assert(!err_failed(read_as("mail,secret\nanna," BASE32, "mail", &out)));
	cr_assert(moved_is(&out, "2 anna " USUAL));
	cr_assert(read_as("mail,secret\nanna," BASE32, "user", &out).kind == ERR_INVALID);
}

Test(import_file, refuses_a_row_that_is_broken_and_reads_on)
{
	cr_assert(gives("person,secret,type,digits,period,counter,algorithm\n"
			"a,GEZA,,,,,\nb," BASE32 ",sms,,,,\nc," BASE32 ",,7,,,\nd," BASE32 ",,,14,,\n"
			"e," BASE32 ",hotp,,,-1,\nf," BASE32 ",,,,,md5\ng," BASE32 "\n",
		"2 refused: the secret is not base32 of 16 to 64 bytes\n3 refused: it is neither totp nor "
		"hotp\n"
		"4 refused: a code has 6 or 8 digits\n5 refused: a period has 15 to 120 seconds\n"
		"6 refused: a token that counts has a counter\n"
		"7 refused: the algorithm is none of SHA1, SHA256, SHA512\n8 g " USUAL));
}

Test(import_file, refuses_a_table_that_can_be_read_in_two_ways)
{
	cr_assert(fails("") == ERR_INVALID);
	cr_assert(fails("person\nanna\n") == ERR_INVALID, "no column secret");
	cr_assert(fails("person,secret\n\"anna," BASE32 "\n") == ERR_INVALID, "a quote that does not close");
	cr_assert(fails("person,secret\nan\"na," BASE32 "\n") == ERR_INVALID, "a quote inside");
	cr_assert(fails("person,secret\n\"anna\"x," BASE32 "\n") == ERR_INVALID, "something behind a quote");
}

/* ---- URIs ---- */

Test(import_file, reads_uris_of_both_types)
{
	cr_assert(gives("# old\notpauth://totp/Old%20Desk:anna?secret=" BASE32 "&issuer=Old%20Desk&digits=8\n"
			"\n otpauth://hotp/Old%3A%20bela?secret=" BASE32 "&counter=41 \r\n",
		"2 anna  1/8/30 0 " SEED "\n4 bela  1/6/0 41 " SEED "\n"));
}

Test(import_file, reads_the_first_uri_behind_a_byte_order_mark)
{
	cr_assert(gives("\xef\xbb\xbfotpauth://totp/anna?secret=" BASE32 "\r\n", "1 anna " USUAL));
	cr_assert(gives("\xef\xbb\xbf# old\notpauth://totp/anna?secret=" BASE32, "2 anna " USUAL));
}

Test(import_file, refuses_a_uri_that_is_broken_and_reads_on)
{
	cr_assert(gives("otpauth://hotp/a?secret=" BASE32 "\notpauth://yaotp/a?secret=" BASE32
			"\notpauth://totp/b?secret=" BASE32,
		"1 refused: an otpauth URI of type hotp has no counter\n"
		"2 refused: an otpauth URI is neither of type totp nor hotp\n3 b " USUAL));
}

/* ---- Google's export ---- */

Test(import_file, reads_an_export_of_google_authenticator)
{
	/* Two devices: secret, name "Desk:anna", issuer "Desk", SHA1, six, TOTP; secret, "bela", SHA256, eight, HOTP, counter 41. */
	cr_assert(gives("otpauth-migration://offline?data="
			"Ci0KFDEyMzQ1Njc4OTAxMjM0NTY3ODkwEglEZXNrOmFubmEaBERlc2sgASgBMAIKJAoUMTIzNDU2Nzg5"
			"MDEyMzQ1Njc4OTASBGJlbGEgAigCMAE4KRABGAEgACgB",
		"1 anna Desk 1/6/30 0 " SEED "\n1 bela  2/8/0 41 " SEED "\n"));
}

/* Parts 1 and 2 of an export of two: size 2, index 0 and 1, id -1; of a device each: secret, "a" or "b", TOTP. */
#define PART_ONE \
	"otpauth-migration://offline?data=ChsKFDEyMzQ1Njc4OTAxMjM0NTY3ODkwEgFhMAIYAiAAKP///////////wE%3D"
#define PART_TWO \
	"otpauth-migration://offline?data=ChsKFDEyMzQ1Njc4OTAxMjM0NTY3ODkwEgFiMAIYAiABKP///////////wE%3D"
#define OTHER_PARTS "other parts of this export are not in the file: put all of them into one\n"

Test(import_file, says_when_parts_of_an_export_are_missing)
{
	cr_assert(gives(PART_TWO "\n" PART_ONE "\n" PART_TWO, "1 b " USUAL "2 a " USUAL "3 b " USUAL),
		"in any order, and twice");
	cr_assert(gives("# one\n" PART_TWO, "2 b " USUAL "2 refused: " OTHER_PARTS));
	cr_assert(gives(PART_ONE "\n" PART_ONE, "1 a " USUAL "2 a " USUAL "1 refused: " OTHER_PARTS));
}

Test(import_file, refuses_an_export_that_is_broken)
{
	cr_assert(gives("otpauth-migration://offline?data=Ci8KFDEyMzQ%3D",
			  "1 refused: the export of an app is broken\n"),
		"it ends inside a device");
	cr_assert(gives("otpauth-migration://offline?data=%zz",
		"1 refused: the export of an app has a broken percent sign\n"));
	cr_assert(gives(
		"otpauth-migration://offline?data=A", "1 refused: the export of an app is not base64\n"));
	cr_assert(gives("otpauth-migration://online?data=", "1 refused: it is no export of an app\n"));
}

/* ---- key containers ---- */

#define CONTAINER(keys)                                         \
	"<?xml version=\"1.0\"?><KeyContainer Version=\"1.0\" " \
	"xmlns=\"urn:ietf:params:xml:ns:keyprov:pskc\">" keys "</KeyContainer>"
#define KEY(kind, length, data, user)                                                                    \
	"<KeyPackage><DeviceInfo><Manufacturer>M</Manufacturer><SerialNo>987</SerialNo></DeviceInfo>"    \
	"<Key Id=\"1\" Algorithm=\"urn:ietf:params:xml:ns:keyprov:pskc:" kind "\"><AlgorithmParameters>" \
	"<ResponseFormat Length=\"" length "\" Encoding=\"DECIMAL\"/></AlgorithmParameters><Data>" data  \
	"</Data><UserId>" user "</UserId></Key></KeyPackage>"
#define PLAIN "<Secret><PlainValue>" BASE64 "</PlainValue></Secret>"
#define COUNTER "<Counter><PlainValue>5</PlainValue></Counter>"

Test(import_file, reads_a_key_container)
{
	cr_assert(gives(
		CONTAINER(KEY("hotp", "8", PLAIN COUNTER, "CN=anna,OU=desk") KEY("totp", "6", PLAIN, "bela")),
		"1 anna 987 1/8/0 5 " SEED "\n2 bela 987" USUAL));
}

Test(import_file, refuses_a_key_that_is_of_no_use_and_reads_on)
{
	cr_assert(gives(CONTAINER(KEY("hotp", "6", PLAIN, "a") KEY("totp", "7", PLAIN, "b") KEY("ocra", "6",
				PLAIN, "c") KEY("totp", "6", "", "d") KEY("totp", "6", PLAIN, "e")),
		"1 refused: a token that counts has a counter\n2 refused: a code has 6 or 8 digits\n"
		"3 refused: its algorithm is neither TOTP nor HOTP\n"
		"4 refused: its seed is encrypted or missing: decrypt the container first\n5 e 987" USUAL));
}

Test(import_file, refuses_a_container_with_a_document_type_or_none_at_all)
{
	cr_assert(fails("<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b \"c\">]><KeyContainer/>") ==
		ERR_INVALID);
	cr_assert(fails("<html></html>") == ERR_INVALID);
	cr_assert(fails("<") == ERR_INVALID);
}

/* One key with something in its policy. */
#define MEANT_FOR(policy)                                                                                    \
	CONTAINER("<KeyPackage><DeviceInfo><SerialNo>987</SerialNo></DeviceInfo><Key Id=\"1\" Algorithm="    \
		  "\"urn:ietf:params:xml:ns:keyprov:pskc:totp\"><Data>" PLAIN "</Data><UserId>anna</UserId>" \
		  "<Policy>" policy "</Policy></Key></KeyPackage>" KEY("totp", "6", PLAIN, "bela"))
#define BELA "2 bela 987" USUAL

Test(import_file, a_key_is_for_what_its_policy_says_and_no_other_suffers)
{
	static const struct {
		const char *content, *first;
	} KEYS[] = {
		{MEANT_FOR("<KeyUsage>CR</KeyUsage>"), "refused: it is not for one-time codes"},
		{MEANT_FOR("<KeyUsage>CR</KeyUsage><KeyUsage>OTP</KeyUsage>"), NULL},
		{MEANT_FOR("<ExpiryDate>2026-09-21T14:13:19Z</ExpiryDate>"),
			"refused: the time that it is for is over"},
		{MEANT_FOR("<ExpiryDate>2026-09-20</ExpiryDate>"),
			"refused: the time that it is for is over"},
		{MEANT_FOR("<ExpiryDate>soon</ExpiryDate>"), "refused: the time that it is for is over"},
		{MEANT_FOR("<StartDate>2026-09-21T14:13:21Z</StartDate>"),
			"refused: the time that it is for has not begun"},
		{MEANT_FOR("<StartDate>2026-09-21T14:13:20Z</StartDate>"), NULL},
		{MEANT_FOR("<StartDate>2026-09-21</StartDate>"), NULL},
		{MEANT_FOR("<PINPolicy PINUsageMode=\"Append\"/>"),
			"refused: its codes go with a PIN, which is not known here"},
		{MEANT_FOR("<PINPolicy PINUsageMode=\"Local\"/>"), NULL},
		{MEANT_FOR("<NumberOfTransactions>9</NumberOfTransactions>"),
			"refused: it is for a number of codes, which nobody counts here"},
		{MEANT_FOR("<Moon xmlns=\"urn:maker\">full</Moon>"),
			"refused: its policy says something that is not known here"},
	};
	for (size_t i = 0; i < sizeof KEYS / sizeof KEYS[0]; i++) {
		scoped(buf) expected = BUF(MOVED_MAX);
		buf_printf(&expected, "1 %s\n" BELA "%c",
			KEYS[i].first ? KEYS[i].first : "anna 987 1/6/30 0 " SEED, 0);
		cr_assert(gives(KEYS[i].content, (const char *)expected.data), "policy %zu", i);
	}
}

/* What the sink was told last. */
static struct err keep_until(void *context, const struct moving_device *device)
{
	buf_put(context, device->until);
	buf_put_text(context, "/");
	return OK;
}

Test(import_file, tells_the_last_day_of_a_key)
{
	scoped(arena) arena = ARENA(1024 * 1024);
	scoped(buf) out = BUF(MOVED_MAX);
	const struct moving_sink sink = {&out, keep_until, moved_refuse};
	const struct import_file_ask ask = {
		span_text(MEANT_FOR("<ExpiryDate>2026-09-21T14:13:20Z</ExpiryDate>")), NULL, NOW};
	struct err err = import_file_read(&ask, &arena, &sink);
	cr_assert(!err_failed(err), "%s", err.why);
	cr_assert(moved_is(&out, "2026-09-21//"));
}

#define COUNTS_FROM(number) \
	CONTAINER(KEY("hotp", "6", PLAIN "<Counter><PlainValue>" number "</PlainValue></Counter>", "anna"))

Test(import_file, a_number_that_is_none_is_no_smaller_one)
{
	static const char *const NONE[] = {COUNTS_FROM("1e3"), COUNTS_FROM("0x10"), COUNTS_FROM("many"),
		COUNTS_FROM("-1"), COUNTS_FROM("99999999999999999999")};
	for (size_t i = 0; i < sizeof NONE / sizeof NONE[0]; i++)
		cr_assert(gives(NONE[i], "1 refused: a token that counts has a counter\n"), "%zu", i);
	cr_assert(gives(COUNTS_FROM(" 007\n"), "1 anna 987 1/6/0 7 " SEED "\n"));
	cr_assert(gives(CONTAINER(KEY("hotp", "4294967302", PLAIN COUNTER, "anna")),
		"1 refused: a code has 6 or 8 digits\n"));
	cr_assert(gives(
		CONTAINER(KEY("totp", "6",
			PLAIN "<TimeInterval><PlainValue>4294967326</PlainValue></TimeInterval>", "anna")),
		"1 refused: a period has 15 to 120 seconds\n"));
	cr_assert(gives(CONTAINER(KEY("hotp", "6\" CheckDigits=\"true", PLAIN COUNTER, "anna")),
		"1 refused: its codes end in a check digit\n"));
}

#define SEEDED(seed) "<Secret><PlainValue>" seed "</PlainValue></Secret>"
#define OTHER_SEED "YWJjZDU2Nzg5MDEyMzQ1Njc4OTA="

Test(import_file, a_broken_seed_stops_no_other)
{
	cr_assert(gives(CONTAINER(KEY("totp", "6", SEEDED("MTIzNDU2Nzg5MDEyMzQ1Njc4OTA%"), "anna")
					KEY("totp", "6", PLAIN, "bela")),
		"1 refused: its seed is not in base64\n" BELA));
	cr_assert(gives(
		CONTAINER(KEY("totp", "6", PLAIN SEEDED(OTHER_SEED), "anna") KEY("totp", "6", PLAIN, "bela")),
		"1 refused: it says the same twice\n" BELA));
}

Test(import_file, two_seeds_under_one_id_are_both_refused)
{
	cr_assert(gives(CONTAINER(KEY("totp", "6", PLAIN, "anna") KEY("totp", "6", SEEDED(OTHER_SEED), "bela")
					KEY("totp", "6", PLAIN, "chiara")),
		"1 refused: another key of the file has its Id\n2 refused: another key of the file has its "
		"Id\n"
		"3 refused: another key of the file has its Id\n"));
	cr_assert(gives(CONTAINER(KEY("totp", "6", PLAIN, "anna") KEY("totp", "6", PLAIN, "bela")),
		"1 anna 987" USUAL BELA));
}

Test(import_file, a_container_that_is_cut_short_gives_nothing)
{
	static const char WHOLE[] =
		CONTAINER(KEY("totp", "6", PLAIN, "anna") KEY("totp", "6", PLAIN, "bela"));
	char cut[sizeof WHOLE];
	for (size_t len = 1; len < sizeof WHOLE - 1; len++) {
		memcpy(cut, WHOLE, len);
		cut[len] = '\0';
		cr_assert(fails(cut) == ERR_INVALID, "%zu bytes", len);
	}
	cr_assert(fails("<?xml version=\"1.0\" encoding=\"UTF-7\"?><KeyContainer/>") == ERR_INVALID);
}

static bool vector_gives(const char *file, const char *expected)
{
	scoped(buf) content = BUF(MOVED_MAX);
	vectors_read(file, &content);
	buf_put_u8(&content, 0);
	return gives((const char *)content.data, expected);
}

Test(import_file, reads_the_plain_key_of_rfc_6030)
{
	cr_assert(vector_gives("vectors/rfc6030_plain.xml", "1 jsmith 987654321 1/8/0 0 " SEED "\n"));
}

Test(import_file, refuses_the_encrypted_key_of_rfc_6030_and_says_why)
{
	cr_assert(vector_gives("vectors/rfc6030_encrypted.xml",
		"1 refused: its seed is encrypted or missing: decrypt the container first\n"));
}
