# about: share of the tasks that finished late or not at all, per model and scheme
# needs: tasks that were late, dropped, lost or never finished
# takes: at scheme model title
# table shares:
#   SELECT r.run_id, r.model, r.scheme,
#   100.0 * sum(k.value * (k.name = 'tasks_late')) / sum(k.value) AS late,
#   100.0 * sum(k.value * (k.name <> 'tasks_done')) / sum(k.value) AS all_of_them
#   FROM runs r JOIN metric k USING (run_id)
#   WHERE k.name IN ('tasks_done', 'tasks_late', 'tasks_dropped', 'tasks_lost',
#   'tasks_infeasible', 'tasks_unfinished')
#   GROUP BY r.run_id HAVING sum(k.value) > 0
# query bars:
#   SELECT m.i AS model, s.i AS scheme, avg(x.all_of_them) AS "late or not at all (%)",
#   avg(x.late) AS "late (%)", ci95(x.all_of_them) AS "half of the interval (%)"
#   FROM shares x JOIN models m ON m.name = x.model JOIN schemes s ON s.name = x.scheme
#   WHERE (SELECT max(all_of_them) FROM shares) > 0 GROUP BY m.i, s.i ORDER BY s.i, m.i
quantity = 'tasks late, dropped or lost (%)'
lower = 'the part that was late'
stats bars using 4 nooutput
if (STATS_max == 0) { lower = '' }
load 'bars.gnuplot'
