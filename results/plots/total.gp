# about: latency per model and scheme; of a mix, of its models too
# takes: at scheme model title
# query clusters:
#   WITH names AS (SELECT i, 0 AS is_part, name, name AS model, 'latency_s' AS metric FROM models
#   UNION SELECT m.i, 1, substr(u.metric, length('latency_s/') + 1), m.name, u.metric
#   FROM runs r JOIN models m ON m.name = r.model JOIN summary u USING (run_id)
#   WHERE u.layer IS NULL AND u.metric LIKE 'latency_s/%')
#   SELECT row_number() OVER (ORDER BY i, is_part, name) - 1 AS i, name, model, metric FROM names
# query bars:
#   SELECT c.i AS cluster, s.i AS scheme, avg(u.mean) AS "mean (s)", NULL AS "no part",
#   ci95(u.mean) AS "half of the interval (s)"
#   FROM runs r JOIN clusters c USING (model) JOIN schemes s ON s.name = r.scheme
#   JOIN summary u ON u.run_id = r.run_id AND u.layer IS NULL AND u.metric = c.metric
#   WHERE u.mean IS NOT NULL
#   GROUP BY c.i, s.i ORDER BY s.i, c.i
stats clusters using 1 nooutput
n_models = int(STATS_records)
array model[n_models]
stats clusters using (model[int($1) + 1] = strcol(2), $1) nooutput
quantity = 'latency per task (s)'
lower = ''
load 'bars.gnuplot'
