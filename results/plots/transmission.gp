# about: transmission time per model and scheme
# takes: at scheme model title
# query bars:
#   SELECT m.i AS model, s.i AS scheme, avg(r.transmission_s) AS "mean (s)", NULL AS "no part",
#   ci95(r.transmission_s) AS "half of the interval (s)"
#   FROM runs r JOIN models m ON m.name = r.model JOIN schemes s ON s.name = r.scheme
#   WHERE r.transmission_s IS NOT NULL
#   GROUP BY m.i, s.i ORDER BY s.i, m.i
quantity = 'transmission per task (s)'
lower = ''
load 'bars.gnuplot'
