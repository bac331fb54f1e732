/* SPDX-License-Identifier: Apache-2.0 */
/* key_check - name by name: the names out of the keyring, then each by the way that any use takes to it. */
#include "server/keeper/key_check.h"

/* The next name of any kind; a wrap that fails already here is looked at like the others. */
static fallible next_name(struct keyring_batch *batch, struct key_check *check, struct keyring_name *name)
{
	struct keyring_row row;
	struct keyring_walk *walk = &check->walk;
	for (; walk->kind < KEYRING_KIND_END; *walk = (struct keyring_walk){.kind = walk->kind + 1}) {
		struct err err = keyring_batch_next(batch, walk, &row);
		if (err.kind == ERR_NOT_FOUND)
			continue;
		if (err.kind != ERR_FORGED && err.kind != ERR_CORRUPT)
			TRY(err);
		*name = walk->last;
		return OK;
	}
	return FAIL(NOT_FOUND, "there is no other key");
}

static fallible list_names(
	struct keytree *tree, struct key_check *check, struct keyring_name *names, size_t *count)
{
	scoped(keyring_batch) batch = {0};
	struct err err = OK;
	*count = 0;
	if (check->walk.kind == 0)
		check->walk.kind = KEYRING_TENANT;
	TRY(keyring_batch_open(tree->keyring, &batch));
	while (*count < KEY_CHECK_SLICE && !err_failed(err)) {
		err = next_name(&batch, check, &names[*count]);
		*count += !err_failed(err);
	}
	check->is_over = err.kind == ERR_NOT_FOUND;
	return check->is_over ? OK : err;
}

fallible key_check_some(struct keytree *tree, struct key_check *check)
{
	struct keyring_name names[KEY_CHECK_SLICE];
	size_t count;
	TRY(list_names(tree, check, names, &count));
	for (size_t i = 0; i < count && !check->is_forged; i++) {
		struct err err = keytree_check(tree, &names[i]);
		if (err.kind == ERR_FORGED || err.kind == ERR_CORRUPT) {
			check->is_forged = true;
			check->forged = names[i];
		} else if (err.kind != ERR_NOT_FOUND) {
			TRY(err);
			check->count++;
		}
	}
	check->is_over |= check->is_forged;
	return OK;
}
