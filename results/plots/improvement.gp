# about: how many times longer the other schemes take than one (--base; dina), per model
# needs: finished runs of two schemes
# takes: base at scheme model title
# table base_runs:
#   WITH wanted AS (SELECT value AS scheme, 0 AS i FROM parameter WHERE name = 'base'
#   UNION ALL SELECT scheme, row_number() OVER (ORDER BY scheme <> 'dina', min(run_id)) FROM v_run
#   WHERE point = (SELECT point FROM runs LIMIT 1) GROUP BY scheme ORDER BY 2 LIMIT 1)
#   SELECT v.* FROM v_run v JOIN wanted USING (scheme)
#   WHERE v.point = (SELECT point FROM runs LIMIT 1)
# query base:
#   SELECT 0 AS i, scheme FROM base_runs LIMIT 1
# query ratios:
#   SELECT m.i AS model, s.i AS scheme,
#   ratio(r.computation_loading_s, b.computation_loading_s) AS "computation and loading, ratio",
#   ratio_ci95(r.computation_loading_s, b.computation_loading_s) AS "half of the interval",
#   ratio(r.transmission_s, b.transmission_s) AS "transmission, ratio",
#   ratio_ci95(r.transmission_s, b.transmission_s) AS "half of the interval "
#   FROM runs r JOIN base_runs b USING (model, seed, replication)
#   JOIN models m ON m.name = r.model JOIN schemes s ON s.name = r.scheme
#   WHERE r.scheme <> b.scheme GROUP BY m.i, s.i ORDER BY s.i, m.i
base_name = ''
stats base using (base_name = strcol(2), $1) nooutput
# Schemes that are shown; the base has no bars.
array shown[n_schemes]
n_bars = 0
do for [s = 0:n_schemes - 1] {
    found = 0
    stats ratios using (found = found || $2 == s, $1) nooutput
    shown[s + 1] = found ? n_bars : -1
    n_bars = n_bars + found
}
panel = 120 + 30 * n_models + 15 * n_models * n_bars
panel = panel > 480 ? panel : 480
columns = panel > 620 ? 1 : 2
lines = 2 / columns
key_columns = key_fit(columns * panel, longest_scheme)
head = key_height(n_bars) + 8
tall = 340.0
height = head + tall * lines + foot
eval sized(columns * panel, height)
bar = bar_width(n_bars)
at(m, s) = m + (shown[int(s) + 1] - (n_bars - 1) / 2.0) * bar
low = 1; high = 1
do for [c = 3:5:2] {
    stats ratios using (low = column(c) > 0 && column(c) < low ? column(c) : low, \
        high = column(c) > high ? column(c) : high, $1) nooutput
}
# On a logarithmic axis bars stand on 1: longer goes up, shorter goes down.
logarithmic = spans(low, high)
if (logarithmic) {
    set logscale y
    set format y "%g"
    base_y = 1
    set yrange [low < 1 ? decade(low) : 0.9:*]
    if (high <= 1) { set yrange [decade(low):1.3] }
} else {
    base_y = 0
    set yrange [0:*]
    if (high <= 1) { set yrange [0:1.05] } # the line at 1 is always seen
}
least_y = logarithmic ? low / 1e3 : 0
bottom(y) = y > least_y ? y : least_y
set xrange [-0.6:n_models - 0.4]
set xtics scale 0 ()
set for [m = 0:n_models - 1] xtics add (tic(model[m + 1]) m)
set arrow 1 from graph 0, first 1 to graph 1, first 1 nohead front linewidth 1.5 dashtype 2 \
    linecolor '#000000'

set multiplot
eval put_key(n_bars, height)
do for [k = 0:1] {
    c = 3 + 2 * k
    x = columns == 2 ? k : 0
    l = columns == 2 ? 0 : k
    set lmargin at screen (x + 75.0 / panel) / columns
    set rmargin at screen (x + 0.98) / columns
    set tmargin at screen 1 - (head + tall * l) / height
    set bmargin at screen 1 - (head + tall * (l + 1) - 45) / height
    set ylabel (k == 0 ? 'computation and loading' : 'transmission').' / that of '.base_name
    found = 0
    stats ratios using (found = found || column(c) == column(c), $1) nooutput
    set label 1 (found ? '' : base_name.' needs none') at graph 0.5, graph 0.5 center
    plot for [s = 0:n_schemes - 1] ratios \
        using ($2 == s ? at($1, s) : NaN):c:(at($1, s) - bar / 2):(at($1, s) + bar / 2): \
            (base_y):c with boxxyerror fillcolor rgb hue(s) \
            title (k == 0 && shown[s + 1] >= 0 ? scheme[s + 1] : ''), \
        ratios using (at($1, $2)):(bottom(column(c) - column(c + 1))):(0): \
            (column(c) + column(c + 1) - bottom(column(c) - column(c + 1))) \
            with vectors arrowstyle 1, \
        NaN notitle
    unset label 1000
    unset label 1001
}
unset multiplot
