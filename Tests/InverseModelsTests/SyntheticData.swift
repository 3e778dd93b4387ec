import EEGCore
import EvokeNumerics
import InverseModels
import Networks
import TestSupport

/// Simulations in memory: two waves of amplitude a and width b at electrodes on a sphere, with noise.
struct SyntheticData: LabelledData {
  let count: Int
  let parameters = [Prior.Parameter("a", unit: "mV"), Prior.Parameter("b", unit: "1/s"), Prior.Parameter("c")]
  let channels: [Channel]
  let timeCount: Int
  let noiseLevels: [Double?]
  var good: [Bool]
  private(set) var values: [[Float]] = []
  private var drawn: [Double] = []

  init(
    count: Int = 60, channels: Int = 12, times: Int = 24, levels: Int = 1, noiseLevels: [Double]? = nil,
    seed: UInt64 = 1
  ) {
    var generator = SplitMix64(seed: seed)
    (self.count, timeCount) = (count, times)
    self.noiseLevels = noiseLevels ?? (0..<levels).map(Double.init)
    good = Array(repeating: true, count: count)
    self.channels = (0..<channels).map { number in
      let angle = 2.4 * Double(number)
      let z = 1 - (Double(number) + 0.5) / Double(channels)
      let radius = 0.09 * (1 - z * z).squareRoot()
      return Channel(
        name: "E\(number)", position: Position(x: radius * cosine(angle), y: radius * sine(angle), z: 0.09 * z + 0.03))
    }
    for _ in 0..<count { drawn += (0..<3).map { _ in Double.random(in: 1...2, using: &generator) } }
    for level in 0..<levels {
      values.append([])
      for simulation in 0..<count {
        let (a, b) = (drawn[3 * simulation], drawn[3 * simulation + 1])
        for channel in 0..<channels {
          let gain = cosine(Double(channel))
          for time in 0..<times {
            let wave = a * sine(b * Double(time) / 4)
            values[level].append(
              Float(1e-6 * (gain * wave + (0.01 + Double(level)) * Double.random(in: -1...1, using: &generator))))
          }
        }
      }
    }
  }

  var channelCount: Int { channels.count }
  var description: InputDescription {
    InputDescription(channels: channels, times: (0..<timeCount).map { Double($0) / 100 }, rate: 100)
  }

  func theta() -> [Double] { drawn }
  func isGood() -> [Bool] { good }
  func read(_ simulations: Range<Int>, level: Int, into destination: UnsafeMutableBufferPointer<Float>) {
    let width = channels.count * timeCount
    _ = destination.update(
      fromContentsOf: values[level][simulations.lowerBound * width..<simulations.upperBound * width])
  }

  /// Multiplies the potentials of a simulation.
  mutating func scale(_ simulation: Int, by factor: Float) {
    let width = channels.count * timeCount
    for level in values.indices {
      for place in simulation * width..<(simulation + 1) * width { values[level][place] *= factor }
    }
  }

  /// Gives every simulation the noise of one, or its own times a factor, at a level behind the first.
  mutating func replaceNoise(at level: Int = 1, of simulation: Int? = nil, by factor: (Int) -> Float = { _ in 1 }) {
    let width = channels.count * timeCount
    let (clean, noisy) = (values[0], values[level])
    for place in clean.indices where simulation != nil || factor(place / width) != 1 {
      let source = simulation.map { $0 * width + place % width } ?? place
      values[level][place] = clean[place] + factor(place / width) * (noisy[source] - clean[source])
    }
  }

  /// The same simulations with their channels in another order, or some of them alone.
  func selecting(_ order: [Int]) -> SyntheticData {
    SyntheticData(self, order)
  }

  private init(_ other: SyntheticData, _ order: [Int]) {
    (count, timeCount, noiseLevels, good) = (other.count, other.timeCount, other.noiseLevels, other.good)
    drawn = other.drawn
    channels = order.map { other.channels[$0] }
    values = other.values.map { level in
      (0..<other.count).flatMap { simulation in
        order.flatMap { channel in
          let first = (simulation * other.channels.count + channel) * other.timeCount
          return level[first..<first + other.timeCount]
        }
      }
    }
  }
}

/// A configuration that trains in a blink.
func smallConfiguration(_ model: ModelKind, _ preset: ModelPreset = .default) throws -> ModelConfiguration {
  var configuration = ModelConfiguration(model, preset: preset)
  var settings = ["training.epochs=4", "training.batch=16"]
  switch (model, preset) {
  case (.eegTransformer, .study): settings += ["network.width=16", "network.feed_forward=24", "network.heads=4"]
  case (.eegTransformer, .default):
    settings += [
      "network.width=16", "network.heads=4", "network.feed_forward=24", "network.place_hidden=8",
      "network.head_width=16", "network.fewest_channels=6", "network.dropout=0.1", "network.layers=1", "components=8",
    ]
  default: settings += ["network.hidden=8", "network.filters=8"]
  }
  for setting in settings {
    let parts = setting.split(separator: "=").map(String.init)
    try configuration.set(parts[0], to: parts[1])
  }
  return configuration
}

/// Trains to the end, or as many batches as are asked for.
func train(
  _ configuration: ModelConfiguration, _ data: SyntheticData, threads: Int = 1,
  from checkpoint: TrainingCheckpoint? = nil, batches: Int = .max
) throws -> ModelTraining<SyntheticData> {
  var training = try ModelTraining(
    configuration, data: data, description: data.description, checkpoint: checkpoint, threads: threads)
  var done = 0
  while done < batches, try training.advance() != nil { done += 1 }
  return training
}

/// The sine by its series: the C library's differs between systems in its last digit.
private func sine(_ x: Double) -> Double {
  let reduced = x.remainder(dividingBy: 2 * .pi)
  var (term, sum) = (reduced, reduced)
  for order in 1..<14 {
    term *= -reduced * reduced / Double(2 * order * (2 * order + 1))
    sum += term
  }
  return sum
}

private func cosine(_ x: Double) -> Double { sine(x + .pi / 2) }
