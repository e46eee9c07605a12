# Lines over a key of the sweep, a panel for each model. The script that loads this has set `quantity`
# (the y axis), `at_least_zero` and a data file `lines`: panel, series, x, rank of x, number of runs, mean, half of the
# interval or NaN, rank of a sample or 0; ordered by panel, series, x. An interval is a band where x is
# a number and an error bar where it is a name or a lone point. A place without finished runs is a gap.

set datafile missing # lines pass over what is missing; at NaN they break
stats panel using 1 nooutput
n_all = int(STATS_records)
n_panels = n_all > 12 ? 12 : n_all # figure sweep says so in its notes
array panel_name[n_all]
stats panel using (panel_name[int($1) + 1] = strcol(2), $1) nooutput
stats series_value using 1 nooutput
n_named = int(STATS_records)
n_series = n_named > 24 ? 24 : n_named # more are not told apart; the notes say so
array label_of[n_named]
array in_key[n_named]
stats series_value using (label_of[int($1) + 1] = strcol(3), $1) nooutput
n_keys = 0
longest = 0
do for [s = 0:n_series - 1] {
    found = 0
    stats lines using (found = found || $2 == s, $1) nooutput
    in_key[s + 1] = found
    n_keys = n_keys + found
    longest = found && strlen(label_of[s + 1]) > longest ? strlen(label_of[s + 1]) : longest
}
x_label = ''
stats x_axis using (x_label = strcol(3), numeric = int($5), x_log = int($6), $1) nooutput
stats x_value using 1 nooutput
n_x = int(STATS_records)
array x_text[n_x]
array x_number[n_x]
widest = 0
stats x_value using (x_text[int($1) + 1] = strcol(2), x_number[int($1) + 1] = $4, \
    widest = strlen(strcol(2)) > widest ? strlen(strcol(2)) : widest, $1) nooutput
stats lines using 8 nooutput
sampled = STATS_max > 0
joined = numeric && !sampled

# Numbers on their scale; names side by side, and at each the series side by side.
x_least = x_number[1]; x_most = x_number[1]
do for [k = 2:n_x] {
    x_least = x_number[k] < x_least ? x_number[k] : x_least
    x_most = x_number[k] > x_most ? x_number[k] : x_most
}
scale(x) = x_log ? log10(x) : x
x_span = scale(x_most) - scale(x_least)
x_pad = x_span > 0 ? 0.03 * x_span : x_least != 0 && !x_log ? 0.1 * abs(x_least) : 0.5
# Each value has its tic where there is room for all.
x_gap = x_span
do for [k = 2:n_x] { # numbers stand in their order
    d = scale(x_number[k]) - scale(x_number[k - 1])
    x_gap = d < x_gap ? d : x_gap
}
tics_at_values = n_x <= 12 && (n_x == 1 || x_gap * 430 >= x_span * 34)
beside = numeric ? 0 : 0.6 / (n_keys > 0 ? n_keys : 1)
place(x, s) = numeric ? x : x + (s - (n_series - 1) / 2.0) * beside

columns = n_panels > 1 ? 2 : 1
rows = (n_panels + columns - 1) / columns
panel_width = columns == 1 ? 680.0 : 500.0
panel_width = !numeric && n_x * n_keys * 9 > panel_width - 120 ? n_x * n_keys * 9 + 120.0 : panel_width
upright = !numeric && n_x * (7.5 * widest + 10) > panel_width - 120
below = upright ? 9 * widest + 70 : 66.0
width = columns * panel_width
key_columns = key_fit(width, longest)
head = key_height(n_keys)
tall = (columns == 1 ? 380.0 : 290.0) + below - 62
height = head + tall * rows + foot
eval sized(width, height)
eval put_key(n_keys, height)
set grid xtics ytics linecolor '#DCDCDC' linetype 1 linewidth 0.4
if (numeric && x_log) { set logscale x; set format x '%g' }
if (numeric && tics_at_values) {
    set xtics ()
    do for [k = 1:n_x] { set xtics add (sprintf('%g', x_number[k]) x_number[k]) }
}
if (!numeric) {
    set xtics scale 0 ()
    if (upright) { set xtics rotate by 90 right }
    do for [k = 1:n_x] { set xtics add (tic(x_text[k]) x_number[k]) }
}
set style fill solid 0.2 noborder
# Lines that lie on one another: earlier ones are wider and show at the rim.
wide(s) = s < 4 ? 3 - 0.5 * s : 1.2
dot(s) = joined ? 0.5 + 0.12 * wide(s) : 0.7

set multiplot
do for [m = 0:n_panels - 1] {
    c = m % columns
    l = m / columns
    set lmargin at screen (c + 96.0 / panel_width) / columns
    set rmargin at screen (c + 0.97) / columns
    set tmargin at screen 1 - (head + tall * l + (strlen(panel_name[m + 1]) > 0 ? 28 : 8)) / height
    set bmargin at screen 1 - (head + tall * (l + 1) - below) / height
    set label 1 panel_name[m + 1] at graph 0.5, graph 1 center offset 0, 0.7
    set ylabel (c == 0 ? quantity : '')
    set xlabel (m + columns >= n_panels ? x_label : '')
    least = 1e300; most = -1e300; band_most = -1e300; band_least = 1e300
    stats lines using ($1 == m && $6 == $6 ? (least = $6 < least ? $6 : least, \
        most = $6 > most ? $6 : most, top = $6 + ($7 == $7 ? $7 : 0), \
        bottom = $6 - ($7 == $7 ? $7 : 0), band_most = top > band_most ? top : band_most, \
        band_least = bottom < band_least ? bottom : band_least, 0) : 0, $1) nooutput
    empty = most < least
    logarithmic = !empty && spans(least, most)
    unset logscale y
    set format y '%g'
    if (logarithmic) { set logscale y }
    lowest = logarithmic ? least / 2 : 0 # where a band reaches below, it is cut off
    set yrange [logarithmic ? least / 1.6 : empty ? 0 : band_least < 0 && !(at_least_zero && least >= 0) ? \
        band_least - 0.06 * ((band_most > 0 ? band_most : 0) - band_least) : 0: \
        logarithmic ? band_most * 1.3 : empty ? 1 : band_most > 0 ? band_most * 1.08 : \
        band_least < 0 ? -0.08 * band_least : 1]
    low(y) = logarithmic && y < lowest ? lowest : y
    if (numeric) {
        set xrange [x_log ? 10 ** (scale(x_least) - x_pad) : x_least - x_pad: \
            x_log ? 10 ** (scale(x_most) + x_pad) : x_most + x_pad]
    } else { set xrange [-0.6:n_x - 0.4] }
    banded = numeric && n_x > 1 && !sampled
    set label 2 (empty ? 'no finished runs' : '') at graph 0.5, graph 0.5 center
    plot for [s = 0:n_series - 1] lines using ($1 == m && $2 == s && banded ? $3 : NaN): \
            (low($6 - $7)):($6 + $7) with filledcurves fillcolor rgb hue(s), \
        for [s = 0:n_series - 1] lines using ($1 == m && $2 == s && !banded ? place($3, s) : NaN): \
            (low($6 - $7)):(0):($6 + $7 - low($6 - $7)) with vectors heads size screen 0.004,90 \
            nofilled linewidth (sampled ? 0.5 : 1) linecolor rgb hue(s), \
        for [s = 0:n_series - 1] lines using ($1 == m && $2 == s ? place($3, s) : NaN): \
            (joined ? $6 : NaN) with lines linewidth wide(s) linecolor rgb hue(s), \
        for [s = 0:n_series - 1] lines using ($1 == m && $2 == s ? place($3, s) : NaN):6 \
            with points linecolor rgb hue(s) pointtype mark(s) pointsize dot(s), \
        for [s = 0:(m == 0 ? n_series : 0) - 1] keyentry with linespoints linewidth wide(s) \
            linecolor rgb hue(s) pointtype mark(s) pointsize dot(s) \
            title (joined && in_key[s + 1] ? label_of[s + 1] : ''), \
        for [s = 0:(m == 0 ? n_series : 0) - 1] keyentry with points linecolor rgb hue(s) \
            pointtype mark(s) pointsize dot(s) \
            title (!joined && in_key[s + 1] ? label_of[s + 1] : '')
    unset label 1000
    unset label 1001
}
unset multiplot
