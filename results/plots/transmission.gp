# about: transmission time per model and scheme
# query bars:
#   SELECT m.i, s.i, avg(r.transmission_s), NULL, ci95(r.transmission_s)
#   FROM runs r JOIN models m ON m.name = r.model JOIN schemes s ON s.name = r.scheme
#   WHERE r.transmission_s IS NOT NULL
#   GROUP BY m.i, s.i ORDER BY s.i, m.i
quantity = 'transmission per task (s)'
lower = ''
load plots.'/bars.gnuplot'
