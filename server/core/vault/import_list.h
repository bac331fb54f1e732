/* SPDX-License-Identifier: Apache-2.0 */
/* import_list - what a file of another password manager holds, as credentials on their way in: readers hand on
 * entries as they stand there, and each becomes one item, or two when it has words that have no field of their own
 * (they become a note beside), or an item that is refused and says why. Nothing is left out silently. */
#pragma once

#include "server/core/vault/credentials.h"

enum { IMPORT_ENTRIES_MAX = 10000, IMPORT_TAGS_MAX = 8, IMPORT_COLUMNS_MAX = 16 };

/* What an entry had that is not taken; bits. */
enum import_loss {
	IMPORT_LOST_CHECK_CODE = 1u << 0, /* a card's: it must not be kept */
	IMPORT_LOST_HISTORY = 1u << 1,    /* former passwords */
	IMPORT_LOST_ATTACHMENTS = 1u << 2,
	IMPORT_LOST_PASSKEYS = 1u << 3,
	IMPORT_LOST_SEED = 1u << 4,  /* of no codes that are made here; its password comes */
	IMPORT_LOST_LABEL = 1u << 5, /* it is called otherwise here, or has another user name or address */
};

/* import_loss_name - "check_code"; NULL behind the last one. Static. */
const char *import_loss_name(unsigned at);

/* Why an entry does not come in. */
enum import_refusal {
	IMPORT_COMES,
	IMPORT_NO_SECRET, /* nothing that the vault is for stands in it */
	IMPORT_TOO_LONG,
	IMPORT_MALFORMED, /* a seed, a card's number or a key that is none; a row with more fields than columns */
	IMPORT_CHECK_CODE, /* a card's stands in its words or its label: it must not be kept */
	IMPORT_IN_TRASH,   /* it was thrown away there */
	IMPORT_ELSEWHERE,  /* not in the folder that was asked for */
	IMPORT_REFUSAL_COUNT
};

/* import_refusal_name - "no_secret". Static. */
const char *import_refusal_name(enum import_refusal refusal);

/* One entry, as a reader found it; texts are borrowed and outlive the list. */
struct import_entry {
	size_t place; /* in the file, from 1: a line, or the number of the entry */
	enum credential_kind kind;
	struct span title, url, username;
	struct span folder; /* a path, its parts divided by '/' */
	struct span tags[IMPORT_TAGS_MAX];
	size_t tag_count;
	struct span source; /* an id that the other program keeps for ever; empty = it has none */
	struct span secret[CREDENTIAL_FIELD_COUNT]; /* a seed as the text that people type */
	struct span notes;
	unsigned lost; /* enum import_loss */
	bool in_trash;
};

enum import_result {
	IMPORT_NEW,
	IMPORT_SAME,
	IMPORT_CHANGED,  /* it is here with another secret, and stays as it is */
	IMPORT_UPDATED,  /* it was, and has a new version now */
	IMPORT_ARCHIVED, /* it is here, and was archived */
	IMPORT_REFUSED,
	IMPORT_RESULT_COUNT
};

/* import_result_name - "new". Static. */
const char *import_result_name(enum import_result result);

/* What becomes of an entry, or of its note. */
struct import_item {
	struct import_item *next;
	/* read */
	size_t place;
	struct credential *credential; /* kind and label; modes_max are the least exposing that work */
	struct credentials_secret secret;
	struct span source; /* empty = none */
	bool is_note;       /* beside its entry */
	unsigned lost;
	enum import_refusal refusal;
	/* decided */
	enum import_result result;
	struct id id; /* none while it is not here */
};

struct import_list {
	struct arena *arena;
	struct span folder; /* only what lies in it; empty = everything */
	size_t line;        /* of a table: where the reader stands, and where one that fails stopped */
	struct import_item *first, *last;
	size_t entries, items;
	struct span lost_columns[IMPORT_COLUMNS_MAX]; /* with values, that nothing here takes */
	size_t lost_column_count;
};

/* import_list_take - one more entry. Fails: INVALID there are more than IMPORT_ENTRIES_MAX · NO_MEMORY. */
fallible import_list_take(struct import_list *list, const struct import_entry *entry);

/* import_list_refuse - one more entry, which does not come in. Fails: as import_list_take. */
fallible import_list_refuse(
	struct import_list *list, const struct import_entry *entry, enum import_refusal refusal);

/* import_list_lose - a column whose values are not taken; the same one twice counts once. */
void import_list_lose(struct import_list *list, struct span column);
