/* SPDX-License-Identifier: Apache-2.0 */
/* import_keepass - a walk through the document, element by element: libexpat calls, nothing is built as a tree. */
#include "server/api/vault/import_keepass.h"

#include <expat.h>
#include <string.h>

enum {
	DEPTH_MAX = 64,
	GROUPS_MAX = 32,
	PATH_MAX_BYTES = 2048,
	UUID_MAX = 64,
	VALUE_MAX = 4 * CREDENTIAL_FIELD_MAX,
	WORDS_MAX = 4 * CREDENTIAL_FIELD_MAX,
};

/* A group that is open: what its path was before it, and whether it is the recycle bin. */
struct group {
	size_t path_len;
	bool is_trash;
};

struct walk {
	struct import_list *list;
	XML_Parser parser;
	struct err err;
	unsigned depth, history; /* history: how many elements deep inside one; 0 = outside */
	struct group groups[GROUPS_MAX];
	size_t group_count;
	struct buf path, text, words, bin; /* text: of the innermost element; bin: id of the recycle bin */
	struct span key;                   /* of the String that is open */
	struct import_entry entry;
	bool in_entry, in_string, too_long, is_file;
	bool is_locked; /* a value of the entry is still under the database's own key */
	size_t place;
};

static void wipe_text(struct buf *text)
{
	if (text->len)
		explicit_bzero(text->data, text->len);
	buf_clear(text);
}

static void walk_done(struct walk *walk)
{
	struct buf *const texts[] = {&walk->path, &walk->text, &walk->words, &walk->bin};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		wipe_text(texts[i]);
		buf_done(texts[i]);
	}
	if (walk->parser)
		XML_ParserFree(walk->parser);
}

static void stop(struct walk *walk, struct err err)
{
	if (!err_failed(walk->err))
		walk->err = err;
	XML_StopParser(walk->parser, XML_FALSE);
}

static void must(struct walk *walk, struct err err)
{
	if (err_failed(err))
		stop(walk, err);
}

/* A text over the maximum ends its entry, not the file. */
static fallible keep_text(struct walk *walk, struct span *kept)
{
	if (err_failed(buf_check(&walk->text))) {
		walk->too_long = true;
		return OK;
	}
	return buf_keep(&walk->text, walk->list->arena, kept);
}

/* ---- groups ---- */

static void open_group(struct walk *walk)
{
	if (walk->group_count == GROUPS_MAX) {
		stop(walk, FAIL(INVALID, "the file's groups are nested too deep"));
		return;
	}
	bool is_trash = walk->group_count > 0 && walk->groups[walk->group_count - 1].is_trash;
	walk->groups[walk->group_count++] = (struct group){walk->path.len, is_trash};
}

static void close_group(struct walk *walk)
{
	if (walk->group_count > 0)
		walk->path.len = walk->groups[--walk->group_count].path_len;
}

/* The outermost group is the file itself. */
static void name_group(struct walk *walk)
{
	if (walk->group_count < 2)
		return;
	if (walk->path.len)
		buf_put(&walk->path, SPAN_LIT("/"));
	buf_put(&walk->path, buf_span(&walk->text));
}

static void identify_group(struct walk *walk)
{
	if (walk->group_count > 0 && walk->bin.len && span_equal(buf_span(&walk->text), buf_span(&walk->bin)))
		walk->groups[walk->group_count - 1].is_trash = true;
}

/* ---- entries ---- */

static void open_entry(struct walk *walk)
{
	bool is_trash = walk->group_count > 0 && walk->groups[walk->group_count - 1].is_trash;
	walk->entry =
		(struct import_entry){.place = ++walk->place, .kind = CREDENTIAL_LOGIN, .in_trash = is_trash};
	wipe_text(&walk->words);
	walk->in_entry = true;
	walk->too_long = walk->is_locked = false;
}

static fallible close_entry(struct walk *walk)
{
	struct import_entry *entry = &walk->entry;
	walk->in_entry = false;
	TRY(buf_check(&walk->path));
	TRY(arena_keep(walk->list->arena, buf_span(&walk->path), &entry->folder));
	buf_put(&walk->words, entry->notes);
	if (walk->too_long || err_failed(buf_check(&walk->words)))
		return import_list_refuse(walk->list, entry, IMPORT_TOO_LONG);
	TRY(buf_keep(&walk->words, walk->list->arena, &entry->notes));
	if (walk->is_locked)
		return import_list_refuse(walk->list, entry, IMPORT_MALFORMED);
	return import_list_take(walk->list, entry);
}

/* The value of a String: one of KeePass's own five, the seed that KeePassXC adds, or whatever the owner named. */
static fallible put_value(struct walk *walk)
{
	struct import_entry *entry = &walk->entry;
	const struct {
		const char *name;
		struct span *value;
	} own[] = {{"Title", &entry->title}, {"UserName", &entry->username}, {"URL", &entry->url},
		{"Notes", &entry->notes}, {"Password", &entry->secret[CREDENTIAL_PASSWORD]},
		{"otp", &entry->secret[CREDENTIAL_SEED]}};
	for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
		if (span_is(walk->key, own[i].name))
			return keep_text(walk, own[i].value);
	if (walk->text.len)
		buf_printf(
			&walk->words, "%.*s: %.*s\n", SPAN_FMT(walk->key), SPAN_FMT(buf_span(&walk->text)));
	return OK;
}

/* KeePass divides tags by semicolons, older ones by commas. More than have a place are words. */
static fallible put_tags(struct walk *walk)
{
	struct import_entry *entry = &walk->entry;
	struct span rest, tag;
	for (size_t i = 0; i < walk->text.len; i++)
		if (walk->text.data[i] == ',')
			walk->text.data[i] = ';';
	TRY(keep_text(walk, &rest));
	while (rest.len && span_cut(&rest, ';', &tag)) {
		if (tag.len && entry->tag_count < IMPORT_TAGS_MAX)
			entry->tags[entry->tag_count++] = tag;
		else if (tag.len)
			buf_printf(&walk->words, "tag: %.*s\n", SPAN_FMT(tag));
	}
	return OK;
}

/* ---- elements ---- */

static bool has_attribute(const XML_Char **attributes, const char *name, const char *value)
{
	for (; attributes[0]; attributes += 2)
		if (strcmp(attributes[0], name) == 0 && strcmp(attributes[1], value) == 0)
			return true;
	return false;
}

static void begin(void *context, const XML_Char *name, const XML_Char **attributes)
{
	struct walk *walk = context;
	wipe_text(&walk->text);
	if (++walk->depth > DEPTH_MAX) {
		stop(walk, FAIL(INVALID, "the file is nested too deep"));
		return;
	}
	walk->is_file |= walk->depth == 1 && strcmp(name, "KeePassFile") == 0;
	if (walk->history > 0 || (walk->in_entry && strcmp(name, "History") == 0)) {
		walk->history++;
		walk->entry.lost |= walk->history == 2 ? IMPORT_LOST_HISTORY : 0;
	} else if (strcmp(name, "Group") == 0) {
		open_group(walk);
	} else if (strcmp(name, "Entry") == 0) {
		open_entry(walk);
	} else if (walk->in_entry) {
		walk->in_string |= strcmp(name, "String") == 0;
		walk->entry.lost |= strcmp(name, "Binary") == 0 ? IMPORT_LOST_ATTACHMENTS : 0u;
		walk->is_locked |= walk->in_string && strcmp(name, "Value") == 0 &&
			has_attribute(attributes, "Protected", "True");
	}
}

static fallible end_in_entry(struct walk *walk, const char *name)
{
	if (strcmp(name, "Entry") == 0)
		return close_entry(walk);
	if (strcmp(name, "UUID") == 0)
		return keep_text(walk, &walk->entry.source);
	if (strcmp(name, "Tags") == 0)
		return put_tags(walk);
	if (strcmp(name, "String") == 0)
		walk->in_string = false;
	if (walk->in_string && strcmp(name, "Key") == 0)
		return keep_text(walk, &walk->key);
	return walk->in_string && strcmp(name, "Value") == 0 ? put_value(walk) : OK;
}

static void end_outside(struct walk *walk, const char *name)
{
	if (strcmp(name, "Group") == 0)
		close_group(walk);
	else if (strcmp(name, "Name") == 0)
		name_group(walk);
	else if (strcmp(name, "UUID") == 0)
		identify_group(walk);
	else if (strcmp(name, "RecycleBinUUID") == 0)
		buf_put(&walk->bin, span_first(buf_span(&walk->text), UUID_MAX));
}

static void end(void *context, const XML_Char *name)
{
	struct walk *walk = context;
	walk->depth--;
	if (walk->history > 0)
		walk->history--;
	else if (walk->in_entry)
		must(walk, end_in_entry(walk, name));
	else
		end_outside(walk, name);
	wipe_text(&walk->text);
}

static void put_text(void *context, const XML_Char *text, int len)
{
	struct walk *walk = context;
	if (walk->history == 0)
		buf_put(&walk->text, span_of(text, (size_t)len));
}

/* Entities need one: so there are none but XML's own five. */
static void refuse_type(
	void *context, const XML_Char *name, const XML_Char *system, const XML_Char *public_id, int has_inner)
{
	(void)name, (void)system, (void)public_id, (void)has_inner;
	stop(context, FAIL(INVALID, "the file has a document type"));
}

static fallible walk_through(struct walk *walk, struct span text)
{
	XML_SetUserData(walk->parser, walk);
	XML_SetElementHandler(walk->parser, begin, end);
	XML_SetCharacterDataHandler(walk->parser, put_text);
	XML_SetStartDoctypeDeclHandler(walk->parser, refuse_type);
	bool is_parsed =
		XML_Parse(walk->parser, (const char *)text.at, (int)text.len, XML_TRUE) == XML_STATUS_OK;
	TRY(walk->err);
	if (!is_parsed)
		return FAIL(INVALID, "the file is no well-formed XML");
	return walk->is_file ? OK : FAIL(INVALID, "the file is no export of KeePass");
}

fallible import_keepass_read(struct span text, struct import_list *list)
{
	scoped(walk) walk = {.list = list,
		.parser = XML_ParserCreate("UTF-8"),
		.err = OK,
		.path = BUF(PATH_MAX_BYTES),
		.text = BUF(VALUE_MAX),
		.words = BUF(WORDS_MAX),
		.bin = BUF(UUID_MAX)};
	return walk.parser ? walk_through(&walk, text) : FAIL(NO_MEMORY, "there is no memory to read XML");
}
