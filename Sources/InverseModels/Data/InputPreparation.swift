import EEGCore
import ERP
import Networks

/// What becomes of the potentials of a sample before the network: what was found on the training simulations alone.
///
/// In this order: potentials of a standard montage by spherical splines, means of neighbouring samples, a factor, and
/// principal components of time courses. Each may be left out.
public struct InputPreparation: Hashable, Sendable {
  /// From channels of the data to those that are prepared, shape `[preparedChannels, channels]`; empty if they are the
  /// same.
  public var channelMap: [Float] = []
  /// Samples that are averaged to one; what is left at the end is dropped.
  public var decimation = 1
  /// What potentials are multiplied by [1/V].
  public var factor: Float = 1
  /// Components, shape `[preparedTimes, time after decimation]`; empty if samples stay.
  public var components: [Float] = []
  /// Whether all channels of a sample stand together, one sample behind the other, and not all samples of a channel.
  public var isTimeFirst: Bool
  /// Channels of the data.
  public var channels: Int
  /// Samples of the data.
  public var times: Int
  /// Channels behind the preparation.
  public var preparedChannels: Int
  /// Samples or components behind the preparation.
  public var preparedTimes: Int

  /// Values of a prepared sample.
  public var valueCount: Int { preparedChannels * preparedTimes }

  /// A preparation that is known.
  public init(
    channelMap: [Float], decimation: Int, factor: Float, components: [Float], isTimeFirst: Bool, channels: Int,
    times: Int, preparedChannels: Int, preparedTimes: Int
  ) {
    (self.channelMap, self.decimation, self.factor, self.components) = (channelMap, decimation, factor, components)
    (self.isTimeFirst, self.channels, self.times) = (isTimeFirst, channels, times)
    (self.preparedChannels, self.preparedTimes) = (preparedChannels, preparedTimes)
  }

  /// Without factor and components.
  init(
    _ configuration: ModelConfiguration, channels: Int, times: Int, description: InputDescription?
  ) throws(InverseModelError) {
    let settings = configuration.preparation
    (self.channels, self.times) = (channels, times)
    if case .recurrent = configuration.network { isTimeFirst = true } else { isTimeFirst = false }
    preparedChannels = channels
    if settings.montage != "none" {
      channelMap = try Self.map(description?.channels ?? [], to: settings.montage)
      preparedChannels = channelMap.count / channels
    }
    if settings.highestRate > 0, let rate = description?.rate, rate > settings.highestRate {
      decimation = min(times, Int((rate / settings.highestRate).rounded(.up)))
    }
    preparedTimes = times / decimation
  }

  /// Samples as the network sees them.
  ///
  /// - Parameters:
  ///   - potentials: Shape `[sample, channel, time]`, in volts.
  ///   - count: Samples.
  /// - Returns: Shape `[sample, valueCount]`; within a sample `[time, channel]` if ``isTimeFirst``, else
  ///   `[channel, time]`.
  public func prepared(_ potentials: [Float], count: Int) -> [Float] {
    var result = [Float](repeating: 0, count: count * valueCount)
    potentials.withUnsafeBufferPointer { potentials in
      result.withUnsafeMutableBufferPointer { InputPreparer(self).prepare(potentials, count: count, into: $0) }
    }
    return result
  }

  /// From the channels of data to those of a standard montage, without their mean.
  ///
  /// - Throws: ``InverseModelError``, codes `invalidSetting` and `dataDiffer`.
  static func map(_ channels: [Channel], to name: String) throws(InverseModelError) -> [Float] {
    let montage: StandardMontage
    do { montage = try StandardMontage.named(name) } catch {
      throw InverseModelError(code: .invalidSetting, message: "\(error)")
    }
    let places = channels.compactMap(\.position)
    guard places.count == channels.count, places.count >= 4 else {
      throw InverseModelError(
        code: .dataDiffer,
        message: "the model sees the montage \(name), and potentials are interpolated from at least 4 channels with "
          + "places; the data have \(places.count) of \(channels.count)")
    }
    do {
      var matrix = try SphericalSpline.matrix(
        from: places, to: montage.electrodes.map(\.position), origin: HeadSphere(fitting: places).center)
      for column in 0..<matrix.columns {
        let mean = (0..<matrix.rows).reduce(0) { $0 + matrix[$1, column] } / Double(matrix.rows)
        for row in 0..<matrix.rows { matrix[row, column] -= mean }
      }
      return matrix.values.map(Float.init)
    } catch {
      throw InverseModelError(code: .dataDiffer, message: "\(error)")
    }
  }

  /// The same preparation of another cap; nil if the cap is that of the training data.
  ///
  /// - Throws: ``InverseModelError``, code `dataDiffer`, for other times, and if the network knows channels by their
  ///   number.
  package func adapted(
    from description: InputDescription?, to other: InputDescription, configuration: ModelConfiguration
  ) throws(InverseModelError) -> InputPreparation? {
    guard let description else {
      throw InverseModelError(
        code: .dataDiffer, message: "the model was trained on data without channels and times, and takes no others")
    }
    let tolerance = 0.01 / max(description.rate, 1)
    guard other.times.count == description.times.count,
      zip(other.times, description.times).allSatisfy({ abs($0 - $1) <= tolerance })
    else {
      throw InverseModelError(
        code: .dataDiffer,
        message:
          "the model sees \(Self.text(description)), and the data have \(Self.text(other)); cut and resample them so"
      )
    }
    if other.channels.map(\.position) == description.channels.map(\.position),
      other.channels.map(\.name) == description.channels.map(\.name)
    {
      return nil
    }
    var result = self
    result.channels = other.channels.count
    if !channelMap.isEmpty {
      result.channelMap = try Self.map(other.channels, to: configuration.preparation.montage)
    } else if case .electrodeTransformer = configuration.network {
      result.preparedChannels = other.channels.count
    } else {
      throw InverseModelError(
        code: .dataDiffer,
        message:
          "this model knows channels by their number, and the data have other ones than those it was trained on; "
          + "train one with the preset default")
    }
    return result
  }

  private static func text(_ input: InputDescription) -> String {
    "\(input.times.count) samples from \(input.times.first ?? 0) to \(input.times.last ?? 0) s"
  }
}

/// Prepares samples.
///
/// Its memory is kept from call to call. One caller at a time.
package final class InputPreparer {
  package let preparation: InputPreparation
  private let tape = Tape()

  package init(_ preparation: InputPreparation) { self.preparation = preparation }

  /// Prepares samples.
  ///
  /// - Parameters:
  ///   - potentials: Shape `[sample, channel, time]`, in volts.
  ///   - target: Shape `[sample, valueCount]`.
  package func prepare(
    _ potentials: UnsafeBufferPointer<Float>, count: Int, into target: UnsafeMutableBufferPointer<Float>
  ) {
    let plan = preparation
    precondition(potentials.count == count * plan.channels * plan.times, "the potentials are not \(count) samples")
    precondition(target.count == count * plan.valueCount, "there is room for \(count) samples")
    guard let target = target.baseAddress, count > 0 else { return }
    tape.start(parameters: nil, gradients: nil, training: nil)
    var x = tape.constant(potentials, rows: count * plan.channels, columns: plan.times)
    if !plan.channelMap.isEmpty { x = mapped(x, count: count) }
    x = decimated(x)
    if !plan.components.isEmpty {
      x = tape.linear(x, weight: tape.constant(plan.components, rows: plan.preparedTimes, columns: x.columns))
    }
    if plan.isTimeFirst {
      transpose(x, count: count, into: target)
    } else {
      target.update(from: x.values, count: x.count)
    }
  }

  /// Potentials of the standard montage: for every sample the map times channels.
  private func mapped(_ x: Node, count: Int) -> Node {
    let plan = preparation
    let y = tape.matrix(rows: count * plan.preparedChannels, columns: x.columns, needsGradient: false)
    y.values.update(repeating: 0, count: y.count)
    plan.channelMap.withUnsafeBufferPointer { map in
      for sample in 0..<count {
        for row in 0..<plan.preparedChannels {
          let target = y.values + (sample * plan.preparedChannels + row) * x.columns
          for channel in 0..<plan.channels {
            let weight = map[row * plan.channels + channel]
            let source = x.values + (sample * plan.channels + channel) * x.columns
            for time in 0..<x.columns { target[time] += weight * source[time] }
          }
        }
      }
    }
    return y
  }

  /// Means of neighbouring samples, times the factor.
  private func decimated(_ x: Node) -> Node {
    let (step, columns) = (preparation.decimation, x.columns / preparation.decimation)
    let factor = preparation.factor / Float(step)
    let y = tape.matrix(rows: x.rows, columns: columns, needsGradient: false)
    for row in 0..<x.rows {
      let (source, target) = (x.values + row * x.columns, y.values + row * columns)
      for column in 0..<columns {
        var sum: Float = 0
        for place in column * step..<(column + 1) * step { sum += source[place] }
        target[column] = sum * factor
      }
    }
    return y
  }

  private func transpose(_ x: Node, count: Int, into target: UnsafeMutablePointer<Float>) {
    let (channels, times) = (preparation.preparedChannels, x.columns)
    for sample in 0..<count {
      let (source, result) = (x.values + sample * channels * times, target + sample * channels * times)
      for channel in 0..<channels {
        for time in 0..<times { result[time * channels + channel] = source[channel * times + time] }
      }
    }
  }
}
