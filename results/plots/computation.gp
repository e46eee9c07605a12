# about: computation time per model and scheme, loading included and marked
# query bars:
#   SELECT m.i, s.i, avg(r.computation_loading_s), avg(r.loading_s), ci95(r.computation_loading_s)
#   FROM runs r JOIN models m ON m.name = r.model JOIN schemes s ON s.name = r.scheme
#   WHERE r.computation_loading_s IS NOT NULL
#   GROUP BY m.i, s.i ORDER BY s.i, m.i
quantity = 'computation and loading per task (s)'
lower = 'the part that is loading'
load plots.'/bars.gnuplot'
