/* SPDX-License-Identifier: Apache-2.0 */
/* test_age - what is sealed here the program age opens, to the last byte; what is no public key of its is none here. */
#include "crypto/age.h"

#include "tests/support/temp_dir.h"

#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MOST = 512 * 1024, COMMAND = 1024 };

/* A pair that age-keygen made for these tests. */
static const char KNOWN[] = "age1k4vdqjjgmm68gfujr88359euqvmk2tkhxvcn5dn2au45gf09cssql0zs7v";
static const char KNOWN_SECRET[] =
	"AGE-SECRET-KEY-1ESXCG2NKV69GSQPFP7EZX99GFUY70FJWWJHRVT8WFFRKDUTX8G0QG4QXCW\n";

static void run(const char *command)
{
	FILE *program = popen(command, "r");
	cr_assert(program && pclose(program) == 0, "%s", command);
}

static void keep(const struct temp_dir *dir, const char *name, struct span bytes)
{
	char path[COMMAND];
	snprintf(path, sizeof path, "%s/%s", dir->path, name);
	FILE *file = fopen(path, "wb");
	cr_assert(file && (bytes.len == 0 || fwrite(bytes.at, 1, bytes.len, file) == bytes.len) &&
		fclose(file) == 0);
}

static void seal(const char *recipient, struct span plain, size_t step, struct buf *out)
{
	uint8_t key[AGE_RECIPIENT];
	struct age *age = calloc(1, sizeof *age);
	cr_assert(!err_failed(age_read_recipient(span_text(recipient), key)));
	cr_assert(age && !err_failed(age_begin(age, key, out)));
	for (size_t at = 0; at < plain.len; at += step)
		cr_assert(!err_failed(age_put(age, span_first(span_from(plain, at), step))));
	cr_assert(!err_failed(age_end(age)));
	age_done(age);
	cr_assert(age->filled == 0 && age->key[0] == 0 && age->chunk[0] == 0, "nothing stays behind");
	free(age);
}

static void opens_by_age(size_t len, size_t step)
{
	char command[COMMAND];
	struct temp_dir dir = temp_dir_make();
	scoped(buf) plain = BUF(FILE_MOST);
	scoped(buf) sealed = BUF(FILE_MOST);
	for (size_t i = 0; i < len; i++)
		buf_put_u8(&plain, (uint8_t)(i * 7 + (i >> 8) + 1));
	seal(KNOWN, buf_span(&plain), step, &sealed);
	keep(&dir, "key", span_text(KNOWN_SECRET));
	keep(&dir, "plain", buf_span(&plain));
	keep(&dir, "sealed", buf_span(&sealed));
	snprintf(command, sizeof command, "age -d -i %s/key %s/sealed > %s/opened && cmp %s/plain %s/opened",
		dir.path, dir.path, dir.path, dir.path, dir.path);
	run(command);
	temp_dir_done(&dir);
}

Test(age, what_is_sealed_the_program_age_opens_to_the_last_byte)
{
	static const size_t LENGTHS[] = {
		0, 1, 100, AGE_CHUNK - 1, AGE_CHUNK, AGE_CHUNK + 1, 2 * AGE_CHUNK, 3 * AGE_CHUNK + 17};
	for (size_t i = 0; i < sizeof LENGTHS / sizeof LENGTHS[0]; i++)
		opens_by_age(LENGTHS[i], 1000);
}

Test(age, the_size_of_the_pieces_does_not_matter)
{
	opens_by_age(300, 1);
	opens_by_age(AGE_CHUNK * 2 + 5, AGE_CHUNK * 2 + 5);
}

Test(age, no_two_files_are_alike_and_none_shows_a_word)
{
	scoped(buf) one = BUF(FILE_MOST);
	scoped(buf) other = BUF(FILE_MOST);
	const struct span plain = SPAN_LIT("a word that nobody else may see");
	seal(KNOWN, plain, 10, &one);
	seal(KNOWN, plain, 10, &other);
	cr_assert(one.len == other.len && memcmp(one.data, other.data, one.len) != 0);
	cr_assert(!memmem(one.data, one.len, "nobody", 6));
}

Test(age, an_end_that_is_cut_off_opens_nowhere)
{
	char command[COMMAND];
	struct temp_dir dir = temp_dir_make();
	scoped(buf) sealed = BUF(FILE_MOST);
	seal(KNOWN, SPAN_LIT("twelve bytes"), 12, &sealed);
	keep(&dir, "key", span_text(KNOWN_SECRET));
	keep(&dir, "sealed", span_of(sealed.data, sealed.len - 1));
	snprintf(
		command, sizeof command, "! age -d -i %s/key %s/sealed > /dev/null 2>&1", dir.path, dir.path);
	run(command);
	temp_dir_done(&dir);
}

Test(age, what_is_no_public_key_is_refused)
{
	uint8_t key[AGE_RECIPIENT];
	char changed[sizeof KNOWN];
	static const char *const BAD[] = {"", "age1",
		"age1k4vdqjjgmm68gfujr88359euqvmk2tkhxvcn5dn2au45gf09cssql0zs7",
		"AGE1K4VDQJJGMM68GFUJR88359EUQVMK2TKHXVCN5DN2AU45GF09CSSQL0ZS7V",
		"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+"};
	for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++)
		cr_assert(age_read_recipient(span_text(BAD[i]), key).kind == ERR_INVALID, "%s", BAD[i]);
	for (size_t i = 0; i < sizeof KNOWN - 1; i++) {
		memcpy(changed, KNOWN, sizeof KNOWN);
		changed[i] = changed[i] == 'q' ? 'p' : 'q';
		cr_assert(age_read_recipient(span_text(changed), key).kind == ERR_INVALID, "%s", changed);
	}
}

Test(age, a_public_key_is_printed_as_age_keygen_wrote_it)
{
	uint8_t key[AGE_RECIPIENT], again[AGE_RECIPIENT];
	char text[AGE_RECIPIENT_TEXT + 1];
	cr_assert(!err_failed(age_read_recipient(span_text(KNOWN), key)));
	age_print_recipient(key, text);
	cr_assert_str_eq(text, KNOWN);
	for (unsigned bit = 0; bit < AGE_RECIPIENT * 8 - 1; bit++) {
		key[bit / 8] ^= (uint8_t)(1u << bit % 8);
		age_print_recipient(key, text);
		cr_assert(!err_failed(age_read_recipient(span_text(text), again)), "%s", text);
		cr_assert_arr_eq(again, key, sizeof key);
		key[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	age_print_recipient((const uint8_t[AGE_RECIPIENT]){0}, text);
	cr_assert_str_eq(text, "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z");
}

/* Bech32 of 32 bytes that are zero: a point of small order, to which anybody could open what is sealed. */
Test(age, a_point_of_small_order_is_no_recipient)
{
	uint8_t key[AGE_RECIPIENT];
	const uint8_t zero[AGE_RECIPIENT] = {0};
	struct age *age = calloc(1, sizeof *age);
	scoped(buf) out = BUF(FILE_MOST);
	cr_assert(age && age_begin(age, zero, &out).kind == ERR_INVALID);
	free(age);
	cr_assert(age_read_recipient(
			  SPAN_LIT("age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z"), key)
			  .kind == ERR_INVALID);
	/* Four bits too many: they have to be zero. */
	cr_assert(age_read_recipient(
			  SPAN_LIT("age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqpfwgqrs"), key)
			  .kind == ERR_INVALID);
}
