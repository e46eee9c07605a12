# about: map of the network under each scheme: nodes and links coloured by utilization, links as wide as what they carried
# needs: finished runs with node rows
# takes: at scheme model title
#
# One run of each scheme: the first replication of the first model (--model chooses). Nodes stand
# where they were placed; without places in layers, users at the bottom. Of a group of many nodes
# one symbol stands for all, with their mean; where they have places, one for each cell of a grid.
# A line is both directions: the sum of the bytes, the greater of the two mean utilizations; within
# a row it is an arch.
# query shown:
#   SELECT s.i AS scheme, min(r.run_id) AS run_id, r.replication, r.model
#   FROM runs r JOIN schemes s ON s.name = r.scheme
#   WHERE r.model = (SELECT model FROM runs ORDER BY run_id LIMIT 1) GROUP BY s.i
# table placed:
#   SELECT d.scheme, d.run_id, d.node, d.kind, d.grp, d.utilization,
#   count(*) OVER (PARTITION BY d.run_id, d.grp) AS size,
#   (SELECT x_m FROM node n WHERE n.run_id = d.run_id AND n.node = d.node) AS x,
#   (SELECT y_m FROM node n WHERE n.run_id = d.run_id AND n.node = d.node) AS y
#   FROM (SELECT h.scheme, n.run_id, n.node, ifnull(n.kind, 'other') AS kind, n.utilization,
#   ifnull(n.kind, '') || '/' || ifnull(n.device, '') || '/' || rtrim(n.node, '0123456789') AS grp,
#   NULL AS x_m, NULL AS y_m FROM node n JOIN shown h USING (run_id)) d
# query extent:
#   SELECT ifnull(min(x), 0) AS "x (m)", ifnull(min(y), 0) AS "y (m)",
#   max(ifnull(max(x) - min(x), 0), 1) AS "width (m)", max(ifnull(max(y) - min(y), 0), 1)
#   AS "height (m)", count(x) > 0 AS "is a map", sum(x IS NULL) > 0 AS "some without a place"
#   FROM placed
# table spotted:
#   SELECT p.*, CASE WHEN p.x IS NULL AND p.size <= 12 OR p.x IS NOT NULL AND p.size <= 150
#   THEN p.node WHEN p.x IS NULL THEN p.grp ELSE p.grp
#   || '@' || min(CAST(16 * (p.x - e."x (m)") / max(e."width (m)", e."height (m)") AS INTEGER), 15)
#   || ',' || min(CAST(16 * (p.y - e."y (m)") / max(e."width (m)", e."height (m)") AS INTEGER), 15)
#   END AS spot FROM placed p, extent e
# table spot:
#   WITH one AS (SELECT scheme, spot, min(run_id) AS run_id, kind, count(*) AS nodes, avg(x) AS x,
#   avg(y) AS y, 100 * avg(utilization) AS percent, min(node) AS node,
#   CASE kind WHEN 'user' THEN 0 WHEN 'gateway' THEN 1 WHEN 'broker' THEN 2 WHEN 'fog' THEN 3
#   WHEN 'cloud' THEN 4 ELSE 5 END AS layer FROM spotted GROUP BY scheme, spot),
#   ranked AS (SELECT *, dense_rank() OVER (ORDER BY layer) - 1 AS row,
#   row_number() OVER (PARTITION BY scheme, layer, x IS NULL ORDER BY length(node), node) AS place,
#   count(*) OVER (PARTITION BY scheme, layer, x IS NULL) AS many FROM one)
#   SELECT r.scheme, r.spot, r.run_id, r.layer, r.percent, r.nodes, r.many,
#   CASE WHEN r.x IS NOT NULL THEN r.x ELSE e."x (m)" + e."width (m)" * (r.place - 0.5) / r.many END
#   AS x, CASE WHEN r.y IS NOT NULL THEN r.y WHEN e."is a map" THEN e."y (m)" + e."height (m)" * 1.15
#   ELSE r.row END AS y,
#   CASE WHEN r.nodes > 1 THEN r.nodes || ' × ' || rtrim(r.node, '0123456789') ELSE r.node END
#   AS name FROM ranked r, extent e
# query spots:
#   SELECT scheme, x, y, layer, percent AS "utilization (%)", name, nodes, many AS "spots in the row"
#   FROM spot ORDER BY scheme, layer, x
# table bundle:
#   SELECT a.scheme, min(a.spot, b.spot) AS one, max(a.spot, b.spot) AS other, a.spot < b.spot AS up,
#   sum(l.bytes) AS bytes, 100 * avg(l.utilization) AS percent
#   FROM link l JOIN spotted a ON a.run_id = l.run_id AND a.node = l.from_node
#   JOIN spotted b ON b.run_id = l.run_id AND b.node = l.to_node
#   WHERE a.spot <> b.spot GROUP BY 1, 2, 3, 4
# table line:
#   SELECT scheme, one, other, sum(bytes) AS bytes, max(percent) AS percent,
#   row_number() OVER (PARTITION BY scheme ORDER BY sum(bytes) DESC, one, other) AS place
#   FROM bundle GROUP BY scheme, one, other
# table straight:
#   SELECT l.scheme, a.x AS x, a.y AS y, b.x AS to_x, b.y AS to_y, l.percent, l.bytes,
#   CAST(5.999 * sqrt(l.bytes / max((SELECT max(bytes) FROM line), 1)) AS INTEGER) AS width,
#   CASE WHEN e."is a map" OR a.y <> b.y THEN 0 ELSE 0.1 + 0.3 * abs(a.x - b.x) END AS arch
#   FROM line l JOIN spot a ON a.scheme = l.scheme AND a.spot = l.one
#   JOIN spot b ON b.scheme = l.scheme AND b.spot = l.other, extent e WHERE l.place <= 600
# table piece:
#   WITH RECURSIVE t(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM t WHERE i < 11)
#   SELECT i / 12.0 AS a, (i + 1) / 12.0 AS b, 1 AS is_arch FROM t UNION ALL SELECT 0, 1, 0
# query drawn:
#   SELECT scheme, x + (to_x - x) * a AS x, y + (to_y - y) * a + 4 * arch * a * (1 - a) AS y,
#   x + (to_x - x) * b AS "to x", y + (to_y - y) * b + 4 * arch * b * (1 - b) AS "to y",
#   percent AS "utilization (%)", bytes, width
#   FROM straight JOIN piece ON is_arch = (arch > 0)
#   UNION ALL SELECT -1, 0, 0, 0, 0, max(percent), (SELECT ifnull(max(place), 0) > 600 FROM line), 0 FROM spot
#   ORDER BY 1, 6, 7, 2
stats shown using 1 nooutput
n_shown = int(STATS_records)
array of_scheme[n_shown]
row = 0
run_text = ''
stats shown using (row = row + 1, of_scheme[row] = int($1), \
    run_text = strcol(4).', replication '.strcol(3), $1) nooutput
stats extent using (is_map = int($5), has_row = int($6), x_low = $1, y_low = $2, x_span = $3, \
    y_span = $4) nooutput
stats spots using 8 nooutput
widest = STATS_max
stats spots using 4 nooutput
n_layers = 1 + STATS_max - STATS_min
stats spots using 3 nooutput
y_high = STATS_max
stats drawn using 5 nooutput # its first row stands where there are no links
y_top = STATS_max > y_high ? STATS_max : y_high
stats drawn using 6 nooutput
busiest = STATS_max
is_cut = 0
has_lines = 0
stats drawn using (is_cut = $1 < 0 ? int($7) : is_cut, has_lines = has_lines || $1 >= 0, $1) nooutput
stats spots using ($1 == of_scheme[1] ? $7 : NaN) nooutput
n_spots = int(STATS_records)
is_gridded = is_map && STATS_max > 1

columns = n_shown > 4 ? 3 : n_shown > 1 ? 2 : 1
lines = (n_shown + columns - 1) / columns
panel = is_map ? 420.0 : 40 + 46.0 * widest > 420 ? 40 + 46.0 * widest : 420.0
tall = is_map ? 20 + panel * y_span / x_span * (has_row ? 1.2 : 1) : 70.0 + 96 * (y_top + 1)
tall = tall > 900 ? 900 : tall < 160 ? 160 : tall
array kind_name[6] = ['user', 'gateway', 'broker', 'fog node', 'cloud', 'other']
array full[6] = [7, 13, 11, 5, 9, 15]
array open[6] = [6, 12, 10, 4, 8, 14]
array has[6] = [0, 0, 0, 0, 0, 0]
stats spots using (has[int($4) + 1] = 1, $4) nooutput
notes = run_text.(has_lines ? '; a line is as wide as the root of its bytes' : '; no links are kept')
n_notes = 1
if (is_gridded) {
    notes = notes."\na symbol stands for the nodes of a kind in a cell of a grid"
    n_notes = n_notes + 1
}
if (is_cut) {
    notes = notes."\nonly the 600 links that carried most"
    n_notes = n_notes + 1
}
n_kinds = 0
do for [k = 1:6] { n_kinds = n_kinds + has[k] }
key_rows = columns == 1 && n_kinds > 3 ? 2 : 1
head = 14 + 20 * key_rows + title_room
below = 70 + 15 * n_notes
height = head + tall * lines + below + foot
eval sized(columns * panel, height)
eval put_title(height)
size(n) = n_spots > 150 ? 0.8 : n_spots > 40 ? 1.2 : n > 1 ? 2.6 : 2.0
unset border
unset xtics
unset ytics
unset grid
top = busiest > 0 ? ceil(busiest * 10 / decade(busiest)) / 10.0 * decade(busiest) : 1
set cbrange [0:top]
set palette defined (0 '#D2DCE6', 0.35 '#F2B84B', 0.7 '#D1491B', 1 '#6E0B14')
floor_of_bar = foot + 15.0 * n_notes + 30
set colorbox horizontal user origin screen 0.3, screen floor_of_bar / height \
    size screen 0.4, screen 9.0 / height noborder
set cbtics 0, strip_tic(top) scale 0.4 offset 0, 0.5
set label 2 'utilization (%), nodes and links' at screen 0.5, screen (floor_of_bar + 18) / height \
    center
set label 3 notes at screen 0.5, screen (foot + 15.0 * n_notes - 4) / height center \
    textcolor '#404040'
if (is_map) {
    set xrange [x_low - 0.05 * x_span:x_low + 1.05 * x_span]
    set yrange [y_low - 0.06 * y_span:y_low + (has_row ? 1.25 : 1.06) * y_span]
    set size ratio -1
} else {
    set xrange [0:1]
    set yrange [-0.5:y_top + 0.45]
}
set key at screen 0.5, screen 1 - (6.0 + title_room) / height center top maxrows key_rows
set style textbox opaque fillcolor '#FFFFFF' noborder margins 0.4, 0.3
below_it(y) = is_map || y < y_high || y_top > y_high
is_told(kind) = !is_map || n_spots <= 20 || (kind > 0 && n_spots <= 60)

set multiplot
do for [p = 1:n_shown] {
    c = (p - 1) % columns
    l = (p - 1) / columns
    s = of_scheme[p]
    set lmargin at screen (c + 8.0 / panel) / columns
    set rmargin at screen (c + 1 - 8.0 / panel) / columns
    set tmargin at screen 1 - (head + tall * l + 26) / height
    set bmargin at screen 1 - (head + tall * (l + 1) - 4) / height
    set label 1 scheme[s + 1] at graph 0.5, graph 1 center offset 0, 0.8
    plot for [w = 0:5] drawn using ($1 == s && $8 == w ? $2 : NaN):3:($4 - $2):($5 - $3):6 \
            with vectors nohead linewidth (0.8 + 1.1 * w) palette, \
        spots using ($1 == s && is_told($4) && below_it($3) ? $2 : NaN):3:6 \
            with labels boxed offset 0, -1.1, \
        spots using ($1 == s && is_told($4) && !below_it($3) ? $2 : NaN):3:6 \
            with labels boxed offset 0, 1.1, \
        for [k = 0:5] spots using ($1 == s && $4 == k ? $2 : NaN):3:(size($7)):5 \
            with points pointtype full[k + 1] pointsize variable palette, \
        for [k = 0:5] spots using ($1 == s && $4 == k ? $2 : NaN):3:(size($7)) \
            with points pointtype open[k + 1] pointsize variable linewidth 0.8 linecolor '#303030', \
        for [k = 0:5] keyentry with points pointtype open[k + 1] pointsize 1.4 linecolor '#303030' \
            title (p == 1 && has[k + 1] ? kind_name[k + 1] : '')
    unset colorbox
    unset label 2
    unset label 3
    unset label 1000
    unset label 1001
}
unset multiplot
