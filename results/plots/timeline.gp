# about: the first task of the first run as a Gantt chart: what each node and link does when (run with --scheme to choose)
# needs: a finished run recorded with "record": "ops"
# query shown:
#   SELECT t.scheme, t.model, t.task_id, t.latency_s, t.run_id, t.arrived_s
#   FROM op o JOIN task t USING (run_id, task_id)
#   WHERE t.status IN ('done', 'late') ORDER BY o.run_id, o.task_id LIMIT 1
# query places:
#   WITH named AS (SELECT DISTINCT o.from_node, o.to_node, o.from_node <> o.to_node AS is_link,
#   CASE WHEN o.from_node = o.to_node THEN o.to_node
#   ELSE o.from_node || ' → ' || o.to_node END AS name
#   FROM op o JOIN shown USING (run_id, task_id) WHERE o.finish_s IS NOT NULL)
#   SELECT row_number() OVER (ORDER BY is_link, length(name), name) - 1 AS i, name,
#   from_node, to_node FROM named
# query operations:
#   SELECT p.i, CASE o.kind WHEN 'compute' THEN 0 WHEN 'load' THEN 1 WHEN 'transfer' THEN 2
#   ELSE 3 END, o.ready_s - s.arrived_s, o.start_s - s.arrived_s, o.finish_s - s.arrived_s,
#   ifnull(l.name, '')
#   FROM shown s JOIN op o USING (run_id, task_id) JOIN places p USING (from_node, to_node)
#   LEFT JOIN layer l USING (run_id, task_id, layer)
#   WHERE o.finish_s IS NOT NULL ORDER BY o.start_s
stats places using 1 nooutput
n_rows = int(STATS_records)
array place[n_rows]
stats places using (place[int($1) + 1] = strcol(2), $1) nooutput
longest = 0
do for [r = 1:n_rows] {
    longest = strlen(place[r]) > longest ? strlen(place[r]) : longest
}
task_text = ''
stats shown using (task_text = sprintf('task %s, %s, %s', \
    strcol(3), strcol(1), strcol(2)), $4) nooutput
span = STATS_max

left = 8.0 * longest + 20
width = 1100.0 + left
row = n_rows <= 8 ? 88.0 : 34.0 # room for upright names while there are few rows
height = row * n_rows + 105
eval sized(width, height)
unset label 1000
set lmargin at screen left / width
set rmargin at screen 1 - 25 / width
set tmargin at screen 1 - 38 / height
set bmargin at screen 60 / height
array kind[4] = ['computation', 'loading', 'transmission', 'edge delay']
array kind_colour[4] = ['#56B4E9', '#E69F00', '#009E73', '#999999']
array kind_half[4] = [0.38, 0.38, 0.38, 0.14]
set xrange [0:span * 1.005]
set yrange [n_rows - 0.4:-0.6]
set ytics scale 0 ()
set for [r = 0:n_rows - 1] ytics add (place[r + 1] r)
set grid noytics xtics linecolor '#DCDCDC' linetype 1 linewidth 0.5
set xlabel 'time since arrival (s): '.task_text
set key at screen 0.5, screen 1 - 6 / height center top maxrows 1
fits(text, seconds) = strlen(text) * 7.5 + 4 < seconds / span * 1075
stands(text, seconds) = !fits(text, seconds) && seconds / span * 1075 >= 15 \
    && strlen(text) * 7.5 < 0.76 * row

plot operations using 3:1:($4 - $3):(0) \
        with vectors nohead linewidth 1 linecolor '#606060' title 'waiting', \
    for [k = 0:3] operations \
        using ($2 == k ? $4 : NaN):1:4:5:($1 - kind_half[k + 1]):($1 + kind_half[k + 1]) \
        with boxxyerror fillcolor rgb kind_colour[k + 1] title kind[k + 1], \
    operations using ($2 < 3 && fits(strcol(6), $5 - $4) ? ($4 + $5) / 2 : NaN):1:6 \
        with labels, \
    operations using ($2 < 3 && stands(strcol(6), $5 - $4) ? ($4 + $5) / 2 : NaN):1:6 \
        with labels rotate by 90
