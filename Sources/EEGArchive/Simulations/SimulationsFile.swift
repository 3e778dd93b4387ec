import HDF5
import Synchronization

/// A whole HDF5 file of simulations whose rows are filled in at their places by any thread.
///
/// The library makes the file and closes it. Rows then go past the library to places that never move, so that a kill at
/// any moment leaves valid HDF5, and no lock but the system's is held while they are written.
final class SimulationsFile: Sendable {
  let layout: SimulationsLayout
  let file: RawFile
  private let reportedPath: String
  private let places: SimulationsPlaces
  private let statuses: Mutex<[UInt8]>

  /// Makes a file without simulations under a name that no other file has.
  ///
  /// - Throws: ``ArchiveError``; `HDF5Error`; `FileOutputError`.
  init(creating path: String, reportedAs reportedPath: String, layout: SimulationsLayout, advice: String) throws {
    layout.validate()
    self.layout = layout
    self.reportedPath = reportedPath
    let output = try ArchiveKind.simulations.create(path, settings: layout.settings)
    try layout.writeFrame(to: output)
    try layout.reserveArrays(in: output)
    try output.commit(replacing: false)
    places = try SimulationsPlaces(HDF5File(reading: path), layout)
    file = try RawFile(path, reportedAs: reportedPath, advice: advice)
    statuses = Mutex([UInt8](repeating: SimulationStatus.missing.rawValue, count: layout.count))
  }

  /// Opens a file that lacks simulations.
  ///
  /// - Throws: ``ArchiveError``; `HDF5Error`.
  init(opening path: String, advice: String) throws {
    // Closed before the lock is taken: on some network file systems the two kinds of locks are one.
    (layout, places) = try describingLayout {
      let input = try ArchiveKind.simulations.open(path)
      let layout = try SimulationsLayout(reading: input)
      return (layout, try SimulationsPlaces(input, layout))
    }
    file = try RawFile(path, reportedAs: path, advice: advice)
    reportedPath = path
    let stored = try file.read(layout.count, at: places.status)
    guard stored.allSatisfy({ SimulationStatus(rawValue: $0) != nil }) else {
      throw ArchiveError(.invalidValue, path: path, object: "/ok", "holds a value other than 0, 1 and 255")
    }
    statuses = Mutex(stored)
  }

  /// Simulations that are not there yet, by number.
  var missing: [Range<Int>] {
    let missing = SimulationStatus.missing.rawValue
    return statuses.withLock { statuses in
      statuses.ranges { $0 == missing }.map {
        (layout.numbers.lowerBound + $0.lowerBound)..<(layout.numbers.lowerBound + $0.upperBound)
      }
    }
  }

  /// Writes a part; its statuses last, so that a kill leaves no simulation that is said to be there and is not.
  ///
  /// - Throws: ``ArchiveError``, code `cannotWrite`.
  func write(_ part: SimulationsPart) throws {
    part.validate(for: layout)
    let row = part.numbers.lowerBound - layout.numbers.lowerBound
    let xRow = layout.channels.count * layout.times.count
    try write(part.theta, row: row, of: layout.parameters.count, at: places.theta)
    for (values, place) in zip(part.x, places.x) { try write(values, row: row, of: xRow, at: place) }
    if let source = part.source, let place = places.source, let columns = layout.columnCount {
      try write(source, row: row, of: columns * layout.times.count, at: place)
    }
    let status = part.ok.map { ($0 ? SimulationStatus.good : .failed).rawValue }
    try write(status, row: row, of: 1, at: places.status)
    statuses.withLock { $0.replaceSubrange(row..<(row + status.count), with: status) }
  }

  private func write<Number: BitwiseCopyable>(_ values: [Number], row: Int, of count: Int, at place: Int) throws {
    try file.write(values, at: place + row * count * MemoryLayout<Number>.stride)
  }

  /// Throws unless all simulations are there.
  func requireComplete() throws {
    let missing = missing
    guard missing.isEmpty else {
      throw ArchiveError(.unfinished, path: reportedPath, "lacks the simulations \(rangeText(missing))")
    }
  }
}

/// Where the first row of each array lies in the file, in bytes.
struct SimulationsPlaces: Hashable {
  private(set) var theta = 0
  private(set) var status = 0
  private(set) var source: Int?
  private(set) var x: [Int] = []

  init(_ file: HDF5File, _ layout: SimulationsLayout) throws {
    for array in layout.arrays {
      let dataset = try file.dataset(array.name)
      switch array.content {
      case .theta: theta = try dataset.place(of: Double.self)
      case .status: status = try dataset.place(of: UInt8.self)
      case .source: source = try dataset.place(of: Float.self)
      case .x: x.append(try dataset.place(of: Float.self))
      case .number: break
      }
    }
  }
}

extension [UInt8] {
  /// The longest ranges of places whose values are all wanted, in order.
  fileprivate func ranges(where isWanted: (UInt8) -> Bool) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var place = 0
    while place < count {
      guard isWanted(self[place]) else {
        place += 1
        continue
      }
      let first = place
      while place < count, isWanted(self[place]) { place += 1 }
      ranges.append(first..<place)
    }
    return ranges
  }
}
