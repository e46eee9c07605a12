# Bars in clusters: a model, its schemes side by side, 95 % intervals. The script that loads this
# has set `quantity` (the y axis) and a data file `bars`: model, scheme, value, lower part or NaN,
# half of the interval or NaN. `lower` names the lower part below the picture; it is empty where
# there is none. On a logarithmic axis the height of a part says nothing, so there the lower part
# is a white line at its value.

width = 120 + 40 * n_models + 15 * n_models * n_schemes
width = width > 640 ? width : 640
key_columns = key_fit(width, longest_scheme)
height = 372.0 + key_height(n_schemes) - 4 + foot
eval sized(width, height)
eval put_key(n_schemes, height)
set tmargin at screen 1 - (key_height(n_schemes) + 8) / height
set bmargin at screen (foot + (strlen(lower) > 0 ? 62 : 36)) / height
bar = bar_width(n_schemes)
at(m, s) = m + (s - (n_schemes - 1) / 2.0) * bar
stats bars using 3 nooutput
most = STATS_max > 0 ? STATS_max : 1
least = most
if (STATS_max > 0) {
    stats bars using ($3 > 0 ? $3 : NaN) nooutput
    least = STATS_min
}
logarithmic = spans(least, most)
with_lower = strlen(lower) > 0
if (with_lower) {
    stats bars using 4 nooutput
    least = STATS_min > least / 100 ? STATS_min : least
}
base = logarithmic ? decade(least) : 0
if (logarithmic) {
    set logscale y
    set yrange [base:1.5 * most]
    set format y "%g"
} else {
    set yrange [0:*]
}
set xrange [-0.6:n_models - 0.4]
set xtics scale 0 ()
set for [m = 0:n_models - 1] xtics add (tic(model[m + 1]) m)
set ylabel quantity
top(y) = y > base ? y : base
stacked = with_lower && !logarithmic
marked = with_lower && logarithmic
if (with_lower) { set xlabel (stacked ? 'hatched: ' : 'white lines: ').lower }

plot for [s = 0:n_schemes - 1] bars \
        using ($2 == s ? at($1, s) : NaN):3:(at($1, s) - bar / 2):(at($1, s) + bar / 2):(base):3 \
        with boxxyerror fillcolor rgb hue(s) title scheme[s + 1], \
    for [k = 0:stacked - 1] bars \
        using (at($1, $2)):4:(at($1, $2) - bar / 2):(at($1, $2) + bar / 2):(base):4 \
        with boxxyerror fillstyle pattern 4 transparent linecolor '#FFFFFF', \
    for [k = 0:marked - 1] bars using (at($1, $2) - bar * 0.4):4:(bar * 0.8):(0) \
        with vectors nohead linewidth 2.5 linecolor '#FFFFFF', \
    bars using (at($1, $2)):(top($3 - $5)):(0):($3 + $5 - top($3 - $5)) with vectors arrowstyle 1
