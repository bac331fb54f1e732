/* SPDX-License-Identifier: Apache-2.0 */
/* test_control - a line over the local socket, and who may say it. */
#include "server/control.h"

#include "tests/support/temp_dir.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TALK_LINE_MAX = 64, ANSWER_MAX = 256, PATH_BYTES = 512, NOBODY = 65534 };

struct scene {
	struct temp_dir dir;
	struct control control;
};

static void scene_done(struct scene *scene)
{
	control_close(&scene->control);
	temp_dir_done(&scene->dir);
}

static void scene_make(struct scene *scene)
{
	scene->dir = temp_dir_make();
	cr_assert(!err_failed(control_open(scene->dir.path, &scene->control)));
}

/* Somebody who asks, on a thread of his own. */
struct asker {
	const struct scene *scene;
	pthread_t thread;
	const char *line;
	struct buf answer;
	struct err err;
};

static void *run_asker(void *context)
{
	struct asker *asker = context;
	asker->err = control_ask(asker->scene->dir.path, span_text(asker->line), &asker->answer);
	return NULL;
}

static void begin_asking(struct asker *asker)
{
	asker->answer = BUF(ANSWER_MAX);
	cr_assert(pthread_create(&asker->thread, NULL, run_asker, asker) == 0);
}

/* The next talk, as soon as somebody is there. */
static struct err hear(const struct scene *scene, struct control_talk *talk)
{
	struct err err;
	talk->line = BUF(TALK_LINE_MAX);
	do
		err = control_hear(&scene->control, talk);
	while (err_failed(err) && !talk->fd);
	return err;
}

Test(control, a_line_is_heard_with_who_said_it_and_answered)
{
	scoped(scene) scene = {0};
	scoped(control_talk) talk = {0};
	scene_make(&scene);
	struct asker asker = {.scene = &scene, .line = "status, please\n"};
	begin_asking(&asker);
	cr_assert(!err_failed(hear(&scene, &talk)));
	cr_assert(span_is(buf_span(&talk.line), "status, please") && talk.user == geteuid());
	cr_assert(!err_failed(control_answer(&talk, SPAN_LIT("all is well\nand more\n"))));
	control_talk_done(&talk);
	pthread_join(asker.thread, NULL);
	cr_assert(!err_failed(asker.err) && span_is(buf_span(&asker.answer), "all is well\nand more\n"));
	buf_done(&asker.answer);
}

Test(control, the_socket_is_its_owners_alone_and_goes_with_the_server)
{
	scoped(scene) scene = {0};
	struct stat stat;
	char path[PATH_BYTES];
	scene_make(&scene);
	snprintf(path, sizeof path, "%s/control", scene.dir.path);
	cr_assert(lstat(path, &stat) == 0 && S_ISSOCK(stat.st_mode) && (stat.st_mode & 0777) == 0600);
	control_close(&scene.control);
	cr_assert(lstat(path, &stat) != 0);
}

Test(control, what_a_killed_server_left_there_is_in_nobodys_way)
{
	scoped(scene) scene = {0};
	scoped(buf) answer = BUF(ANSWER_MAX);
	scene_make(&scene);
	close(scene.control.listener - 1);
	close(scene.control.folder - 1);
	cr_assert(control_ask(scene.dir.path, SPAN_LIT("status\n"), &answer).kind == ERR_NOT_FOUND,
		"nobody listens");
	cr_assert(!err_failed(control_open(scene.dir.path, &scene.control)));
}

Test(control, a_directory_with_a_long_name_has_one_too)
{
	scoped(scene) scene = {.dir = temp_dir_make()};
	char name[PATH_BYTES], socket[2 * PATH_BYTES];
	snprintf(name, sizeof name, "%s/%0150d", scene.dir.path, 7);
	snprintf(socket, sizeof socket, "%s/control", name);
	cr_assert(mkdir(name, 0700) == 0);
	cr_assert(!err_failed(control_open(name, &scene.control)));
	cr_assert(access(socket, F_OK) == 0);
}

Test(control, without_a_server_or_a_directory_nobody_is_there)
{
	scoped(scene) scene = {.dir = temp_dir_make()};
	scoped(buf) answer = BUF(ANSWER_MAX);
	cr_assert(control_ask(scene.dir.path, SPAN_LIT("status\n"), &answer).kind == ERR_NOT_FOUND);
	cr_assert(control_ask("/nowhere/at/all", SPAN_LIT("status\n"), &answer).kind == ERR_NOT_FOUND);
	cr_assert(control_open("/nowhere/at/all", &scene.control).kind == ERR_NOT_FOUND &&
		!scene.control.listener);
}

Test(control, a_line_that_is_too_long_or_has_no_end_is_let_go)
{
	scoped(scene) scene = {0};
	scene_make(&scene);
	char longer[2 * TALK_LINE_MAX];
	memset(longer, 'x', sizeof longer);
	longer[sizeof longer - 1] = 0;
	struct asker asker = {.scene = &scene, .line = longer};
	begin_asking(&asker);
	scoped(control_talk) talk = {0};
	cr_assert(hear(&scene, &talk).kind == ERR_TOO_LARGE);
	control_talk_done(&talk);
	pthread_join(asker.thread, NULL);
	cr_assert(err_failed(asker.err) && asker.answer.len == 0);
	buf_done(&asker.answer);
	asker.line = "half a line";
	begin_asking(&asker);
	cr_assert(hear(&scene, &talk).kind == ERR_INPUT, "in time");
	control_talk_done(&talk);
	pthread_join(asker.thread, NULL);
	cr_assert(err_failed(asker.err));
	buf_done(&asker.answer);
}

/* Another user, in a process of his own; he is shown the socket by a directory that is open to all. */
static int ask_as_nobody(const char *directory)
{
	scoped(buf) answer = BUF(ANSWER_MAX);
	if (setresgid(NOBODY, NOBODY, NOBODY) != 0 || setresuid(NOBODY, NOBODY, NOBODY) != 0)
		return 9;
	return (int)control_ask(directory, SPAN_LIT("seal\n"), &answer).kind;
}

Test(control, hears_nobody_but_its_own_user_and_root)
{
	scoped(scene) scene = {0};
	char path[PATH_BYTES];
	int status;
	scene_make(&scene);
	if (geteuid() != 0)
		cr_skip("only root can be another user");
	cr_assert(chmod(scene.dir.path, 0755) == 0);
	pid_t closed = fork();
	if (closed == 0)
		_exit(ask_as_nobody(scene.dir.path));
	cr_assert(waitpid(closed, &status, 0) == closed && WEXITSTATUS(status) == ERR_DENIED, "by the mode");
	snprintf(path, sizeof path, "%s/control", scene.dir.path);
	cr_assert(chmod(path, 0666) == 0);
	pid_t opened = fork();
	if (opened == 0)
		_exit(ask_as_nobody(scene.dir.path));
	scoped(control_talk) talk = {0};
	cr_assert(hear(&scene, &talk).kind == ERR_DENIED && talk.line.len == 0,
		"by what the kernel says of who speaks");
	control_talk_done(&talk);
	cr_assert(waitpid(opened, &status, 0) == opened && WEXITSTATUS(status) != ERR_NONE);
}
