-- What all figures share, behind the tables of results/figure/choice.h: the finished runs that are shown,
-- with their means. The columns of the view v_run; of these runs alone, and found by the index of
-- summary, which the view in a database does not use: there the rows of all layers are read.
CREATE TEMP TABLE runs AS
SELECT r.run_id, r.scenario, r.point, r.scheme, r.model, r.seed, r.replication,
       max(s.n) AS tasks,
       max(s.mean) FILTER (WHERE s.metric = 'latency_s') AS latency_s,
       max(s.mean) FILTER (WHERE s.metric = 'computation_s') AS computation_s,
       max(s.mean) FILTER (WHERE s.metric = 'transmission_s') AS transmission_s,
       max(s.mean) FILTER (WHERE s.metric = 'queueing_s') AS queueing_s,
       max(s.mean) FILTER (WHERE s.metric = 'edge_delay_s') AS edge_delay_s,
       max(s.mean) FILTER (WHERE s.metric = 'loading_s') AS loading_s,
       max(s.mean) FILTER (WHERE s.metric = 'computation_s')
           + max(s.mean) FILTER (WHERE s.metric = 'loading_s') AS computation_loading_s
FROM chosen c JOIN run r USING (run_id)
     JOIN summary s ON s.run_id = r.run_id AND ifnull(s.layer, -1) = -1
     AND s.metric IN ('latency_s', 'computation_s', 'transmission_s', 'queueing_s', 'edge_delay_s',
                      'loading_s')
WHERE r.status = 'done'
GROUP BY r.run_id ORDER BY r.run_id;
