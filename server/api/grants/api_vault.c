/* SPDX-License-Identifier: Apache-2.0 */
/* api_vault - POST /v1/grants/{grant}/uses: the only place that puts a secret of a client into an answer. */
#include "base/text.h"
#include "server/api/ask.h"
#include "server/api/stage.h"
#include "server/core/grants/uses.h"
#include "server/core/vault/credentials.h"

enum {
	NAME_MAX_BYTES = 128,
	SEAL_TO_TEXT = 64,
	SECRET_JSON_MAX = 64 * 1024,
	JSON_ESCAPED = 6, /* bytes that one of a text may become */
	SECRET_FRAME =
		512, /* names, quotes, the fixed words of an otpauth URI, what is kept behind an answer */
};

struct release {
	struct uses_add use;
	bool sealed;
	uint8_t seal_to[BOX_PUBLIC];
};

/* ---- reading ---- */

/* A key that nothing can be sealed to is found out now, not when the use is counted. */
static void read_seal_to(struct json_object *top, struct release *release)
{
	scoped(buf) key = BUF(SEAL_TO_TEXT);
	scoped(buf) trial = BUF(BOX_OVERHEAD);
	/* What is injected never lies open on its way. */
	enum json_need need = release->use.mode == MODE_INJECT ? JSON_NEEDED : JSON_OPTIONAL;
	struct span text = json_in_text(top, "seal_to", need, SEAL_TO_TEXT);
	if (text.len == 0)
		return;
	release->sealed = !err_failed(text_parse_base64url(text, &key)) && key.len == BOX_PUBLIC;
	if (release->sealed) {
		memcpy(release->seal_to, key.data, BOX_PUBLIC);
		release->sealed = !err_failed(box_seal_to(release->seal_to, SPAN_NONE, &trial));
	}
	if (!release->sealed)
		json_in_note(top, "seal_to", "malformed");
	else if (release->use.mode == MODE_CODE)
		json_in_note(top, "seal_to", "not_allowed");
}

/* A missing purpose or proof is no fault of the request's form: the rules say no to it, on record. */
static fallible read_use(struct call *call, struct release *release)
{
	struct json_object top;
	struct uses_add *use = &release->use;
	TRY(call_body(call, &top));
	struct span mode = json_in_text(&top, "mode", JSON_NEEDED, NAME_MAX_BYTES);
	if (mode.len && !modes_find(mode, &use->mode))
		json_in_note(&top, "mode", "not_allowed");
	use->purpose = json_in_text(&top, "purpose", JSON_OPTIONAL, USES_PURPOSE_MAX);
	if (ask_is_silent(use->purpose))
		use->purpose = SPAN_NONE;
	use->verification = json_in_text(&top, "verification", JSON_OPTIONAL, NAME_MAX_BYTES);
	call_read_device(&top, "device", JSON_OPTIONAL, &use->device);
	read_seal_to(&top, release);
	json_in_end(&top);
	return call_check(call);
}

/* The body's device counts; a personal token's or session's is the one that the server saw itself. */
static fallible take_device(const struct call *call, struct uses_add *use)
{
	if (caller_is_own(&call->caller))
		use->device = call->caller.device;
	if (!use->device.given)
		return FAIL_CODE(DEVICE_MISSING, "a person acts from a device: name it");
	return OK;
}

static uint32_t scope_of(enum mode mode)
{
	switch (mode) {
	case MODE_INJECT:
		return SCOPE_BIT(VAULT_INJECT);
	case MODE_REVEAL:
		return SCOPE_BIT(VAULT_REVEAL);
	case MODE_CODE:
	case MODE_COUNT:
		break;
	}
	return 0;
}

/* A person's token has every scope, but what is injected goes to an application that was registered for it. */
static fallible check_scope(const struct call *call, const struct uses_add *use)
{
	if (use->mode == MODE_INJECT && caller_is_own(&call->caller))
		return FAIL_CODE(SCOPE_MISSING, "a secret is injected by an application, never by a person");
	if (!scopes_allow(call->caller.scopes, scope_of(use->mode)))
		return FAIL_CODE(SCOPE_MISSING, "the token lacks the scope for this mode");
	return OK;
}

/* The body's verification counts, and is used up by the use. The header's counts no more: else one that
 * confirmed an action would prove the grantee here again and again, since nothing uses it up. */
static void forget_header(struct call *call)
{
	call->caller.proof.given = false;
	call->caller.proven = call->caller.kind == TOKEN_PERSON;
}

static fallible prepare_use(struct call *call)
{
	struct release *release;
	scoped(stage) stage = {0};
	TRY(call_ask(call, &release));
	release->use.grant_id = call->parts[0];
	TRY(read_use(call, release));
	if (release->use.verification.len)
		forget_header(call);
	TRY(take_device(call, &release->use));
	TRY(check_scope(call, &release->use));
	TRY(stage_open(call, &stage));
	return uses_prepare(call->server, &call->caller, &stage.view, call->now, call->arena, &release->use);
}

/* The seconds until a refused use may be tried again, rounded up. */
static int64_t wait_of(const struct uses_add *use)
{
	bool known = err_failed(use->refusal) && use->retry.ms > use->decided.ms;
	return known ? (use->retry.ms - use->decided.ms + 999) / 1000 : 0;
}

static fallible write_use(struct act *act, struct call *call)
{
	struct release *release = call->ask;
	TRY(uses_write(act, &release->use));
	call->refusal = release->use.refusal;
	call->retry_after_s = wait_of(&release->use);
	return OK;
}

/* ---- releasing: only where nothing has to be left out, and so only after the commit ---- */

static fallible put_code(struct call *call, const struct release *release, struct json_out *out)
{
	char code[TOTP_DIGITS_MAX + 1];
	int valid_s;
	TRY(uses_code(call->server, &release->use, code, &valid_s));
	json_out_secret(out, "code", span_text(code));
	json_out_number(out, "valid_s", valid_s);
	secret_wipe(code, sizeof code);
	return OK;
}

/* Bytes that what is released may come to: a record is longer than what it seals, and an otpauth URI has title and user name
 * twice, with three bytes for one. */
static size_t room_of(const struct release *release)
{
	const struct uses_add *use = &release->use;
	size_t texts = 2 * (use->credential.title.len + use->credential.username.len);
	for (size_t i = 0; i < use->release_count; i++) {
		const struct uses_release *one = &use->releases[i];
		const struct version_field *field = version_field(&one->holder, one->field);
		texts += field ? field->record.len : 0;
	}
	return SECRET_FRAME + JSON_ESCAPED * texts;
}

/* Room from the beginning: a buffer that grows leaves its content behind in memory that is not wiped. */
static fallible make_room(const struct release *release, struct buf *buf)
{
	buf_expect(buf, room_of(release));
	return buf_check(buf);
}

static fallible put_seed(const struct release *release, struct span field, struct json_out *out)
{
	struct totp_shape shape;
	struct span seed;
	scoped(buf) uri = BUF(SECRET_JSON_MAX);
	const struct credential *credential = &release->use.credential;
	TRY(make_room(release, &uri));
	TRY(credentials_open_seed(field, &shape, &seed));
	totp_put_uri(&uri, &shape, seed, credential->title,
		credential->username.len ? credential->username : credential->title);
	struct err err = buf_check(&uri);
	if (!err_failed(err))
		json_out_span(out, "totp", buf_span(&uri));
	secret_wipe(uri.data, uri.len);
	return err;
}

static fallible put_field(struct call *call, const struct release *release, size_t at, struct json_out *out)
{
	scoped(secret) plain = {0};
	enum credential_field field = release->use.releases[at].field;
	TRY(uses_open(call->server, &release->use, at, &plain));
	if (field == CREDENTIAL_SEED)
		return put_seed(release, secret_span(&plain), out);
	json_out_span(out, credentials_field_name(field), secret_span(&plain));
	return OK;
}

static fallible put_secret(
	struct call *call, const struct release *release, const char *name, struct json_out *out)
{
	const struct credential *credential = &release->use.credential;
	json_out_open(out, name);
	if (credential->username.len)
		json_out_span(out, "username", credential->username);
	for (size_t i = 0; i < release->use.release_count; i++)
		TRY(put_field(call, release, i, out));
	json_out_close(out);
	return buf_check(out->buf);
}

static fallible put_sealed(struct call *call, const struct release *release, struct json_out *out)
{
	scoped(buf) plain = BUF(2 * SECRET_JSON_MAX);
	scoped(buf) box = BUF(2 * SECRET_JSON_MAX);
	scoped(buf) text = BUF(4 * SECRET_JSON_MAX);
	TRY(make_room(release, &plain));
	struct json_out inner = JSON_OUT(&plain);
	struct err err = put_secret(call, release, NULL, &inner);
	if (!err_failed(err))
		err = box_seal_to(release->seal_to, buf_span(&plain), &box);
	secret_wipe(plain.data, plain.len);
	TRY(err);
	text_put_base64url(&text, buf_span(&box));
	TRY(buf_check(&text));
	json_out_span(out, "sealed", buf_span(&text));
	return OK;
}

static fallible release_to(struct call *call, const struct release *release, struct json_out *out)
{
	if (release->use.mode == MODE_CODE)
		return put_code(call, release, out);
	if (release->sealed)
		return put_sealed(call, release, out);
	TRY(make_room(release, out->buf));
	return put_secret(call, release, "secret", out);
}

/* The use stays counted, and a second event says that nothing came of it. */
static fallible fail_release(
	struct call *call, const struct release *release, struct json_out *out, struct err err)
{
	/* Some of it may stand in the buffer already. */
	secret_wipe(out->buf->data, out->buf->len);
	TRY(uses_report_failure(call->server, &call->caller, &release->use, call->arena));
	/* A stored secret that does not open is our damage, whatever kind of failure it is inside. */
	if (err.kind == ERR_BUSY || err.kind == ERR_NO_MEMORY)
		return err;
	return FAIL(CORRUPT, "a secret can't be opened");
}

static fallible answer_use(struct call *call, struct json_out *out)
{
	const struct release *release = call->ask;
	const char *secret = release->use.mode == MODE_CODE ? "code" : release->sealed ? "sealed" : "secret";
	json_out_id(out, "use", ID_USE, uses_id(&release->use));
	if (json_out_redacted(out, secret))
		return OK;
	call_header(call, "Cache-Control", SPAN_LIT("no-store"));
	struct err err = release_to(call, release, out);
	return err_failed(err) ? fail_release(call, release, out, err) : OK;
}

const struct handler api_vault_use = {prepare_use, write_use, answer_use};
