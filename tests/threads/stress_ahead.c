/* SPDX-License-Identifier: Apache-2.0 */
/* stress_ahead - several read the log, count it and search it while others write: for the thread sanitiser, as each answer is made
 * while its act runs on the committer. Prints "N passed, N failed". */
#include "tests/support/api_world.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { READERS = 6, WRITERS = 2, EACH = 60, PATH_BYTES = 64 };

struct stress {
	struct api_world world;
	atomic_uint refused;   /* answers that were not 2xx */
	atomic_uint unlike;    /* pages whose newest event is not the last that was looked at */
	atomic_uint uncounted; /* counts that are not of every event that was looked at */
};

struct one {
	struct stress *stress;
	unsigned number;
};

static int64_t number_at(const struct api_answer *answer, const char *path)
{
	return json_integer_value(api_member(answer, path));
}

static void ask(
	struct one *one, const char *method, const char *path, const char *body, struct api_answer *answer)
{
	struct stress *stress = one->stress;
	int status = api_call(&stress->world, method, path, stress->world.tenant.token, body, answer);
	stress->refused += status < 200 || status > 299;
}

static void read_page(struct one *one, const char *method, const char *path, const char *body)
{
	scoped(api_answer) answer = {0};
	ask(one, method, path, body, &answer);
	one->stress->unlike += number_at(&answer, "items/0/index") != number_at(&answer, "scanned/to");
}

static void count(struct one *one)
{
	scoped(api_answer) answer = {0};
	ask(one, "GET", "/v1/events:facets", NULL, &answer);
	one->stress->uncounted += number_at(&answer, "total") != number_at(&answer, "scanned/to") + 1;
}

static void *read_log(void *context)
{
	struct one *one = context;
	char path[PATH_BYTES];
	for (unsigned i = 0; i < EACH; i++) {
		snprintf(path, sizeof path, "/v1/events?limit=%u", 1 + (i + one->number) % 20);
		read_page(one, "GET", path, NULL);
		read_page(one, "POST", "/v1/events:search", "{\"limit\":3}");
		count(one);
	}
	return NULL;
}

static void *write_log(void *context)
{
	static const char EVENT[] =
		"{\"action\":\"record.viewed\",\"actor\":\"system\",\"purpose\":\"a test\","
		"\"object\":{\"type\":\"order\",\"id\":\"o-1\"}}";
	for (unsigned i = 0; i < EACH; i++) {
		scoped(api_answer) answer = {0};
		ask(context, "POST", "/v1/events", EVENT, &answer);
	}
	return NULL;
}

static void run(struct stress *stress)
{
	struct one ones[READERS + WRITERS];
	pthread_t threads[READERS + WRITERS];
	for (unsigned i = 0; i < READERS + WRITERS; i++) {
		ones[i] = (struct one){stress, i};
		if (pthread_create(&threads[i], NULL, i < READERS ? read_log : write_log, &ones[i]) != 0)
			abort();
	}
	for (unsigned i = 0; i < READERS + WRITERS; i++)
		pthread_join(threads[i], NULL);
}

static unsigned judge(bool holds, const char *claim)
{
	if (!holds)
		printf("FAILED: %s\n", claim);
	return holds;
}

int main(void)
{
	static struct stress stress;
	api_world_open(&stress.world);
	run(&stress);
	unsigned passed = judge(stress.refused == 0, "each is answered") +
		judge(stress.unlike == 0, "a page begins with the last event that was looked at") +
		judge(stress.uncounted == 0, "a count is of every event that was looked at");
	api_world_done(&stress.world);
	printf("%u passed, %u failed\n", passed, 3 - passed);
	return passed == 3 ? 0 : 1;
}
