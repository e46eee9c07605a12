# about: mean time of each layer, in parts, under each scheme: where the latency is
# needs: finished runs recorded with "record": "layers" or "ops"
# takes: at scheme model title
# table means:
#   SELECT v.* FROM v_layer_mean v JOIN schemes s ON s.name = v.scheme
#   WHERE v.point = (SELECT point FROM runs LIMIT 1) AND EXISTS (SELECT 1 FROM models m
#   WHERE m.name = 'mix' OR m.name = v.model)
# query panels:
#   SELECT row_number() OVER (ORDER BY min(ifnull(m.i, 1000)), v.model) - 1 AS i, v.model AS model
#   FROM means v LEFT JOIN models m ON m.name = v.model GROUP BY v.model
# query names:
#   SELECT DISTINCT p.i AS model, v.layer, v.name FROM means v JOIN panels p USING (model) ORDER BY 1, 2
# query parts:
#   WITH t AS (SELECT p.i AS model, s.i AS scheme, v.layer, ifnull(v.computation_s, 0) AS c,
#   ifnull(v.loading_s, 0) AS l, ifnull(v.transmission_s, 0) AS t, ifnull(v.queueing_s, 0) AS q,
#   ifnull(v.edge_delay_s, 0) AS d
#   FROM means v JOIN panels p USING (model) JOIN schemes s ON s.name = v.scheme)
#   SELECT model, scheme, layer, c AS "computation (s)", c + l AS "and loading (s)",
#   c + l + t AS "and transmission (s)", c + l + t + q AS "and queueing (s)",
#   c + l + t + q + d AS "and edge delay (s)" FROM t ORDER BY model, scheme, layer
stats panels using 1 nooutput
n_panels = int(STATS_records)
array panel_name[n_panels]
stats panels using (panel_name[int($1) + 1] = strcol(2), $1) nooutput
stats names using 2 nooutput
n_names = int(STATS_records)
array name_model[n_names]
array name_layer[n_names]
array name[n_names]
n = 0
stats names using (n = n + 1, name_model[n] = $1, name_layer[n] = $2, \
    name[n] = strcol(3), $2) nooutput
most = STATS_max + 1
longest = 0
do for [n = 1:n_names] { longest = strlen(name[n]) > longest ? strlen(name[n]) : longest }

# A column for each model as far as they fit, in it a strip for each scheme, all over the same
# layers.
panel = 150 + (most * 15 > 380 ? most * 15 : 380)
columns = n_panels > 1 && panel < 1000 ? 2 : 1
lines = (n_panels + columns - 1) / columns
names_room = 7.5 * longest + 16
strip = n_schemes > 6 ? 76.0 : 96.0
tall = 30 + strip * n_schemes + names_room
array part[5] = ['computation', 'loading', 'transmission', 'queueing', 'edge delay']
width = columns * panel
key_columns = key_fit(width, 12)
head = key_height(5)
height = head + tall * lines + foot
eval sized(width, height)
set grid ytics linecolor '#DCDCDC' linetype 1 linewidth 0.4

eval put_key(5, height)
set multiplot
do for [m = 0:n_panels - 1] {
    c = m % columns
    l = m / columns
    set xrange [*:*] # or stats would not see what lies beyond
    set yrange [*:*]
    stats names using ($1 == m ? $2 : NaN) nooutput
    last = STATS_max
    stats parts using ($1 == m ? $8 : NaN) nooutput
    model_high = STATS_max > 0 ? STATS_max : 1
    low_high = model_high
    do for [s = 0:n_schemes - 1] {
        s_high = 0
        stats parts using (s_high = $1 == m && $2 == s && $8 > s_high ? $8 : s_high, $1) nooutput
        low_high = s_high > 0 && s_high < low_high ? s_high : low_high
    }
    own = model_high > 8 * low_high # else the shorter strips would be flat
    do for [s = 0:n_schemes - 1] {
        set xrange [*:*]
        set yrange [*:*]
        s_high = 0
        stats parts using (s_high = $1 == m && $2 == s && $8 > s_high ? $8 : s_high, $1) nooutput
        strip_high = own && s_high > 0 ? s_high : model_high
        set xrange [-0.7:last + 0.7]
        set yrange [0:strip_high * 1.4] # room for the name
        set xtics scale 0.3 rotate by 90 right ()
        do for [n = 1:n_names] {
            if (name_model[n] == m) {
                set xtics add ((s == n_schemes - 1 ? tic(name[n]) : "") name_layer[n])
            }
        }
        set ytics autofreq strip_tic(strip_high)
        set format y "%g"
        set lmargin at screen (c + 85.0 / panel) / columns
        set rmargin at screen (c + 0.98) / columns
        set tmargin at screen 1 - (head + tall * l + 26 + strip * s + 5) / height
        set bmargin at screen 1 - (head + tall * l + 26 + strip * (s + 1) - 5) / height
        set label 2 scheme[s + 1] at graph 0.99, graph 0.87 right front
        if (s == 0) {
            set label 1 panel_name[m + 1].(own ? ', each strip in its own scale' : '') \
                at graph 0.5, graph 1 center offset 0, 0.8
        } else { unset label 1 }
        set ylabel (s == n_schemes / 2 ? 'mean time (s)' : '')
        plot for [p = 5:1:-1] parts using ($1 == m && $2 == s ? $3 : NaN):(column(3 + p)): \
                ($3 - 0.38):($3 + 0.38):(p > 1 ? column(2 + p) : 0):(column(3 + p)) \
                with boxxyerror fillcolor rgb part_colour[p] linewidth 0.3, \
            for [p = 1:(m + s == 0 ? 5 : 0)] keyentry with boxes fillcolor rgb part_colour[p] \
                title part[p]
        unset label 1000
        unset label 1001
    }
}
unset multiplot
