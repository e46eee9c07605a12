-- What all figures share: the finished runs of one point (the first; figure sweep shows several),
-- and their schemes and models in the order of drawing: dina first, then as they were run.
CREATE TEMP TABLE runs AS
SELECT * FROM v_run
WHERE point = (SELECT r.point FROM v_run r ORDER BY r.run_id LIMIT 1);

CREATE TEMP TABLE schemes AS
SELECT row_number() OVER (ORDER BY scheme <> 'dina', min(run_id)) - 1 AS i, scheme AS name
FROM runs GROUP BY scheme;

CREATE TEMP TABLE models AS
SELECT row_number() OVER (ORDER BY min(run_id)) - 1 AS i, model AS name
FROM runs GROUP BY model;

CREATE TEMP TABLE caption AS
SELECT 0 AS i, CASE WHEN (SELECT count(DISTINCT point) FROM v_run) > 1
            THEN 'at ' || (SELECT point FROM runs LIMIT 1) ELSE '' END AS text;
