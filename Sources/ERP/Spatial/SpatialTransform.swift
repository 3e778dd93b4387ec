import EEGCore

/// New channels as weighted sums of others, the same at every sample: interpolation, references, derivations,
/// regression.
///
/// A matrix `[output, input]` of which only the weights that are not zero are kept, so that a channel that is left
/// alone costs nothing, and one that holds no numbers spoils only what is made of it.
public struct SpatialTransform: Hashable, Sendable {
  /// An input channel and its weight.
  public struct Term: Hashable, Sendable {
    /// Place among the inputs.
    public var input: Int
    /// What its values are multiplied by.
    public var weight: Double

    /// A term of a weighted sum.
    public init(input: Int, weight: Double) {
      self.input = input
      self.weight = weight
    }
  }

  /// An output channel and what it is the sum of.
  public struct Row: Hashable, Sendable {
    /// Name, kind and position of the result.
    public var channel: Channel
    /// In any order; several terms of one input add up.
    public var terms: [Term]

    /// An output channel.
    public init(channel: Channel, terms: [Term]) {
      self.channel = channel
      self.terms = terms
    }
  }

  /// The channels that it takes.
  public let inputs: [Channel]
  /// The channels that it makes.
  public let outputs: [Channel]
  /// The terms of output r are `rowStarts[r] ..< rowStarts[r + 1]`; inputs ascend in each.
  let rowStarts: [Int32]
  let columns: [Int32]
  let weights: [Double]

  /// A transform from its rows; terms must name an input, and weights be finite.
  public init(inputs: [Channel], rows: [Row]) {
    var starts: [Int32] = [0]
    var (columns, weights): ([Int32], [Double]) = ([], [])
    var sums = [Double](repeating: 0, count: inputs.count)
    for row in rows {
      for term in row.terms {
        precondition(inputs.indices.contains(term.input), "a term must name one of the inputs")
        precondition(term.weight.isFinite, "a weight must be a finite number")
        sums[term.input] += term.weight
      }
      for input in Set(row.terms.map(\.input)).sorted() {
        if sums[input] != 0 {
          columns.append(Int32(input))
          weights.append(sums[input])
        }
        sums[input] = 0
      }
      starts.append(Int32(columns.count))
    }
    self.inputs = inputs
    outputs = rows.map(\.channel)
    rowStarts = starts
    (self.columns, self.weights) = (columns, weights)
  }

  /// The transform that changes nothing.
  public static func identity(_ channels: [Channel]) -> SpatialTransform {
    SpatialTransform(inputs: channels, rows: channels.indices.map { identityRow(channels, $0) })
  }

  /// The row of a channel that stays as it is.
  static func identityRow(_ channels: [Channel], _ place: Int) -> Row {
    Row(channel: channels[place], terms: [Term(input: place, weight: 1)])
  }

  /// What an output is the sum of; inputs ascend.
  public func terms(ofOutput output: Int) -> [Term] {
    (Int(rowStarts[output])..<Int(rowStarts[output + 1])).map { Term(input: Int(columns[$0]), weight: weights[$0]) }
  }

  /// All weights, zeros too, shape `[output, input]`.
  public var matrix: Matrix {
    var matrix = Matrix(rows: outputs.count, columns: inputs.count)
    for output in outputs.indices {
      for term in terms(ofOutput: output) { matrix[output, term.input] = term.weight }
    }
    return matrix
  }

  /// This transform and then another one, as a single one.
  ///
  /// - Parameter next: Its inputs must be this one's outputs, by name and in order.
  public func followed(by next: SpatialTransform) -> SpatialTransform {
    precondition(
      next.inputs.map(\.name) == outputs.map(\.name), "a transform takes the channels that the first one makes")
    let rows = next.outputs.indices.map { output in
      let terms = next.terms(ofOutput: output).flatMap { outer in
        self.terms(ofOutput: outer.input).map { Term(input: $0.input, weight: outer.weight * $0.weight) }
      }
      return Row(channel: next.outputs[output], terms: terms)
    }
    return SpatialTransform(inputs: inputs, rows: rows)
  }

  /// The same transform with only some of its outputs, in the order asked for.
  public func selecting(outputs chosen: [Int]) -> SpatialTransform {
    SpatialTransform(inputs: inputs, rows: chosen.map { Row(channel: outputs[$0], terms: terms(ofOutput: $0)) })
  }

  /// The same transform with further inputs, which no output is made of, so that it has at least so many.
  func padded(toInputs count: Int) -> SpatialTransform {
    let unused = (inputs.count..<max(count, inputs.count)).map { Channel(name: "unused \($0)", kind: .other) }
    let rows = outputs.indices.map { Row(channel: outputs[$0], terms: terms(ofOutput: $0)) }
    return SpatialTransform(inputs: inputs + unused, rows: rows)
  }

  /// The same transform without inputs that no output is made of, and their places among the old ones.
  ///
  /// For readers: only these channels need to be read.
  public func withoutUnusedInputs() -> (transform: SpatialTransform, inputs: [Int]) {
    let used = Set(columns).sorted().map { Int($0) }
    var places: [Int: Int] = [:]
    for (new, old) in used.enumerated() { places[old] = new }
    let rows = outputs.indices.map { output in
      let terms = self.terms(ofOutput: output).compactMap { term in
        places[term.input].map { Term(input: $0, weight: term.weight) }
      }
      return Row(channel: outputs[output], terms: terms)
    }
    return (SpatialTransform(inputs: used.map { inputs[$0] }, rows: rows), used)
  }
}
