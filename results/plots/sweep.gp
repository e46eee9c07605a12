# about: a metric (--y) over a key of a sweep (--x), a line for each scheme (--series), with 95 % intervals
# takes: x y series at scheme model title
# axis: x=first|model|scheme series=scheme|model|first
# metric: y=latency
# query lines:
#   SELECT p.i AS panel, s.i AS series, v.number AS "[x]", v.i AS "rank of x",
#   count(m.value) AS runs, avg(m.value) AS "mean of [metric]",
#   ci95(m.value) AS "half of the 95 % interval", p.j AS sample
#   FROM panel_run p JOIN series_run s USING (run_id) JOIN x_run x USING (run_id)
#   JOIN x_value v ON v.i = x.i LEFT JOIN metric_value m USING (run_id)
#   GROUP BY p.i, s.i, x.i, p.j HAVING p.i < 12 AND s.i < 24 ORDER BY p.i, s.i, v.number, p.j
# table notes:
#   SELECT 'one replication: no interval' AS text WHERE (SELECT max(runs) FROM lines) = 1
#   UNION ALL SELECT CASE WHEN (SELECT count(*) FROM x_value) > 1 AND (SELECT numeric FROM x_axis)
#   AND (SELECT max(sample) FROM lines) = 0 THEN 'bands' ELSE 'bars' END ||
#   ' are 95 % intervals over the replications' WHERE (SELECT max(runs) FROM lines) > 1
#   UNION ALL SELECT 'the first 12 of ' || count(*) || ' panels; choose with --model or --scheme'
#   FROM panel HAVING count(*) > 12
#   UNION ALL SELECT 'the first 24 of ' || count(*) || ' lines; choose with --at or --series'
#   FROM series_value HAVING count(*) > 24
quantity = ''
at_least_zero = 1 # what an interval of positive values has below 0 is cut off
stats metric_axis using (quantity = strcol(2), $1) nooutput
load 'lines.gnuplot'
