# about: computation time per model and scheme, loading included and marked
# takes: at scheme model title
# query bars:
#   SELECT m.i AS model, s.i AS scheme, avg(r.computation_loading_s) AS "mean (s)",
#   avg(r.loading_s) AS "of it loading (s)", ci95(r.computation_loading_s) AS "half of the interval (s)"
#   FROM runs r JOIN models m ON m.name = r.model JOIN schemes s ON s.name = r.scheme
#   WHERE r.computation_loading_s IS NOT NULL
#   GROUP BY m.i, s.i ORDER BY s.i, m.i
quantity = 'computation and loading per task (s)'
lower = 'the part that is loading'
stats bars using 4 nooutput
if (STATS_max == 0) { lower = '' }
load 'bars.gnuplot'
