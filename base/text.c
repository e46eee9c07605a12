#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

char *text_read(const char *path, const char *kind, long most_bytes, struct arena *a,
                size_t *length, struct err *e)
{
    int   handle = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    FILE *file = handle >= 0 ? fdopen(handle, "rb") : NULL;
    if (!file) return err_add(e, "%s: cannot open: %s", path, strerror(errno)), NULL;
    struct stat info;
    char       *text = NULL;
    if (fstat(fileno(file), &info) || !S_ISREG(info.st_mode)) {
        err_add(e, "%s: want %s, have %s", path, kind,
                S_ISDIR(info.st_mode) ? "a directory" : "no regular file");
    } else if (info.st_size > most_bytes) {
        err_add(e, "%s: want at most %ld bytes, have %lld", path, most_bytes,
                (long long)info.st_size);
    } else {
        text = arena_array(a, (size_t)info.st_size + 1, 1);
        *length = fread(text, 1, (size_t)info.st_size, file);
        if (ferror(file)) err_add(e, "%s: cannot read: %s", path, strerror(errno)), text = NULL;
    }
    fclose(file);
    return text;
}
