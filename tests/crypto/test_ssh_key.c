/* SPDX-License-Identifier: Apache-2.0 */
/* test_ssh_key - keys that ssh-keygen and openssl made for these tests alone, and what only looks like one. */
#include "crypto/ssh_key.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

static const char PLAIN[] = "-----BEGIN OPENSSH PRIVATE KEY-----\n"
			    "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\n"
			    "QyNTUxOQAAACDa8+x3uC1VePBg4Gpds11ug5Z34LhogaOLNwJz0tg6lQAAAIiD59Uxg+fV\n"
			    "MQAAAAtzc2gtZWQyNTUxOQAAACDa8+x3uC1VePBg4Gpds11ug5Z34LhogaOLNwJz0tg6lQ\n"
			    "AAAEDfWVrkf9DXzFVD8/mwCLxV8llrBRvBESCcoUmcjQJk1Nrz7He4LVV48GDgal2zXW6D\n"
			    "lnfguGiBo4s3AnPS2DqVAAAABHRlc3QB\n"
			    "-----END OPENSSH PRIVATE KEY-----\n";

static const char PROTECTED[] = "-----BEGIN OPENSSH PRIVATE KEY-----\n"
				"b3BlbnNzaC1rZXktdjEAAAAACmFlczI1Ni1jdHIAAAAGYmNyeXB0AAAAGAAAABAtQKMkAD\n"
				"jUrpFhye1WemupAAAAEAAAAAEAAAAzAAAAC3NzaC1lZDI1NTE5AAAAIGF70LIsZDCiR0Ao\n"
				"odkn0R4VuK9rty0XuV3c0D7uogOLAAAAkMvK6c4eubq59VzbEEivVL8AYfiHFaaioTqp0Z\n"
				"Dr6UDUf+GP5yqlAkuIjqp4jTTcFroTejPoIleIxcBVo7bu2vwJgA5fZyvNSnpUO+hwGSLN\n"
				"/EORXg7vyCIe+Z4UEVWNnTz5wU8F8QuWAW/pqrIAV0O+YYJpvSiAZXhptLlSs29PVGeeuw\n"
				"izXt/phnsOkXnQaw==\n"
				"-----END OPENSSH PRIVATE KEY-----\n";

static const char PUBLIC[] =
	"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINrz7He4LVV48GDgal2zXW6DlnfguGiBo4s3AnPS2DqV test\n";

static const char SEC1[] = "-----BEGIN EC PRIVATE KEY-----\n"
			   "MHcCAQEEIH/g/QpswBDPpK/k4yMPT7Hm1nVCaUcQl8DLAV9oJbJWoAoGCCqGSM49\n"
			   "AwEHoUQDQgAEwUwyLrPYTxd8rV9N4bDPa0sRiMG+kdOIo0kdkbCoKuk3HqttxaDQ\n"
			   "zxSrix5XSVAGldfJhmdR/X2CA9EMQAXgTA==\n"
			   "-----END EC PRIVATE KEY-----\n";

static const char SEC1_ENCRYPTED[] = "-----BEGIN EC PRIVATE KEY-----\n"
				     "Proc-Type: 4,ENCRYPTED\n"
				     "DEK-Info: AES-128-CBC,2D56553817B438A1EF29D6627676A41F\n"
				     "\n"
				     "o9P3yyRhzow3shXLdD7/pjhRJrrLZ9qHWYaRnoUEr4bkKV2LbMpKlER1bt8Cw8yx\n"
				     "SNAbob+dpXuP4kEaKW+xkKoFz2YP63lvVytRTtMLmmeM7rfy6+6LJZ7hGdVjvMHl\n"
				     "a0pF1IO5tNw1HHElyX+IS3nk2jfVM5oSHP2BvQ3Hm00=\n"
				     "-----END EC PRIVATE KEY-----\n";

static const char PKCS8_ENCRYPTED[] = "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
				      "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhBzd35P3nlgQICCAAw\n"
				      "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEFPOrp73/erfADbYAHUCSnEEgZAd\n"
				      "cTbajO1snM4pNDdOPpuZVs0FLhrQQ7R/aReZuxvMyv6Kn+9zfbHnR3Od6adps2ao\n"
				      "hS3vTIAAI6ugQsuXSW9mVhWOqalnBvM2l6v17Nq0IEWuZu9fmJsZUgMUJOgAw1Fx\n"
				      "Tl1unqhK4xDcoKCHaNeTu6qb+J8lAhtvErERqGtvVCm/rcw2xMFucfnpWNq5oYA=\n"
				      "-----END ENCRYPTED PRIVATE KEY-----\n";

static const char PKCS8[] = "-----BEGIN PRIVATE KEY-----\n"
			    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgf+D9CmzAEM+kr+Tj\n"
			    "Iw9PsebWdUJpRxCXwMsBX2glslahRANCAATBTDIus9hPF3ytX03hsM9rSxGIwb6R\n"
			    "04ijSR2RsKgq6Tceq23FoNDPFKuLHldJUAaV18mGZ1H9fYID0QxABeBM\n"
			    "-----END PRIVATE KEY-----\n";

static struct ssh_key must_read(const char *text)
{
	struct ssh_key key = {0};
	struct err err = ssh_key_read(span_text(text), &key);
	cr_assert(!err_failed(err), "%.40s", text);
	return key;
}

static bool is_refused(struct span text)
{
	struct ssh_key key = {.type = "before"};
	struct err err = ssh_key_read(text, &key);
	return err.kind == ERR_INVALID && strcmp(key.type, "before") == 0;
}

Test(ssh_key, a_key_is_known_by_the_fingerprint_that_ssh_keygen_prints)
{
	struct ssh_key key = must_read(PLAIN);
	cr_assert_str_eq(key.type, "ssh-ed25519");
	cr_assert_str_eq(key.fingerprint, "SHA256:RGFifHnT/0U53benKumYS3PlJLsX9dNrS3770oYVg78");
}

Test(ssh_key, a_key_under_a_passphrase_shows_its_public_half_all_the_same)
{
	struct ssh_key key = must_read(PROTECTED);
	cr_assert_str_eq(key.type, "ssh-ed25519");
	cr_assert_str_eq(key.fingerprint, "SHA256:thSX9KlOF68S/ltNRqC89U+ick4lx0gNXtMSSXsp4yA");
}

Test(ssh_key, pem_keys_are_known_by_their_first_line)
{
	cr_assert_str_eq(must_read(SEC1).type, "EC PRIVATE KEY");
	cr_assert_str_eq(must_read(SEC1_ENCRYPTED).type, "EC PRIVATE KEY");
	cr_assert_str_eq(must_read(PKCS8).type, "PRIVATE KEY");
	cr_assert_str_eq(must_read(PKCS8_ENCRYPTED).type, "ENCRYPTED PRIVATE KEY");
	cr_assert_str_eq(must_read(PKCS8).fingerprint, "");
}

Test(ssh_key, lines_may_end_as_on_windows_and_blanks_stand_around)
{
	char text[4 * sizeof PLAIN] = " \n";
	size_t len = 2;
	for (const char *c = PLAIN; *c; c++) {
		if (*c == '\n')
			text[len++] = '\r';
		text[len++] = *c;
	}
	cr_assert_str_eq(must_read(text).type, "ssh-ed25519");
}

Test(ssh_key, a_key_cut_short_anywhere_is_none)
{
	for (size_t len = 0; len + 2 < sizeof PLAIN; len++)
		cr_assert(is_refused(span_of(PLAIN, len)), "%zu", len);
	for (size_t len = 0; len + 2 < sizeof SEC1; len++)
		cr_assert(is_refused(span_of(SEC1, len)), "%zu", len);
}

static bool with_line_left_out(const char *text, unsigned number)
{
	char *cut = strdup(text);
	char *line = cut;
	for (unsigned i = 0; i < number; i++)
		line = strchr(line, '\n') + 1;
	char *next = strchr(line, '\n') + 1;
	memmove(line, next, strlen(next) + 1);
	bool refused = is_refused(span_text(cut));
	free(cut);
	return refused;
}

Test(ssh_key, a_key_with_a_line_missing_is_none)
{
	cr_assert(with_line_left_out(PLAIN, 2) && with_line_left_out(PROTECTED, 3));
	cr_assert(with_line_left_out(SEC1, 1) && with_line_left_out(PKCS8, 2));
}

Test(ssh_key, what_only_looks_like_a_private_key_is_none)
{
	cr_assert(is_refused(SPAN_NONE) && is_refused(SPAN_LIT("-----BEGIN\nabc\n")));
	cr_assert(is_refused(span_text(PUBLIC)), "the public half opens nothing");
	cr_assert(is_refused(
		SPAN_LIT("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n")));
	cr_assert(is_refused(SPAN_LIT("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")));
	cr_assert(is_refused(SPAN_LIT("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n")));
}

Test(ssh_key, two_keys_or_a_key_with_something_beside_it_are_none)
{
	char text[2 * sizeof PLAIN + sizeof SEC1];
	snprintf(text, sizeof text, "%s%s", PLAIN, SEC1);
	cr_assert(is_refused(span_text(text)));
	snprintf(text, sizeof text, "password: x\n%s", PLAIN);
	cr_assert(is_refused(span_text(text)));
	snprintf(text, sizeof text, "%s%s", PLAIN, PLAIN);
	cr_assert(is_refused(span_text(text)));
}

Test(ssh_key, a_text_over_the_limit_is_none)
{
	char *text = calloc(1, SSH_KEY_TEXT_MAX + 2);
	cr_assert(text);
	memset(text, '\n', SSH_KEY_TEXT_MAX + 1);
	memcpy(text, PLAIN, sizeof PLAIN - 1);
	cr_assert(!is_refused(span_of(text, SSH_KEY_TEXT_MAX)), "blanks behind it are nothing");
	cr_assert(is_refused(span_of(text, SSH_KEY_TEXT_MAX + 1)));
	free(text);
}
