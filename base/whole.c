#include "base/whole.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

bool whole_open(struct whole *w, struct arena *a, const char *path, struct err *e)
{
    *w = (struct whole){.file = stdout, .path = path};
    if (!strcmp(path, "-")) return true;
    if (!*path) return err_add(e, "want the name of a file, have \"\"");
    w->part = arena_format(a, "%s.part%ld", path, (long)getpid());
    w->file = fopen(w->part, "wbx");
    return w->file || err_add(e, "%s: cannot write: %s", path, strerror(errno));
}

bool whole_close(struct whole *w, bool ok, struct err *e)
{
    bool had = ok;
    if (!w->part) return ok && !fflush(w->file) && !ferror(w->file);
    ok = ok && !ferror(w->file);
    ok = !fclose(w->file) && ok;
    ok = ok && !rename(w->part, w->path);
    if (ok) return true;
    if (had) err_add(e, "%s: cannot write: %s", w->path, strerror(errno));
    unlink(w->part);
    return false;
}
