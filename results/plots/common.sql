-- What all figures share, behind the tables of results/choice.h: the finished runs that are shown,
-- with their means.
CREATE TEMP TABLE runs AS
SELECT v.* FROM v_run v JOIN chosen USING (run_id) ORDER BY v.run_id;
