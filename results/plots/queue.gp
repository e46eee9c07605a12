# about: how many wait at each node and link over time; of the longest queues, at most twelve
# needs: finished runs with samples of queues ("observe" in the scenario)
# takes: at scheme model title
# query shown:
#   SELECT min(r.run_id) AS run_id, r.scheme, r.model, max(q.t_s) AS "span (s)"
#   FROM runs r JOIN queue_sample q USING (run_id)
#   WHERE r.model = (SELECT model FROM runs JOIN queue_sample USING (run_id) LIMIT 1)
#   AND r.replication = (SELECT min(replication) FROM runs) GROUP BY r.scheme
# query places:
#   WITH means AS (SELECT q.node, avg(q.length) AS mean FROM queue_sample q JOIN shown USING (run_id)
#   GROUP BY q.node)
#   SELECT row_number() OVER (ORDER BY mean DESC, length(node), node) - 1 AS i,
#   replace(node, '>', ' → ') AS name, node
#   FROM means WHERE mean >= 0.02 * (SELECT max(mean) FROM means)
#   ORDER BY mean DESC, length(node), node LIMIT 12
# query samples:
#   SELECT p.i AS place, s.i AS scheme, avg(q.t_s) AS "time (s)", avg(q.length) AS waiting
#   FROM queue_sample q JOIN shown x USING (run_id) JOIN places p USING (node)
#   JOIN schemes s ON s.name = x.scheme
#   GROUP BY p.i, s.i, cast(160 * q.t_s / x."span (s)" AS INTEGER) ORDER BY p.i, s.i, 3
stats places using 1 nooutput
n_places = int(STATS_records)
array place[n_places]
stats places using (place[int($1) + 1] = strcol(2), $1) nooutput
model_text = ''
stats shown using (model_text = strcol(3), $4) nooutput
span = STATS_max > 0 ? STATS_max : 1

columns = n_places > 6 ? 3 : n_places > 1 ? 2 : 1
lines = (n_places + columns - 1) / columns
panel = columns == 1 ? 760.0 : 420.0
tall = 222.0
key_columns = key_fit(columns * panel, longest_scheme)
head = key_height(n_schemes)
height = head + tall * lines + 42 + foot
eval sized(columns * panel, height)
eval put_key(n_schemes, height)
set grid ytics xtics

set multiplot
do for [p = 0:n_places - 1] {
    c = p % columns
    l = p / columns
    set lmargin at screen (c + 78.0 / panel) / columns
    set rmargin at screen (c + 0.955) / columns
    set tmargin at screen 1 - (head + tall * l + 38) / height
    set bmargin at screen 1 - (head + tall * (l + 1) - 14) / height
    set label 1 place[p + 1] at graph 0.5, graph 1 center offset 0, 0.7
    set ylabel (c == 0 ? 'waiting' : '') offset 0.8, 0
    set xlabel (p + columns >= n_places ? 'time (s), means over 1/160 of it, '.model_text : '') offset 0, 0.3
    set xrange [*:*] # or stats would not see what lies beyond
    set yrange [*:*]
    stats samples using ($1 == p ? $4 : NaN) nooutput
    set xrange [0:span]
    set yrange [0:(STATS_max > 1 ? STATS_max : 1) * 1.05]
    plot for [s = 0:n_schemes - 1] samples using ($1 == p && $2 == s ? $3 : NaN):4 \
        with lines linewidth 1.4 linecolor rgb hue(s), \
        for [s = 0:(p == 0 ? n_schemes : 0) - 1] \
        keyentry with lines linewidth 1.4 linecolor rgb hue(s) title scheme[s + 1]
    unset label 1000
    unset label 1001
}
unset multiplot
