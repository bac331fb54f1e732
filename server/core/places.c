/* SPDX-License-Identifier: Apache-2.0 */
/* places - look an address up in a copy of a file that is mapped. */
#include "server/core/places.h"

#include "base/address.h"

#include <maxminddb.h>

#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>

enum { PIECE = 1 << 20, PATH_ROOM = 64 };

struct places {
	MMDB_s database;
};

static fallible copy_file(int from, int to)
{
	ssize_t copied;
	while ((copied = sendfile(to, from, NULL, PIECE)) > 0)
		continue;
	return copied == 0 ? OK : FAIL(NOT_FOUND, "country.database names no file that can be read");
}

static fallible map_copy(int copy, MMDB_s *database)
{
	char path[PATH_ROOM];
	snprintf(path, sizeof path, "/proc/self/fd/%d", copy);
	switch (MMDB_open(path, MMDB_MODE_MMAP, database)) {
	case MMDB_SUCCESS:
		return OK;
	case MMDB_OUT_OF_MEMORY_ERROR:
		return FAIL(NO_MEMORY, "there is no memory for the database of countries");
	case MMDB_FILE_OPEN_ERROR:
		return FAIL(IO, "the copy of the database of countries cannot be opened: /proc is needed");
	default:
		return FAIL(CORRUPT, "country.database names a file that is no database in MaxMind's format");
	}
}

static fallible copy_and_map(int file, MMDB_s *database)
{
	int copy = memfd_create("countries", MFD_CLOEXEC);
	if (copy < 0)
		return FAIL(NO_MEMORY, "there is no memory for the database of countries");
	struct err err = copy_file(file, copy);
	if (!err_failed(err))
		err = map_copy(copy, database);
	close(copy);
	return err;
}

/* Of the file itself a writer could take pages away under the reader: that is a SIGBUS. */
static fallible open_database(const char *path, MMDB_s *database)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return FAIL(NOT_FOUND, "country.database names no file that can be read");
	struct err err = copy_and_map(file, database);
	close(file);
	return err;
}

fallible places_open(const char *path, struct places **places)
{
	if (!path || !*path) {
		*places = NULL;
		return OK;
	}
	struct places *made = calloc(1, sizeof *made);
	if (!made)
		return FAIL(NO_MEMORY, "there is no memory for the database of countries");
	struct err err = open_database(path, &made->database);
	if (err_failed(err)) {
		free(made);
		return err;
	}
	*places = made;
	return OK;
}

void places_close(struct places *places)
{
	if (!places)
		return;
	MMDB_close(&places->database);
	free(places);
}

/* What stands in the file is somebody else's: only two capital letters are passed on. */
static bool take_code(const MMDB_entry_data_s *data, char country[static PLACES_COUNTRY + 1])
{
	if (!data->has_data || data->type != MMDB_DATA_TYPE_UTF8_STRING || data->data_size != PLACES_COUNTRY)
		return false;
	for (size_t i = 0; i < PLACES_COUNTRY; i++)
		if (data->utf8_string[i] < 'A' || data->utf8_string[i] > 'Z')
			return false;
	memcpy(country, data->utf8_string, PLACES_COUNTRY);
	country[PLACES_COUNTRY] = '\0';
	return true;
}

static bool find_code(MMDB_entry_s *entry, char country[static PLACES_COUNTRY + 1])
{
	static const char *const NESTED[] = {"country", "iso_code", NULL};
	static const char *const FLAT[] = {"country_code", NULL};
	static const char *const *const PATHS[] = {NESTED, FLAT};
	for (size_t i = 0; i < sizeof PATHS / sizeof PATHS[0]; i++) {
		MMDB_entry_data_s data;
		int status = MMDB_aget_value(entry, &data, PATHS[i]);
		if (status == MMDB_SUCCESS && take_code(&data, country))
			return true;
	}
	return false;
}

/* A database of IPv4 alone is asked for nothing else; one of IPv6 has IPv4 as ::a.b.c.d, which the library knows. */
static MMDB_lookup_result_s look_up(const struct places *places, const struct address *address, int *status)
{
	if (address_is_v4(address)) {
		struct sockaddr_in v4 = {.sin_family = AF_INET};
		memcpy(&v4.sin_addr, address->bytes + ADDRESS_BYTES - sizeof v4.sin_addr, sizeof v4.sin_addr);
		return MMDB_lookup_sockaddr(&places->database, (const struct sockaddr *)&v4, status);
	}
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
	memcpy(&v6.sin6_addr, address->bytes, sizeof v6.sin6_addr);
	return MMDB_lookup_sockaddr(&places->database, (const struct sockaddr *)&v6, status);
}

bool places_find(const struct places *places, struct span text, char country[static PLACES_COUNTRY + 1])
{
	struct address address;
	int status = MMDB_SUCCESS;
	country[0] = '\0';
	if (!places || text.len == 0 || err_failed(address_parse(text, &address)))
		return false;
	MMDB_lookup_result_s found = look_up(places, &address, &status);
	return status == MMDB_SUCCESS && found.found_entry && find_code(&found.entry, country);
}
