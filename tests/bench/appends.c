/* SPDX-License-Identifier: Apache-2.0 */
/* appends - rows of 600 bytes appended to a bare LMDB, so many a durable commit: appends DIRECTORY SECONDS
 * ROWS. Prints one line of JSON; rps counts rows, the times are those of commits. */
#include <lmdb.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROW = 600, COMMITS_MAX = 1000 * 1000 };

static double now_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int compare(const void *left, const void *right)
{
	const double a = *(const double *)left, b = *(const double *)right;
	return (a > b) - (a < b);
}

static void must(int code)
{
	if (code == 0)
		return;
	fprintf(stderr, "appends: %s\n", mdb_strerror(code));
	exit(1);
}

static MDB_dbi open_rows(const char *directory, MDB_env **env)
{
	MDB_txn *txn;
	MDB_dbi rows;
	must(mdb_env_create(env));
	must(mdb_env_set_mapsize(*env, (size_t)1 << 36));
	must(mdb_env_open(*env, directory, 0, 0600));
	must(mdb_txn_begin(*env, NULL, 0, &txn));
	must(mdb_dbi_open(txn, NULL, 0, &rows));
	must(mdb_txn_commit(txn));
	return rows;
}

static void append(MDB_env *env, MDB_dbi rows, uint64_t first, uint64_t count)
{
	MDB_txn *txn;
	uint8_t value[ROW] = {0};
	must(mdb_txn_begin(env, NULL, 0, &txn));
	for (uint64_t number = first; number < first + count; number++) {
		uint64_t name = __builtin_bswap64(number);
		memcpy(value, &name, sizeof name);
		must(mdb_put(txn, rows, &(MDB_val){sizeof name, &name}, &(MDB_val){sizeof value, value},
			MDB_APPEND));
	}
	must(mdb_txn_commit(txn));
}

int main(int argc, char **argv)
{
	static double took_us[COMMITS_MAX];
	MDB_env *env;
	size_t count = 0;
	if (argc != 4)
		return 2;
	uint64_t a_commit = strtoul(argv[3], NULL, 10);
	MDB_dbi rows = open_rows(argv[1], &env);
	double start = now_us(), end = start + strtod(argv[2], NULL) * 1e6;
	for (double at = start; at < end && count < COMMITS_MAX; count++) {
		double began = at;
		append(env, rows, count * a_commit, a_commit);
		at = now_us();
		took_us[count] = at - began;
	}
	double seconds = (now_us() - start) / 1e6;
	mdb_env_close(env);
	qsort(took_us, count, sizeof took_us[0], compare);
	printf("{\"rps\":%.0f,\"n\":%zu,\"p50_us\":%.0f,\"p99_us\":%.0f}\n",
		(double)(count * a_commit) / seconds, count, took_us[count / 2], took_us[count * 99 / 100]);
	return 0;
}
