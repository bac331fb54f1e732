/* SPDX-License-Identifier: Apache-2.0 */
/* import_list - an entry taken apart into what the vault keeps. */
#include "server/core/vault/import_list.h"

#include "base/text.h"
#include "server/core/vault/credential_forms.h"
#include "server/core/vault/credential_search.h"

enum { NOTE_EXTRA = 512 };

const char *import_loss_name(unsigned at)
{
	static const char *const NAMES[] = {
		"check_code", "history", "attachments", "passkeys", "seed", "label"};
	return at < sizeof NAMES / sizeof NAMES[0] ? NAMES[at] : NULL;
}

const char *import_refusal_name(enum import_refusal refusal)
{
	static const char *const NAMES[IMPORT_REFUSAL_COUNT] = {
		"", "no_secret", "too_long", "malformed", "security_code", "in_trash", "elsewhere"};
	return NAMES[refusal];
}

const char *import_result_name(enum import_result result)
{
	static const char *const NAMES[IMPORT_RESULT_COUNT] = {
		"new", "same", "changed", "updated", "archived", "refused"};
	return NAMES[result];
}

/* ---- texts ---- */

static struct span trim(struct span text)
{
	while (text.len && text.at[0] <= ' ')
		text = span_from(text, 1);
	while (text.len && text.at[text.len - 1] <= ' ')
		text.len--;
	return text;
}

/* A label is one line, in NFC: what was typed elsewhere may hold anything. */
static fallible one_line(struct arena *arena, struct span text, struct span *line)
{
	struct span trimmed = trim(text);
	uint8_t *copy = arena_alloc(arena, trimmed.len + 1);
	if (!copy)
		return FAIL(NO_MEMORY, "an import has used up its memory");
	for (size_t i = 0; i < trimmed.len; i++)
		copy[i] = trimmed.at[i] < ' ' || trimmed.at[i] == 0x7f ? ' ' : trimmed.at[i];
	return text_normalise(span_of(copy, trimmed.len), arena, line);
}

static bool lies_in(struct span folder, struct span asked)
{
	if (asked.len == 0 || span_equal(folder, asked))
		return true;
	return span_starts(folder, asked) && folder.at[asked.len] == '/';
}

/* ---- one entry ---- */

static fallible add_item(struct import_list *list, const struct import_entry *entry,
	enum credential_kind kind, struct import_item **item)
{
	struct import_item *added = arena_alloc(list->arena, sizeof *added);
	struct credential *credential = arena_alloc(list->arena, sizeof *credential);
	if (!added || !credential)
		return FAIL(NO_MEMORY, "an import has used up its memory");
	credential->kind = kind;
	*added = (struct import_item){.place = entry->place,
		.credential = credential,
		.source = entry->source,
		.refusal = IMPORT_COMES};
	if (list->last)
		list->last->next = added;
	else
		list->first = added;
	list->last = added;
	list->items++;
	*item = added;
	return OK;
}

/* Whoever has no name of their own is known by the host. */
static fallible put_title(struct import_list *list, const struct import_entry *entry, struct span *title)
{
	TRY(one_line(list->arena, entry->title, title));
	if (title->len == 0)
		TRY(one_line(list->arena, credential_search_host(trim(entry->url)), title));
	if (title->len == 0)
		*title = SPAN_LIT("untitled");
	return OK;
}

/* Titles, user names and tags are read like those that are typed in. */
static fallible look_for_codes(struct import_list *list, struct import_item *item)
{
	const struct credential *credential = item->credential;
	enum credential_fault fault;
	for (size_t i = 0; i < credential->tag_count + 2; i++) {
		struct span text = i == 0 ? credential->title
			: i == 1          ? credential->username
					  : credential->tags[i - 2];
		TRY(credential_forms_check_label(text, list->arena, &fault));
		if (fault == CREDENTIAL_SECURITY_CODE)
			item->refusal = IMPORT_CHECK_CODE;
	}
	return OK;
}

static fallible put_label(
	struct import_list *list, const struct import_entry *entry, struct import_item *item)
{
	struct credential *credential = item->credential;
	TRY(put_title(list, entry, &credential->title));
	TRY(one_line(list->arena, entry->url, &credential->url));
	TRY(one_line(list->arena, entry->username, &credential->username));
	if (entry->folder.len)
		TRY(one_line(list->arena, entry->folder, &credential->tags[credential->tag_count++]));
	for (size_t i = 0; i < entry->tag_count; i++)
		TRY(one_line(list->arena, entry->tags[i], &credential->tags[credential->tag_count++]));
	bool too_long = credential->title.len > CREDENTIAL_TITLE_MAX ||
		credential->url.len > CREDENTIAL_URL_MAX ||
		credential->username.len > CREDENTIAL_USERNAME_MAX;
	for (size_t i = 0; i < credential->tag_count; i++)
		too_long |= credential->tags[i].len > CREDENTIAL_TAG_MAX;
	if (too_long)
		item->refusal = IMPORT_TOO_LONG;
	return too_long ? OK : look_for_codes(list, item);
}

static fallible put_field(
	struct import_list *list, enum credential_field field, struct span given, struct import_item *item)
{
	enum credential_fault fault;
	struct span *stored = &item->secret.fields[field];
	*stored = given;
	TRY(credential_forms_check(item->credential->kind, field, given, list->arena, &fault));
	if (fault == CREDENTIAL_FINE)
		TRY(credential_forms_check_titled(
			field, item->credential->title, given, list->arena, &fault));
	if (fault == CREDENTIAL_SECURITY_CODE)
		item->refusal = IMPORT_CHECK_CODE;
	else if (fault != CREDENTIAL_FINE)
		item->refusal = IMPORT_MALFORMED;
	else if (given.len > CREDENTIAL_FIELD_MAX)
		item->refusal = IMPORT_TOO_LONG;
	if (field != CREDENTIAL_SEED)
		return OK;
	struct err err = credentials_read_seed(given, list->arena, stored);
	if (err.kind != ERR_INVALID && err.kind != ERR_INPUT)
		return err;
	*stored = SPAN_NONE;
	/* A password is of use without the codes beside it. */
	if (item->secret.fields[CREDENTIAL_PASSWORD].len)
		item->lost |= IMPORT_LOST_SEED;
	else
		item->refusal = IMPORT_MALFORMED;
	return OK;
}

static fallible put_secret(
	struct import_list *list, const struct import_entry *entry, struct import_item *item)
{
	unsigned given = 0;
	for (unsigned field = 1; field < CREDENTIAL_FIELD_COUNT; field++) {
		if (entry->secret[field].len == 0)
			continue;
		given |= 1u << field;
		TRY(put_field(list, (enum credential_field)field, entry->secret[field], item));
	}
	if ((given & credentials_needed(entry->kind)) == 0)
		item->refusal = IMPORT_NO_SECRET;
	/* The least that is of use: of a seed its codes, of anything else what a program fills in. */
	item->credential->modes_max =
		item->secret.fields[CREDENTIAL_SEED].len ? MODE_BIT(CODE) : MODE_BIT(INJECT);
	return OK;
}

/* A login that is no more than words is a note, with what would have been its label among them. */
static fallible put_words(
	struct import_list *list, const struct import_entry *entry, bool is_whole, struct import_item *item)
{
	scoped(buf) text = BUF(entry->notes.len + entry->username.len + entry->url.len + NOTE_EXTRA);
	if (is_whole && entry->username.len)
		buf_printf(&text, "username: %.*s\n", SPAN_FMT(entry->username));
	if (is_whole && entry->url.len)
		buf_printf(&text, "url: %.*s\n", SPAN_FMT(entry->url));
	buf_put(&text, entry->notes);
	struct span kept;
	struct err err = buf_keep(&text, list->arena, &kept);
	while (!err_failed(err) && kept.len && kept.at[kept.len - 1] == '\n')
		kept.len--;
	if (text.data)
		explicit_bzero(text.data, text.len);
	TRY(err);
	item->credential->modes_max = MODE_BIT(INJECT);
	return put_field(list, CREDENTIAL_TEXT, kept, item);
}

static bool has_secret(const struct import_entry *entry)
{
	unsigned given = 0;
	for (unsigned field = 1; field < CREDENTIAL_FIELD_COUNT; field++)
		given |= entry->secret[field].len ? 1u << field : 0;
	return given & credentials_fields(entry->kind);
}

static fallible take_words(struct import_list *list, const struct import_entry *entry, bool is_whole)
{
	struct import_item *item;
	struct import_entry words = *entry;
	words.url = words.username = SPAN_NONE;
	words.title = trim(entry->title).len ? entry->title : credential_search_host(trim(entry->url));
	TRY(add_item(list, &words, CREDENTIAL_NOTE, &item));
	item->is_note = !is_whole;
	item->lost = is_whole ? entry->lost : 0;
	TRY(put_label(list, &words, item));
	return put_words(list, entry, is_whole, item);
}

static fallible take_secret(struct import_list *list, const struct import_entry *entry)
{
	struct import_item *item;
	TRY(add_item(list, entry, entry->kind, &item));
	item->lost = entry->lost;
	TRY(put_label(list, entry, item));
	return put_secret(list, entry, item);
}

static fallible count_entry(struct import_list *list)
{
	return list->entries++ < IMPORT_ENTRIES_MAX
		? OK
		: FAIL(INVALID, "a file holds more entries than one import takes");
}

fallible import_list_refuse(
	struct import_list *list, const struct import_entry *entry, enum import_refusal refusal)
{
	struct import_item *item;
	TRY(count_entry(list));
	TRY(add_item(list, entry, entry->kind, &item));
	TRY(put_label(list, entry, item));
	item->refusal = refusal;
	item->result = IMPORT_REFUSED;
	return OK;
}

fallible import_list_take(struct import_list *list, const struct import_entry *entry)
{
	struct import_item *before = list->last;
	bool is_secret = entry->kind != CREDENTIAL_NOTE && has_secret(entry);
	bool has_words = trim(entry->notes).len > 0;
	TRY(count_entry(list));
	if (is_secret || !has_words)
		TRY(take_secret(list, entry));
	if (has_words)
		TRY(take_words(list, entry, !is_secret));
	for (struct import_item *item = before ? before->next : list->first; item; item = item->next) {
		if (!lies_in(entry->folder, list->folder))
			item->refusal = IMPORT_ELSEWHERE;
		if (entry->in_trash)
			item->refusal = IMPORT_IN_TRASH;
		item->result = item->refusal == IMPORT_COMES ? IMPORT_NEW : IMPORT_REFUSED;
	}
	return OK;
}

void import_list_lose(struct import_list *list, struct span column)
{
	for (size_t i = 0; i < list->lost_column_count; i++)
		if (span_equal(list->lost_columns[i], column))
			return;
	if (list->lost_column_count < IMPORT_COLUMNS_MAX)
		list->lost_columns[list->lost_column_count++] = column;
}
