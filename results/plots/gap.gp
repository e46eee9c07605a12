# about: how far the schemes are from the optimum (--base), in percent, with 95 % intervals
# needs: finished runs of scheme optimal and of another (or --base SCHEME)
# takes: x y base at scheme model title
# axis: x=first|model|scheme series=scheme|model
# metric: y=latency
# table base_runs:
#   SELECT r.run_id, r.point, r.model, r.seed, r.replication, r.scheme, m.value FROM run r
#   JOIN metric_value m USING (run_id) WHERE r.status = 'done' AND r.scheme = ifnull(
#   (SELECT value FROM parameter WHERE name = 'base'), 'optimal')
# table pairs:
#   SELECT c.run_id, c.status, m.value, b.value AS base, b.scheme FROM chosen c
#   LEFT JOIN metric_value m USING (run_id)
#   LEFT JOIN base_runs b USING (point, model, seed, replication)
#   WHERE c.scheme NOT IN (SELECT scheme FROM base_runs) AND EXISTS (SELECT 1 FROM base_runs)
# query lines:
#   SELECT p.i AS panel, s.i AS series, v.number AS "[x]", v.i AS "rank of x",
#   count(q.value * q.base) AS pairs, 100 * (ratio(q.value, q.base) - 1) AS "gap (%)",
#   100 * ratio_ci95(q.value, q.base) AS "half of the 95 % interval (%)", p.j AS sample
#   FROM panel_run p JOIN series_run s USING (run_id) JOIN x_run x USING (run_id)
#   JOIN x_value v ON v.i = x.i JOIN pairs q USING (run_id)
#   GROUP BY p.i, s.i, x.i, p.j HAVING p.i < 12 AND s.i < 24 ORDER BY p.i, s.i, v.number, p.j
# query base:
#   SELECT 0 AS i, scheme FROM base_runs LIMIT 1
# table notes:
#   SELECT 'gap: ' || m.label || ' over that of ' || b.scheme || ', less 1' AS text
#   FROM metric_axis m, base b
#   UNION ALL SELECT 'below 0: what optimal may not do, as divide steps (its option parts)'
#   WHERE (SELECT scheme FROM base) = 'optimal' AND (SELECT min("gap (%)") FROM lines) < -0.05
#   UNION ALL SELECT 'one replication: no interval' WHERE (SELECT max(pairs) FROM lines) = 1
#   UNION ALL SELECT 'intervals of the ratio of means, by pairs of replications'
#   WHERE (SELECT max(pairs) FROM lines) > 1
#   UNION ALL SELECT 'the first 12 of ' || count(*) || ' panels; choose with --model or --scheme'
#   FROM panel HAVING count(*) > 12
#   UNION ALL SELECT 'the first 24 of ' || count(*) || ' lines; choose with --at or --series'
#   FROM series_value HAVING count(*) > 24
at_least_zero = 0
base_name = ''
stats base using (base_name = strcol(2), $1) nooutput
quantity = 'gap to '.base_name.' (%)'
set xzeroaxis linetype 1 linecolor '#404040'
load 'lines.gnuplot'
