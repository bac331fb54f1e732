/* SPDX-License-Identifier: Apache-2.0 */
/* import_bitwarden - item by item. What is no text where a text belongs is passed over: nothing here is noted as the
 * caller's fault, for it is another program's file. */
#include "server/api/vault/import_bitwarden.h"

enum {
	ITEMS_MAX = 4 * IMPORT_ENTRIES_MAX,
	FOLDERS_MAX = 2000,
	FIELDS_MAX = 200,
	WORDS_MAX = 2 * CREDENTIAL_FIELD_MAX
};

/* Numbers of their format. */
enum item_type { ITEM_LOGIN = 1, ITEM_NOTE = 2, ITEM_CARD = 3, ITEM_SSH_KEY = 5 };

struct folder {
	struct span id, name;
};

struct folders {
	struct folder *rows;
	size_t count;
};

/* ---- lenient reading ---- */

static struct span text_of(const struct json_object *object, const char *name)
{
	struct span text;
	json_in_peek(object, span_text(name), &text);
	return text;
}

static bool is_true(struct json_object *object, const char *name)
{
	return json_in_peek(object, span_text(name), &(struct span){0}) == JSON_KIND_BOOL &&
		json_in_bool(object, name, JSON_OPTIONAL, false);
}

static bool object_of(struct json_object *object, const char *name, struct json_object *inner)
{
	return json_in_peek(object, span_text(name), &(struct span){0}) == JSON_KIND_OBJECT &&
		json_in_object(object, name, JSON_OPTIONAL, inner);
}

static bool list_of(struct json_object *object, const char *name, size_t max, struct json_array *list)
{
	return json_in_peek(object, span_text(name), &(struct span){0}) == JSON_KIND_LIST &&
		json_in_array(object, name, JSON_OPTIONAL, max, list);
}

static bool has_any(struct json_object *object, const char *name)
{
	struct json_array list;
	return list_of(object, name, ITEMS_MAX, &list) && list.count > 0;
}

/* ---- folders ---- */

static fallible read_folders(struct json_object *top, struct arena *arena, struct folders *folders)
{
	struct json_array list;
	struct json_object folder;
	if (!list_of(top, "folders", FOLDERS_MAX, &list) && !list_of(top, "collections", FOLDERS_MAX, &list))
		return OK;
	folders->rows = arena_alloc(arena, (list.count + 1) * sizeof *folders->rows);
	if (!folders->rows)
		return FAIL(NO_MEMORY, "an import has used up its memory");
	size_t most = list.count;
	while (folders->count < most && json_in_next_object(&list, &folder))
		folders->rows[folders->count++] =
			(struct folder){text_of(&folder, "id"), text_of(&folder, "name")};
	return OK;
}

static struct span folder_named(const struct folders *folders, struct span id)
{
	for (size_t i = 0; id.len && i < folders->count; i++)
		if (span_equal(folders->rows[i].id, id))
			return folders->rows[i].name;
	return SPAN_NONE;
}

/* An item of an organisation may lie in several: the first one counts. */
static struct span folder_of(const struct folders *folders, struct json_object *item)
{
	struct json_array ids;
	struct span id = text_of(item, "folderId");
	if (id.len == 0 && list_of(item, "collectionIds", FOLDERS_MAX, &ids) && ids.count > 0)
		json_in_next_text(&ids, 64, &id);
	return folder_named(folders, id);
}

/* ---- what has no field of its own: lines of a note ---- */

static void put_line(struct buf *words, struct span name, struct span value)
{
	if (value.len)
		buf_printf(words, "%.*s: %.*s\n", SPAN_FMT(name), SPAN_FMT(value));
}

static void put_own_fields(struct json_object *item, struct buf *words)
{
	struct json_array fields;
	struct json_object field;
	if (!list_of(item, "fields", FIELDS_MAX, &fields))
		return;
	while (json_in_next_object(&fields, &field))
		put_line(words, text_of(&field, "name"), text_of(&field, "value"));
}

/* Identities, bank accounts and whatever kinds come: every text of theirs. */
static void put_all_texts(struct json_object *item, struct buf *words)
{
	static const char *const KINDS[] = {
		"identity", "bankAccount", "driversLicense", "passport", "sshKey", "card", "login"};
	struct json_object inner;
	const char *name;
	for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
		if (!object_of(item, KINDS[i], &inner))
			continue;
		while ((name = json_in_unread(&inner)) != NULL) {
			put_line(words, span_text(name), text_of(&inner, name));
			json_in_raw(&inner, name, JSON_OPTIONAL, WORDS_MAX);
		}
	}
}

/* ---- kinds ---- */

static void read_login(struct json_object *login, struct import_entry *entry, struct buf *words)
{
	struct json_array uris;
	struct json_object uri;
	entry->kind = CREDENTIAL_LOGIN;
	entry->username = text_of(login, "username");
	entry->secret[CREDENTIAL_PASSWORD] = text_of(login, "password");
	entry->secret[CREDENTIAL_SEED] = text_of(login, "totp");
	entry->lost |= has_any(login, "fido2Credentials") ? IMPORT_LOST_PASSKEYS : 0;
	if (!list_of(login, "uris", FIELDS_MAX, &uris))
		return;
	while (json_in_next_object(&uris, &uri)) {
		if (entry->url.len == 0)
			entry->url = text_of(&uri, "uri");
		else
			put_line(words, SPAN_LIT("url"), text_of(&uri, "uri"));
	}
}

static fallible read_card(
	struct json_object *card, struct arena *arena, struct import_entry *entry, struct buf *words)
{
	scoped(buf) expiry = BUF(128);
	uint64_t month, year;
	entry->kind = CREDENTIAL_CARD;
	entry->secret[CREDENTIAL_NUMBER] = text_of(card, "number");
	entry->secret[CREDENTIAL_HOLDER] = text_of(card, "cardholderName");
	entry->lost |= text_of(card, "code").len ? IMPORT_LOST_CHECK_CODE : 0;
	put_line(words, SPAN_LIT("brand"), text_of(card, "brand"));
	if (!span_number(text_of(card, "expMonth"), 12, &month) ||
		!span_number(text_of(card, "expYear"), 9999, &year)) {
		put_line(words, SPAN_LIT("expMonth"), text_of(card, "expMonth"));
		put_line(words, SPAN_LIT("expYear"), text_of(card, "expYear"));
		return OK;
	}
	buf_printf(&expiry, "%02u/%u", (unsigned)month, (unsigned)year);
	return buf_keep(&expiry, arena, &entry->secret[CREDENTIAL_EXPIRY]);
}

static fallible read_kind(
	struct json_object *item, struct arena *arena, struct import_entry *entry, struct buf *words)
{
	struct json_object inner;
	int64_t type = json_in_number(item, "type", JSON_OPTIONAL, 0, 1000, 0);
	entry->kind = CREDENTIAL_NOTE;
	if (type == ITEM_LOGIN && object_of(item, "login", &inner)) {
		read_login(&inner, entry, words);
	} else if (type == ITEM_CARD && object_of(item, "card", &inner)) {
		TRY(read_card(&inner, arena, entry, words));
	} else if (type == ITEM_SSH_KEY && object_of(item, "sshKey", &inner)) {
		entry->kind = CREDENTIAL_SSH_KEY;
		entry->secret[CREDENTIAL_KEY] = text_of(&inner, "privateKey");
	} else if (type != ITEM_NOTE) {
		put_all_texts(item, words);
	}
	return OK;
}

static fallible read_item(
	struct json_object *item, size_t place, const struct folders *folders, struct import_list *list)
{
	scoped(buf) words = BUF(WORDS_MAX);
	struct import_entry entry = {.place = place,
		.title = text_of(item, "name"),
		.source = text_of(item, "id"),
		.folder = folder_of(folders, item),
		.in_trash = text_of(item, "deletedDate").len > 0};
	if (text_of(item, "archivedDate").len)
		entry.tags[entry.tag_count++] = SPAN_LIT("archived");
	entry.lost = (has_any(item, "passwordHistory") ? IMPORT_LOST_HISTORY : 0u) |
		(has_any(item, "attachments") ? IMPORT_LOST_ATTACHMENTS : 0u);
	TRY(read_kind(item, list->arena, &entry, &words));
	put_own_fields(item, &words);
	buf_put(&words, text_of(item, "notes"));
	if (err_failed(buf_check(&words)))
		return import_list_refuse(list, &entry, IMPORT_TOO_LONG);
	TRY(buf_keep(&words, list->arena, &entry.notes));
	return import_list_take(list, &entry);
}

fallible import_bitwarden_read(struct json_object *top, struct import_list *list)
{
	struct json_array items;
	struct json_object item;
	struct folders folders = {0};
	size_t place = 0;
	if (is_true(top, "encrypted"))
		return FAIL(INVALID, "the export is encrypted: export it again without a password");
	TRY(read_folders(top, list->arena, &folders));
	if (!list_of(top, "items", ITEMS_MAX, &items))
		return FAIL(INVALID, "the file is no export of Bitwarden");
	while (json_in_next_object(&items, &item))
		TRY(read_item(&item, ++place, &folders, list));
	return OK;
}
