-- What people ask for: views over the tables of schema.sql, a public contract like these. Every migration
-- makes them anew: a change of a view alone needs a new user_version too.
DROP VIEW IF EXISTS v_run;
DROP VIEW IF EXISTS v_scheme;
DROP VIEW IF EXISTS v_improvement;
DROP VIEW IF EXISTS v_layer_mean;

-- One row per finished run: the means over its tasks, as its summary has them (done and late, past
-- the warm-up). The layer is asked for as the index summary_key has it.
CREATE VIEW v_run AS
SELECT r.run_id, r.scenario, r.point, r.scheme, r.model, r.seed, r.replication,
       max(s.n) AS tasks,
       max(s.mean) FILTER (WHERE s.metric = 'latency_s') AS latency_s,
       max(s.mean) FILTER (WHERE s.metric = 'computation_s') AS computation_s,
       max(s.mean) FILTER (WHERE s.metric = 'transmission_s') AS transmission_s,
       max(s.mean) FILTER (WHERE s.metric = 'queueing_s') AS queueing_s,
       max(s.mean) FILTER (WHERE s.metric = 'edge_delay_s') AS edge_delay_s,
       max(s.mean) FILTER (WHERE s.metric = 'loading_s') AS loading_s,
       max(CASE s.metric WHEN 'computation_s' THEN s.mean END)
           + max(s.mean) FILTER (WHERE s.metric = 'loading_s') AS computation_loading_s
FROM run r JOIN summary s ON s.run_id = r.run_id AND ifnull(s.layer, -1) = -1
     AND s.metric IN ('latency_s', 'computation_s', 'transmission_s', 'queueing_s', 'edge_delay_s',
                      'loading_s')
WHERE r.status = 'done'
GROUP BY r.run_id;

-- Means over the replications. The unit of a mean is the run: one with more tasks weighs no more.
CREATE VIEW v_scheme AS
SELECT scenario, point, scheme, model, count(*) AS replications,
       avg(latency_s) AS latency_s, avg(computation_s) AS computation_s,
       avg(transmission_s) AS transmission_s, avg(queueing_s) AS queueing_s,
       avg(edge_delay_s) AS edge_delay_s, avg(loading_s) AS loading_s,
       avg(computation_loading_s) AS computation_loading_s
FROM v_run GROUP BY scenario, point, scheme, model;

-- How many times longer a scheme takes than dina: ratios of the means above.
CREATE VIEW v_improvement AS
SELECT d.scenario, d.point, d.model, o.scheme, min(d.replications, o.replications) AS replications,
       o.latency_s / nullif(d.latency_s, 0)                         AS latency,
       o.computation_s / nullif(d.computation_s, 0)                 AS computation,
       o.computation_loading_s / nullif(d.computation_loading_s, 0) AS computation_loading,
       o.transmission_s / nullif(d.transmission_s, 0)               AS transmission
FROM v_scheme d JOIN v_scheme o USING (scenario, point, model)
WHERE d.scheme = 'dina' AND o.scheme <> 'dina';

-- Per layer: means over the tasks of a run that finished after the warm-up, then over the
-- replications. A layer that a task left out, by an early exit, took it no time, as in summary: so
-- the parts of all layers add up to the task's. Slices are those of the tasks that had the layer.
-- The model is the task's, so that the models of a mix stay apart. The metric warmup_tasks counts
-- the tasks that arrived before the warm-up ended; no row: there was none.
CREATE VIEW v_layer_mean AS
WITH finished AS (
    SELECT r.run_id, r.scenario, r.point, r.scheme, t.model, t.task_id
    FROM run r
    LEFT JOIN metric w ON w.run_id = r.run_id AND w.name = 'warmup_tasks'
    JOIN task t ON t.run_id = r.run_id AND t.task_id >= ifnull(w.value, 0)
         AND t.status IN ('done', 'late')
    WHERE r.status = 'done'),
counts AS (
    SELECT run_id, scenario, point, scheme, model, count(*) AS tasks
    FROM finished GROUP BY run_id, model),
cells AS (
    SELECT scenario, point, scheme, model, count(*) AS runs
    FROM counts GROUP BY scenario, point, scheme, model),
per_run AS (
    SELECT f.run_id, f.model, l.layer, l.name, l.kind,
           avg(l.slices) AS slices, sum(l.computation_s) AS computation_s,
           sum(l.transmission_s) AS transmission_s,
           sum(l.queueing_s) AS queueing_s, sum(l.edge_delay_s) AS edge_delay_s,
           sum(l.loading_s) AS loading_s,
           sum(l.computation_work_s) AS computation_work_s,
           sum(l.transmission_work_s) AS transmission_work_s,
           sum(l.bytes_sent) AS bytes_sent, sum(l.bytes_returned) AS bytes_returned
    FROM finished f JOIN layer l ON l.run_id = f.run_id AND l.task_id = f.task_id
    GROUP BY f.run_id, f.model, l.layer, l.name)
SELECT scenario, point, scheme, model, layer, name, kind, runs AS replications,
       avg(slices) AS slices, sum(computation_s / tasks) / runs AS computation_s,
       sum(transmission_s / tasks) / runs AS transmission_s,
       sum(queueing_s / tasks) / runs AS queueing_s,
       sum(edge_delay_s / tasks) / runs AS edge_delay_s,
       sum(loading_s / tasks) / runs AS loading_s,
       sum((computation_s + loading_s) / tasks) / runs AS computation_loading_s,
       sum(computation_work_s / tasks) / runs AS computation_work_s,
       sum(transmission_work_s / tasks) / runs AS transmission_work_s,
       sum(bytes_sent / tasks) / runs AS bytes_sent,
       sum(bytes_returned / tasks) / runs AS bytes_returned
FROM per_run JOIN counts USING (run_id, model) JOIN cells USING (scenario, point, scheme, model)
GROUP BY scenario, point, scheme, model, layer, name;
