#include "base/folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bundle.h"

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct names {
    const char   *ending;
    struct arena *arena;
    const char  **names;
    uint32_t      count, capacity;
};

static void add(struct names *n, const char *name)
{
    size_t length = strlen(name), tail = strlen(n->ending);
    if (length <= tail || name[0] == '.' || strcmp(name + length - tail, n->ending) != 0) return;
    n->names = arena_grow(n->arena, n->names, &n->capacity, n->count + 1, sizeof *n->names);
    n->names[n->count++] = arena_format(n->arena, "%.*s", (int)(length - tail), name);
}

static void add_bundled(struct names *n, const char *folder)
{
    size_t length = strlen(folder);
    for (const struct bundle_file *f = bundle; f->path; f++)
        if (!strncmp(f->path, folder, length) && f->path[length] == '/' &&
            !strchr(f->path + length + 1, '/'))
            add(n, f->path + length + 1);
}

static bool add_files(struct names *n, const char *folder, struct err *e)
{
    DIR *dir = opendir(folder);
    if (!dir) return err_add(e, "%s: cannot read the folder: %s", folder, strerror(errno));
    struct dirent *entry;
    while (errno = 0, (entry = readdir(dir))) add(n, entry->d_name);
    int fault = errno;
    closedir(dir);
    return !fault || err_add(e, "%s: cannot read the folder: %s", folder, strerror(fault));
}

bool folder_list(const char *folder, const char *ending, struct arena *a, const char ***names,
                 uint32_t *count, struct err *e)
{
    struct names n = {.ending = ending, .arena = a};
    if (bundle_holds(folder))
        add_bundled(&n, folder);
    else if (!add_files(&n, folder, e))
        return false;
    if (n.count) qsort(n.names, n.count, sizeof *n.names, by_text);
    *names = n.names;
    *count = n.count;
    return true;
}
