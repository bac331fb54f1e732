/* SPDX-License-Identifier: Apache-2.0 */
/* What identifiers promise: UUIDv7 inside, TypeID outside. Vectors: TypeID specification 0.3, valid.yml and
 * invalid.yml (Apache-2.0). */
#include "base/ids.h"

#include "tests/support/dice.h"

#include <criterion/criterion.h>

struct vector {
	const char *digits;
	struct id id;
};

static const struct vector VECTORS[] = {
	{"00000000000000000000000000", {{0}}},
	{"00000000000000000000000001", {{[15] = 1}}},
	{"0000000000000000000000000a", {{[15] = 10}}},
	{"0000000000000000000000000g", {{[15] = 16}}},
	{"00000000000000000000000010", {{[15] = 32}}},
	{"7zzzzzzzzzzzzzzzzzzzzzzzzz",
		{{255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255}}},
	{"0123456789abcdefghjkmnpqrs",
		{{0x01, 0x10, 0xc8, 0x53, 0x1d, 0x09, 0x52, 0xd8, 0xd7, 0x3e, 0x11, 0x94, 0xe9, 0x5b, 0x5f,
			0x19}}},
	{"01h455vb4pex5vsknk084sn02q",
		{{0x01, 0x89, 0x0a, 0x5d, 0xac, 0x96, 0x77, 0x4b, 0xbc, 0xce, 0xb3, 0x02, 0x09, 0x9a, 0x80,
			0x57}}},
};

Test(ids, prints_the_published_vectors)
{
	for (size_t i = 0; i < sizeof VECTORS / sizeof *VECTORS; i++) {
		char text[ID_TEXT + 1];
		ids_print(ID_PERSON, VECTORS[i].id, text);
		cr_assert(strncmp(text, "per_", 4) == 0 && strcmp(text + 4, VECTORS[i].digits) == 0, "%s",
			text);
	}
}

Test(ids, parses_the_published_vectors)
{
	for (size_t i = 0; i < sizeof VECTORS / sizeof *VECTORS; i++) {
		char text[ID_TEXT + 1] = "tok_";
		memcpy(text + 4, VECTORS[i].digits, 27);
		struct id id;
		cr_assert(!err_failed(ids_parse(ID_TOKEN, span_text(text), &id)));
		cr_assert(ids_equal(id, VECTORS[i].id), "%s", text);
	}
}

Test(ids, refuses_what_no_id_can_be)
{
	static const char *const rows[] = {"", "per_", "per", "per_01h455vb4pex5vsknk084sn02",
		"01h455vb4pex5vsknk084sn02q", "per_01h455vb4pex5vsknk084sn02q0",
		"per_8zzzzzzzzzzzzzzzzzzzzzzzzz", "per_zzzzzzzzzzzzzzzzzzzzzzzzzz",
		"per_01H455VB4PEX5VSKNK084SN02Q", "per-01h455vb4pex5vsknk084sn02q",
		"cli_01h455vb4pex5vsknk084sn02q", "PER_01h455vb4pex5vsknk084sn02q",
		"per_01h455vb4pex5vsknk084sn02i", "per_01h455vb4pex5vsknk084sn02l",
		"per_01h455vb4pex5vsknk084sn02o", "per_01h455vb4pex5vsknk084sn02u",
		"per_01h455vb4pex5vsknk084sn02 ", "per_01h455vb4pex-vsknk084sn02q",
		" er_01h455vb4pex5vsknk084sn02q", "per_\377h455vb4pex5vsknk084sn02q1"};
	struct id id = {{7}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		cr_assert(ids_parse(ID_PERSON, span_text(rows[i]), &id).kind == ERR_NOT_FOUND, "%s", rows[i]);
	cr_assert(
		ids_parse(ID_PERSON, SPAN_LIT("per_01h455vb4pex5vsknk084sn0\0q"), &id).kind == ERR_NOT_FOUND);
	cr_assert(ids_parse(ID_PERSON, SPAN_NONE, &id).kind == ERR_NOT_FOUND);
	cr_assert(id.bytes[0] == 7, "a refused text leaves the id alone");
}

Test(ids, every_id_of_every_kind_survives_print_and_parse)
{
	struct dice dice = {1};
	for (int round = 0; round < 20000; round++) {
		struct id id;
		struct id back;
		char text[ID_TEXT + 1];
		dice_fill(&dice, id.bytes, sizeof id.bytes);
		enum id_kind kind = (enum id_kind)dice_below(&dice, ID_KIND_COUNT);
		ids_print(kind, id, text);
		cr_assert(strlen(text) == ID_TEXT);
		cr_assert(!err_failed(ids_parse(kind, span_text(text), &back)) && ids_equal(id, back), "%s",
			text);
	}
}

Test(ids, the_text_of_one_kind_is_no_id_of_another)
{
	struct id id = {{1}};
	char text[ID_TEXT + 1];
	for (enum id_kind a = 0; a < ID_KIND_COUNT; a++) {
		ids_print(a, id, text);
		for (enum id_kind b = 0; b < ID_KIND_COUNT; b++)
			cr_assert(err_failed(ids_parse(b, span_text(text), &id)) == (a != b), "%s as %d",
				text, b);
	}
}

Test(ids, makes_a_uuid_of_version_7)
{
	static const uint8_t ones[10] = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
	static const uint8_t zeroes[10];
	struct id high = ids_make((struct instant){0x0123456789ab}, ones);
	struct id low = ids_make((struct instant){0x0123456789ab}, zeroes);
	cr_assert(memcmp(high.bytes, "\x01\x23\x45\x67\x89\xab\x7f\xff\xbf\xff\xff\xff\xff\xff\xff\xff",
			  16) == 0);
	cr_assert(memcmp(low.bytes, "\x01\x23\x45\x67\x89\xab\x70\0\x80\0\0\0\0\0\0\0", 16) == 0);
}

Test(ids, the_example_of_rfc_9562_comes_out)
{
	/* RFC 9562 appendix A.6: 017F22E2-79B0-7CC3-98C4-DC0C0C07398F. */
	static const uint8_t random[10] = {0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f};
	struct id id = ids_make((struct instant){0x017f22e279b0}, random);
	cr_assert(memcmp(id.bytes, "\x01\x7f\x22\xe2\x79\xb0\x7c\xc3\x98\xc4\xdc\x0c\x0c\x07\x39\x8f", 16) ==
		0);
}

Test(ids, the_time_can_be_read_back)
{
	static const uint8_t random[10] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
	static const int64_t times[] = {0, 1, 1795285532123, 253402300799999, 0xffffffffffff};
	for (size_t i = 0; i < sizeof times / sizeof *times; i++)
		cr_assert(ids_time(ids_make((struct instant){times[i]}, random)).ms == times[i]);
}

Test(ids, later_ids_sort_behind_earlier_ones)
{
	static const uint8_t ones[10] = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
	static const uint8_t zeroes[10];
	char a[ID_TEXT + 1];
	char b[ID_TEXT + 1];
	ids_print(ID_EVENT, ids_make((struct instant){1795285532123}, ones), a);
	ids_print(ID_EVENT, ids_make((struct instant){1795285532124}, zeroes), b);
	cr_assert(strcmp(a, b) < 0);
}

Test(ids, every_prefix_is_three_letters_and_stands_once)
{
	for (enum id_kind a = 0; a < ID_KIND_COUNT; a++) {
		cr_assert(strspn(ids_prefix(a), "abcdefghijklmnopqrstuvwxyz") == 3 &&
			strlen(ids_prefix(a)) == 3);
		for (enum id_kind b = a + 1; b < ID_KIND_COUNT; b++)
			cr_assert(strcmp(ids_prefix(a), ids_prefix(b)) != 0, "%s", ids_prefix(a));
	}
}

Test(ids, our_prefixes_are_known)
{
	for (enum id_kind kind = 0; kind < ID_KIND_COUNT; kind++) {
		char text[8] = "xxx_abc";
		memcpy(text, ids_prefix(kind), 3);
		cr_assert(ids_has_prefix(span_text(text)), "%s", text);
		cr_assert(ids_has_prefix(span_first(span_text(text), 4)));
		cr_assert(!ids_has_prefix(span_first(span_text(text), 3)), "the underscore belongs to it");
	}
	cr_assert(ids_has_prefix(SPAN_LIT("mun_x")));
}

Test(ids, other_beginnings_are_no_prefix_of_ours)
{
	static const char *const rows[] = {
		"", "_", "per", "per-1", "perx_1", "xper_1", "PER_1", "abc_1", "mun", "mun-"};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		cr_assert(!ids_has_prefix(span_text(rows[i])), "%s", rows[i]);
	cr_assert(!ids_has_prefix(SPAN_NONE));
}

Test(ids, the_zero_id_is_none)
{
	cr_assert(ids_is_none((struct id){0}));
	cr_assert(!ids_is_none((struct id){.bytes = {[15] = 1}}));
}
