/// A small head seen from above, nose up, with a coloured point for every electrode.
struct HeadInset: Sendable {
  let marks: [ChannelMark]

  /// Draws it inside the given margins; the last panel of a figure, as it takes axes and arrows away.
  func commands(margins: String) -> String {
    var script = "$electrodes << EOD\n"
    for mark in marks {
      guard let place = mark.place, let colour = Int(mark.colour.dropFirst(), radix: 16) else { continue }
      script += "\(number(place.x)) \(number(place.y)) \(colour)\n"
    }
    return script + """
      EOD
      \(margins)
      unset border; unset xtics; unset ytics; unset xlabel; unset ylabel; unset arrow; unset title
      set xrange [-1.35:1.35]
      set yrange [-1.35:1.35]
      set object 1 circle at first 0,0 size first 1 back fillstyle empty border linecolor rgb '#808080' linewidth 1
      set arrow 1 from -0.16,0.987 to 0,1.2 nohead back linewidth 1 linecolor rgb '#808080'
      set arrow 2 from 0,1.2 to 0.16,0.987 nohead back linewidth 1 linecolor rgb '#808080'
      plot $electrodes using 1:2:3 with points pointtype 7 pointsize 0.55 linecolor rgb variable

      """
  }
}
