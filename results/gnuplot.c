#include "results/gnuplot.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SCRIPTS_MAX = 6 };

// gnuplot underlines the place of an error with lines of blanks and carets: these are skipped.
static void report(const char *log_path, struct err *e)
{
    char  line[400];
    int   kept = 0;
    FILE *log = fopen(log_path, "r");
    while (log && kept < 5 && fgets(line, sizeof line, log)) {
        line[strcspn(line, "\n")] = '\0';
        if (strspn(line, " \t^") == strlen(line)) continue;
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
static int spawn(pid_t *child, char *const *argv, const char *out_path, const char *log_path)
{
    posix_spawn_file_actions_t actions;
    int                        code = posix_spawn_file_actions_init(&actions);
    if (code) return code;
    const int make = O_WRONLY | O_CREAT | O_EXCL;
    code = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    if (!code) code = posix_spawn_file_actions_addopen(&actions, 1, out_path, make, 0666);
    if (!code) code = posix_spawn_file_actions_addopen(&actions, 2, log_path, make, 0600);
    if (!code) code = posix_spawnp(child, argv[0], &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return code;
}

static bool can_make(const char *path, struct err *e)
{
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file < 0) return err_add(e, "%s: cannot write: %s", path, strerror(errno));
    close(file);
    unlink(path);
    return true;
}

bool gnuplot_run(const char *const *scripts, uint32_t count, const char *out_path,
                 const char *log_path, struct err *e)
{
    assert(count <= SCRIPTS_MAX);
    char *argv[SCRIPTS_MAX + 3] = {(char *)"gnuplot", (char *)"-d"};
    for (uint32_t i = 0; i < count; i++) argv[i + 2] = (char *)(uintptr_t)scripts[i];
    if (!can_make(out_path, e)) return false; // else its errno would look like gnuplot's own
    pid_t child;
    int   code = spawn(&child, argv, out_path, log_path);
    if (code == ENOENT)
        return err_add(e, "gnuplot is not installed: install the package gnuplot-nox");
    if (code) return err_add(e, "gnuplot: cannot start: %s", strerror(code));
    struct stat s;
    bool        ok = finished_well(child) && stat(out_path, &s) == 0 && s.st_size > 0;
    if (!ok) report(log_path, e);
    return ok;
}

void gnuplot_quote(FILE *file, const char *text)
{
    fputc('\'', file);
    for (; *text; text++) fputs(*text == '\'' ? "''" : (const char[]){*text, '\0'}, file);
    fputc('\'', file);
}
