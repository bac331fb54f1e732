/* SPDX-License-Identifier: Apache-2.0 */
/* porch - the same dispatcher, in front of an empty server. */
#include "server/porch.h"

#include "server/embedded.h"

static void tell_failed_request(void *context, struct err err, const char *request_id)
{
	const struct porch *porch = context;
	journal_err(porch->journal, JOURNAL_ERROR, err, span_text(request_id));
}

/* Nothing is committed here. */
static void tell_commit(void *context)
{
	(void)context;
}

fallible porch_open(
	const struct conf *conf, struct journal *journal, struct doors_places *places, struct porch *porch)
{
	porch->journal = journal;
	porch->health.sealed = true;
	porch->server = (struct server){.health = &porch->health,
		.pages = embedded_pages(),
		.public_url = conf->public_url,
		.security_contact = conf->security_contact};
	TRY(doors_bind(conf, places));
	const struct doors_ask ask = {.conf = conf,
		.places = places,
		.server = &porch->server,
		.dispatch = {&porch->server, porch, tell_failed_request, tell_commit}};
	return doors_open(&ask, &porch->doors);
}

void porch_close(const struct conf *conf, struct porch *porch)
{
	doors_stop_api(&porch->doors);
	doors_stop_metrics(&porch->doors);
	doors_close_api(conf, &porch->doors);
	doors_close_metrics(conf, &porch->doors);
	*porch = (struct porch){0};
}
