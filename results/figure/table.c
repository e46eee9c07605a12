#include "results/figure/table.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "results/schema.h"

static void write_text(FILE *file, const char *text)
{
    for (; *text; text++)
        fputc((unsigned char)*text < ' ' ? ' '
              : *text == '"'             ? '\''
              : *text == '\\'            ? '/'
                                         : *text,
              file);
}

// "mean of [metric]" with the label of metric_axis, which tells the unit.
static void write_name(FILE *file, sqlite3 *db, const char *name)
{
    char          axis[32] = "", sql[96];
    int           before = 0;
    sqlite3_stmt *q = NULL;
    if (sscanf(name, "%*[^[]%n", &before) < 0) before = 0;
    if (sscanf(name + before, "[%31[a-z]]", axis) != 1) {
        write_text(file, name);
        return;
    }
    snprintf(sql, sizeof sql, "SELECT label FROM temp.%s_axis", axis);
    bool found =
        sqlite3_prepare_v2(db, sql, -1, &q, NULL) == SQLITE_OK && sqlite3_step(q) == SQLITE_ROW;
    fprintf(file, "%.*s", before, name);
    write_text(file, found ? (const char *)sqlite3_column_text(q, 0) : axis);
    sqlite3_finalize(q);
}

static void write_names(FILE *file, sqlite3 *db, sqlite3_stmt *q)
{
    fputs("# ", file);
    for (int c = 0, n = sqlite3_column_count(q); c < n; c++) {
        write_name(file, db, sqlite3_column_name(q, c));
        fputc(c + 1 < n ? '\t' : '\n', file);
    }
}

static int write_rows(FILE *file, sqlite3_stmt *q, uint32_t *rows)
{
    int code;
    for (*rows = 0; (code = sqlite3_step(q)) == SQLITE_ROW; ++*rows)
        for (int c = 0, n = sqlite3_column_count(q); c < n; c++) {
            const char *text = (const char *)sqlite3_column_text(q, c);
            write_text(file, !text ? "NaN" : *text ? text : " ");
            fputc(c + 1 < n ? '\t' : '\n', file);
        }
    return code;
}

bool table_write(sqlite3 *db, const char *name, const char *path, uint32_t *rows, struct err *e)
{
    char          sql[128];
    sqlite3_stmt *q = NULL;
    FILE         *file = fopen(path, "wx");
    if (!file) return err_add(e, "%s: cannot write: %s", path, strerror(errno));
    snprintf(sql, sizeof sql, "SELECT * FROM temp.\"%.60s\"", name);
    bool ok = sqlite3_prepare_v2(db, sql, -1, &q, NULL) == SQLITE_OK;
    if (ok) write_names(file, db, q);
    ok = ok && write_rows(file, q, rows) == SQLITE_DONE;
    if (!ok) schema_fault(db, name, e);
    sqlite3_finalize(q);
    if (fclose(file) != 0 && ok) ok = err_add(e, "%s: cannot write: %s", path, strerror(errno));
    return ok;
}

static bool copy_bytes(int from, int to)
{
    char    bytes[1 << 16];
    ssize_t got;
    while ((got = read(from, bytes, sizeof bytes)) > 0)
        for (ssize_t done = 0, put; done < got; done += put)
            if ((put = write(to, bytes + done, (size_t)(got - done))) <= 0) return false;
    return got == 0;
}

bool table_copy(const char *from, const char *to, struct err *e)
{
    int source = open(from, O_RDONLY | O_CLOEXEC);
    if (source < 0) return err_add(e, "%s: cannot read: %s", from, strerror(errno));
    int  target = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    bool ok = target >= 0 && copy_bytes(source, target);
    if (target >= 0 && close(target) != 0) ok = false;
    if (!ok) {
        err_add(e, "%s: cannot write: %s", to, strerror(errno));
        if (target >= 0) unlink(to);
    }
    close(source);
    return ok;
}
