# about: how busy each node is under each scheme; of more than 16 nodes, each kind
# needs: finished runs with node rows
# query per_run:
#   WITH names AS (SELECT count(DISTINCT n.node) AS count FROM node n JOIN runs r USING (run_id))
#   SELECT r.model, r.scheme, r.run_id, min(n.kind <> 'user') AS k,
#   CASE WHEN names.count > 16 THEN n.kind ELSE n.node END AS name,
#   100 * avg(n.utilization) AS percent
#   FROM names, node n JOIN runs r USING (run_id) GROUP BY r.run_id, 5
# query kinds:
#   SELECT row_number() OVER (ORDER BY min(k), length(name), name) - 1 AS i, name
#   FROM per_run GROUP BY name
# query bars:
#   SELECT m.i, s.i, x.i, avg(p.percent), ci95(p.percent)
#   FROM per_run p JOIN kinds x USING (name) JOIN models m ON m.name = p.model
#   JOIN schemes s ON s.name = p.scheme GROUP BY m.i, s.i, x.i ORDER BY s.i, m.i, x.i
stats kinds using 1 nooutput
n_nodes = int(STATS_records)
array node[n_nodes]
stats kinds using (node[int($1) + 1] = strcol(2), $1) nooutput

columns = n_models > 1 ? 2 : 1
lines = (n_models + columns - 1) / columns
panel = 110 + n_nodes * (14 * n_schemes + 16)
panel = panel > 480 ? panel : 480
head = key_height(n_schemes)
tall = 250.0
height = head + tall * lines + foot
eval sized(columns * panel, height)
bar = bar_width(n_schemes)
at(x, s) = x + (s - (n_schemes - 1) / 2.0) * bar
foot(y, half) = y > half ? y - half : 0
set yrange [0:*]
set xrange [-0.6:n_nodes - 0.4]
set xtics scale 0 ()
set for [x = 0:n_nodes - 1] xtics add (node[x + 1] x)

eval put_key(n_schemes, height)
set multiplot
do for [m = 0:n_models - 1] {
    c = m % columns
    l = m / columns
    set lmargin at screen (c + 65.0 / panel) / columns
    set rmargin at screen (c + 0.98) / columns
    set tmargin at screen 1 - (head + tall * l + 28) / height
    set bmargin at screen 1 - (head + tall * (l + 1) - 32) / height
    set label 1 model[m + 1] at graph 0.5, graph 1 center offset 0, 0.7
    set ylabel (c == 0 ? 'utilization (%)' : '')
    plot for [s = 0:n_schemes - 1] bars \
            using ($1 == m && $2 == s ? at($3, s) : NaN):4: \
                (at($3, s) - bar / 2):(at($3, s) + bar / 2):(0):4 \
            with boxxyerror fillcolor rgb hue(s) title (m == 0 ? scheme[s + 1] : ''), \
        bars using ($1 == m ? at($3, $2) : NaN):(foot($4, $5)):(0):($4 + $5 - foot($4, $5)) \
            with vectors arrowstyle 1
}
unset multiplot
