// Every figure that has something to show of this database.
//
// Each is a picture of its own (<img> with a data: address) and not SVG inside of the page:
// gnuplot gives clip paths and symbols of every drawing the same ids, which would clash; and what
// is in a picture can neither run nor load anything. The price, text that cannot be selected, is
// paid by the tables.
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/page/page.h"
#include "results/figure/figure.h"

// Figures over a sweep's keys cost the square of its points: past so many the page does without.
enum { SVG_BYTES_MAX = 700000, PICTURE_BYTES_MAX = 8 << 20, SWEPT_POINTS_MAX = 500 };

struct picture {
    const char *bytes, *kind; // "svg+xml", "png"
    size_t      length;
    int         width, height; // 0: not known
};

static bool read_picture(struct page *p, const char *path, const char *kind, struct picture *out,
                         struct err *e)
{
    *out = (struct picture){.kind = kind};
    out->bytes = text_read(path, "a picture", PICTURE_BYTES_MAX, p->arena, &out->length, e);
    const char *size = out->bytes ? strstr(out->bytes, "width=\"") : NULL;
    if (!size || sscanf(size, "width=\"%d\" height=\"%d\"", &out->width, &out->height) != 2)
        out->width = out->height = 0;
    return out->bytes != NULL;
}

static bool draw(struct page *p, const struct figure *f, const char *path, const char *kind,
                 struct picture *out, bool *nothing, struct err *e)
{
    struct figure_request r = {.db_path = p->db_path, .out_path = path, .nothing = nothing};
    bool                  ok = figure_draw(f, &r, e) && read_picture(p, path, kind, out, e);
    unlink(path);
    return ok;
}

// Points by the thousand make an SVG large; then the picture is one of pixels.
static bool draw_either(struct page *p, const struct figure *f, const char *folder,
                        struct picture *out, bool *nothing, struct err *e)
{
    const char *svg = arena_format(p->arena, "%s/%s.svg", folder, f->name);
    const char *png = arena_format(p->arena, "%s/%s.png", folder, f->name);
    if (!draw(p, f, svg, "svg+xml", out, nothing, e)) return false;
    if (out->length <= SVG_BYTES_MAX) return true;
    struct picture pixels;
    int            width = out->width, height = out->height;
    if (!draw(p, f, png, "png", &pixels, nothing, e)) return false;
    *out = pixels;
    out->width = width;
    out->height = height;
    return true;
}

static const char *capital(struct page *p, const char *text)
{
    char *copy = arena_string(p->arena, text);
    if (*copy >= 'a' && *copy <= 'z') *copy = (char)(*copy - 'a' + 'A');
    return copy;
}

static void write_picture(struct page *p, const struct figure *f, const struct picture *picture)
{
    fputs("<div class=\"keep\">\n", p->out);
    page_heading(p, 3, arena_format(p->arena, "figure-%s", f->name), f->name);
    html_put(p->out,
             "<figure>\n<div class=\"box\" tabindex=\"0\" role=\"region\" aria-label=\"figure %s\">"
             "<img alt=\"%s of scenario %s; the numbers are in the tables of this page\" ",
             f->name, capital(p, f->about), p->name);
    if (picture->width > 0 && picture->height > 0)
        html_put(p->out, "width=\"%d\" height=\"%d\" ", picture->width, picture->height);
    html_put(p->out, "src=\"data:image/%s;base64,", picture->kind);
    html_base64(p->out, picture->bytes, picture->length);
    html_put(p->out, "\"></div>\n<figcaption>%s.</figcaption>\n</figure>\n</div>\n",
             capital(p, f->about));
}

static void write_fault(struct page *p, const struct figure *f, const struct err *e)
{
    page_heading(p, 3, arena_format(p->arena, "figure-%s", f->name), f->name);
    html_put(p->out, "<p>This figure could not be drawn:</p>\n<pre class=\"wrap\">%s</pre>\n",
             e->text);
}

// The ones that most readers want first; the others follow by name.
static int place_of(const struct figure *f)
{
    static const char *const first[] = {"sweep",        "heatmap",     "total", "computation",
                                        "transmission", "improvement", "gap",   "layers"};
    int                      count = sizeof first / sizeof *first;
    for (int i = 0; i < count; i++)
        if (!strcmp(first[i], f->name)) return i;
    return count;
}

static int by_place(const void *a, const void *b)
{
    const struct figure *x = a, *y = b;
    int                  order = place_of(x) - place_of(y);
    return order ? order : strcmp(x->name, y->name);
}

static bool is_left(struct page *p, const struct figure *f)
{
    uint64_t points = p->overview.points_in_all;
    if (!figure_takes(f, "x")) return false;
    if (points == 1) return !figure_takes(f, "base"); // what has a base compares schemes too
    if (points <= SWEPT_POINTS_MAX) return false;
    html_put(p->out,
             "<p class=\"faint\">Figure %s is left out at more than %d points: fogsim plot draws "
             "it, and takes its time.</p>\n",
             f->name, SWEPT_POINTS_MAX);
    return true;
}

static void write_all(struct page *p, const struct figure *figures, uint32_t count,
                      const char *folder)
{
    const char *left_out = "";
    for (uint32_t i = 0; i < count; i++) {
        if (is_left(p, &figures[i])) continue;
        struct picture picture;
        struct err     e = {0};
        bool           nothing = false;
        if (draw_either(p, &figures[i], folder, &picture, &nothing, &e))
            write_picture(p, &figures[i], &picture);
        else if (!nothing)
            write_fault(p, &figures[i], &e);
        if (strstr(e.text, "gnuplot is not installed")) return; // nor will it for the next
        if (nothing)
            left_out =
                arena_format(p->arena, "%s%s%s", left_out, *left_out ? ", " : "", figures[i].name);
    }
    if (*left_out)
        html_put(p->out, "<p class=\"faint\">Nothing to draw in this database: %s.</p>\n",
                 left_out);
}

void page_figures(struct page *p)
{
    struct figure *figures;
    uint32_t       count;
    struct err     e = {0};
    const char    *base = getenv("TMPDIR");
    char          *folder =
        arena_format(p->arena, "%s/fogsim-report-XXXXXX", base && base[0] == '/' ? base : "/tmp");
    page_heading(p, 2, "figures", "Figures");
    if (!figure_list(p->paths->plots, p->arena, &figures, &count, &e)) {
        html_put(p->out, "<p>%s</p>\n", e.text);
        return;
    }
    if (!mkdtemp(folder)) {
        html_put(p->out, "<p>%s: cannot make a folder: %s</p>\n", folder, strerror(errno));
        return;
    }
    if (count) qsort(figures, count, sizeof *figures, by_place);
    write_all(p, figures, count, folder);
    rmdir(folder);
}
