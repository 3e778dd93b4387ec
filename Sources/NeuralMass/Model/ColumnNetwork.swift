/// Jansen-Rit columns, alone or connected with delays, in double precision: the reference.
///
/// A state is a flat array: y0, y1, y2, y0', y1', y2' of the first column, then of the next.
public struct ColumnNetwork: Sendable {
  /// The columns.
  public var columns: [JansenRitParameters]
  /// What each column gets from the rest of the brain.
  public var background: [BackgroundInput]
  /// The stimulus of each column.
  public var stimuli: [Stimulus]
  /// Where in a column the stimulus arrives.
  public var routing: InputRouting
  /// The connections, if there are any.
  public var coupling: ColumnCoupling?

  /// Columns with a stimulus and background input for each.
  public init(
    columns: [JansenRitParameters], background: [BackgroundInput], stimuli: [Stimulus],
    routing: InputRouting = .canonical, coupling: ColumnCoupling? = nil
  ) {
    precondition(
      !columns.isEmpty && background.count == columns.count && stimuli.count == columns.count,
      "one background input and one stimulus a column")
    precondition(
      coupling.map { $0.weights.count == columns.count } ?? true, "a connection table of the columns' number")
    self.columns = columns
    self.background = background
    self.stimuli = stimuli
    self.routing = routing
    self.coupling = coupling
  }

  /// A column by itself.
  public init(
    _ column: JansenRitParameters, background: BackgroundInput = BackgroundInput(), stimulus: Stimulus = .none,
    routing: InputRouting = .canonical
  ) {
    self.init(columns: [column], background: [background], stimuli: [stimulus], routing: routing)
  }

  /// How many values describe the state.
  public var dimension: Int { columns.count * JansenRitState.count }

  /// A step of the calculation: who looks at its end sees inputs as they are before they jump there.
  struct Step {
    var start: Double
    var dt: Double

    func side(at time: Double) -> Stimulus.Side { time > start + 0.75 * dt ? .before : .after }
  }

  /// What arrives from outside in each of a column's three equations, noise aside [1/s].
  func input(of column: Int, time: Double, in step: Step, state: [Double], history: OutputHistory) -> SIMD4<Double> {
    var input = routing.weights * stimuli[column].value(at: time, step.side(at: time))
    input[1] += background[column].mean
    if let coupling {
      for source in columns.indices where coupling.weights[column][source] != 0 {
        let delay = coupling.delays[column][source]
        let first = source * JansenRitState.count
        let output =
          delay == 0 ? state[first + 1] - state[first + 2] : history.output(of: source, at: time - delay)
        input[1] += coupling.weights[column][source] * columns[source].firingRate(at: output)
      }
    }
    return input
  }

  /// The rate of change of a state, without noise.
  func derivative(_ state: [Double], time: Double, in step: Step, history: OutputHistory, into rate: inout [Double]) {
    for (index, column) in columns.enumerated() {
      let input = input(of: index, time: time, in: step, state: state, history: history)
      let place = index * JansenRitState.count
      column.derivative(of: JansenRitState(state, at: place), input: input).write(to: &rate, at: place)
    }
  }

  /// A history of what the connections need.
  func makeHistory(dt: Double) -> OutputHistory {
    checkDelays(dt: dt)
    return OutputHistory(columnCount: columns.count, delay: coupling?.longestDelay ?? 0, dt: dt)
  }

  /// Asks for delays that a calculation with this step can follow.
  func checkDelays(dt: Double) {
    precondition(
      coupling?.delays.joined().allSatisfy { $0 == 0 || $0 >= dt * (1 - 1e-6) } ?? true,
      "delays are zero or one step at least")
  }
}
