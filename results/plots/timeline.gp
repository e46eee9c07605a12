# about: one task as a Gantt chart: what each node and link does when (--run, --task; by default the first)
# needs: a finished run recorded with "record": "ops"
# takes: run task at scheme model title
# table recorded:
#   SELECT DISTINCT o.run_id, o.task_id FROM runs JOIN op o USING (run_id)
#   JOIN task t USING (run_id, task_id) WHERE t.status IN ('done', 'late')
# table in_run:
#   SELECT * FROM recorded WHERE cast(run_id AS TEXT) = ifnull(
#   (SELECT value FROM parameter WHERE name = 'run'), (SELECT min(run_id) FROM recorded))
# table faults:
#   SELECT '--run: want a run of this point with operations, such as ' || min(r.run_id) ||
#   ', have "' || p.value || '"' AS text FROM parameter p, recorded r
#   WHERE p.name = 'run' AND NOT EXISTS (SELECT 1 FROM in_run) HAVING count(*) > 0
#   UNION ALL SELECT '--task: want a finished task of run ' || r.run_id || ', such as ' ||
#   min(r.task_id) || ' or ' || max(r.task_id) || ', have "' || p.value || '"'
#   FROM parameter p, in_run r WHERE p.name = 'task' AND p.value NOT IN
#   (SELECT cast(task_id AS TEXT) FROM in_run) HAVING count(*) > 0
# query shown:
#   SELECT t.scheme, t.model, t.task_id, t.latency_s AS "latency (s)", t.run_id, t.arrived_s AS arrived_s
#   FROM in_run JOIN task t USING (run_id, task_id) WHERE cast(t.task_id AS TEXT) = ifnull(
#   (SELECT value FROM parameter WHERE name = 'task'), (SELECT min(task_id) FROM in_run)) LIMIT 1
# query places:
#   WITH named AS (SELECT DISTINCT o.from_node, o.to_node, o.from_node <> o.to_node AS is_link,
#   CASE WHEN o.from_node = o.to_node THEN o.to_node
#   ELSE o.from_node || ' → ' || o.to_node END AS name
#   FROM op o JOIN shown USING (run_id, task_id) WHERE o.finish_s IS NOT NULL)
#   SELECT row_number() OVER (ORDER BY is_link, length(name), name) - 1 AS i, name,
#   from_node, to_node FROM named
# query operations:
#   SELECT p.i AS place, CASE o.kind WHEN 'compute' THEN 0 WHEN 'load' THEN 1 WHEN 'transfer' THEN 2
#   ELSE 3 END AS kind, o.ready_s - s.arrived_s AS "ready (s)", o.start_s - s.arrived_s AS "start (s)",
#   o.finish_s - s.arrived_s AS "finish (s)", ifnull(l.name, '') AS layer
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
stats shown using (task_text = sprintf('task %s of run %s: ', strcol(3), strcol(5)) \
    .strcol(1).', '.strcol(2), $4) nooutput
span = STATS_max

left = 8.0 * longest + 20
width = 1100.0 + left
row = n_rows <= 8 ? 88.0 : 34.0 # room for upright names while there are few rows
height = row * n_rows + 105 + foot + title_room
eval sized(width, height)
set lmargin at screen left / width
set rmargin at screen 1 - 25 / width
set tmargin at screen 1 - (38.0 + title_room) / height
set bmargin at screen (60 + foot) / height
array kind[4] = ['computation', 'loading', 'transmission', 'edge delay']
array kind_colour[4] = [part_colour[1], part_colour[2], part_colour[3], part_colour[5]]
array kind_half[4] = [0.38, 0.38, 0.38, 0.14]
set xrange [0:span * 1.005]
set yrange [n_rows - 0.4:-0.6]
set ytics scale 0 ()
set for [r = 0:n_rows - 1] ytics add (tic(place[r + 1]) r)
set grid noytics xtics linecolor '#DCDCDC' linetype 1 linewidth 0.5
set xlabel 'time since arrival (s): '.task_text
key_columns = 6
eval put_key(5, height)
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
