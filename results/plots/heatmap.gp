# about: a metric (--z) over two keys of a sweep (--x, --y), as colours; a panel for each scheme and model
# needs: finished runs of a sweep over two keys
# takes: x y z at scheme model title
# axis: x=first|model|scheme y=first|scheme|model
# metric: z=latency
# query cells:
#   SELECT p.i AS panel, x.i AS "rank of x", y.i AS "rank of y", avg(m.value) AS "mean of [metric]",
#   count(m.value) AS runs, a.number AS "[x]", b.number AS "[y]", p.j AS sample
#   FROM panel_run p JOIN x_run x USING (run_id) JOIN y_run y USING (run_id)
#   JOIN x_value a ON a.i = x.i JOIN y_value b ON b.i = y.i
#   LEFT JOIN metric_value m USING (run_id)
#   GROUP BY p.i, x.i, y.i, p.j HAVING p.i < 12 ORDER BY p.i, x.i, y.i, p.j
# table notes:
#   SELECT 'the first 12 of ' || count(*) || ' panels; choose with --model or --scheme' AS text
#   FROM panel HAVING count(*) > 12
stats panel using 1 nooutput
n_all = int(STATS_records)
n_panels = n_all > 12 ? 12 : n_all
array panel_name[n_all]
stats panel using (panel_name[int($1) + 1] = strcol(2), $1) nooutput
stats x_value using 1 nooutput
n_x = int(STATS_records)
stats y_value using 1 nooutput
n_y = int(STATS_records)
array x_text[n_x]
array y_text[n_y]
# Numbers in the unit of the axis, names as they are; on their scale the samples of no grid.
stats x_axis using (x_label = strcol(3), x_numeric = int($5), x_log = int($6), $1) nooutput
stats y_axis using (y_label = strcol(3), y_numeric = int($5), y_log = int($6), $1) nooutput
x_widest = 0
y_widest = 0
stats x_value using (x_text[int($1) + 1] = x_numeric ? sprintf('%g', $4) : strcol(2), \
    x_widest = strlen(x_text[int($1) + 1]) > x_widest ? strlen(x_text[int($1) + 1]) : x_widest, \
    $1) nooutput
stats y_value using (y_text[int($1) + 1] = y_numeric ? sprintf('%g', $4) : strcol(2), \
    y_widest = strlen(y_text[int($1) + 1]) > y_widest ? strlen(y_text[int($1) + 1]) : y_widest, \
    $1) nooutput
quantity = ''
stats metric_axis using (quantity = strcol(2), $1) nooutput
stats cells using 8 nooutput
sampled = STATS_max > 0
# A grid of which less than half is there is none.
n_cells = 0
stats cells using (n_cells = n_cells + ($1 == 0), $1) nooutput
sampled = sampled || 2 * n_cells < n_x * n_y
low = 1e300
high = -1e300
stats cells using (low = $4 < low ? $4 : low, high = $4 > high ? $4 : high, $1) nooutput
if (high < low) { low = 0; high = 1 } # nothing known
logarithmic = spans(low, high)
high = high > low ? high : low + (low == 0 ? 1 : abs(low) * 0.01) # else gnuplot widens it itself

# Viridis by S. van der Walt and N. Smith (matplotlib, CC0): even to the eye, also the colour-blind's.
set palette defined (0 '#440154', 0.125 '#472D7B', 0.25 '#3B528B', 0.375 '#2C728E', \
    0.5 '#21918C', 0.625 '#28AE80', 0.75 '#5EC962', 0.875 '#ADDC30', 1 '#FDE725')
share(v) = logarithmic ? (log(v) - log(low)) / (log(high) - log(low)) : (v - low) / (high - low)

columns = n_panels > 4 ? 3 : n_panels > 1 ? 2 : 1
rows = (n_panels + columns - 1) / columns
most_wide = columns == 1 ? 560.0 : columns == 2 ? 400.0 : 320.0
cell_w = most_wide / n_x > 90 ? 90.0 : most_wide / n_x
cell_h = 280.0 / n_y > 46 ? 46.0 : 280.0 / n_y
plot_w = sampled ? most_wide : cell_w * n_x > 240 ? cell_w * n_x : 240
plot_h = sampled ? 280.0 : cell_h * n_y > 130 ? cell_h * n_y : 130
cell_w = plot_w / n_x
cell_h = plot_h / n_y
upright = !sampled && x_widest * 7.5 + 6 > cell_w
left = 58 + 7.5 * (sampled ? 5 : y_widest)
below = upright ? 9 * x_widest + 60 : 56.0
panel_width = left + plot_w + 24
tall = plot_h + 30 + below
bar_room = 110.0
width = columns * panel_width + bar_room
head = title_room + 6
height = head + tall * rows + foot
eval sized(width, height)
eval put_title(height)
unset key
unset grid
set border 15 linewidth 0.5
set cbrange [low:high]
if (logarithmic) { set logscale cb }
set format cb '%g'

# Three digits, as far as they fit.
digits(v) = abs(v) >= 1e5 || (v != 0 && abs(v) < 1e-3) ? sprintf('%.1e', v) : sprintf('%.3g', v)
labelled = !sampled && cell_w >= 46 && cell_h >= 17
show_x(k) = upright ? (cell_w >= 15 || k % ceil(15 / cell_w) == 0) : 1
show_y(k) = cell_h >= 15 || k % ceil(15 / cell_h) == 0
ranged(axis, a, b, logs) = sprintf('set %srange [%g:%g]', axis, \
    logs ? a / (b / a) ** 0.06 : a - 0.06 * (b > a ? b - a : 1), \
    logs ? b * (b / a) ** 0.06 : b + 0.06 * (b > a ? b - a : 1))
if (sampled) {
    if (x_log) { set logscale x }
    if (y_log) { set logscale y }
    stats x_value using 4 nooutput
    eval ranged('x', STATS_min, STATS_max, x_log)
    stats y_value using 4 nooutput
    eval ranged('y', STATS_min, STATS_max, y_log)
    set format xy '%g'
    if (!x_numeric) {
        set xtics ()
        do for [k = 1:n_x] { set xtics add (tic(x_text[k]) k - 1) }
    }
    if (!y_numeric) {
        set ytics ()
        do for [k = 1:n_y] { set ytics add (tic(y_text[k]) k - 1) }
    }
} else {
    set xrange [-0.5:n_x - 0.5]
    set yrange [-0.5:n_y - 0.5]
    set tics scale 0
    set xtics ()
    set ytics ()
    if (upright) { set xtics rotate by 90 right }
    do for [k = 1:n_x] { if (show_x(k - 1)) { set xtics add (tic(x_text[k]) k - 1) } }
    do for [k = 1:n_y] { if (show_y(k - 1)) { set ytics add (tic(y_text[k]) k - 1) } }
}

set multiplot
do for [m = 0:n_panels - 1] {
    c = m % columns
    l = m / columns
    set lmargin at screen (c * panel_width + left) / width
    set rmargin at screen (c * panel_width + left + plot_w) / width
    set tmargin at screen 1 - (head + tall * l + 28.0) / height
    set bmargin at screen 1 - (head + tall * l + 28.0 + plot_h) / height
    set label 1 panel_name[m + 1] at graph 0.5, graph 1 center offset 0, 0.7
    set ylabel (c == 0 ? y_label : '')
    set label 3 (m == 0 ? quantity : '') at screen 1 - 14 / width, screen 1 - (head + 28.0 \
        + plot_h / 2 < 4 * strlen(quantity) ? 4.0 * strlen(quantity) : head + 28.0 + plot_h / 2) \
        / height rotate by 90 center
    set xlabel (m + columns >= n_panels ? x_label : '')
    if (m == 0) {
        set colorbox user origin screen 1 - (bar_room - 14) / width, \
            screen 1 - (head + 28.0 + plot_h) / height size screen 18 / width, screen plot_h / height
    } else { unset colorbox }
    if (sampled) {
        plot cells using ($1 == m ? $6 : NaN):7:4 with points pointtype 7 pointsize 1.5 \
                linecolor rgb '#404040', \
            cells using ($1 == m ? $6 : NaN):7:4 with points pointtype 7 pointsize 1.2 \
                linecolor palette
    } else {
        set object 1 rectangle from graph 0, graph 0 to graph 1, graph 1 behind \
            fillstyle pattern 4 noborder fillcolor rgb '#B0B0B0'
        plot cells using ($1 == m && $4 == $4 ? $2 : NaN):3:($2 - 0.5):($2 + 0.5):($3 - 0.5): \
                ($3 + 0.5):4 with boxxyerror fillstyle solid 1 noborder fillcolor palette, \
            cells using ($1 == m && labelled && share($4) <= 0.6 ? $2 : NaN):3:(digits($4)) \
                with labels textcolor '#FFFFFF', \
            cells using ($1 == m && labelled && share($4) > 0.6 ? $2 : NaN):3:(digits($4)) \
                with labels textcolor '#000000'
    }
    unset label 1000
    unset label 1001
}
unset multiplot
