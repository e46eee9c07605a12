-- The database of results: a public contract (docs). Times are in seconds, sizes in bytes, NULL is
-- "not known" or "does not apply". Child rows hang on their run: deleting a run deletes all of it.
--
-- The large tables are clustered by their key (WITHOUT ROWID): rows arrive nearly in that order, so
-- an insert appends to one b-tree and nothing else is indexed. layer and op refer to task, which
-- lies in the page just written.
--
-- A change here is a new user_version, with a migration from the last one (schema.c). New columns
-- go to the end of their table, where ALTER TABLE puts them.
PRAGMA application_id = 0x666f6773; -- "fogs"
PRAGMA user_version = 3;

CREATE TABLE run(
    run_id          INTEGER PRIMARY KEY,
    scenario        TEXT NOT NULL,
    scenario_sha256 TEXT,
    point           TEXT NOT NULL,    -- JSON object of the varied keys
    scheme          TEXT NOT NULL,
    model           TEXT NOT NULL,    -- 'mix': several in one run, see task.model
    seed            INTEGER NOT NULL,
    replication     INTEGER NOT NULL,
    profile         TEXT,
    profile_sha256  TEXT,
    cost_source     TEXT,
    fogsim_version  TEXT,
    started_utc     TEXT,
    wall_s          REAL,
    planning_s      REAL,
    simulated_s     REAL,
    events          INTEGER,
    tasks           INTEGER,
    status          TEXT NOT NULL,    -- done, interrupted, failed
    error           TEXT              -- of a failed run: why
);

-- What the runs were made from, so that a database explains itself: 'scenario' is the scenario file
-- as it was read, 'sweep' the keys that a sweep varies. JSON without white space.
CREATE TABLE document(
    name   TEXT PRIMARY KEY,
    sha256 TEXT NOT NULL,
    text   TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE task(
    run_id              INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    task_id             INTEGER NOT NULL,  -- rank of arrival in the run, from 0
    user                TEXT NOT NULL,
    model               TEXT NOT NULL,
    scheme              TEXT NOT NULL,
    arrived_s           REAL NOT NULL,
    finished_s          REAL,              -- NULL, as the parts: never finished
    latency_s           REAL,              -- the sum of the five parts
    computation_s       REAL,
    transmission_s      REAL,
    queueing_s          REAL,
    edge_delay_s        REAL,
    loading_s           REAL,
    computation_work_s  REAL,
    transmission_work_s REAL,
    energy_j            REAL,
    exit                INTEGER,
    status              TEXT NOT NULL,     -- done, late, dropped, lost, infeasible, unfinished
    attempts            INTEGER,           -- NULL: written by version 1, which knew none; also cost
    cost                REAL,
    PRIMARY KEY(run_id, task_id)
) WITHOUT ROWID;

CREATE TABLE layer(
    run_id              INTEGER NOT NULL,
    task_id             INTEGER NOT NULL,
    layer               INTEGER NOT NULL,  -- rank of the step in its model, from 0
    name                TEXT NOT NULL,
    kind                TEXT,
    slices              INTEGER,
    computation_s       REAL,
    transmission_s      REAL,
    queueing_s          REAL,
    edge_delay_s        REAL,
    loading_s           REAL,
    computation_work_s  REAL,
    transmission_work_s REAL,
    bytes_sent          REAL,
    bytes_returned      REAL,
    PRIMARY KEY(run_id, task_id, layer),
    FOREIGN KEY(run_id, task_id) REFERENCES task ON DELETE CASCADE
) WITHOUT ROWID;

CREATE TABLE op(
    run_id    INTEGER NOT NULL,
    task_id   INTEGER NOT NULL,
    op        INTEGER NOT NULL,
    layer     INTEGER NOT NULL,
    kind      TEXT NOT NULL,     -- compute, load, transfer, delay
    from_node TEXT NOT NULL,
    to_node   TEXT NOT NULL,
    axis      TEXT,              -- of the slice: rows, out, in; NULL: no slice
    "begin"   INTEGER,
    "end"     INTEGER,           -- half-open
    ready_s   REAL,
    start_s   REAL,
    finish_s  REAL,
    bytes     REAL,
    PRIMARY KEY(run_id, task_id, op),
    FOREIGN KEY(run_id, task_id) REFERENCES task ON DELETE CASCADE
) WITHOUT ROWID;

CREATE TABLE node(
    run_id            INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    node              TEXT NOT NULL,
    kind              TEXT,
    device            TEXT,
    subtasks          INTEGER,
    busy_s            REAL,
    utilization       REAL,
    queue_mean        REAL,
    queue_max         INTEGER,
    memory_peak_bytes REAL,
    energy_j          REAL,
    down_s            REAL,  -- failed or absent
    cost              REAL,
    x_m               REAL,  -- where it stood at the start; NULL: no position
    y_m               REAL,
    PRIMARY KEY(run_id, node)
) WITHOUT ROWID;

CREATE TABLE link(
    run_id      INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    from_node   TEXT NOT NULL,
    to_node     TEXT NOT NULL,
    transfers   INTEGER,
    bytes       REAL,
    busy_s      REAL,
    utilization REAL,
    queue_mean  REAL,
    queue_max   INTEGER,
    cost        REAL,
    down_s      REAL,
    PRIMARY KEY(run_id, from_node, to_node)
) WITHOUT ROWID;

CREATE TABLE "match"(
    run_id       INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    epoch        INTEGER NOT NULL,
    user         TEXT NOT NULL,
    fog          TEXT NOT NULL,
    utility_user REAL,
    utility_fog  REAL,
    PRIMARY KEY(run_id, epoch, user, fog)
) WITHOUT ROWID;

CREATE TABLE summary(
    run_id INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    layer  INTEGER,           -- NULL: the whole task; in a mix numbered through all its models
    metric TEXT NOT NULL,     -- latency_s, computation_s, ...; one model of a mix: latency_s/MODEL
    n      INTEGER NOT NULL,
    mean   REAL,
    sd     REAL,              -- NULL: n < 2
    p50    REAL,
    p95    REAL,
    p99    REAL,
    -- Half-widths of 95 % intervals by batch means within this one run; NULL: too few tasks.
    ci95     REAL,
    p50_ci95 REAL,
    p95_ci95 REAL,
    p99_ci95 REAL
);
CREATE UNIQUE INDEX summary_key ON summary(run_id, metric, ifnull(layer, -1));

CREATE TABLE metric(
    run_id INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    name   TEXT NOT NULL,
    value  REAL,
    PRIMARY KEY(run_id, name)
) WITHOUT ROWID;

CREATE TABLE queue_sample(
    run_id INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    node   TEXT NOT NULL,    -- or a link: "from>to"
    t_s    REAL NOT NULL,
    length INTEGER NOT NULL, -- waiting, without those in service
    PRIMARY KEY(run_id, node, t_s)
) WITHOUT ROWID;

CREATE TABLE occupancy(
    run_id INTEGER NOT NULL REFERENCES run ON DELETE CASCADE,
    node   TEXT NOT NULL,
    length INTEGER NOT NULL, -- that many waited; the limit of observation: that many or more
    time_s REAL,
    PRIMARY KEY(run_id, node, length)
) WITHOUT ROWID;

-- One row per finished run: the means over its tasks, as its summary has them (done and late, past
-- the warm-up).
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
FROM run r JOIN summary s ON s.run_id = r.run_id AND s.layer IS NULL
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
