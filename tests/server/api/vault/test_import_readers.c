/* SPDX-License-Identifier: Apache-2.0 */
/* What each program's file is read as: the shapes that those programs write, and what stands in none of them. */
#include "server/api/vault/import_bitwarden.h"
#include "server/api/vault/import_csv.h"
#include "server/api/vault/import_keepass.h"

#include <criterion/criterion.h>
#include <stdio.h>

enum { MEMORY = 8 * 1024 * 1024, SHOWN = 16 * 1024 };

/* ---- a list as text: a line an item ---- */

static void show_secret(const struct import_item *item, struct buf *shown)
{
	for (unsigned field = 1; field < CREDENTIAL_FIELD_COUNT; field++) {
		struct span value = item->secret.fields[field];
		if (value.len && field == CREDENTIAL_SEED)
			buf_printf(shown, " totp=%zu", value.len);
		else if (value.len)
			buf_printf(shown, " %s=%.*s", credentials_field_name((enum credential_field)field),
				SPAN_FMT(value));
	}
}

static void show(const struct import_list *list, struct buf *shown)
{
	for (const struct import_item *item = list->first; item; item = item->next) {
		const struct credential *credential = item->credential;
		buf_printf(shown, "%zu %s %.*s|%.*s|%.*s|", item->place,
			credential_kind_name(credential->kind), SPAN_FMT(credential->title),
			SPAN_FMT(credential->url), SPAN_FMT(credential->username));
		for (size_t i = 0; i < credential->tag_count; i++)
			buf_printf(shown, "%s%.*s", i ? "," : "", SPAN_FMT(credential->tags[i]));
		show_secret(item, shown);
		for (unsigned i = 0; import_loss_name(i); i++)
			if (item->lost >> i & 1)
				buf_printf(shown, " -%s", import_loss_name(i));
		if (item->refusal != IMPORT_COMES)
			buf_printf(shown, " !%s", import_refusal_name(item->refusal));
		buf_put_text(shown, "\n");
	}
	for (size_t i = 0; i < list->lost_column_count; i++)
		buf_printf(shown, "-%.*s\n", SPAN_FMT(list->lost_columns[i]));
}

/* Whether a read list looks like this. */
static bool looks(struct err err, const struct import_list *list, const char *expected)
{
	scoped(buf) shown = BUF(SHOWN);
	cr_assert(!err_failed(err), "%s", err.why);
	show(list, &shown);
	bool same = span_is(buf_span(&shown), expected);
	if (!same)
		fprintf(stderr, "read:\n%.*sexpected:\n%s", SPAN_FMT(buf_span(&shown)), expected);
	return same;
}

static bool csv_gives(enum import_csv_format format, const char *text, const char *expected)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct import_list list = {.arena = &arena};
	struct err err = import_csv_read(format, span_text(text), &list);
	return looks(err, &list, expected);
}

/* ---- tables ---- */

Test(import_readers, lastpass_marks_notes_by_their_address_and_a_cards_code_is_left_out)
{
	cr_assert(csv_gives(IMPORT_CSV_LASTPASS,
		"url,username,password,totp,extra,name,grouping,fav\r\n"
		"https://shop.example/"
		"in,hilja,\"p,\"\"w\",GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ,,Shop,Home\\Web,0\r\n"
		"http://sn,,,,\"first\nsecond\",Alarm,(none),1\r\n"
		"http://sn,,,,\"NoteType:Credit Card\nLanguage:en-US\nName on Card:Hilja K\nType:Visa\n"
		"Number:4111 1111 1111 1111\nSecurity Code:321\nStart Date:,\nExpiration Date:June,2020\n"
		"Notes:two\nlines\",Visa,,0\r\n",
		"2 login Shop|https://shop.example/in|hilja|Home/Web password=p,\"w totp=24\n"
		"3 note Alarm||| text=first\nsecond\n"
		"5 card Visa||| number=4111 1111 1111 1111 expiry=06/2020 holder=Hilja K -check_code\n"
		"5 note Visa||| text=Type: Visa\nStart Date: ,\ntwo\nlines\n"
		"-fav\n"));
}

Test(import_readers, columns_are_found_by_name_in_any_order)
{
	cr_assert(csv_gives(IMPORT_CSV_CHROME,
		"\xef\xbb\xbfpassword,NAME,note,username,url\n"
		"one,,,u,https://a.example/x?y\n"
		"two,B,remember,,\n",
		"2 login a.example|https://a.example/x?y|u| password=one\n"
		"3 login B||| password=two\n"
		"3 note B||| text=remember\n"));
}

Test(import_readers, onepassword_has_tags_and_an_archive)
{
	cr_assert(csv_gives(IMPORT_CSV_1PASSWORD,
		"Title,Url,Username,Password,OTPAuth,Favorite,Archived,Tags,Notes\n"
		"\"Mail\",\"https://m.example\",\"a\",\"b\",\"otpauth://totp/"
		"x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\","
		"\"false\",\"true\",\"work;old\",\"\"\n",
		"2 login Mail|https://m.example|a|work,old,archived password=b totp=24\n-Favorite\n"));
}

Test(import_readers, keepassxc_puts_the_files_name_before_every_group)
{
	cr_assert(csv_gives(IMPORT_CSV_KEEPASSXC,
		"\"Group\",\"Title\",\"Username\",\"Password\",\"URL\",\"Notes\",\"TOTP\",\"Icon\",\"Last "
		"Modified\",\"Created\"\n"
		"\"Passwords/Web/"
		"Shops\",\"S\",\"u\",\"p\",\"\",\"\",\"\",\"0\",\"2026-01-01T00:00:00Z\",\"2026-01-01T00:00:"
		"00Z\"\n"
		"\"Passwords\",\"T\",\"u\",\"p\",\"\",\"\",\"\",\"0\",\"\",\"\"\n",
		"2 login S||u|Web/Shops password=p\n3 login T||u| password=p\n-Icon\n-Last "
		"Modified\n-Created\n"));
}

Test(import_readers, what_cannot_come_says_why_and_the_rest_comes)
{
	scoped(buf) text = BUF(64 * 1024);
	buf_put_text(&text, "name,url,username,password\nempty,https://e.example,u,\n");
	buf_put_text(&text, "long,,,");
	for (int i = 0; i < CREDENTIAL_FIELD_MAX + 1; i++)
		buf_put_u8(&text, 'x');
	buf_put_text(&text, "\nwide ");
	for (int i = 0; i < CREDENTIAL_TITLE_MAX; i++)
		buf_put_u8(&text, 'x');
	buf_put_text(&text, ",,,p\nfine,,,p\n");
	scoped(arena) arena = ARENA(MEMORY);
	struct import_list list = {.arena = &arena};
	cr_assert(!err_failed(import_csv_read(IMPORT_CSV_CHROME, buf_span(&text), &list)));
	static const enum import_refusal WHY[] = {
		IMPORT_NO_SECRET, IMPORT_TOO_LONG, IMPORT_TOO_LONG, IMPORT_COMES};
	const struct import_item *item = list.first;
	for (size_t i = 0; i < 4; i++, item = item->next)
		cr_assert(item && item->refusal == WHY[i], "%zu: %d", i, item ? (int)item->refusal : -1);
	cr_assert(!item && list.items == 4);
}

Test(import_readers, a_login_of_words_alone_is_a_note_with_what_stood_beside_them)
{
	cr_assert(csv_gives(IMPORT_CSV_CHROME,
		"name,url,username,password,note\nDoor,https://d.example,hilja,,key is red\n",
		"2 note Door||| text=username: hilja\nurl: https://d.example\nkey is red\n"));
}

Test(import_readers, a_seed_that_is_none_is_told_and_the_password_beside_it_comes)
{
	cr_assert(csv_gives(IMPORT_CSV_LASTPASS,
		"url,username,password,totp,extra,name\n,u,p,not a "
		"seed!,,A\n,u,,steam://GEZDGNBVGY3TQOJQ,,B\n",
		"2 login A||u| password=p -seed\n3 login B||u| !malformed\n"));
}

Test(import_readers, the_short_seed_of_a_site_comes)
{
	cr_assert(csv_gives(IMPORT_CSV_LASTPASS,
		"url,username,password,totp,extra,name\n,u,p,JBSWY3DPEHPK3PXP,,A\n",
		"2 login A||u| password=p totp=14\n"));
}

Test(import_readers, a_row_with_a_comma_that_nobody_quoted_does_not_come_cut)
{
	cr_assert(csv_gives(IMPORT_CSV_CHROME,
		"name,url,username,password,note\nA,,u,pa,ss,\nB,,u,p,,\nC,,u,p\n",
		"2 login A||u| !malformed\n3 login B||u| !malformed\n4 login C||u| password=p\n"));
}

Test(import_readers, a_folder_of_lastpass_is_no_entry)
{
	cr_assert(csv_gives(IMPORT_CSV_LASTPASS,
		"url,username,password,extra,name,grouping\nhttp://group,,,,Bank,Bank\nhttp://group,,p,,A,\n",
		"3 login A|http://group|| password=p\n"));
}

Test(import_readers, rows_of_commas_alone_are_none)
{
	cr_assert(
		csv_gives(IMPORT_CSV_CHROME, "name,url,username,password,note\n,,,,\n  \n\nA,,u,p,\n , ,,,\n",
			"5 login A||u| password=p\n"));
}

Test(import_readers, a_label_with_a_cards_code_is_refused_like_one_that_is_typed_in)
{
	cr_assert(csv_gives(IMPORT_CSV_CHROME,
		"name,url,username,password,note\nVisa CVC 737,,u,p,\nB,,cvv 737,p,\nVisa CVC,,,737,\n",
		"2 login Visa CVC 737||u| password=p !security_code\n"
		"3 login B||cvv 737| password=p !security_code\n"
		"4 login Visa CVC||| password=737 !security_code\n"));
}

Test(import_readers, a_card_of_lastpass_comes_whatever_its_lines_end_with)
{
	cr_assert(csv_gives(IMPORT_CSV_LASTPASS,
		"url,username,password,extra,name,grouping\n"
		"http://sn,,,\"NoteType:Credit Card\r\nName on Card:Hilja K\r\nNumber:4111111111111111\r\n"
		"Security Code:321\r\nExpiration Date:June,2030\r\nNotes:\",Visa,\n"
		"http://sn,,,\"NoteType:Credit Card\nNumber:4111111111111111\nExpiration "
		"Date:,\nNotes:\",None,\n"
		"http://sn,,,\"NoteType:Credit Card\nNumber:4111111111111111\nExpiration "
		"Date:,2030\nNotes:\",Year,\n",
		"2 card Visa||| number=4111111111111111 expiry=06/2030 holder=Hilja K -check_code\n"
		"8 card None||| number=4111111111111111\n"
		"12 card Year||| number=4111111111111111\n"
		"12 note Year||| text=Expiration Date: ,2030\n"));
}

Test(import_readers, what_keepassxc_has_thrown_away_does_not_come)
{
	cr_assert(csv_gives(IMPORT_CSV_KEEPASSXC,
		"Group,Title,Username,Password,URL\nRoot/Recycle Bin,A,,p,\nRoot/Roskakori/Old,B,,p,\n"
		"Root/Work/Recycle Bin,C,,p,\n",
		"2 login A|||Recycle Bin password=p !in_trash\n3 login B|||Roskakori/Old password=p "
		"!in_trash\n"
		"4 login C|||Work/Recycle Bin password=p\n"));
}

Test(import_readers, a_table_that_cannot_be_read_names_the_line)
{
	static const struct {
		const char *text;
		size_t line;
	} BAD[] = {{"name,url,username,password\n\"A\nB\",,,p\nC,,,p\"q\n", 4},
		{"name,url,username,password\nA,,,\"p\nB,,,q\n", 2}, {"a,b\n", 1}};
	for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
		scoped(arena) arena = ARENA(MEMORY);
		struct import_list list = {.arena = &arena};
		cr_assert(import_csv_read(IMPORT_CSV_CHROME, span_text(BAD[i].text), &list).kind ==
			ERR_INVALID);
		cr_assert(list.line == BAD[i].line, "%zu: %zu", i, list.line);
	}
}

static enum err_kind csv_fails(enum import_csv_format format, const char *text)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct import_list list = {.arena = &arena};
	return import_csv_read(format, span_text(text), &list).kind;
}

Test(import_readers, a_table_of_something_else_is_refused)
{
	cr_assert(csv_fails(IMPORT_CSV_LASTPASS, "") == ERR_INVALID);
	cr_assert(csv_fails(IMPORT_CSV_LASTPASS, "a,b,c\n1,2,3\n") == ERR_INVALID);
	cr_assert(csv_fails(IMPORT_CSV_1PASSWORD, "name,url,username,password\n") == ERR_INVALID);
	cr_assert(csv_fails(IMPORT_CSV_CHROME, "name,url,username,password\na,b,c,\"d") == ERR_INVALID);
}

Test(import_readers, only_what_lies_in_the_folder_that_is_asked_for_comes)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct import_list list = {.arena = &arena, .folder = SPAN_LIT("Hilja")};
	struct err err = import_csv_read(IMPORT_CSV_LASTPASS,
		SPAN_LIT("url,username,password,extra,name,grouping\n,u,p,,A,Hilja\n,u,p,,B,Hilja\\Web\n,u,p,"
			 ",C,Hiljaisuus\n,u,p,,D,\n"),
		&list);
	cr_assert(looks(err, &list,
		"2 login A||u|Hilja password=p\n3 login B||u|Hilja/Web password=p\n"
		"4 login C||u|Hiljaisuus password=p !elsewhere\n5 login D||u| password=p !elsewhere\n"));
}

/* ---- Bitwarden ---- */

static struct err read_bitwarden(
	const char *text, struct arena *arena, struct json_doc *doc, struct import_list *list)
{
	static struct json_problems problems;
	struct json_object top;
	problems = (struct json_problems){0};
	TRY(json_in_parse(doc, span_text(text), arena, &problems));
	TRY(json_in_top(doc, &top));
	return import_bitwarden_read(&top, list);
}

static bool bitwarden_gives(const char *text, const char *expected)
{
	scoped(arena) arena = ARENA(MEMORY);
	scoped(json_doc) doc = {0};
	struct import_list list = {.arena = &arena};
	struct err err = read_bitwarden(text, &arena, &doc, &list);
	return looks(err, &list, expected);
}

Test(import_readers, bitwardens_items_of_every_kind_come)
{
	cr_assert(bitwarden_gives(
		"{\"encrypted\":false,\"folders\":[{\"id\":\"f1\",\"name\":\"Web\"}],\"items\":["
		"{\"id\":\"i1\",\"folderId\":\"f1\",\"type\":1,\"name\":\"Shop\",\"notes\":\"red "
		"door\",\"favorite\":true,"
		"\"fields\":[{\"name\":\"PIN\",\"value\":\"99\",\"type\":1},{\"name\":\"on\",\"value\":null,"
		"\"type\":2}],"
		"\"login\":{\"uris\":[{\"match\":null,\"uri\":\"https://a.example\"},{\"uri\":\"https://"
		"b.example\"}],"
		"\"username\":\"u\",\"password\":\"p\",\"totp\":null,\"fido2Credentials\":[{\"x\":1}]},"
		"\"passwordHistory\":[{\"password\":\"old\"}]},"
		"{\"id\":\"i2\",\"type\":2,\"name\":\"N\",\"notes\":\"words\",\"secureNote\":{\"type\":0}},"
		"{\"id\":\"i3\",\"type\":3,\"name\":\"C\",\"notes\":null,\"card\":{\"cardholderName\":\"H "
		"K\",\"brand\":\"Visa\","
		"\"number\":\"4111111111111111\",\"expMonth\":\"6\",\"expYear\":\"2030\",\"code\":\"123\"}},"
		"{\"id\":\"i4\",\"type\":4,\"name\":\"I\",\"identity\":{\"firstName\":\"Hilja\",\"age\":7,"
		"\"city\":\"Oulu\"}},"
		"{\"id\":\"i5\",\"type\":1,\"name\":\"Gone\",\"deletedDate\":\"2026-01-01T00:00:00Z\","
		"\"login\":{\"password\":\"p\"}}]}",
		"1 login Shop|https://a.example|u|Web password=p -history -passkeys\n"
		"1 note Shop|||Web text=url: https://b.example\nPIN: 99\nred door\n"
		"2 note N||| text=words\n"
		"3 card C||| number=4111111111111111 expiry=06/2030 holder=H K -check_code\n"
		"3 note C||| text=brand: Visa\n"
		"4 note I||| text=firstName: Hilja\ncity: Oulu\n"
		"5 login Gone||| password=p !in_trash\n"));
}

Test(import_readers, half_an_expiry_is_kept_in_words)
{
	cr_assert(bitwarden_gives("{\"items\":[{\"type\":3,\"name\":\"C\",\"card\":{\"number\":"
				  "\"4111111111111111\",\"expMonth\":null,\"expYear\":\"2030\"}}]}",
		"1 card C||| number=4111111111111111\n1 note C||| text=expYear: 2030\n"));
}

Test(import_readers, an_organisations_item_lies_in_its_first_collection)
{
	cr_assert(bitwarden_gives(
		"{\"collections\":[{\"id\":\"c1\",\"name\":\"A\"},{\"id\":\"c2\",\"name\":\"B\"}],\"items\":["
		"{\"type\":1,\"name\":\"X\",\"collectionIds\":[\"c2\",\"c1\"],\"login\":{\"password\":\"p\"}}"
		"]}",
		"1 login X|||B password=p\n"));
}

Test(import_readers, what_is_no_export_of_bitwarden_is_refused)
{
	static const char *const BAD[] = {"{\"encrypted\":true,\"passwordProtected\":true,\"data\":\"2.x\"}",
		"{}", "{\"items\":{}}", "{\"items\":7}"};
	for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
		scoped(arena) arena = ARENA(MEMORY);
		scoped(json_doc) doc = {0};
		struct import_list list = {.arena = &arena};
		cr_assert(read_bitwarden(BAD[i], &arena, &doc, &list).kind == ERR_INVALID, "%s", BAD[i]);
	}
	cr_assert(bitwarden_gives("{\"items\":[7,null,{},{\"type\":\"1\",\"name\":[],\"login\":[1]}]}",
		"1 note untitled||| !no_secret\n2 note untitled||| !no_secret\n"));
}

/* ---- KeePass ---- */

static bool keepass_gives(const char *text, const char *expected)
{
	scoped(arena) arena = ARENA(MEMORY);
	struct import_list list = {.arena = &arena};
	struct err err = import_keepass_read(span_text(text), &list);
	return looks(err, &list, expected);
}

#define STRING(key, value) \
	"<String><Key>" key "</Key><Value ProtectInMemory=\"True\">" value "</Value></String>"

Test(import_readers, keepass_entries_come_without_history_and_bin)
{
	cr_assert(keepass_gives(
		"<?xml version=\"1.0\" "
		"encoding=\"utf-8\"?><KeePassFile><Meta><RecycleBinUUID>QklO</RecycleBinUUID></Meta><Root>"
		"<Group><UUID>Uk9P</UUID><Name>Passwords</Name>"
		"<Entry><UUID>RTE=</UUID>" STRING("Title", "One &amp; all") STRING("UserName", "u") STRING(
			"Password", "p") STRING("URL", "https://a.example") STRING("Notes",
			"red\ndoor") STRING("PIN",
			"99") "<Binary><Key>a.txt</Key><Value Ref=\"0\"/></Binary>"
			      "<History><Entry><UUID>RTE=</UUID>" STRING("Title", "Older") STRING("Password",
				      "old") "</Entry></History></Entry>"
					     "<Group><UUID>V0VC</UUID><Name>Web</"
					     "Name><Entry><UUID>RTI=</UUID>" STRING("Title", "Two") STRING(
						     "otp",
						     "otpauth://totp/"
						     "x?secret="
						     "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ"
						     "Q") "<CustomData><Item><Key>k</"
							  "Key><Value>v</Value></"
							  "Item></CustomData></"
							  "Entry></Group>"
							  "<Group><UUID>QklO</"
							  "UUID><Name>Recycle "
							  "Bin</"
							  "Name><Group><Name>Inner</"
							  "Name><Entry><UUID>RTM=</"
							  "UUID>" STRING("Title", "Thrown") STRING("Pa"
												   "ss"
												   "wo"
												   "r"
												   "d",
								  "p") "</Entry></"
								       "Group></Group>"
								       "</Group></"
								       "Root></"
								       "KeePassFile>",
		"1 login One & all|https://a.example|u| password=p -history -attachments\n"
		"1 note One & all||| text=PIN: 99\nred\ndoor\n"
		"2 login Two|||Web totp=24\n"
		"3 login Thrown|||Recycle Bin/Inner password=p !in_trash\n"));
}

Test(import_readers, keepass_tags_come_and_a_value_that_is_still_locked_does_not)
{
	cr_assert(keepass_gives(
		"<KeePassFile><Root><Group><Name>DB</Name><Entry><Tags>red;blue, green</Tags>" STRING(
			"Title", "A")
			STRING("Password", "p") "</Entry><Entry><Tags>a;b;c;d;e;f;g;h;i</Tags>" STRING(
				"Password", "p") "</Entry><Entry><Tags/><String><Key>Password</Key><Value "
						 "Protected=\"True\">b2xk</Value></String></Entry>"
						 "</Group></Root></KeePassFile>",
		"1 login A|||red,blue,green password=p\n"
		"2 login untitled|||a,b,c,d,e,f,g,h password=p\n2 note untitled|||a,b,c,d,e,f,g,h text=tag: "
		"i\n"
		"3 login untitled||| !malformed\n"));
}

Test(import_readers, hostile_xml_is_refused)
{
	static const char *const BAD[] = {"", "<KeePassFile>", "<Other/>",
		"<KeePassFile><Root></KeePassFile>",
		"<!DOCTYPE x [<!ENTITY a \"aaaa\">]><KeePassFile>&a;</KeePassFile>",
		"<!DOCTYPE x SYSTEM \"file:///etc/passwd\"><KeePassFile/>",
		"<KeePassFile>\xff</KeePassFile>"};
	scoped(buf) deep = BUF(1 << 20);
	scoped(arena) arena = ARENA(MEMORY);
	struct import_list list = {.arena = &arena};
	for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++)
		cr_assert(import_keepass_read(span_text(BAD[i]), &list).kind == ERR_INVALID, "%s", BAD[i]);
	buf_put_text(&deep, "<KeePassFile>");
	for (int i = 0; i < 40; i++)
		buf_put_text(&deep, "<Group>");
	cr_assert(import_keepass_read(buf_span(&deep), &list).kind == ERR_INVALID);
	cr_assert(list.items == 0);
}

Test(import_readers, a_value_that_is_too_long_ends_its_entry_alone)
{
	scoped(buf) text = BUF(1 << 20);
	scoped(arena) arena = ARENA(MEMORY);
	struct import_list list = {.arena = &arena};
	buf_put_text(&text,
		"<KeePassFile><Root><Group><Entry>" STRING(
			"Title", "Long") "<String><Key>Password</Key><Value>");
	for (int i = 0; i < 100000; i++)
		buf_put_u8(&text, 'x');
	buf_put_text(&text,
		"</Value></String></Entry><Entry>" STRING("Title", "Short")
			STRING("Password", "p") "</Entry></Group></Root></KeePassFile>");
	cr_assert(looks(import_keepass_read(buf_span(&text), &list), &list,
		"1 login Long||| !too_long\n2 login Short||| password=p\n"));
}

Test(import_readers, what_has_no_name_and_no_host_that_can_be_shown_is_untitled)
{
	cr_assert(csv_gives(IMPORT_CSV_CHROME, "name,url,username,password\n\t,x://\x07\x01,u,p\n",
		"2 login untitled|x://|u| password=p\n"));
}
