/* SPDX-License-Identifier: Apache-2.0 */
/* mailcodes - draw, hash, seal for the outbox. */
#include "server/core/login/mailcodes.h"

#include "crypto/random.h"
#include "server/core/from_where.h"

enum { SHOWN_MAX = MAILCODES_DIGITS + MAILCODES_REF + 4 };

void mailcodes_hash(const struct keeper *keeper, struct id tenant, struct id about, struct id person,
	struct span code, uint8_t hash[static HASH_BLAKE])
{
	const struct span parts[] = {id_span(&tenant), id_span(&about), id_span(&person), code};
	keeper_hash(keeper, KEEPER_CODE, parts, sizeof parts / sizeof parts[0], hash);
}

/* A letter and a digit that nobody confuses when they are read out. */
static void draw_ref(char ref[static MAILCODES_REF + 1])
{
	static const char LETTERS[] = "ABCDEFGHJKLMNPRSTUVWXYZ";
	ref[0] = LETTERS[random_below(sizeof LETTERS - 1)];
	ref[1] = (char)('2' + random_below(8));
	ref[2] = '\0';
}

static fallible tell(const struct server *server, const struct mailcodes_ask *ask, const char *digits,
	struct arena *arena, struct mailcodes_code *code)
{
	scoped(buf) shown = BUF(SHOWN_MAX);
	struct from_where kept;
	struct message_value values[4 + FROM_WHERE_VALUES] = {{"minutes", SPAN_LIT("10")}, {"to", ask->to}};
	size_t count = 2;
	buf_printf(&shown, "%s (%s)", digits, code->ref);
	TRY(buf_check(&shown));
	values[count++] = (struct message_value){"code", buf_span(&shown)};
	if (ask->action.len)
		values[count++] = (struct message_value){"action", ask->action};
	if (ask->device)
		count += from_where_put(server, ask->device, &kept, values + count);
	const struct tell_ask letter = {.person = ask->person,
		.kind = ask->action.len ? NOTICE_ACTION_CODE : NOTICE_LOGIN_CODE,
		.about = ask->about,
		.values = values,
		.count = count,
		.now = ask->now};
	struct err err = tell_prepare(server->keeper, ask->tenant, &letter, arena, &code->notice);
	secret_wipe(shown.data, shown.len);
	return err;
}

fallible mailcodes_draw(const struct server *server, const struct mailcodes_ask *ask, struct arena *arena,
	struct mailcodes_code *code)
{
	char digits[MAILCODES_DIGITS + 1];
	struct mailcodes_code drawn;
	tokens_make_digits(ask->digits ? ask->digits : MAILCODES_DIGITS, digits);
	draw_ref(drawn.ref);
	mailcodes_hash(server->keeper, ask->tenant, ask->about, ask->person, span_text(digits), drawn.hash);
	struct err err = tell(server, ask, digits, arena, &drawn);
	secret_wipe(digits, sizeof digits);
	TRY(err);
	*code = drawn;
	return OK;
}
