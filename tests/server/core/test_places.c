/* SPDX-License-Identifier: Apache-2.0 */
/* Countries of addresses, by a small database that another program made (tests/vectors/countries.hex). */
#include "server/core/places.h"

#include "tests/support/temp_dir.h"
#include "tests/support/vectors.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

enum { FILE_MAX = 16 * 1024, PATH_MAX_BYTES = 128, STEP = 7 };

/* The database as a file of the test's own. */
struct atlas {
	struct temp_dir dir;
	char path[PATH_MAX_BYTES];
	struct buf bytes;
	struct places *places;
};

static void atlas_done(struct atlas *atlas)
{
	places_close(atlas->places);
	buf_done(&atlas->bytes);
	temp_dir_done(&atlas->dir);
}

static void write_file(const struct atlas *atlas, struct span bytes)
{
	FILE *file = fopen(atlas->path, "wb");
	cr_assert(file && (bytes.len == 0 || fwrite(bytes.at, 1, bytes.len, file) == bytes.len));
	cr_assert(fclose(file) == 0);
}

static void draw(struct atlas *atlas)
{
	*atlas = (struct atlas){.dir = temp_dir_make(), .bytes = BUF(FILE_MAX)};
	snprintf(atlas->path, sizeof atlas->path, "%s/countries.mmdb", atlas->dir.path);
	vectors_read_hex("vectors/countries.hex", &atlas->bytes);
	write_file(atlas, buf_span(&atlas->bytes));
}

static const char *country(const struct places *places, const char *address)
{
	static char found[PLACES_COUNTRY + 1];
	bool known = places_find(places, span_text(address), found);
	cr_assert(known == (found[0] != '\0'));
	return found;
}

Test(places, an_address_has_the_country_of_its_network)
{
	scoped(atlas) atlas = {0};
	draw(&atlas);
	cr_assert(!err_failed(places_open(atlas.path, &atlas.places)));
	cr_assert_str_eq(country(atlas.places, "192.0.2.77"), "FI");
	cr_assert_str_eq(country(atlas.places, "198.51.100.1"), "SE", "also where it stands flat");
	cr_assert_str_eq(country(atlas.places, "2001:db8:7::1"), "HU");
}

Test(places, what_the_database_does_not_say_is_not_known)
{
	scoped(atlas) atlas = {0};
	draw(&atlas);
	cr_assert(!err_failed(places_open(atlas.path, &atlas.places)));
	cr_assert_str_eq(country(atlas.places, "198.51.100.200"), "", "behind the network");
	cr_assert_str_eq(country(atlas.places, "203.0.113.5"), "", "no two capital letters");
	cr_assert_str_eq(country(atlas.places, "2001:db8:8::1"), "", "a continent is no country");
	cr_assert_str_eq(country(atlas.places, "localhost"), "");
	cr_assert_str_eq(country(atlas.places, ""), "");
}

Test(places, without_a_database_nothing_is_known)
{
	struct places *places = NULL;
	cr_assert(!err_failed(places_open("", &places)) && !places);
	cr_assert(!err_failed(places_open(NULL, &places)) && !places);
	cr_assert_str_eq(country(places, "192.0.2.77"), "");
	places_close(places);
}

Test(places, a_file_that_is_absent_or_something_else_is_told_apart)
{
	scoped(atlas) atlas = {0};
	draw(&atlas);
	write_file(&atlas, SPAN_LIT("country,code\n"));
	cr_assert(places_open(atlas.path, &atlas.places).kind == ERR_CORRUPT);
	write_file(&atlas, SPAN_NONE);
	cr_assert(err_failed(places_open(atlas.path, &atlas.places)));
	cr_assert(places_open("/nowhere/countries.mmdb", &atlas.places).kind == ERR_NOT_FOUND);
	cr_assert(!atlas.places);
}

Test(places, a_database_that_is_overwritten_or_cut_is_still_read_as_it_was)
{
	scoped(atlas) atlas = {0};
	draw(&atlas);
	cr_assert(!err_failed(places_open(atlas.path, &atlas.places)));
	write_file(&atlas, SPAN_LIT("a newer one comes, byte by byte"));
	cr_assert_str_eq(country(atlas.places, "192.0.2.77"), "FI");
	write_file(&atlas, SPAN_NONE);
	cr_assert_str_eq(country(atlas.places, "2001:db8:7::1"), "HU");
}

static void ask_all(const struct places *places)
{
	static const char *const ASKED[] = {
		"192.0.2.77", "198.51.100.1", "203.0.113.5", "2001:db8:7::1", "::1"};
	for (size_t i = 0; i < sizeof ASKED / sizeof ASKED[0]; i++)
		country(places, ASKED[i]);
}

static void ask_changed(struct atlas *atlas, struct span bytes)
{
	write_file(atlas, bytes);
	if (err_failed(places_open(atlas->path, &atlas->places)))
		return;
	ask_all(atlas->places);
	places_close(atlas->places);
	atlas->places = NULL;
}

Test(places, a_damaged_database_says_less_and_harms_nobody)
{
	static const uint8_t FLIPS[] = {0x01, 0x80, 0xff};
	scoped(atlas) atlas = {0};
	draw(&atlas);
	for (size_t len = 0; len < atlas.bytes.len; len += STEP)
		ask_changed(&atlas, span_of(atlas.bytes.data, len));
	for (size_t at = 0; at < atlas.bytes.len; at++) {
		uint8_t flip = FLIPS[at % sizeof FLIPS];
		atlas.bytes.data[at] ^= flip;
		ask_changed(&atlas, buf_span(&atlas.bytes));
		atlas.bytes.data[at] ^= flip;
	}
	cr_assert(!err_failed(places_open(NULL, &atlas.places)));
}
