# How all figures look. Read behind `format`, `picture` and a variable for each data file.

set encoding utf8
set datafile separator "\t"
set datafile missing "NaN"
set datafile commentschars "" # a label may begin with "#"
set datafile columnheaders

# The command that opens a picture of w x h units of 1/96 inch; its text is 10 pt.
png_size = "set terminal pngcairo noenhanced size %d,%d font 'sans-serif,10' " \
    ."fontscale 2 linewidth 2 pointscale 2"
svg_size = "set terminal svg noenhanced size %d,%d font 'sans-serif,13.33' background 'white'"
pdf_size = "set terminal pdfcairo noenhanced size %.3fin,%.3fin font 'sans-serif,10' fontscale 0.75"
sized(w, h) = (format eq 'png' ? sprintf(png_size, 2 * w, 2 * h) \
    : format eq 'svg' ? sprintf(svg_size, w, h) : sprintf(pdf_size, w / 96.0, h / 96.0)) \
    .'; set output picture'

# Okabe and Ito's colours, which the colour-blind tell apart; a grey, a brown, two of P. Tol's.
array colour[12] = ['#0072B2', '#E69F00', '#009E73', '#D55E00', '#56B4E9', \
                    '#CC79A7', '#F0E442', '#000000', '#999999', '#8C510A', \
                    '#44AA99', '#882255']
array point_type[10] = [7, 5, 9, 13, 11, 6, 4, 8, 12, 10]
hue(s) = colour[int(s) % 12 + 1]
# The thirteenth has the first colour and another mark.
mark(s) = point_type[int(s) % 10 + 1]
# Computation, loading, transmission, queueing, edge delay.
array part_colour[5] = ['#56B4E9', '#E69F00', '#009E73', '#CC79A7', '#999999']

n_schemes = 0
n_models = 0
stats schemes using 1 nooutput
n_schemes = int(STATS_records)
array scheme[n_schemes]
stats schemes using (scheme[int($1) + 1] = strcol(2), $1) nooutput
longest_scheme = 0
do for [s = 1:n_schemes] {
    longest_scheme = strlen(scheme[s]) > longest_scheme ? strlen(scheme[s]) : longest_scheme
}
stats models using 1 nooutput
n_models = int(STATS_records)
array model[n_models]
stats models using (model[int($1) + 1] = strcol(2), $1) nooutput
caption_text = ''
caption_lines = 0
stats caption using (caption_text = caption_text.(caption_lines > 0 ? "\n" : '').strcol(2), \
    caption_lines = $1 + 1) nooutput
heading_text = ''
stats heading using (heading_text = strcol(2), $1) nooutput

set border 3 linecolor '#404040'
set tics nomirror textcolor '#000000'
set grid ytics linecolor '#D0D0D0' linetype 1 linewidth 0.5
set style fill solid 1.0 border linecolor '#404040'
set key noautotitle vertical reverse Left samplen 1.5 width 1
# An interval and its ends.
set style arrow 1 heads size screen 0.004,90 nofilled linecolor '#000000'

# Lines below everything say what is shown; `foot` is their room.
foot = caption_lines > 0 ? 9 + 15.0 * caption_lines : 0
if (caption_lines > 0) {
    set label 1000 caption_text at screen 0.01, character caption_lines - 0.2 left \
        textcolor '#404040'
}
# The title stands above everything, and the key below it: `count` entries, up to `columns` a line,
# in a picture of that height.
title_room = strlen(heading_text) > 0 ? 24 : 0
put_title(height) = title_room == 0 ? '' : \
    sprintf('set label 1001 heading_text at screen 0.5, screen %.4f center', 1 - 16.0 / height)
key_columns = 6
key_fit(width, longest) = width < 2 * (8.0 * longest + 50) ? 1 \
    : width > 6 * (8.0 * longest + 50) ? 6 : floor(width / (8.0 * longest + 50))
key_lines(count) = 1 + (count - 1) / key_columns
key_height(count) = 20.0 * key_lines(count) + 12 + title_room
put_key(count, height) = sprintf('set key at screen 0.5, screen %.4f center top maxrows %d; ', \
    1 - (6.0 + title_room) / height, key_lines(count)).put_title(height)

# The width of a bar, of `count` in a cluster of width 1.
bar_width(count) = count > 5 ? 0.84 / count : 0.168

# A label of a tic is a format: its percent signs are doubled.
tic(text) = strstrt(text, '%') == 0 ? text : text[1:strstrt(text, '%')].'%' \
    .tic(text[strstrt(text, '%') + 1:*])

# Linear from 0 until the values span more than a factor of 50; then logarithmic, from the decade
# below the least.
spans(low, high) = low > 0 && high > 50 * low
decade(v) = 10 ** floor(log10(v))

# A round step (1, 2, 5 times a power of ten) that cuts `high` into two to five.
strip_tic(high) = tic_of(high / 2.5, decade(high / 2.5))
tic_of(step, power) = step >= 5 * power ? 5 * power : step >= 2 * power ? 2 * power : power
