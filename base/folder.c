#include "base/folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool folder_list(const char *folder, const char *ending, struct arena *a, const char ***names,
                 uint32_t *count, struct err *e)
{
    DIR *dir = opendir(folder);
    if (!dir) return err_add(e, "%s: cannot read the folder: %s", folder, strerror(errno));
    uint32_t capacity = 0;
    *names = NULL;
    *count = 0;
    for (struct dirent *entry; (entry = readdir(dir));) {
        size_t length = strlen(entry->d_name), tail = strlen(ending);
        if (length <= tail || entry->d_name[0] == '.' ||
            strcmp(entry->d_name + length - tail, ending) != 0)
            continue;
        *names = arena_grow(a, *names, &capacity, *count + 1, sizeof **names);
        (*names)[(*count)++] = arena_format(a, "%.*s", (int)(length - tail), entry->d_name);
    }
    closedir(dir);
    if (*count) qsort(*names, *count, sizeof **names, by_text);
    return true;
}
