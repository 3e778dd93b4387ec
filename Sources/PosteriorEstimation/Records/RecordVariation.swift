import EvokeNumerics

/// Which records of a pair an epoch of training takes: from one to all of them, any number equally likely, and any of
/// them.
///
/// Records are independent given the parameters, so some of a pair's are a pair, too: new data at no cost, which teach
/// what fewer records tell.
struct RecordVariation: Hashable, Sendable {
  let seed: UInt64
  /// Whether all epochs take those of the first one, as validation does.
  var isFixed = false

  /// The same, but the same in all epochs.
  var fixed: RecordVariation { RecordVariation(seed: seed, isFixed: true) }

  /// Brings the records that are chosen to the front of a prepared row, and makes their number its first value.
  ///
  /// - Parameters:
  ///   - row: A number of records, then these.
  ///   - width: Values of a prepared record.
  ///   - pair: Number of the pair.
  func choose(from row: UnsafeMutableBufferPointer<Float>, width: Int, pair: Int, epoch: Int) {
    let count = Int(row[0])
    guard count > 1 else { return }
    var stream = RandomStream(seed: seed, simulation: pair, purpose: .chosenRecords)
    // An epoch has draws of its own.
    stream.position = isFixed ? 0 : UInt64(epoch + 1) << 32
    let chosen = 1 + stream.integer(below: count)
    row[0] = Float(chosen)
    guard chosen < count else { return }
    for place in 0..<chosen {
      let other = place + stream.integer(below: count - place)
      guard other != place else { continue }
      for value in 0..<width { row.swapAt(1 + place * width + value, 1 + other * width + value) }
    }
  }

  /// Makes all records NaN but those that are chosen of a pair, the same in all epochs.
  ///
  /// - Parameters:
  ///   - data: Of one pair.
  ///   - records: What tells records that are there.
  func hide(in data: UnsafeMutableBufferPointer<Float>, _ records: RecordData, pair: Int) {
    guard case .records(var present) = records.content(of: data) else { return }
    var stream = RandomStream(seed: seed, simulation: pair, purpose: .chosenRecords)
    let chosen = 1 + stream.integer(below: present.count)
    stream.shuffle(&present)
    for record in present.dropFirst(chosen) {
      data.extracting(record * records.width..<(record + 1) * records.width).update(repeating: .nan)
    }
  }
}

extension PosteriorConfiguration {
  /// Which records an epoch takes; nil takes all.
  var recordVariation: RecordVariation? {
    records?.varies == true ? RecordVariation(seed: training.seed) : nil
  }
}

extension RandomPurpose {
  /// Which records of a pair are taken; the simulation is the number of the pair.
  static let chosenRecords = RandomPurpose("chosen records")
}
