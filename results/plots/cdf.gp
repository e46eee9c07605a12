# about: distribution of latency: the share of all tasks that is done within a time; marks where it passes 50, 95, 99 %
# needs: finished runs with their tasks ("record": "tasks" or more)
# takes: at scheme model title
#
# Tasks past the warm-up of all replications together. What was dropped, lost or never finished
# counts as a task that never comes, so the curve of its scheme ends below 1. Of each curve the
# points are kept where another thousandth is reached: it is nowhere off by more than that.
# table counted:
#   SELECT m.i AS model, s.i AS scheme,
#   CASE WHEN t.status IN ('done', 'late') THEN t.latency_s END AS latency
#   FROM runs r LEFT JOIN metric w ON w.run_id = r.run_id AND w.name = 'warmup_tasks'
#   JOIN task t ON t.run_id = r.run_id AND t.task_id >= ifnull(w.value, 0)
#   JOIN models m ON m.name = r.model JOIN schemes s ON s.name = r.scheme
# query ends:
#   SELECT model, scheme, count(*) AS tasks, 1.0 * count(latency) / count(*) AS "share that came",
#   min(latency) AS "least (s)", max(latency) AS "most (s)"
#   FROM counted GROUP BY model, scheme HAVING count(latency) > 0
# table ranked:
#   SELECT c.model, c.scheme, c.latency, e.tasks,
#   row_number() OVER (PARTITION BY c.model, c.scheme ORDER BY c.latency) AS place
#   FROM counted c JOIN ends e USING (model, scheme) WHERE c.latency IS NOT NULL
# query curve:
#   SELECT model, scheme, latency AS "latency (s)", share FROM
#   (SELECT model, scheme, max(latency) AS latency, 1.0 * max(place) / tasks AS share
#   FROM ranked GROUP BY model, scheme, (place - 1) * 1000 / tasks
#   UNION SELECT model, scheme, "least (s)", 0 FROM ends)
#   ORDER BY model, scheme, latency, share
# query marks:
#   SELECT model, scheme, q.column1 AS share, min(latency) AS "latency (s)"
#   FROM ranked JOIN (VALUES(0.5), (0.95), (0.99)) q ON place >= q.column1 * tasks - 1e-9
#   GROUP BY model, scheme, q.column1 ORDER BY model, scheme, q.column1
columns = n_models > 1 ? 2 : 1
panel = columns == 1 ? 680.0 : 480.0
lines = (n_models + columns - 1) / columns
tall = columns == 1 ? 408.0 : 338.0
key_columns = key_fit(columns * panel, longest_scheme)
head = key_height(n_schemes)
height = head + tall * lines + foot
eval sized(columns * panel, height)
eval put_key(n_schemes, height)
set grid ytics xtics

# Curves that coincide stay visible: the first is the widest.
wide(s) = 1.6 + 2.0 * (n_schemes - 1 - s) / n_schemes
# The level that a curve ends at stands beside it, where it is not 1 and not that of one above.
array level[n_schemes]
set multiplot
do for [m = 0:n_models - 1] {
    c = m % columns
    l = m / columns
    set lmargin at screen (c + 66.0 / panel) / columns
    set rmargin at screen (c + 1 - 52.0 / panel) / columns
    set tmargin at screen 1 - (head + tall * l + 28) / height
    set bmargin at screen 1 - (head + tall * (l + 1) - 58) / height
    set label 1 model[m + 1] at graph 0.5, graph 1 center offset 0, 0.7
    set ylabel (c == 0 ? 'share of all tasks' : '') offset 0.8, 0
    set xlabel (m + columns >= n_models ? 'latency (s)' : '') offset 0, 0.3
    unset logscale x
    set xrange [*:*] # or stats would not see what lies beyond
    set yrange [*:*]
    stats ends using ($1 == m ? $5 : NaN) nooutput
    low = STATS_min
    stats ends using ($1 == m ? $6 : NaN) nooutput
    high = STATS_max
    first = 0.0
    last = high > 0 ? high * 1.04 : 1
    if (spans(low, high)) {
        set logscale x 10
        first = low / 1.15
        last = high * 1.15
    }
    set xrange [first:last]
    set yrange [0:1.03]
    do for [s = 1:n_schemes] { level[s] = NaN; unset label 10 + s }
    stats ends using (level[int($2) + 1] = $1 == m ? $4 : level[int($2) + 1], $1) nooutput
    do for [s = 1:n_schemes] {
        is_told = level[s] < 0.9995
        do for [o = 1:s - 1] {
            if (abs(level[o] - level[s]) < 0.045 && level[o] < 0.9995) { is_told = 0 }
        }
        if (is_told) {
            set label 10 + s sprintf('%.3g %%', 100 * level[s]) at graph 1.01, first level[s] \
                left textcolor rgb hue(s - 1)
        }
    }
    plot for [s = 0:n_schemes - 1] curve using ($1 == m && $2 == s ? $3 : NaN):4 \
            with steps linewidth wide(s) linecolor rgb hue(s), \
        for [s = 0:n_schemes - 1] ends \
            using ($1 == m && $2 == s ? $6 : NaN):4:(last - $6):(0) \
            with vectors nohead linewidth wide(s) linecolor rgb hue(s), \
        for [s = 0:n_schemes - 1] marks using ($1 == m && $2 == s ? $4 : NaN):3 \
            with points pointtype mark(s) pointsize 0.8 linecolor rgb hue(s), \
        for [s = 0:(m == 0 ? n_schemes : 0) - 1] keyentry with linespoints linewidth 1.8 \
            pointtype mark(s) pointsize 0.8 linecolor rgb hue(s) title scheme[s + 1]
    unset label 1000
    unset label 1001
}
unset multiplot
