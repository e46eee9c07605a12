# about: how many times longer the other schemes take than dina
# needs: finished runs of dina and of another scheme
# query ratios:
#   SELECT m.i, s.i, v.computation_loading, ifnull(v.transmission, 0)
#   FROM v_improvement v JOIN models m ON m.name = v.model JOIN schemes s ON s.name = v.scheme
#   WHERE v.point = (SELECT point FROM runs LIMIT 1) AND v.computation_loading > 0
#   ORDER BY s.i, m.i
n_bars = n_schemes - 1
panel = 120 + 30 * n_models + 15 * n_models * n_bars
panel = panel > 480 ? panel : 480
columns = panel > 620 ? 1 : 2
lines = 2 / columns
head = key_height(n_bars) + 8
tall = 340.0
height = head + tall * lines + foot
eval sized(columns * panel, height)
bar = bar_width(n_bars)
at(m, s) = m + (s - 1 - (n_bars - 1) / 2.0) * bar
stats ratios using 3 nooutput
low = STATS_min; high = STATS_max
stats ratios using 4 nooutput
low = STATS_min > 0 && STATS_min < low ? STATS_min : low
high = STATS_max > high ? STATS_max : high
if (spans(low, high)) {
    set logscale y
    set format y "%g"
    base = 1
    set yrange [low < 1 ? decade(low) : 0.9:*]
} else {
    base = 0
    set yrange [0:(high > 1 ? high : 1) * 1.08]
}
set xrange [-0.6:n_models - 0.4]
set xtics scale 0 ()
set for [m = 0:n_models - 1] xtics add (model[m + 1] m)
set arrow 1 from graph 0, first 1 to graph 1, first 1 nohead front linewidth 1.5 dashtype 2 \
    linecolor '#000000'

set multiplot
eval put_key(n_bars, height)
do for [c = 3:4] {
    x = columns == 2 ? c - 3 : 0
    l = columns == 2 ? 0 : c - 3
    set lmargin at screen (x + 75.0 / panel) / columns
    set rmargin at screen (x + 0.98) / columns
    set tmargin at screen 1 - (head + tall * l) / height
    set bmargin at screen 1 - (head + tall * (l + 1) - 45) / height
    set ylabel (c == 3 ? 'computation and loading / that of dina' : 'transmission / that of dina')
    plot for [s = 1:n_schemes - 1] ratios \
        using ($2 == s ? at($1, s) : NaN):c:(at($1, s) - bar / 2):(at($1, s) + bar / 2):(base):c \
        with boxxyerror fillcolor rgb hue(s) title (c == 3 ? scheme[s + 1] : '')
}
unset multiplot
