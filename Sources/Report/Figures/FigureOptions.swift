import EEGCore

/// What all figures of evoked potentials have in common.
public struct FigureOptions: Hashable, Sendable {
  /// Conditions in the order they are drawn; all of them when nil.
  public var conditions: [String]?
  /// Channels in the order they are drawn, named as ``ChannelNames`` reads them; the figure's own choice when nil.
  public var channels: [String]?
  /// First time that is drawn [s from the event]; the first of the data when nil.
  public var tmin: Double?
  /// Last time that is drawn [s from the event]; the last of the data when nil.
  public var tmax: Double?
  /// Draws positive amplitudes downwards.
  public var negativeUp = false
  /// Amplitudes are drawn from minus this to this [V]; what the data need when nil.
  public var limit: Double?
  /// Width of the page in pixels at 100 pixels an inch; the figure's own when nil.
  public var width: Int?
  /// Height of the page in pixels at 100 pixels an inch; the figure's own when nil.
  public var height: Int?
  /// Written above everything.
  public var title: String?

  /// The defaults: everything the data hold, at the figure's own size.
  public init() {}

  /// Labels of an amplitude axis, the longest first.
  var amplitudeLabels: [String] {
    negativeUp ? ["Amplitude (µV), negative up", "µV, negative up", "µV, neg. up"] : ["Amplitude (µV)", "µV"]
  }
}

extension EvokedSet {
  /// The conditions, channels and times that are asked for.
  ///
  /// - Throws: ``FigureError``, code `invalidOption` for names and times that the data do not have, `nothingToDraw`
  ///   without conditions.
  func selected(_ options: FigureOptions) throws -> EvokedSet {
    var result = self
    if let names = options.conditions {
      result.conditions = try names.map { name in
        guard let condition = self[name] else {
          let known = conditions.map { "'\($0.name)'" }.joined(separator: ", ")
          throw FigureError(.invalidOption, "there is no condition '\(name)'; the conditions are \(known)")
        }
        return condition
      }
    }
    guard !result.conditions.isEmpty else { throw FigureError(.nothingToDraw, "there is no condition to draw") }
    let rows = try options.channels.map { try Self.rows($0, of: channels) } ?? Array(channels.indices)
    let columns = try options.columns(of: times)
    result.channels = rows.map { channels[$0] }
    result.times = Array(times[columns])
    result.conditions = result.conditions.map { $0.part(rows: rows, columns: columns) }
    return result
  }

  /// The places of named channels.
  static func rows(_ names: [String], of channels: [Channel]) throws -> [Int] {
    let finder = ChannelNames(channels.map(\.name))
    return try names.map { name throws(FigureError) in
      do throws(ChannelNameError) {
        return try finder.index(of: name)
      } catch {
        throw FigureError(.invalidOption, error.message)
      }
    }
  }
}

extension FigureOptions {
  /// The samples between ``tmin`` and ``tmax``, both included.
  func columns(of times: [Double]) throws -> Range<Int> {
    guard let first = times.first, let last = times.last, first.isFinite, last.isFinite else {
      throw FigureError(.nothingToDraw, "the data have no times")
    }
    // Half a millionth of a second: a time written with a few digits still means its sample.
    let start = times.firstIndex { $0 >= (tmin ?? first) - 5e-7 } ?? times.count
    let end = (times.lastIndex { $0 <= (tmax ?? last) + 5e-7 } ?? -1) + 1
    guard start < end else {
      throw FigureError(
        .invalidOption,
        "no sample lies between \(tmin ?? first) s and \(tmax ?? last) s; the data go from \(first) s to \(last) s")
    }
    return start..<end
  }
}

extension Matrix {
  /// Some rows and columns, in the order of `rows`.
  func part(rows: [Int], columns: Range<Int>) -> Matrix {
    Matrix(
      rows: rows.count, columns: columns.count,
      values: rows.flatMap { row in columns.map { self[row, $0] } })
  }
}

extension Evoked {
  /// Some channels and times, of everything that a figure draws.
  func part(rows: [Int], columns: Range<Int>) -> Evoked {
    var part = self
    part.average = average.part(rows: rows, columns: columns)
    part.standardError = standardError?.part(rows: rows, columns: columns)
    part.noise = noise?.part(rows: rows, columns: columns)
    part.confidence = confidence?.part(rows: rows, columns: columns)
    part.channelCounts = channelCounts.map { counts in rows.map { counts[$0] } }
    return part
  }
}
