# about: mean time of each layer under each scheme: computation with loading, and transmission
# needs: finished runs recorded with "record": "layers" or "ops"
# query means:
#   SELECT v.* FROM v_layer_mean v WHERE v.point = (SELECT point FROM runs LIMIT 1)
# query panels:
#   SELECT row_number() OVER (ORDER BY min(ifnull(m.i, 1000)), v.model) - 1 AS i, v.model
#   FROM means v LEFT JOIN models m ON m.name = v.model GROUP BY v.model
# query names:
#   SELECT DISTINCT p.i, v.layer, v.name FROM means v JOIN panels p USING (model) ORDER BY 1, 2
# query times:
#   SELECT p.i, s.i, v.layer, v.computation_loading_s, v.transmission_s
#   FROM means v JOIN panels p USING (model) JOIN schemes s ON s.name = v.scheme
#   ORDER BY s.i, p.i, v.layer
stats panels using 1 nooutput
n_panels = int(STATS_records)
array panel_name[n_panels]
stats panels using (panel_name[int($1) + 1] = strcol(2), $1) nooutput
stats names using 2 nooutput
n_names = int(STATS_records)
array name_model[n_names]
array name_layer[n_names]
array name[n_names]
stats names using (name_model[$0 + 1] = $1, name_layer[$0 + 1] = $2, \
    name[$0 + 1] = strcol(3), $2) nooutput
most = STATS_max + 1
panel = 105 + (most * 18 > 420 ? most * 18 : 420)
head = key_height(n_schemes)
longest = 0
do for [n = 1:n_names] { longest = strlen(name[n]) > longest ? strlen(name[n]) : longest }
names_room = 7.5 * longest + 16
tall = 245.0 + names_room
height = head + tall * n_panels + foot
eval sized(2 * panel, height)
set xtics rotate by 90 right scale 0.3
set grid xtics ytics linecolor '#DCDCDC' linetype 1 linewidth 0.4
set style data linespoints
# Schemes that decide alike lie on one another: earlier ones are wider and show at the rim.
width(s) = s < 4 ? 5 - 1.1 * s : 0.8

eval put_key(n_schemes, height)
set multiplot
do for [m = 0:n_panels - 1] {
    stats names using ($1 == m ? $2 : NaN) nooutput
    last = STATS_max
    set xtics ()
    do for [n = 1:n_names] {
        if (name_model[n] == m) { set xtics add (name[n] name_layer[n]) }
    }
    do for [c = 0:1] {
        # All zero (nothing travels under local alone) has no logarithm and no range of its own.
        unset logscale y
        set yrange [0:*]
        stats times using ($1 == m ? column(4 + c) : NaN) nooutput
        if (STATS_max <= 0) { set yrange [0:1] } else {
            stats times using ($1 == m && column(4 + c) > 0 ? column(4 + c) : NaN) nooutput
            if (spans(STATS_min, STATS_max)) { set logscale y; set yrange [*:*] }
        }
        set format y "%g"
        set lmargin at screen (c + 85.0 / panel) / 2
        set rmargin at screen (c + 0.98) / 2
        set tmargin at screen 1 - (head + tall * m + 28) / height
        set bmargin at screen 1 - (head + tall * (m + 1) - names_room) / height
        set xrange [-0.6:last + 0.6]
        set label 1 panel_name[m + 1] at graph 0.5, graph 1 center offset 0, 0.7
        set ylabel (c == 0 ? 'computation and loading (s)' : 'transmission (s)')
        plot for [s = 0:n_schemes - 1] times \
                using ($1 == m && $2 == s ? $3 : NaN):(column(4 + c)) \
                linecolor rgb hue(s) linewidth width(s) pointtype point_type[s % 10 + 1] \
                pointsize 0.35 + 0.2 * width(s) \
                title (m + c == 0 ? scheme[s + 1] : '')
    }
}
unset multiplot
