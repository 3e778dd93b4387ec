import EEGCore
import EvokeNumerics
import Networks

/// A transformer over the electrodes of any cap.
///
/// A token is the whole time course of an electrode, embedded, times gains and plus offsets that a small network reads
/// from the electrode's place. Gains make the mean over electrodes a set of spatial filters, whatever the cap; the
/// plain mean of potentials to the average reference is 0. The head gets that mean, the mean behind the layers of
/// attention, and the logarithms of the sample's size and of the number of its electrodes: means over few electrodes hold
/// more noise, and the head must know.
struct ElectrodeTransformer: NetworkBody {
  private let embedding: Linear
  private let gains: PositionEmbedding
  private let offsets: PositionEmbedding
  private let layers: [TransformerEncoderLayer]
  private let filtered: Linear
  private let attended: Linear?
  private let scale: Linear?
  private let count: Linear?
  private let head: ResidualHead
  private let settings: ElectrodeTransformerSettings
  /// Directions of the electrodes from the centre of the head, shape `[electrode, 3]`.
  private let places: [Float]
  let samplesPerPass = 64

  /// - Parameter places: Shape `[electrode, 3]`, of length 1.
  init(
    _ sizes: ElectrodeTransformerSettings, places: [Float], values: Int, outputs: Int, in store: inout ParameterStore,
    using stream: inout RandomStream
  ) {
    (settings, self.places) = (sizes, places)
    let width = sizes.width
    embedding = Linear("embedding", input: values, output: width, hasBias: false, in: &store, using: &stream)
    gains = PositionEmbedding("gains", hidden: sizes.placeHidden, width: width, in: &store, using: &stream)
    offsets = PositionEmbedding("offsets", hidden: sizes.placeHidden, width: width, in: &store, using: &stream)
    let layer = TransformerEncoderLayer.Settings(
      width: width, heads: sizes.heads, feedForward: sizes.feedForward, dropout: sizes.dropout, activation: .gelu)
    layers = (0..<sizes.layers).map {
      TransformerEncoderLayer("layers.\($0)", settings: layer, in: &store, using: &stream)
    }
    filtered = Linear("filtered", input: width, output: sizes.headWidth, in: &store, using: &stream)
    attended =
      sizes.layers > 0 ? Linear("attended", input: width, output: sizes.headWidth, in: &store, using: &stream) : nil
    scale =
      sizes.normalizesSamples
      ? Linear("scale", input: 1, output: sizes.headWidth, in: &store, using: &stream) : nil
    count =
      sizes.countsChannels
      ? Linear("count", input: 1, output: sizes.headWidth, in: &store, using: &stream) : nil
    head = ResidualHead(
      "head", width: sizes.headWidth, blocks: sizes.headBlocks, outputs: outputs, dropout: sizes.dropout, in: &store,
      using: &stream)
  }

  func outputs(for inputs: Node, on tape: Tape) -> Node {
    let electrodeCount = places.count / 3
    let tokens = tape.electrodeTokens(
      inputs, electrodeCount: electrodeCount,
      fewest: (1..<electrodeCount).contains(settings.fewestChannels) ? settings.fewestChannels : nil,
      wholeShare: settings.wholeShare, normalizes: settings.normalizesSamples)
    let places = tape.constant(places, rows: electrodeCount, columns: 3)
    let modulated = tape.modulate(
      embedding(tokens.values, on: tape), gains: gains(places, on: tape), offsets: offsets(places, on: tape),
      electrodes: tokens.electrodes)
    var summary = filtered(tape.mean(modulated, over: tokens.sequences), on: tape)
    if let attended {
      var x = modulated
      for layer in layers { x = layer(x, sequences: tokens.sequences, on: tape) }
      summary = tape.add(summary, attended(tape.mean(x, over: tokens.sequences), on: tape))
    }
    if let scale, let logScale = tokens.logScale { summary = tape.add(summary, scale(logScale, on: tape)) }
    if let count { summary = tape.add(summary, count(tape.logCounts(of: tokens.sequences), on: tape)) }
    return head(summary, on: tape)
  }

  /// Directions of electrodes from the centre of the head.
  ///
  /// - Throws: ``InverseModelError``, code `dataDiffer`, for channels without a place.
  static func places(of channels: [Channel]) throws(InverseModelError) -> [Float] {
    let known = channels.compactMap(\.position)
    guard known.count == channels.count, !channels.isEmpty else {
      let lost = channels.filter { $0.position == nil }.map(\.name).prefix(5).joined(separator: ", ")
      throw InverseModelError(
        code: .dataDiffer,
        message:
          "electrodes are known by their places, and "
          + "\(lost.isEmpty ? "the data have no channels" : "\(lost) has none"); give positions, or train another model"
      )
    }
    // Where there are too few electrodes for a sphere, the origin between the ears is close to its centre.
    let center = (try? HeadSphere(fitting: known))?.center ?? Position(x: 0, y: 0, z: 0)
    return known.flatMap { position -> [Float] in
      let place = [position.x - center.x, position.y - center.y, position.z - center.z]
      let length = place.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return place.map { Float($0 / max(length, 1e-9)) }
    }
  }
}
