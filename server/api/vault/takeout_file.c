/* SPDX-License-Identifier: Apache-2.0 */
/* takeout_file - Bitwarden's JSON and KeePass 2's XML, piece by piece into the seal. */
#include "server/api/vault/takeout_file.h"

#include "base/json_out.h"
#include "base/text.h"
#include "server/core/vault/credentials.h"

enum { PIECE_MAX = 256 * 1024, ROW_MEMORY = 256 * 1024, URI_MAX = 8 * 1024, UUID_TEXT = 36 };

/* A file on its way: a piece of it in the open. */
struct writing {
	struct age *age;
	struct buf *piece; /* has its room from the beginning: what grows leaves its content behind */
	struct json_out json;
	struct span title; /* of the whole */
};

struct format {
	void (*begin)(struct writing *writing);
	fallible (*put)(struct writing *writing, const struct takeout_entry *entry);
	void (*end)(struct writing *writing);
};

static void wipe(struct buf *buf)
{
	if (buf->data)
		secret_wipe(buf->data, buf->len);
	buf_clear(buf);
}

static fallible make_room(struct buf *buf, size_t bytes)
{
	buf_room(buf, bytes);
	TRY(buf_check(buf));
	buf_clear(buf);
	return OK;
}

static fallible flush(struct writing *writing)
{
	struct err err = buf_check(writing->piece);
	if (!err_failed(err))
		err = age_put(writing->age, buf_span(writing->piece));
	wipe(writing->piece);
	return err;
}

/* The seed of codes as every program reads it. */
static fallible put_uri(const struct takeout_entry *entry, struct buf *uri)
{
	struct totp_shape shape;
	struct span seed, field = takeout_entry_field(entry, CREDENTIAL_SEED);
	const struct credential *credential = &entry->credential;
	if (field.len == 0)
		return OK;
	TRY(make_room(uri, URI_MAX / 2));
	TRY(credentials_open_seed(field, &shape, &seed));
	totp_put_uri(uri, &shape, seed, credential->title,
		credential->username.len ? credential->username : credential->title);
	return buf_check(uri);
}

/* What people type to get in: a password, or the key of an interface. */
static struct span word_of(const struct takeout_entry *entry)
{
	struct span password = takeout_entry_field(entry, CREDENTIAL_PASSWORD);
	return password.len ? password : takeout_entry_field(entry, CREDENTIAL_KEY);
}

/* ---- Bitwarden ---- */

enum { ITEM_LOGIN = 1, ITEM_NOTE = 2, ITEM_CARD = 3, ITEM_SSH_KEY = 5 };

static int type_of(enum credential_kind kind)
{
	switch (kind) {
	case CREDENTIAL_NOTE:
		return ITEM_NOTE;
	case CREDENTIAL_CARD:
		return ITEM_CARD;
	case CREDENTIAL_SSH_KEY:
		return ITEM_SSH_KEY;
	case CREDENTIAL_LOGIN:
	case CREDENTIAL_TOTP:
	case CREDENTIAL_API_KEY:
	case CREDENTIAL_KIND_COUNT:
		break;
	}
	return ITEM_LOGIN;
}

/* Their ids are UUIDs, and so are ours inside. */
static void put_uuid(struct json_out *json, const char *name, struct id id)
{
	static const size_t ENDS[] = {4, 6, 8, 10, 16};
	scoped(buf) text = BUF(UUID_TEXT);
	for (size_t i = 0, at = 0; i < sizeof ENDS / sizeof ENDS[0]; at = ENDS[i++]) {
		buf_put_text(&text, at ? "-" : "");
		text_put_hex(&text, span_of(id.bytes + at, ENDS[i] - at));
	}
	json_out_span(json, name, buf_span(&text));
}

static void put_some(struct json_out *json, const char *name, struct span text)
{
	if (text.len)
		json_out_span(json, name, text);
	else
		json_out_null(json, name);
}

static void put_login(struct json_out *json, const struct takeout_entry *entry, struct span uri)
{
	json_out_open(json, "login");
	json_out_open_array(json, "uris");
	if (entry->credential.url.len) {
		json_out_open(json, NULL);
		json_out_null(json, "match");
		json_out_span(json, "uri", entry->credential.url);
		json_out_close(json);
	}
	json_out_close_array(json);
	put_some(json, "username", entry->credential.username);
	put_some(json, "password", word_of(entry));
	put_some(json, "totp", uri);
	json_out_close(json);
}

/* "04/2031" or "04/31" is a month and a year there. */
static void put_expiry(struct json_out *json, struct span expiry)
{
	const uint8_t *slash = expiry.len ? memchr(expiry.at, '/', expiry.len) : NULL;
	size_t month = slash ? (size_t)(slash - expiry.at) : expiry.len;
	struct span digits = span_first(expiry, month), year = span_from(expiry, month + 1);
	scoped(buf) whole = BUF(CREDENTIAL_FIELD_MAX + 2);
	if (digits.len == 2 && digits.at[0] == '0')
		digits = span_from(digits, 1);
	if (year.len == 2)
		buf_put_text(&whole, "20");
	buf_put(&whole, year);
	put_some(json, "expMonth", digits);
	put_some(json, "expYear", buf_span(&whole));
}

static void put_card(struct json_out *json, const struct takeout_entry *entry)
{
	json_out_open(json, "card");
	put_some(json, "cardholderName", takeout_entry_field(entry, CREDENTIAL_HOLDER));
	json_out_null(json, "brand");
	put_some(json, "number", takeout_entry_field(entry, CREDENTIAL_NUMBER));
	put_expiry(json, takeout_entry_field(entry, CREDENTIAL_EXPIRY));
	json_out_null(json, "code");
	json_out_close(json);
}

static void put_ssh_key(struct json_out *json, const struct takeout_entry *entry)
{
	json_out_open(json, "sshKey");
	json_out_span(json, "privateKey", takeout_entry_field(entry, CREDENTIAL_KEY));
	json_out_text(json, "publicKey", "");
	json_out_span(json, "keyFingerprint", entry->credential.fingerprint);
	json_out_close(json);
}

static void begin_bitwarden(struct writing *writing)
{
	struct json_out *json = &writing->json;
	json_out_open(json, NULL);
	json_out_bool(json, "encrypted", false);
	json_out_open_array(json, "folders");
	json_out_close_array(json);
	json_out_open_array(json, "items");
}

static fallible put_bitwarden(struct writing *writing, const struct takeout_entry *entry)
{
	scoped(buf) uri = BUF(URI_MAX);
	struct json_out *json = &writing->json;
	const struct credential *credential = &entry->credential;
	TRY(put_uri(entry, &uri));
	json_out_open(json, NULL);
	put_uuid(json, "id", credential->id);
	json_out_null(json, "organizationId");
	json_out_null(json, "folderId");
	json_out_number(json, "type", type_of(credential->kind));
	json_out_number(json, "reprompt", 0);
	json_out_span(json, "name", credential->title);
	put_some(json, "notes", takeout_entry_field(entry, CREDENTIAL_TEXT));
	json_out_bool(json, "favorite", false);
	if (type_of(credential->kind) == ITEM_LOGIN)
		put_login(json, entry, buf_span(&uri));
	if (type_of(credential->kind) == ITEM_CARD)
		put_card(json, entry);
	if (type_of(credential->kind) == ITEM_SSH_KEY)
		put_ssh_key(json, entry);
	if (type_of(credential->kind) == ITEM_NOTE) {
		json_out_open(json, "secureNote");
		json_out_number(json, "type", 0);
		json_out_close(json);
	}
	json_out_close(json);
	wipe(&uri);
	return OK;
}

static void end_bitwarden(struct writing *writing)
{
	json_out_close_array(&writing->json);
	json_out_close(&writing->json);
}

/* ---- KeePass ---- */

/* Signs that XML has no place for are left out. */
static void put_escaped(struct buf *out, struct span text)
{
	for (size_t i = 0; i < text.len; i++) {
		uint8_t sign = text.at[i];
		if (sign == '&')
			buf_put_text(out, "&amp;");
		else if (sign == '<')
			buf_put_text(out, "&lt;");
		else if (sign == '>')
			buf_put_text(out, "&gt;");
		else if (sign == '\r')
			buf_put_text(out, "&#13;");
		else if (sign >= ' ' || sign == '\n' || sign == '\t')
			buf_put_u8(out, sign);
	}
}

static void put_string(struct buf *out, const char *key, struct span value, bool is_secret)
{
	if (value.len == 0)
		return;
	buf_printf(out, "<String><Key>%s</Key><Value%s>", key, is_secret ? " ProtectInMemory=\"True\"" : "");
	put_escaped(out, value);
	buf_put_text(out, "</Value></String>");
}

static void put_tags(struct buf *out, const struct credential *credential)
{
	buf_put_text(out, "<Tags>");
	for (size_t i = 0; i < credential->tag_count; i++) {
		buf_put_text(out, i ? ";" : "");
		put_escaped(out, credential->tags[i]);
	}
	buf_put_text(out, "</Tags>");
}

static void put_element_id(struct buf *out, struct id id)
{
	buf_put_text(out, "<UUID>");
	text_put_base64(out, SPAN_BYTES(id.bytes));
	buf_put_text(out, "</UUID>");
}

static void begin_keepass(struct writing *writing)
{
	static const struct id GROUP = {{'m', 'u', 'n', 'i', 'm', 'e', 'n', 't'}};
	struct buf *out = writing->piece;
	buf_put_text(out,
		"<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>\n<KeePassFile>"
		"<Meta><Generator>Muniment</Generator></Meta><Root><Group>");
	put_element_id(out, GROUP);
	buf_put_text(out, "<Name>");
	put_escaped(out, writing->title);
	buf_put_text(out, "</Name>");
}

static fallible put_keepass(struct writing *writing, const struct takeout_entry *entry)
{
	scoped(buf) uri = BUF(URI_MAX);
	struct buf *out = writing->piece;
	const struct credential *credential = &entry->credential;
	struct span key = takeout_entry_field(entry, CREDENTIAL_KEY);
	struct span number = takeout_entry_field(entry, CREDENTIAL_NUMBER);
	bool is_ssh = credential->kind == CREDENTIAL_SSH_KEY;
	TRY(put_uri(entry, &uri));
	buf_put_text(out, "<Entry>");
	put_element_id(out, credential->id);
	put_tags(out, credential);
	put_string(out, "Title", credential->title, false);
	put_string(out, "UserName", credential->username, false);
	put_string(out, "URL", credential->url, false);
	put_string(out, "Password", is_ssh ? SPAN_NONE : number.len ? number : word_of(entry), true);
	put_string(out, "Notes", is_ssh ? key : takeout_entry_field(entry, CREDENTIAL_TEXT), true);
	put_string(out, "otp", buf_span(&uri), true);
	put_string(out, "Expiry", takeout_entry_field(entry, CREDENTIAL_EXPIRY), true);
	put_string(out, "Holder", takeout_entry_field(entry, CREDENTIAL_HOLDER), true);
	buf_put_text(out, "</Entry>");
	wipe(&uri);
	return OK;
}

static void end_keepass(struct writing *writing)
{
	buf_put_text(writing->piece, "</Group></Root></KeePassFile>\n");
}

/* ---- the file ---- */

static const struct format FORMATS[TAKEOUT_FORMAT_COUNT] = {
	[TAKEOUT_BITWARDEN] = {begin_bitwarden, put_bitwarden, end_bitwarden},
	[TAKEOUT_KEEPASS] = {begin_keepass, put_keepass, end_keepass},
};

static fallible put_all(const struct scene *scene, struct takeout_taking *taking, struct writing *writing)
{
	const struct format *format = &FORMATS[taking->takeout.format];
	struct takeout_entry entry;
	struct err err;
	scoped(arena) row = ARENA(ROW_MEMORY);
	format->begin(writing);
	for (; takeout_taking_next(scene, taking, &row, &entry, &err); arena_clear(&row)) {
		struct err put = format->put(writing, &entry);
		takeout_entry_done(&entry);
		TRY(put);
		TRY(flush(writing));
	}
	TRY(err);
	format->end(writing);
	TRY(flush(writing));
	return age_end(writing->age);
}

fallible takeout_file_make(const struct scene *scene, struct takeout_taking *taking, struct buf *file)
{
	scoped(buf) piece = BUF(PIECE_MAX);
	struct writing writing = {.age = arena_alloc(scene->arena, sizeof *writing.age),
		.piece = &piece,
		.json = JSON_OUT(&piece),
		.title = taking->title};
	if (!writing.age)
		return FAIL(NO_MEMORY, "a call has no memory for a takeout's file");
	TRY(make_room(&piece, PIECE_MAX / 2));
	struct err err = age_begin(writing.age, taking->takeout.recipient, file);
	if (!err_failed(err))
		err = put_all(scene, taking, &writing);
	wipe(&piece);
	age_done(writing.age);
	return err;
}
