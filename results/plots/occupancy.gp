# about: share of the time that so many wait at each node; of the longest queues, at most twelve
# needs: finished runs with occupancy ("observe" in the scenario)
# takes: at scheme model title
# table times:
#   SELECT r.scheme, o.node, o.length, sum(o.time_s) AS time_s
#   FROM runs r JOIN occupancy o USING (run_id)
#   WHERE r.model = (SELECT model FROM runs JOIN occupancy USING (run_id) LIMIT 1)
#   GROUP BY r.scheme, o.node, o.length
# query places:
#   WITH means AS (SELECT node, sum(length * time_s) / sum(time_s) AS mean FROM times GROUP BY node)
#   SELECT row_number() OVER (ORDER BY mean DESC, length(node), node) - 1 AS i, node
#   FROM means WHERE mean >= 0.02 * (SELECT max(mean) FROM means)
#   ORDER BY mean DESC, length(node), node LIMIT 12
# query shares:
#   SELECT p.i AS place, s.i AS scheme, t.length AS waiting,
#   t.time_s / sum(t.time_s) OVER (PARTITION BY t.scheme, t.node) AS "share of the time",
#   (SELECT model FROM runs JOIN occupancy USING (run_id) LIMIT 1) AS model
#   FROM times t JOIN places p USING (node) JOIN schemes s ON s.name = t.scheme
#   ORDER BY p.i, s.i, t.length
stats places using 1 nooutput
n_places = int(STATS_records)
array place[n_places]
stats places using (place[int($1) + 1] = strcol(2), $1) nooutput
model_text = ''
stats shares using (model_text = strcol(5), $4) nooutput
least = decade(STATS_min > 1e-9 ? STATS_min : 1e-9)
least = least < 0.1 ? least : 0.1

columns = n_places > 6 ? 3 : n_places > 1 ? 2 : 1
lines = (n_places + columns - 1) / columns
panel = columns == 1 ? 660.0 : 440.0
tall = 224.0
key_columns = key_fit(columns * panel, longest_scheme)
head = key_height(n_schemes)
height = head + tall * lines + 28 + foot
eval sized(columns * panel, height)
eval put_key(n_schemes, height)
set logscale y
set format y '%g'
set grid ytics

set multiplot
do for [p = 0:n_places - 1] {
    c = p % columns
    l = p / columns
    set lmargin at screen (c + 100.0 / panel) / columns
    set rmargin at screen (c + 0.955) / columns
    set tmargin at screen 1 - (head + tall * l + 30) / height
    set bmargin at screen 1 - (head + tall * (l + 1) - 28) / height
    set label 1 place[p + 1] at graph 0.5, graph 1 center offset 0, 0.7
    set ylabel (c == 0 ? 'share of the time' : '')
    set xlabel (p + columns >= n_places ? 'number waiting, '.model_text : '') offset 0, 0.3
    set xrange [*:*] # or stats would not see what lies beyond
    set yrange [*:*]
    stats shares using ($1 == p ? $3 : NaN) nooutput
    set yrange [least:1.5]
    if (STATS_max < 6) { set xtics 1 } else { set xtics autofreq } # no halves of a task
    set xrange [-0.5:STATS_max + 0.5]
    plot for [s = 0:n_schemes - 1] shares using ($1 == p && $2 == s ? $3 : NaN):4 \
        with linespoints linewidth 1 linecolor rgb hue(s) pointtype mark(s) \
        pointsize 0.5, \
        for [s = 0:(p == 0 ? n_schemes : 0) - 1] \
        keyentry with linespoints linewidth 1 linecolor rgb hue(s) \
        pointtype mark(s) pointsize 0.5 title scheme[s + 1]
    unset label 1000
    unset label 1001
}
unset multiplot
