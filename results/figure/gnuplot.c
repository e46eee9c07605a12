#include "results/figure/gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

// gnuplot underlines the place of an error with lines of blanks and carets, and warns of data files
// that may well be empty: these are skipped.
static void report(const char *log_path, struct err *e)
{
    char  line[400];
    int   kept = 0;
    FILE *log = fopen(log_path, "r");
    while (log && kept < 5 && fgets(line, sizeof line, log)) {
        line[strcspn(line, "\n")] = '\0';
        if (strspn(line, " \t^") == strlen(line) || strstr(line, "warning:")) continue;
        err_add(e, "gnuplot: %s", line);
        kept++;
    }
    if (log) fclose(log);
    if (kept == 0) err_add(e, "gnuplot failed and said nothing");
}

static bool finished_well(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR) return false;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// 0 or an errno.
static int spawn(pid_t *child, char *const *argv, const char *folder, const char *log_path)
{
    posix_spawn_file_actions_t actions;
    int                        code = posix_spawn_file_actions_init(&actions);
    if (code) return code;
    const int make = O_WRONLY | O_CREAT | O_EXCL;
    code = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    if (!code) code = posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    if (!code) code = posix_spawn_file_actions_addopen(&actions, 2, log_path, make, 0600);
    if (!code) code = posix_spawn_file_actions_addchdir_np(&actions, folder);
    if (!code) code = posix_spawnp(child, argv[0], &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return code;
}

bool gnuplot_run(const char *script, const char *folder, const char *picture, const char *log_path,
                 struct err *e)
{
    char *argv[] = {(char *)"gnuplot", (char *)"-d", (char *)(uintptr_t)script, NULL};
    pid_t child;
    int   code = spawn(&child, argv, folder, log_path);
    if (code == ENOENT)
        return err_add(e, "gnuplot is not installed: install the package gnuplot-nox");
    if (code) return err_add(e, "gnuplot: cannot start: %s", strerror(code));
    struct stat s;
    bool        ok = finished_well(child) && stat(picture, &s) == 0 && s.st_size > 0;
    if (!ok) report(log_path, e);
    return ok;
}
