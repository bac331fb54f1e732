/* SPDX-License-Identifier: Apache-2.0 */
/* import_csv - which column is what, and what each program means by it. */
#include "server/api/vault/import_csv.h"

#include "base/csv_in.h"
#include "policies/cards.h"

#include <strings.h>

/* What a column holds. */
enum column {
	COLUMN_TITLE,
	COLUMN_URL,
	COLUMN_USERNAME,
	COLUMN_PASSWORD,
	COLUMN_TOTP,
	COLUMN_NOTES,
	COLUMN_FOLDER,
	COLUMN_TAGS,
	COLUMN_ARCHIVED,
	COLUMN_COUNT
};

/* A format: the name of each column; NULL = it has none. */
struct format {
	const char *columns[COLUMN_COUNT];
	char folders; /* what divides the parts of a folder */
	bool rooted;  /* the first part is the name of the whole file */
};

static const struct format FORMATS[IMPORT_CSV_COUNT] = {
	[IMPORT_CSV_LASTPASS] = {{"name", "url", "username", "password", "totp", "extra", "grouping"}, '\\'},
	[IMPORT_CSV_1PASSWORD] = {{"Title", "Url", "Username", "Password", "OTPAuth", "Notes", NULL, "Tags",
		"Archived"}},
	[IMPORT_CSV_CHROME] = {{"name", "url", "username", "password", NULL, "note"}},
	[IMPORT_CSV_KEEPASSXC] = {{"Title", "URL", "Username", "Password", "TOTP", "Notes", "Group"}, '/',
		true},
};

/* Where each column of a format stands in this table; CSV_IN_FIELDS_MAX = nowhere. */
struct places {
	size_t at[COLUMN_COUNT];
	struct csv_in_row header;
};

static bool is_named(struct span field, const char *name)
{
	return field.len == strlen(name) && strncasecmp((const char *)field.at, name, field.len) == 0;
}

static fallible find_places(
	const struct format *format, const struct csv_in_row *header, struct places *places)
{
	places->header = *header;
	for (unsigned column = 0; column < COLUMN_COUNT; column++) {
		places->at[column] = CSV_IN_FIELDS_MAX;
		for (size_t i = 0; format->columns[column] && i < header->count; i++)
			if (is_named(header->fields[i], format->columns[column]))
				places->at[column] = i;
	}
	for (unsigned column = COLUMN_TITLE; column <= COLUMN_PASSWORD; column++)
		if (places->at[column] == CSV_IN_FIELDS_MAX)
			return FAIL(INVALID, "the table lacks a column that this format always has");
	return OK;
}

static struct span value_of(const struct places *places, const struct csv_in_row *row, enum column column)
{
	size_t at = places->at[column];
	return at < row->count ? row->fields[at] : SPAN_NONE;
}

/* Columns that no credential has a place for, such as a favourite's mark. */
static void note_lost(const struct places *places, const struct csv_in_row *row, struct import_list *list)
{
	for (size_t i = 0; i < row->count && i < places->header.count; i++) {
		bool is_taken = row->fields[i].len == 0;
		for (unsigned column = 0; column < COLUMN_COUNT; column++)
			is_taken |= places->at[column] == i;
		if (!is_taken)
			import_list_lose(list, places->header.fields[i]);
	}
}

/* ---- folders and tags ---- */

static fallible read_folder(
	const struct format *format, struct span text, struct arena *arena, struct span *folder)
{
	struct span path = text;
	struct span root;
	if (format->rooted)
		span_cut(&path, format->folders, &root);
	if (span_is(path, "(none)"))
		path = SPAN_NONE;
	uint8_t *copy = arena_alloc(arena, path.len + 1);
	if (!copy)
		return FAIL(NO_MEMORY, "an import has used up its memory");
	for (size_t i = 0; i < path.len; i++)
		copy[i] = path.at[i] == (uint8_t)format->folders ? '/' : path.at[i];
	*folder = span_of(copy, path.len);
	return OK;
}

static void read_tags(struct span text, struct import_list *list, struct import_entry *entry)
{
	struct span rest = text, tag;
	while (span_cut(&rest, ';', &tag)) {
		if (tag.len && entry->tag_count < IMPORT_TAGS_MAX - 1)
			entry->tags[entry->tag_count++] = tag;
		else if (tag.len)
			import_list_lose(list, SPAN_LIT("Tags"));
	}
}

/* ---- LastPass's notes of a kind ---- */

static const char *const MONTHS[] = {"January", "February", "March", "April", "May", "June", "July", "August",
	"September", "October", "November", "December"};

/* "June,2020" to "06/2020"; as it stands when it is another form. */
static fallible read_expiry(struct span text, struct arena *arena, struct span *expiry)
{
	scoped(buf) out = BUF(64);
	struct span year = text, month;
	*expiry = text;
	if (!span_cut(&year, ',', &month) || !year.at)
		return OK;
	for (unsigned i = 0; i < 12; i++)
		if (span_is(month, MONTHS[i])) {
			buf_printf(&out, "%02u/%.*s", i + 1, SPAN_FMT(year));
			return buf_keep(&out, arena, expiry);
		}
	return OK;
}

/* One that is no month and year is kept among the words; LastPass writes a comma where there is none. */
static fallible take_expiry(
	struct span value, struct arena *arena, struct import_entry *entry, struct buf *rest)
{
	struct span expiry;
	TRY(read_expiry(value, arena, &expiry));
	if (cards_is_expiry(expiry))
		entry->secret[CREDENTIAL_EXPIRY] = expiry;
	else if (value.len && !span_is(value, ","))
		buf_printf(rest, "Expiration Date: %.*s\n", SPAN_FMT(value));
	return OK;
}

/* One "Key:Value" line of a card; what has no place of its own stays a line of words. */
static fallible read_card_line(
	struct span line, struct arena *arena, struct import_entry *entry, struct buf *rest)
{
	struct span value = line, key;
	if (value.len && value.at[value.len - 1] == '\r')
		value.len--;
	span_cut(&value, ':', &key);
	if (!value.at && key.len)
		buf_printf(rest, "%.*s\n", SPAN_FMT(key));
	else if (span_is(key, "Number"))
		entry->secret[CREDENTIAL_NUMBER] = value;
	else if (span_is(key, "Name on Card"))
		entry->secret[CREDENTIAL_HOLDER] = value;
	else if (span_is(key, "Expiration Date"))
		return take_expiry(value, arena, entry, rest);
	else if (span_is(key, "Security Code"))
		entry->lost |= value.len ? IMPORT_LOST_CHECK_CODE : 0;
	else if (value.len && !span_is(key, "NoteType") && !span_is(key, "Language"))
		buf_printf(rest, "%.*s: %.*s\n", SPAN_FMT(key), SPAN_FMT(value));
	return OK;
}

static fallible read_card(struct span extra, struct arena *arena, struct import_entry *entry)
{
	scoped(buf) words = BUF(extra.len + 64);
	struct span rest = extra, line;
	entry->kind = CREDENTIAL_CARD;
	while (!span_starts(rest, SPAN_LIT("Notes:")) && span_cut(&rest, '\n', &line))
		TRY(read_card_line(line, arena, entry, &words));
	if (span_starts(rest, SPAN_LIT("Notes:")))
		buf_put(&words, span_from(rest, 6));
	return buf_keep(&words, arena, &entry->notes);
}

/* LastPass marks a note by its address. */
static fallible read_lastpass(struct import_entry *entry, struct arena *arena)
{
	if (!span_is(entry->url, "http://sn"))
		return OK;
	entry->url = SPAN_NONE;
	entry->kind = CREDENTIAL_NOTE;
	if (span_starts(entry->notes, SPAN_LIT("NoteType:Credit Card")))
		return read_card(entry->notes, arena, entry);
	return OK;
}

/* ---- rows ---- */

/* What LibreOffice and hands leave behind: commas alone. */
static bool is_blank(const struct csv_in_row *row)
{
	for (size_t i = 0; i < row->count; i++)
		for (size_t at = 0; at < row->fields[i].len; at++)
			if (row->fields[i].at[at] > ' ')
				return false;
	return true;
}

/* A comma that nobody quoted moves all that stands behind it: what is a password there is not to be told. */
static bool is_torn(const struct places *places, const struct csv_in_row *row)
{
	return row->count > places->header.count;
}

/* A folder of LastPass, which some of its programs write as a row. */
static bool is_folder(enum import_csv_format format, const struct import_entry *entry)
{
	return format == IMPORT_CSV_LASTPASS && span_is(entry->url, "http://group") &&
		entry->username.len + entry->notes.len + entry->secret[CREDENTIAL_PASSWORD].len == 0;
}

/* KeePassXC calls its recycle bin as its language does. */
static bool is_bin(struct span folder)
{
	static const char *const NAMES[] = {
		"Recycle Bin", "Кошче", "Papperskorg", "Корзина", "Kuka", "Roskakori"};
	struct span rest = folder, first;
	span_cut(&rest, '/', &first);
	for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++)
		if (span_is(first, NAMES[i]))
			return true;
	return false;
}

static fallible read_row(enum import_csv_format format, const struct places *places, size_t line,
	const struct csv_in_row *row, struct import_list *list)
{
	struct import_entry entry = {.place = line,
		.kind = CREDENTIAL_LOGIN,
		.title = value_of(places, row, COLUMN_TITLE),
		.url = value_of(places, row, COLUMN_URL),
		.username = value_of(places, row, COLUMN_USERNAME),
		.notes = value_of(places, row, COLUMN_NOTES)};
	entry.secret[CREDENTIAL_PASSWORD] = value_of(places, row, COLUMN_PASSWORD);
	entry.secret[CREDENTIAL_SEED] = value_of(places, row, COLUMN_TOTP);
	TRY(read_folder(&FORMATS[format], value_of(places, row, COLUMN_FOLDER), list->arena, &entry.folder));
	read_tags(value_of(places, row, COLUMN_TAGS), list, &entry);
	if (span_is(value_of(places, row, COLUMN_ARCHIVED), "true"))
		entry.tags[entry.tag_count++] = SPAN_LIT("archived");
	if (format == IMPORT_CSV_LASTPASS)
		TRY(read_lastpass(&entry, list->arena));
	if (is_folder(format, &entry))
		return OK;
	if (format == IMPORT_CSV_KEEPASSXC)
		entry.in_trash = is_bin(entry.folder);
	if (is_torn(places, row))
		return import_list_refuse(list, &entry, IMPORT_MALFORMED);
	note_lost(places, row, list);
	return import_list_take(list, &entry);
}

fallible import_csv_read(enum import_csv_format format, struct span text, struct import_list *list)
{
	struct places places;
	struct csv_in_row row;
	struct csv_in csv = csv_in_open(text);
	list->line = 1;
	if (!csv_in_next(&csv, list->arena, &row))
		return err_failed(csv.err) ? csv.err : FAIL(INVALID, "the table is empty");
	TRY(find_places(&FORMATS[format], &row, &places));
	while (csv_in_next(&csv, list->arena, &row))
		if (!is_blank(&row))
			TRY(read_row(format, &places, csv.line, &row, list));
	list->line = csv.line;
	return csv.err;
}
