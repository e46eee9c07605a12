# about: how busy each node is under each scheme; of more than 16 servers, sorted, the busiest first
# needs: finished runs with node rows
# takes: at scheme model title
# table computing:
#   SELECT node.* FROM node JOIN runs USING (run_id) WHERE kind NOT IN ('gateway', 'broker')
# query counts:
#   SELECT 0 AS i, count(DISTINCT n.node) AS nodes,
#   count(DISTINCT CASE WHEN n.kind <> 'user' THEN n.node END) AS servers
#   FROM computing n JOIN runs r USING (run_id)
# table per_run:
#   SELECT r.model, r.scheme, r.run_id, min(n.kind <> 'user') AS k,
#   CASE WHEN c.servers > 16 OR (c.nodes > 16 AND n.kind = 'user') THEN n.kind ELSE n.node END
#   AS name, 100 * avg(n.utilization) AS percent
#   FROM counts c, computing n JOIN runs r USING (run_id) GROUP BY r.run_id, 5
# query kinds:
#   SELECT row_number() OVER (ORDER BY min(k), length(name), name) - 1 AS i, name
#   FROM per_run GROUP BY name
#   HAVING max(k) = 1 OR max(percent) > 0 OR (SELECT max(percent) FROM per_run) = 0
# query bars:
#   SELECT m.i AS model, s.i AS scheme, x.i AS node, avg(p.percent) AS "utilization (%)",
#   ci95(p.percent) AS "half of the interval (%)"
#   FROM per_run p JOIN kinds x USING (name) JOIN models m ON m.name = p.model
#   JOIN schemes s ON s.name = p.scheme GROUP BY m.i, s.i, x.i ORDER BY s.i, m.i, x.i
# query sorted:
#   WITH ranked AS (SELECT r.model, r.scheme, 100 * n.utilization AS percent, c.servers,
#   row_number() OVER (PARTITION BY r.run_id ORDER BY n.utilization DESC) AS place
#   FROM counts c, computing n JOIN runs r USING (run_id) WHERE n.kind <> 'user' OR c.servers = 0)
#   SELECT m.i AS model, s.i AS scheme, avg(place) AS place, avg(percent) AS "utilization (%)"
#   FROM ranked JOIN models m ON m.name = model JOIN schemes s ON s.name = scheme
#   GROUP BY m.i, s.i, CASE WHEN servers > 400 THEN place * 400 / servers ELSE place END
#   ORDER BY m.i, s.i, 3
stats counts using ($3 > 16 ? 1 : 0) nooutput
is_sorted = int(STATS_max)
stats kinds using 1 nooutput
n_nodes = int(STATS_records)
array node[n_nodes]
stats kinds using (node[int($1) + 1] = strcol(2), $1) nooutput
stats sorted using 3 nooutput
n_places = STATS_max

panel = is_sorted ? 560.0 : 110.0 + n_nodes * (14 * n_schemes + 16)
panel = panel > 480 ? panel : 480.0
columns = n_models > 1 && panel < 900 ? 2 : 1
lines = (n_models + columns - 1) / columns
key_columns = key_fit(columns * panel, longest_scheme)
head = key_height(n_schemes)
tall = is_sorted ? 302.0 : 250.0
below = is_sorted ? 64.0 : 32.0
height = head + tall * lines + foot
eval sized(columns * panel, height)
bar = bar_width(n_schemes)
at(x, s) = x + (s - (n_schemes - 1) / 2.0) * bar
foot(y, half) = y > half ? y - half : 0
set yrange [0:*<102]
if (is_sorted) {
    set xrange [0.5:n_places + 0.5]
    set xlabel 'servers, the busiest first'
    set grid ytics xtics
} else {
    set xrange [-0.6:n_nodes - 0.4]
    set xtics scale 0 ()
    set for [x = 0:n_nodes - 1] xtics add (tic(node[x + 1]) x)
}

eval put_key(n_schemes, height)
set multiplot
do for [m = 0:n_models - 1] {
    c = m % columns
    l = m / columns
    set lmargin at screen (c + 80.0 / panel) / columns
    set rmargin at screen (c + 1 - 22.0 / panel) / columns
    set tmargin at screen 1 - (head + tall * l + 28) / height
    set bmargin at screen 1 - (head + tall * (l + 1) - below) / height
    set label 1 model[m + 1] at graph 0.5, graph 1 center offset 0, 0.7
    set ylabel (c == 0 ? 'utilization (%)' : '')
    if (is_sorted) {
        plot for [s = 0:n_schemes - 1] sorted using ($1 == m && $2 == s ? $3 : NaN):4 \
            with histeps linewidth 1.8 linecolor rgb hue(s) title (m == 0 ? scheme[s + 1] : '')
    } else {
        plot for [s = 0:n_schemes - 1] bars \
                using ($1 == m && $2 == s ? at($3, s) : NaN):4: \
                    (at($3, s) - bar / 2):(at($3, s) + bar / 2):(0):4 \
                with boxxyerror fillcolor rgb hue(s) title (m == 0 ? scheme[s + 1] : ''), \
            bars using ($1 == m ? at($3, $2) : NaN):(foot($4, $5)):(0):($4 + $5 - foot($4, $5)) \
                with vectors arrowstyle 1
    }
}
unset multiplot
