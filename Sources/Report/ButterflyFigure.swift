import EEGCore

/// Evoked potentials as a butterfly plot: all EEG channels over each other, and the global field power below.
///
/// One panel a condition, with the same limits in all of them. The colour of a line tells where its channel lies;
/// where positions are known, a small head at the right says how. Other kinds of channels (EOG, ECG) are left out, as
/// their amplitudes would squeeze the rest.
public struct ButterflyFigure: Figure {
  private let evoked: EvokedSet
  private let milliseconds: ClosedRange<Double>
  private let rows: [Int]
  private let marks: [ChannelMark]
  private let fieldPower: [[Double]]
  private let amplitudeLimits: ClosedRange<Double>
  private let powerLimit: Double
  private let grid: PanelGrid

  /// Prepares the figure of all conditions.
  ///
  /// - Parameter evoked: Averages in volts.
  /// - Throws: ``FigureError``, code `nothingToDraw`, without conditions, without EEG channels, with fewer than two
  ///   times, or when no value is finite.
  public init(evoked: EvokedSet) throws {
    let rows = evoked.channels.indices.filter { evoked.channels[$0].kind == .eeg }
    guard !evoked.conditions.isEmpty else { throw FigureError(.nothingToDraw, "there is no condition to draw") }
    guard !rows.isEmpty else { throw FigureError(.nothingToDraw, "none of the channels is an EEG channel") }
    guard let first = evoked.times.first, let last = evoked.times.last, first < last, first.isFinite, last.isFinite
    else {
      throw FigureError(.nothingToDraw, "the times span no interval: an epoch needs two samples or more")
    }
    var lowest = 0.0
    var highest = 0.0
    var anyFinite = false
    for condition in evoked.conditions {
      for row in rows {
        for value in condition.average[row: row] where value.isFinite {
          anyFinite = true
          lowest = min(lowest, value)
          highest = max(highest, value)
        }
      }
    }
    guard anyFinite else { throw FigureError(.nothingToDraw, "the averages hold no finite value") }

    self.evoked = evoked
    milliseconds = (first * 1000)...(last * 1000)
    self.rows = rows
    marks = ChannelColours.marks(for: rows.map { evoked.channels[$0] })
    fieldPower = evoked.conditions.map { evoked.globalFieldPower(of: $0) }
    let margin = max(0.06 * (highest - lowest), 1e-9)
    amplitudeLimits = ((lowest - margin) * 1e6)...((highest + margin) * 1e6)
    let highestPower = fieldPower.joined().filter(\.isFinite).max() ?? 0
    powerLimit = max(1.12 * highestPower * 1e6, 1e-3)
    grid = PanelGrid(count: evoked.conditions.count, hasHead: marks.contains { $0.place != nil })
  }

  /// Width in pixels at 100 pixels an inch.
  public var width: Int { grid.width }
  /// Height in pixels at 100 pixels an inch.
  public var height: Int { grid.height }

  /// gnuplot commands and data, without terminal and output file.
  public var commands: String {
    var script = ""
    for index in evoked.conditions.indices { script += dataBlock(index) }
    script += "array colour[\(rows.count)]\n"
    for (index, mark) in marks.enumerated() { script += "colour[\(index + 1)] = '\(mark.colour)'\n" }
    script += """
      set multiplot
      set minussign
      set border 3 linewidth 0.8 linecolor rgb '#404040'
      set tics nomirror out scale 0.5 textcolor rgb '#202020'
      unset key
      set xrange [\(number(milliseconds.lowerBound)):\(number(milliseconds.upperBound))]
      set xtics (\(AxisTicks(milliseconds, count: 5).list))

      """
    if milliseconds.contains(0) {
      script +=
        "set arrow 1 from 0, graph 0 to 0, graph 1 nohead back dashtype 2 linewidth 0.8 linecolor rgb '#909090'\n"
    }
    for index in evoked.conditions.indices { script += panel(index) }
    if let head = grid.head { script += HeadInset(marks: marks).commands(margins: grid.margins(head)) }
    return script + "unset multiplot\n"
  }

  /// One line a time: milliseconds, every channel in microvolts, global field power in microvolts.
  private func dataBlock(_ index: Int) -> String {
    let average = evoked.conditions[index].average
    var block = "$condition\(index) << EOD\n"
    for time in evoked.times.indices {
      block += number(evoked.times[time] * 1000)
      for row in rows { block += " " + number(average[row, time] * 1e6) }
      block += " " + number(fieldPower[index][time] * 1e6) + "\n"
    }
    return block + "EOD\n"
  }

  /// The butterfly of one condition, and under it the global field power.
  private func panel(_ index: Int) -> String {
    let condition = evoked.conditions[index]
    let isLeft = grid.column(of: index) == 0
    let power = 0...powerLimit
    return """
      \(grid.margins(grid.butterfly(index)))
      set title \(quoted("\(condition.name) (n = \(count(condition.count)))")) offset 0,-0.4 font ',12'
      set yrange [\(number(amplitudeLimits.lowerBound)):\(number(amplitudeLimits.upperBound))]
      set ytics (\(AxisTicks(amplitudeLimits, count: 5).list))
      set format x ''
      unset xlabel
      \(isLeft ? "set ylabel 'Amplitude (µV)'; set format y '%g'" : "unset ylabel; set format y ''")
      set arrow 2 from graph 0, first 0 to graph 1, first 0 nohead back linewidth 0.6 linecolor rgb '#909090'
      plot for [channel=1:\(rows.count)] $condition\(index) using 1:(column(channel+1)) with lines linewidth 0.9 linecolor rgb colour[channel]
      \(grid.margins(grid.power(index)))
      unset title
      unset arrow 2
      set yrange [0:\(number(powerLimit))]
      set ytics (\(AxisTicks(power, count: 2).list))
      set format x '%g'
      set xlabel 'Time (ms)' offset 0,0.4
      \(isLeft ? "set ylabel 'GFP (µV)'; set format y '%g'" : "unset ylabel; set format y ''")
      plot $condition\(index) using 1:\(rows.count + 2) with filledcurves y1=0 fillcolor rgb '#dddddd', \
      $condition\(index) using 1:\(rows.count + 2) with lines linewidth 2 linecolor rgb '#202020'

      """
  }

  /// Whole numbers of epochs without decimals; effective numbers of combinations with one.
  private func count(_ value: Double) -> String {
    value == value.rounded() ? number(value, decimals: 0).replacing(".0", with: "") : number(value, decimals: 1)
  }
}
