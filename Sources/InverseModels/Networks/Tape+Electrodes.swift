import EvokeNumerics
import Foundation
import Networks

/// Electrodes of some samples as tokens, one behind the other.
struct ElectrodeTokens {
  /// Constants, shape `[token, values]`: the mean over the sample's electrodes is 0.
  let values: Node
  /// The electrode of every token.
  let electrodes: [Int32]
  /// Which tokens belong together.
  let sequences: Sequences
  /// Constants, shape `[sample, 1]`: logarithm of the root mean square before division; nil if nothing was divided.
  let logScale: Node?
}

extension Tape {
  /// Smallest root mean square that a sample is divided by: data without any signal stay finite.
  private static let smallestScale: Float = 1e-6

  /// Takes the mean over a sample's electrodes away, and divides by the root mean square.
  ///
  /// In training some electrodes are left out, others for every sample: so a network learns from caps of any size.
  /// Those that are left are the sample's average reference.
  ///
  /// - Parameters:
  ///   - inputs: Constants, shape `[samples, electrodeCount * width]`.
  ///   - fewest: Electrodes that stay at least; nil keeps all.
  ///   - wholeShare: Share of samples that keep all of them all the same.
  func electrodeTokens(
    _ inputs: Node, electrodeCount: Int, fewest: Int?, wholeShare: Float, normalizes: Bool
  ) -> ElectrodeTokens {
    let (samples, width) = (inputs.rows, inputs.columns / electrodeCount)
    let kept = keptElectrodes(samples: samples, electrodeCount: electrodeCount, fewest: fewest, wholeShare: wholeShare)
    let sequences =
      fewest == nil || pass == nil
      ? Sequences(count: samples, length: electrodeCount) : Sequences(lengths: kept.map(\.count))
    let values = matrix(rows: sequences.rowCount, columns: width, needsGradient: false)
    let logScale = normalizes ? matrix(rows: samples, columns: 1, needsGradient: false) : nil
    for sample in 0..<samples {
      let target = values.values + sequences.rows(of: sample).lowerBound * width
      let count = kept[sample].count * width
      for (place, electrode) in kept[sample].enumerated() {
        (target + place * width).update(
          from: inputs.values + (sample * electrodeCount + Int(electrode)) * width, count: width)
      }
      center(target, rows: kept[sample].count, columns: width)
      if let logScale { logScale.values[sample] = Self.normalize(target, count: count) }
    }
    return ElectrodeTokens(
      values: values, electrodes: kept.flatMap(\.self), sequences: sequences, logScale: logScale)
  }

  /// Logarithms of the numbers of a sample's electrodes over 32, a usual cap: constants, shape `[samples, 1]`.
  func logCounts(of sequences: Sequences) -> Node {
    let counts = matrix(rows: sequences.count, columns: 1, needsGradient: false)
    for sample in 0..<sequences.count { counts.values[sample] = log(Float(sequences.rows(of: sample).count) / 32) }
    return counts
  }

  /// Divides every sample by its root mean square.
  ///
  /// - Parameter inputs: Constants, shape `[samples, values]`.
  /// - Returns: Constants of the same shape, and the logarithms of what they were divided by, shape `[samples, 1]`.
  func normalizedSamples(_ inputs: Node) -> (values: Node, logScale: Node) {
    let values = matrix(rows: inputs.rows, columns: inputs.columns, needsGradient: false)
    let logScale = matrix(rows: inputs.rows, columns: 1, needsGradient: false)
    values.values.update(from: inputs.values, count: inputs.count)
    for sample in 0..<inputs.rows {
      logScale.values[sample] = Self.normalize(values.values + sample * inputs.columns, count: inputs.columns)
    }
    return (values, logScale)
  }

  /// x times a row of gains plus a row of offsets, those of its electrode.
  ///
  /// - Parameters:
  ///   - x: Shape `[tokens, columns]`.
  ///   - gains: Shape `[electrodes, columns]`.
  ///   - offsets: The same shape.
  ///   - electrodes: The electrode of every token.
  func modulate(_ x: Node, gains: Node, offsets: Node, electrodes: [Int32]) -> Node {
    precondition(electrodes.count == x.rows, "every token has an electrode")
    precondition(gains.columns == x.columns && offsets.columns == x.columns, "there is a gain a column")
    let columns = x.columns
    let needed = needsGradient(x) || needsGradient(gains) || needsGradient(offsets)
    let y = matrix(rows: x.rows, columns: columns, needsGradient: needed)
    for row in 0..<x.rows {
      let place = Int(electrodes[row]) * columns
      let (source, target) = (x.values + row * columns, y.values + row * columns)
      let (gain, offset) = (gains.values + place, offsets.values + place)
      for column in 0..<columns { target[column] = source[column] * gain[column] + offset[column] }
    }
    record(y) { [self] dy in
      let (dGains, dOffsets) = (accumulatedGradient(of: gains), accumulatedGradient(of: offsets))
      let dx = accumulatedGradient(of: x)
      for row in 0..<x.rows {
        let place = Int(electrodes[row]) * columns
        let (source, slope) = (x.values + row * columns, dy + row * columns)
        if let dGain = dGains.map({ $0 + place }) {
          for column in 0..<columns { dGain[column] += slope[column] * source[column] }
        }
        if let dOffset = dOffsets.map({ $0 + place }) {
          for column in 0..<columns { dOffset[column] += slope[column] }
        }
        if let target = dx.map({ $0 + row * columns }) {
          let gain = gains.values + place
          for column in 0..<columns { target[column] += slope[column] * gain[column] }
        }
      }
    }
    return y
  }

  /// Numbers of the electrodes that every sample keeps, in ascending order.
  private func keptElectrodes(samples: Int, electrodeCount: Int, fewest: Int?, wholeShare: Float) -> [[Int32]] {
    let all = (0..<Int32(electrodeCount)).map(\.self)
    guard let fewest, let pass, fewest < electrodeCount else { return Array(repeating: all, count: samples) }
    var stream = RandomStream(seed: pass.seed, simulation: pass.step, purpose: .keptElectrodes)
    // A pass has fewer than 2^24 draws, so no two share one.
    stream.position = UInt64(pass.shard) << 44 | UInt64(pass.number) << 24
    return (0..<samples).map { _ in
      if wholeShare > 0, stream.uniform() < Double(wholeShare) { return all }
      let count = fewest + stream.integer(below: electrodeCount - fewest + 1)
      var order = all
      for place in 0..<count { order.swapAt(place, place + stream.integer(below: electrodeCount - place)) }
      return order.prefix(count).sorted()
    }
  }

  private func center(_ values: UnsafeMutablePointer<Float>, rows: Int, columns: Int) {
    let means = scratch(columns)
    means.update(repeating: 0, count: columns)
    for row in 0..<rows {
      for column in 0..<columns { means[column] += values[row * columns + column] }
    }
    let share = 1 / Float(rows)
    for row in 0..<rows {
      for column in 0..<columns { values[row * columns + column] -= share * means[column] }
    }
    release(means, columns)
  }

  /// Divides by the root mean square, and returns its logarithm.
  private static func normalize(_ values: UnsafeMutablePointer<Float>, count: Int) -> Float {
    var sum = 0.0
    for place in 0..<count { sum += Double(values[place] * values[place]) }
    let scale = max(smallestScale, Float((sum / Double(count)).squareRoot()))
    let factor = 1 / scale
    for place in 0..<count { values[place] *= factor }
    return log(scale)
  }
}

extension RandomPurpose {
  /// Electrodes that a sample keeps in a step of training.
  static let keptElectrodes = RandomPurpose("kept electrodes")
}
