/* SPDX-License-Identifier: Apache-2.0 */
/* err - the one failure type: what kind, which public code, why, and where it began. */
#pragma once

enum err_kind {
	ERR_NONE,
#define ERR_KIND(kind, status, exit_code, name, title) ERR_##kind,
#define ERR_CODE(kind, code, status, exit_code, name, title)
#include "base/err.def"
#undef ERR_KIND
#undef ERR_CODE
};

enum err_code {
	CODE_NONE,
#define ERR_KIND(kind, status, exit_code, name, title) CODE_##kind,
#define ERR_CODE(kind, code, status, exit_code, name, title) CODE_##code,
#include "base/err.def"
#undef ERR_KIND
#undef ERR_CODE
	CODE_COUNT
};

struct err {
	enum err_kind kind;
	enum err_code code;
	const char *why; /* static, a present-tense sentence without data */
	const char *at;  /* static, file:line of the FAIL that began it */
};

/* One row of err.def. */
struct err_row {
	enum err_kind kind;
	int status;    /* HTTP */
	int exit_code; /* of the command line */
	const char *name;
	const char *title;
};

#define fallible __attribute__((warn_unused_result)) struct err

static const struct err OK = {ERR_NONE, CODE_NONE, "", ""};

#define ERR_TEXT_(x) #x
#define ERR_LINE_(x) ERR_TEXT_(x)
#define ERR_AT __FILE__ ":" ERR_LINE_(__LINE__)

/* FAIL - begin a failure of a kind, with the kind's own public code. FAIL_CODE - with a further code of
 * err.def. */
#define FAIL(KIND, WHY) ((struct err){ERR_##KIND, CODE_##KIND, WHY, ERR_AT})
#define FAIL_CODE(CODE, WHY) ((struct err){err_row(CODE_##CODE)->kind, CODE_##CODE, WHY, ERR_AT})

/* TRY - pass a failure up untouched. */
#define TRY(call)                              \
	do {                                   \
		struct err try_err_ = (call);  \
		if (try_err_.kind != ERR_NONE) \
			return try_err_;       \
	} while (0)

/* err_row - the facts of a public code. CODE_NONE gives status 200, exit code 0. Never NULL. */
const struct err_row *err_row(enum err_code code);

/* err_is_full - whether an errno says that there is no room: on the disk, in a quota, under the largest size of a file. */
_Bool err_is_full(int number);

/* err_failed - true when the value is a failure. */
static inline _Bool err_failed(struct err err)
{
	return err.kind != ERR_NONE;
}

/* IGNORE - drop a failure on purpose; the comment beside it says why that is right. */
#define IGNORE(call)                                                  \
	do {                                                          \
		struct err ignored_ __attribute__((unused)) = (call); \
	} while (0)
