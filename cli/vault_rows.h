/* SPDX-License-Identifier: Apache-2.0 */
/* vault_rows - what the vault's part of the API answers, on a terminal: lists as tables, single things as lines, both as JSON with
 * --json. */
#pragma once

#include "cli/session.h"
#include "cli/table.h"

/* A column: which member of an item it shows. */
struct vault_rows_column {
	struct table_column column;
	const char *member; /* "state"; "label.title" of an object in it */
	bool is_address;    /* a path stands behind the server's own address, in lines of vault_rows_send */
};

struct vault_rows {
	const struct vault_rows_column *columns;
	size_t count; /* at most TABLE_COLUMNS_MAX */
};

/* vault_rows_list - the pages of a list, up to --limit (50), or all of it with --all.
 *
 *   path  under the prefix, with its query if it has one
 * Fails: as session_fetch · REMOTE an answer that is no list. */
fallible vault_rows_list(struct commands_call *call, const struct vault_rows *rows, const char *path);

/* vault_rows_one - a single thing that was answered: a line a column that it has. Fails: REMOTE · NO_MEMORY. */
fallible vault_rows_one(struct commands_call *call, const struct vault_rows *rows, struct span answer);

/* vault_rows_send - POST a body (or DELETE: body empty), and show what is answered. Fails: as session_fetch. */
fallible vault_rows_send(
	struct commands_call *call, const struct vault_rows *rows, const char *path, struct span json);

/* vault_rows_path - a path with the call's operand in it, percent-encoded: "v1/grants/" operand "/decision". Fails: TOO_LARGE. */
fallible vault_rows_path(
	const struct commands_call *call, const char *before, const char *behind, struct buf *path);

/* vault_rows_query - add a parameter to a path that has none yet, or has; nothing for NULL. */
void vault_rows_query(struct buf *path, const char *name, const char *value);
