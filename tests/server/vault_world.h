/* SPDX-License-Identifier: Apache-2.0 */
/* vault_world - a business with a client, a login of that client, and an assistant who is to use it. Whatever
 * fails ends the test. */
#pragma once

#include "policies/modes.h"
#include "store/nouns/credential.h"
#include "tests/support/api_world.h"

/* What stands in the login. */
#define VAULT_PASSWORD "tr0ub4dor-and-three"
#define VAULT_SEED "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" /* of RFC 6238: 12345678901234567890 */

/* A key that ssh-keygen made for tests alone, as it stands in JSON; and what ssh-keygen -l says of it. */
#define VAULT_SSH_KEY                                                               \
	"-----BEGIN OPENSSH PRIVATE KEY-----\\n"                                    \
	"b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\\n" \
	"QyNTUxOQAAACDa8+x3uC1VePBg4Gpds11ug5Z34LhogaOLNwJz0tg6lQAAAIiD59Uxg+fV\\n" \
	"MQAAAAtzc2gtZWQyNTUxOQAAACDa8+x3uC1VePBg4Gpds11ug5Z34LhogaOLNwJz0tg6lQ\\n" \
	"AAAEDfWVrkf9DXzFVD8/mwCLxV8llrBRvBESCcoUmcjQJk1Nrz7He4LVV48GDgal2zXW6D\\n" \
	"lnfguGiBo4s3AnPS2DqVAAAABHRlc3QB\\n"                                       \
	"-----END OPENSSH PRIVATE KEY-----\\n"
#define VAULT_SSH_FINGERPRINT "SHA256:RGFifHnT/0U53benKumYS3PlJLsX9dNrS3770oYVg78"

enum { VAULT_PATH = 128, VAULT_BODY = 1024 };

struct vault {
	struct api_world api;
	struct api_person assistant; /* the grantee: role assistant */
	struct id client, contact;
	char client_text[ID_TEXT + 1];
	char login[ID_TEXT + 1];  /* the credential, with password and seed, for code and reveal */
	struct api_answer answer; /* of the last request */
};

/* vault_open - Owns: scoped(vault). */
void vault_open(struct vault *vault);
void vault_done(struct vault *vault);

/* vault_call - a request by the tenant's application; the status. vault_call_as - by another token. */
int vault_call(struct vault *vault, const char *method, const char *path, const char *body);
int vault_call_as(
	struct vault *vault, const char *token, const char *method, const char *path, const char *body);

/* vault_call_for - by the tenant's application for a person who proved who they are. */
int vault_call_for(
	struct vault *vault, struct id person, const char *method, const char *path, const char *body);

/* Terms of a grant, for vault_grant. */
#define VAULT_CODE "\"modes\":[\"code\"]"
#define VAULT_BOTH "\"modes\":[\"code\",\"reveal\"],\"task\":\"T-118\""

/* vault_grant - the login for the assistant; terms are members of the body, such as
 * "\"modes\":[\"code\"],\"uses\":1". */
void vault_grant(struct vault *vault, const char *terms, char grant[static ID_TEXT + 1]);

/* A verification of a person, put into the store as if it had been passed. */
struct vault_proof {
	struct id person;
	struct id application;
	const char *grant; /* of a confirmed use; NULL = a login */
	const char *mode, *purpose;
	const char *takeout; /* of a confirmed takeout; NULL = none */
	bool weak;
};
void vault_prove(struct vault *vault, const struct vault_proof *proof, char verification[static ID_TEXT + 1]);

/* vault_login, vault_confirm - the assistant through the tenant's application. */
void vault_login(struct vault *vault, char verification[static ID_TEXT + 1]);
void vault_confirm(
	struct vault *vault, const char *grant, const char *purpose, char verification[static ID_TEXT + 1]);

/* What a use sends; NULL leaves a member out. */
struct vault_use {
	const char *grant, *mode, *purpose, *verification, *seal_to, *token, *key;
	bool no_device;
	const char *ip; /* NULL: one of no country */
};
int vault_use(struct vault *vault, const struct vault_use *use);

/* vault_ask_code, vault_ask_reveal - a use with everything in order, but for the verification a test gives:
 * NULL = none. The purposes are "pay invoice 77" and "reset the account". */
int vault_ask_code(struct vault *vault, const char *grant, const char *verification);
int vault_ask_reveal(struct vault *vault, const char *grant, const char *verification);

/* vault_is_refused - the last answer is a 403 of this code. */
bool vault_is_refused(const struct vault *vault, const char *code);

/* vault_events - how many of an action the tenant's log holds. */
size_t vault_events(struct vault *vault, enum action action);
