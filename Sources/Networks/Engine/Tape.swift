import CKernels
import EvokeNumerics

/// A matrix on a ``Tape``, row after row, or a parameter as a matrix.
public struct Node {
  /// Rows of the matrix.
  public let rows: Int
  /// Columns of the matrix.
  public let columns: Int
  /// The values, which belong to the tape and are gone at its next pass.
  public let values: UnsafeMutablePointer<Float>
  let index: Int

  /// Number of values.
  public var count: Int { rows * columns }

  /// The same values as a matrix of another shape with as many.
  public func reshaped(rows: Int, columns: Int) -> Node {
    precondition(rows * columns == count, "\(self.rows) x \(self.columns) values cannot be \(rows) x \(columns)")
    return Node(rows: rows, columns: columns, values: values, index: index)
  }
}

/// Which pass a tape makes: where random numbers of dropout come from.
public struct TrainingPass: Hashable, Sendable {
  /// The seed of the training run.
  public var seed: UInt64
  /// Number of the optimiser's step.
  public var step: Int
  /// Number of the shard of the batch.
  public var shard: Int
  /// Number of the pass within the shard.
  public var number: Int

  /// A pass of a step.
  public init(seed: UInt64, step: Int, shard: Int = 0, number: Int = 0) {
    (self.seed, self.step, self.shard, self.number) = (seed, step, shard, number)
  }
}

/// Reverse-mode differentiation over matrices of single precision.
///
/// Operations compute at once and, in a pass with gradients, leave a closure behind that turns the gradient of their
/// result into those of their operands. ``backward(from:scaledBy:)`` calls them in reverse. Operations are coarse (a
/// whole LSTM layer, a whole attention), so that the tape costs nothing beside them.
///
/// Matrices lie in an arena that starts over with each pass, and gradients in pieces that go from matrix to matrix: after
/// the first pass no memory is allocated for either. A tape serves one thread at a time.
public final class Tape {
  private enum Gradient {
    /// Constants have none, nor has anything in a pass without gradients.
    case never
    /// Nothing has been written yet.
    case pending
    /// The sum of what operations have written so far.
    case written(UnsafeMutablePointer<Float>)
  }

  /// The kernels that operations use.
  public let kernels: NetworkKernels
  private let arena = Arena()
  private var parameterValues: UnsafePointer<Float>?
  private var parameterGradients: UnsafeMutablePointer<Float>?
  /// Of every matrix, by its index.
  private var gradients: [Gradient] = []
  private var steps: [(result: Node, backward: (UnsafeMutablePointer<Float>) -> Void)] = []
  /// Pieces of memory that are free again, by number of floats.
  private var pieces: [Int: [UnsafeMutablePointer<Float>]] = [:]
  /// Which pass this is; nil outside training.
  public private(set) var pass: TrainingPass?
  private var dropoutSites: UInt32 = 0

  /// A tape without passes.
  public init(kernels: NetworkKernels = .best) {
    MatrixProduct.staysOnOneThread
    self.kernels = kernels
  }

  /// Memory of all matrices and gradients [byte].
  public var memoryByteCount: Int { arena.byteCount }

  /// Whether this pass keeps what a backward pass needs.
  public var isRecording: Bool { parameterGradients != nil }

  /// Starts a pass: all matrices of the one before are gone.
  ///
  /// - Parameters:
  ///   - parameters: The values of a ``ParameterStore``, which stay where they are until the pass ends.
  ///   - gradients: As many values, to which the backward pass adds; nil if there is none.
  ///   - training: Which pass this is, for dropout; nil if nothing is to be dropped.
  public func start(
    parameters: UnsafePointer<Float>?, gradients: UnsafeMutablePointer<Float>?, training: TrainingPass?
  ) {
    arena.startOver()
    steps.removeAll(keepingCapacity: true)
    self.gradients.removeAll(keepingCapacity: true)
    // An index, because a loop over the keys would hold the dictionary, and the first change copy it.
    var place = pieces.startIndex
    while place != pieces.endIndex {
      pieces.values[place].removeAll(keepingCapacity: true)
      pieces.formIndex(after: &place)
    }
    (parameterValues, parameterGradients, pass, dropoutSites) = (parameters, gradients, training, 0)
  }

  // MARK: Matrices

  /// A matrix for the result of an operation, with whatever values its memory held before.
  ///
  /// - Parameter needsGradient: False if the result is a constant.
  public func matrix(rows: Int, columns: Int, needsGradient: Bool = true) -> Node {
    node(arena.floats(rows * columns), rows, columns, needsGradient && isRecording ? .pending : .never)
  }

  /// A matrix of given values, which are constants; they stay where they are until the pass ends.
  public func constant(_ values: UnsafeBufferPointer<Float>, rows: Int, columns: Int) -> Node {
    precondition(values.count == rows * columns, "\(values.count) values are not \(rows) x \(columns)")
    guard let base = values.baseAddress else { return matrix(rows: rows, columns: columns, needsGradient: false) }
    // Nothing writes to a constant: operations write to matrices of their own.
    return node(UnsafeMutablePointer(mutating: base), rows, columns, .never)
  }

  /// A matrix of given values, which are copied.
  public func constant(_ values: [Float], rows: Int, columns: Int) -> Node {
    precondition(values.count == rows * columns, "\(values.count) values are not \(rows) x \(columns)")
    let result = matrix(rows: rows, columns: columns, needsGradient: false)
    values.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { result.values.update(from: base, count: source.count) }
    }
    return result
  }

  /// A parameter: rows along its first axis, all other axes together as columns; one row if it has a single axis.
  public func node(_ parameter: Parameter) -> Node {
    guard let parameterValues else { preconditionFailure("the pass was started without parameters") }
    let rows = parameter.shape.count > 1 ? parameter.shape[0] : 1
    return node(
      UnsafeMutablePointer(mutating: parameterValues + parameter.offset), rows, parameter.count / rows,
      parameterGradients.map { .written($0 + parameter.offset) } ?? .never)
  }

  private func node(_ values: UnsafeMutablePointer<Float>, _ rows: Int, _ columns: Int, _ gradient: Gradient) -> Node {
    gradients.append(gradient)
    return Node(rows: rows, columns: columns, values: values, index: gradients.count - 1)
  }

  /// The values of a matrix, copied.
  public func values(of node: Node) -> [Float] { Array(UnsafeBufferPointer(start: node.values, count: node.count)) }

  // MARK: Gradients

  /// Whether a matrix depends on a parameter.
  public func needsGradient(_ node: Node) -> Bool {
    if case .never = gradients[node.index] { return false }
    return true
  }

  /// Leaves behind how the gradient of a result becomes those of its operands.
  ///
  /// - Parameter backward: Takes the gradient of the result, as many values as it has, which it may overwrite. It is not
  ///   called if nothing depended on the result. The tape holds it, so it captures the tape `unowned`.
  public func record(_ result: Node, _ backward: @escaping (UnsafeMutablePointer<Float>) -> Void) {
    if needsGradient(result) { steps.append((result, backward)) }
  }

  /// Where to write the gradient of an operand, and whether to add to what is there; nil if it needs none.
  public func gradient(of node: Node) -> (values: UnsafeMutablePointer<Float>, adds: Bool)? {
    switch gradients[node.index] {
    case .never: return nil
    case .written(let values): return (values, true)
    case .pending:
      let values = scratch(node.count)
      gradients[node.index] = .written(values)
      return (values, false)
    }
  }

  /// Where to add the gradient of an operand; nil if it needs none.
  public func accumulatedGradient(of node: Node) -> UnsafeMutablePointer<Float>? {
    guard let (values, adds) = gradient(of: node) else { return nil }
    if !adds { values.update(repeating: 0, count: node.count) }
    return values
  }

  /// Calls with memory for the gradient of an operand, which the call overwrites; it is not looked at if none is needed.
  func overwriteGradient(of node: Node, _ body: (UnsafeMutablePointer<Float>) -> Void) {
    let target = gradient(of: node)
    if let target, !target.adds {
      body(target.values)
      return
    }
    let values = scratch(node.count)
    body(values)
    if let target { kernels.functions.scale(target.values, values, 1, node.count, 1) }
    release(values, node.count)
  }

  /// Adds to the gradients of all parameters those of a scalar sum.
  ///
  /// - Parameters:
  ///   - node: The sum is over all its values.
  ///   - factor: By which the sum is multiplied.
  public func backward(from node: Node, scaledBy factor: Float = 1) {
    precondition(isRecording, "the pass was started without gradients")
    if let (values, _) = gradient(of: node) { values.update(repeating: factor, count: node.count) }
    while let step = steps.popLast() {
      guard case .written(let values) = gradients[step.result.index] else { continue }
      step.backward(values)
      gradients[step.result.index] = .pending
      release(values, step.result.count)
    }
  }

  // MARK: Scratch

  /// Memory for `count` floats until it is released, with whatever it held before.
  public func scratch(_ count: Int) -> UnsafeMutablePointer<Float> {
    pieces[count]?.popLast() ?? arena.floats(count)
  }

  /// Gives back memory of ``scratch(_:)``.
  public func release(_ values: UnsafeMutablePointer<Float>, _ count: Int) {
    pieces[count, default: []].append(values)
  }

  // MARK: Dropout

  /// Codes of the elements that one operation drops in this pass; nothing is dropped outside training.
  ///
  /// Each call takes the next site: two operations never share codes, and the same step of the same run always has the
  /// same ones.
  package func dropout(_ rate: Float) -> ck_dropout {
    precondition(rate >= 0 && rate < 1, "a dropout rate lies in 0 ..< 1")
    guard let pass, rate > 0 else { return ck_dropout(rate: 0, key0: 0, key1: 0) }
    precondition(
      pass.shard >> 16 == 0 && pass.number >> 16 == 0 && pass.step >> 32 == 0,
      "shards and passes have numbers below 2^16, steps below 2^32")
    defer { dropoutSites += 1 }
    let place = UInt32(pass.shard) << 16 | UInt32(pass.number)
    let words = Philox.block(
      (dropoutSites, place, UInt32(pass.step), Tape.dropoutPurpose.code),
      key: (UInt32(truncatingIfNeeded: pass.seed), UInt32(truncatingIfNeeded: pass.seed >> 32)))
    return ck_dropout(rate: rate, key0: words.0, key1: words.1)
  }

  /// Random numbers of this pass for whatever a network draws in training, such as which tokens to leave out.
  ///
  /// - Returns: A stream of this pass alone: of 2³² numbers, after which those of another pass follow. Nil outside
  ///   training.
  public func randomStream(_ purpose: RandomPurpose) -> RandomStream? {
    guard let pass else { return nil }
    var stream = RandomStream(seed: pass.seed, simulation: pass.step, purpose: purpose)
    stream.position = UInt64(pass.shard) << 48 | UInt64(pass.number) << 32
    return stream
  }

  private static let dropoutPurpose = RandomPurpose("dropout")
}
