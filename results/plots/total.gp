# about: latency per model and scheme
# query bars:
#   SELECT m.i, s.i, avg(r.latency_s), NULL, ci95(r.latency_s)
#   FROM runs r JOIN models m ON m.name = r.model JOIN schemes s ON s.name = r.scheme
#   WHERE r.latency_s IS NOT NULL
#   GROUP BY m.i, s.i ORDER BY s.i, m.i
quantity = 'latency per task (s)'
lower = ''
load plots.'/bars.gnuplot'
