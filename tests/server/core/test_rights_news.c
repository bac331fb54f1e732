/* SPDX-License-Identifier: Apache-2.0 */
/* test_rights_news - who may do more than before does not begin it in silence: every owner is told. */
#include "tests/support/api_world.h"

#include <criterion/criterion.h>
#include <stdio.h>

struct told {
	struct api_world world;
	struct api_person owner, other;
	struct api_answer answer;
};

static void told_open(struct told *told)
{
	api_world_open(&told->world);
	api_world_person(&told->world, &told->world.tenant, "owner", "first@harbour.example", &told->owner);
	api_world_person(&told->world, &told->world.tenant, "owner", "second@harbour.example", &told->other);
}

static void told_done(struct told *told)
{
	api_answer_done(&told->answer);
	api_world_done(&told->world);
}

static int as_owner(struct told *told, const char *method, const char *path, const char *body)
{
	return api_call(&told->world, method, path, told->owner.token, body, &told->answer);
}

static int as_software(struct told *told, const char *method, const char *path, const char *body)
{
	return api_call(&told->world, method, path, told->world.tenant.token, body, &told->answer);
}

/* Letters to both owners since the last look. */
static bool were_told(struct told *told, size_t letters)
{
	return api_count_notices(&told->world, told->owner.id, NOTICE_RIGHTS_GIVEN) == letters &&
		api_count_notices(&told->world, told->other.id, NOTICE_RIGHTS_GIVEN) == letters;
}

Test(rights_news, a_role_that_reads_the_log_of_others_is_told_to_all_owners)
{
	scoped(told) told = {0};
	struct api_person clerk;
	char path[128];
	told_open(&told);
	api_world_person(&told.world, &told.world.tenant, "smm", NULL, &clerk);
	snprintf(path, sizeof path, "/v1/people/%s", clerk.text);
	cr_assert(as_owner(&told, "PATCH", path, "{\"roles\":[\"smm\",\"auditor\"]}") == 200, "%s",
		told.answer.body);
	cr_assert(were_told(&told, 1), "also the one who did it: somebody may hold that session");
	cr_assert(as_owner(&told, "PATCH", path, "{\"roles\":[\"auditor\"]}") == 200);
	cr_assert(were_told(&told, 1), "what is taken away is nobody's alarm");
	cr_assert(as_owner(&told, "PATCH", path, "{\"name\":\"Another\"}") == 200);
	cr_assert(were_told(&told, 1));
}

Test(rights_news, what_was_refused_is_told_to_nobody)
{
	scoped(told) told = {0};
	struct api_person manager, clerk;
	char path[128];
	told_open(&told);
	api_world_person(&told.world, &told.world.tenant, "manager", NULL, &manager);
	api_world_person(&told.world, &told.world.tenant, "smm", NULL, &clerk);
	snprintf(path, sizeof path, "/v1/people/%s", clerk.text);
	api_call(&told.world, "PATCH", path, manager.token, "{\"roles\":[\"hq\"]}", &told.answer);
	cr_assert(api_is_code(&told.answer, 403, "scope_exceeds"), "%s", told.answer.body);
	cr_assert(were_told(&told, 0));
}

Test(rights_news, an_owner_that_software_makes_is_told_and_an_assistant_that_it_brings_in_is_not)
{
	scoped(told) told = {0};
	told_open(&told);
	cr_assert(as_software(&told, "POST", "/v1/people",
			  "{\"name\":\"Mole\",\"kind\":\"staff\",\"roles\":[\"owner\"]}") == 201);
	cr_assert(were_told(&told, 1));
	cr_assert(as_software(&told, "POST", "/v1/people",
			  "{\"name\":\"Anna\",\"kind\":\"staff\",\"roles\":[\"assistant\"]}") == 201);
	cr_assert(were_told(&told, 1), "it uses nothing without a grant");
	cr_assert(as_owner(&told, "POST", "/v1/people",
			  "{\"name\":\"Bela\",\"kind\":\"staff\",\"roles\":[\"assistant\"]}") == 201);
	cr_assert(were_told(&told, 2), "but a person who adds one is told of");
	cr_assert(as_owner(&told, "POST", "/v1/people",
			  "{\"name\":\"Cilla\",\"kind\":\"staff\",\"roles\":[\"smm\"]}") == 201);
	cr_assert(were_told(&told, 2));
}

Test(rights_news, a_clients_contacts_hear_of_another_one_who_speaks_for_them)
{
	scoped(told) told = {0};
	struct id contact;
	told_open(&told);
	cr_assert(as_owner(&told, "POST", "/v1/clients",
			  "{\"name\":\"Berg\",\"ref\":\"berg\",\"contacts\":[{\"name\":\"Eva\",\"email\":"
			  "\"eva@berg.example\"}]}") == 201,
		"%s", told.answer.body);
	cr_assert(as_owner(&told, "GET", "/v1/people?kind=client", NULL) == 200);
	cr_assert(
		!err_failed(ids_parse(ID_PERSON, span_text(api_text(&told.answer, "items/0/id")), &contact)));
	cr_assert(api_count_notices(&told.world, contact, NOTICE_CONTACT_ADDED) == 0);
	cr_assert(as_owner(&told, "POST", "/v1/people",
			  "{\"name\":\"Mole\",\"kind\":\"client\",\"client\":\"berg\",\"roles\":[]}") == 201,
		"%s", told.answer.body);
	cr_assert(api_count_notices(&told.world, contact, NOTICE_CONTACT_ADDED) == 1);
}

Test(rights_news, a_role_that_grows_and_an_application_that_reaches_the_vault_are_told)
{
	scoped(told) told = {0};
	told_open(&told);
	cr_assert(as_owner(&told, "PUT", "/v1/roles/smm",
			  "{\"capabilities\":[\"log.read:self\",\"factors.manage\"]}") == 200);
	cr_assert(were_told(&told, 1));
	cr_assert(as_owner(&told, "PUT", "/v1/roles/smm", "{\"capabilities\":[\"people.read\"]}") == 200);
	cr_assert(were_told(&told, 1), "people.read is no capability to be careful with");
	cr_assert(as_owner(&told, "POST", "/v1/applications",
			  "{\"name\":\"till\",\"scopes\":[\"vault:reveal\",\"vault:use\"]}") == 201);
	cr_assert(were_told(&told, 2));
	cr_assert(as_owner(&told, "POST", "/v1/applications",
			  "{\"name\":\"till\",\"scopes\":[\"events:write\"]}") == 201);
	cr_assert(were_told(&told, 2));
}
