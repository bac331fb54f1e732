/* SPDX-License-Identifier: Apache-2.0 */
/* import_file - which kind of file, and from a line or row to a device. */
#include "cli/import_file.h"

#include "base/csv_in.h"
#include "cli/otp_migration.h"
#include "cli/pskc_in.h"
#include "crypto/secret.h"

enum { ACCOUNT_MAX = 512, URI_MAX = 4096, COUNTER_BITS = 48, EXPORTS_MAX = 64, EXPORT_PARTS_MAX = 63 };

/* ---- lines with URIs ---- */

static fallible read_uri(struct span line, size_t place, const struct moving_sink *sink)
{
	scoped(buf) seed = BUF(TOTP_SEED_MAX);
	scoped(buf) account = BUF(ACCOUNT_MAX);
	struct moving_device device = {.place = place};
	struct err err = totp_parse_device(line, &device.shape, &device.counter, &seed, &account);
	if (err.kind == ERR_INVALID)
		return sink->refuse(sink->context, place, err.why);
	TRY(err);
	device.person = buf_span(&account);
	device.seed = buf_span(&seed);
	err = sink->accept(sink->context, &device);
	secret_wipe(seed.data, seed.len);
	return err;
}

static struct span trim(struct span line)
{
	while (line.len && (line.at[0] == ' ' || line.at[0] == '\t'))
		line = span_from(line, 1);
	while (line.len && strchr(" \t\r", line.at[line.len - 1]) && line.at[line.len - 1])
		line.len--;
	return line;
}

/* Exports that say that they have several parts, and which of them the file holds. */
struct exports {
	struct export
	{
		uint64_t id, size;
		uint64_t seen; /* 1 << index */
		size_t place;  /* of the first */
	}
	items[EXPORTS_MAX];
	size_t count;
};

static void note_part(struct exports *exports, const struct otp_migration_part *part, size_t place)
{
	size_t at = 0;
	if (part->size < 2 || part->size > EXPORT_PARTS_MAX || part->index >= part->size)
		return;
	while (at < exports->count &&
		(exports->items[at].id != part->id || exports->items[at].size != part->size))
		at++;
	if (at == EXPORTS_MAX)
		return;
	if (at == exports->count)
		exports->items[exports->count++] =
			(struct export){.id = part->id, .size = part->size, .place = place};
	exports->items[at].seen |= UINT64_C(1) << part->index;
}

/* Whoever has photographed two of three pictures is told: else some people's devices stay behind, and nobody knows. */
static fallible refuse_partial(const struct exports *exports, const struct moving_sink *sink)
{
	for (size_t i = 0; i < exports->count; i++) {
		const struct export *export = &exports->items[i];
		if (export->seen != (UINT64_C(1) << export->size) - 1)
			TRY(sink->refuse(sink->context, export->place,
				"other parts of this export are not in the file: put all of them into one"));
	}
	return OK;
}

static fallible read_line(
	struct span line, size_t place, const struct moving_sink *sink, struct exports *exports)
{
	struct otp_migration_part part;
	if (line.len == 0 || line.at[0] == '#')
		return OK;
	if (!otp_migration_is(line))
		return read_uri(line, place, sink);
	struct err err = otp_migration_read(line, place, sink, &part);
	note_part(exports, &part, place);
	return err.kind == ERR_INVALID ? sink->refuse(sink->context, place, err.why) : err;
}

static fallible read_lines(struct span content, const struct moving_sink *sink)
{
	struct span rest = content, line;
	struct exports exports = {.count = 0};
	for (size_t place = 1; span_cut(&rest, '\n', &line); place++)
		TRY(read_line(trim(line), place, sink, &exports));
	return refuse_partial(&exports, sink);
}

/* ---- tables ---- */

enum column { PERSON, SECRET, TYPE, ALGORITHM, DIGITS, PERIOD, COUNTER, LABEL, COLUMNS };

static const char *const NAMES[COLUMNS] = {
	[SECRET] = "secret",
	[TYPE] = "type",
	[ALGORITHM] = "algorithm",
	[DIGITS] = "digits",
	[PERIOD] = "period",
	[COUNTER] = "counter",
	[LABEL] = "label",
};

/* Where each column stands; CSV_IN_FIELDS_MAX = nowhere. */
struct columns {
	size_t at[COLUMNS];
};

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

/* In capitals or not: people write the first row of a spreadsheet as they write. */
static bool is_word(struct span text, const char *word)
{
	if (text.len != strlen(word))
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (lower(text.at[i]) != lower((uint8_t)word[i]))
			return false;
	return true;
}

static fallible find_columns(const struct csv_in_row *row, const char *person_column, struct columns *columns)
{
	for (unsigned i = 0; i < COLUMNS; i++) {
		const char *name = i == PERSON ? person_column : NAMES[i];
		columns->at[i] = CSV_IN_FIELDS_MAX;
		for (size_t j = 0; j < row->count; j++)
			if (is_word(row->fields[j], name))
				columns->at[i] = j;
	}
	if (columns->at[PERSON] == CSV_IN_FIELDS_MAX)
		return FAIL(INVALID, "the table has no column that names the person: say --person-column");
	if (columns->at[SECRET] == CSV_IN_FIELDS_MAX)
		return FAIL(INVALID, "the table has no column secret");
	return OK;
}

static struct span field(const struct columns *columns, const struct csv_in_row *row, enum column column)
{
	size_t at = columns->at[column];
	return at < row->count ? row->fields[at] : SPAN_NONE;
}

static const char *read_algorithm(struct span text, struct totp_shape *shape)
{
	static const char *const WORDS[] = {"sha1", "sha256", "sha512"};
	for (unsigned i = 0; text.len && i < 3; i++) {
		if (!is_word(text, WORDS[i]))
			continue;
		shape->algorithm = (enum totp_algorithm)(TOTP_SHA1 + i);
		return NULL;
	}
	return text.len ? "the algorithm is none of SHA1, SHA256, SHA512" : NULL;
}

/* Why it is none; NULL when it is one. Empty fields say what is usual. */
static const char *read_shape(
	const struct columns *columns, const struct csv_in_row *row, struct moving_device *device)
{
	struct span type = field(columns, row, TYPE), digits = field(columns, row, DIGITS);
	struct span period = field(columns, row, PERIOD), counter = field(columns, row, COUNTER);
	bool counts = is_word(type, "hotp");
	uint64_t number;
	if (type.len && !counts && !is_word(type, "totp"))
		return "it is neither totp nor hotp";
	if (digits.len && (!span_number(digits, TOTP_DIGITS_MAX, &number) || (number != 6 && number != 8)))
		return "a code has 6 or 8 digits";
	if (digits.len)
		device->shape.digits = (uint8_t)number;
	if (counts)
		device->shape.period_s = 0;
	if (counts && !span_number(counter, (UINT64_C(1) << COUNTER_BITS) - 1, &device->counter))
		return "a token that counts has a counter";
	if (!counts && period.len &&
		(!span_number(period, TOTP_PERIOD_MAX_S, &number) || number < TOTP_PERIOD_MIN_S))
		return "a period has 15 to 120 seconds";
	if (!counts && period.len)
		device->shape.period_s = (uint16_t)number;
	return read_algorithm(field(columns, row, ALGORITHM), &device->shape);
}

static fallible read_device(const struct columns *columns, const struct csv_in_row *row, size_t place,
	const struct moving_sink *sink)
{
	struct totp_shape usual;
	scoped(buf) seed = BUF(TOTP_SEED_MAX);
	struct span secret = field(columns, row, SECRET);
	struct moving_device device = {.place = place,
		.person = field(columns, row, PERSON),
		.label = field(columns, row, LABEL),
		.shape = {TOTP_SHA1, 6, 30}};
	const char *why = read_shape(columns, row, &device);
	if (!why &&
		(memchr(secret.at ? secret.at : (const uint8_t *)"", ':', secret.len) ||
			err_failed(totp_parse(secret, &usual, &seed))))
		why = "the secret is not base32 of 16 to 64 bytes";
	if (why)
		return sink->refuse(sink->context, place, why);
	device.seed = buf_span(&seed);
	struct err err = sink->accept(sink->context, &device);
	secret_wipe(seed.data, seed.len);
	return err;
}

static fallible read_table(
	const struct import_file_ask *ask, struct arena *arena, const struct moving_sink *sink)
{
	struct columns columns;
	struct csv_in_row row;
	struct csv_in csv = csv_in_open(ask->content);
	if (!csv_in_next(&csv, arena, &row))
		return err_failed(csv.err) ? csv.err : FAIL(INVALID, "the file is empty");
	TRY(find_columns(&row, ask->person_column ? ask->person_column : "person", &columns));
	while (csv_in_next(&csv, arena, &row))
		TRY(read_device(&columns, &row, csv.line, sink));
	return csv.err;
}

/* ---- which kind ---- */

static struct span without_mark(struct span content)
{
	struct span mark = SPAN_LIT("\xef\xbb\xbf");
	return span_starts(content, mark) ? span_from(content, mark.len) : content;
}

static struct span start_of(struct span text)
{
	struct span start = text;
	while (start.len && (start.at[0] == ' ' || (start.at[0] >= '\t' && start.at[0] <= '\r')))
		start = span_from(start, 1);
	return start;
}

fallible import_file_read(
	const struct import_file_ask *ask, struct arena *arena, const struct moving_sink *sink)
{
	struct span text = without_mark(ask->content), start = start_of(text);
	if (span_starts(start, SPAN_LIT("<")))
		return pskc_in_read(ask->content, ask->now, sink);
	if (span_starts(start, SPAN_LIT("otpauth")) || span_starts(start, SPAN_LIT("#")))
		return read_lines(text, sink);
	return read_table(ask, arena, sink);
}
