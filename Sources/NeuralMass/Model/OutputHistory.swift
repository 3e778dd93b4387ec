/// The last outputs y1 - y2 of some columns at the steps of a calculation, in a ring.
struct OutputHistory {
  private let columnCount: Int
  private let dt: Double
  /// Steps that the ring holds.
  private let length: Int
  /// Output and its rate of change, `[step modulo length, column]`.
  private var outputs: [Double]
  private var rates: [Double]
  /// Steps that have been noted.
  private var noted = 0
  /// What the outputs were before the first step.
  private var before: [Double]

  /// Room for a delay [s].
  init(columnCount: Int, delay: Double, dt: Double) {
    self.columnCount = columnCount
    self.dt = dt
    length = Int((delay / dt).rounded(.up)) + 2
    outputs = Array(repeating: 0, count: length * columnCount)
    rates = outputs
    before = Array(repeating: 0, count: columnCount)
  }

  /// Notes the outputs at the next step.
  mutating func note(_ state: [Double]) {
    for column in 0..<columnCount {
      let place = (noted % length) * columnCount + column
      let first = column * JansenRitState.count
      outputs[place] = state[first + 1] - state[first + 2]
      rates[place] = state[first + 4] - state[first + 5]
      if noted == 0 { before[column] = outputs[place] }
    }
    noted += 1
  }

  /// A column's output at a time not after the last step [s]: cubic between steps, from values and rates of change.
  ///
  /// The error of the fourth order keeps that of the method of Runge and Kutta.
  func output(of column: Int, at time: Double) -> Double {
    let steps = time / dt
    let step = Int((steps + 1e-6).rounded(.down))
    if steps < 0 && step < 0 { return before[column] }
    precondition(step < noted && step >= noted - length, "a time within the history")
    let first = (step % length) * columnCount + column
    let x = steps - Double(step)
    if x < 1e-6 { return outputs[first] }
    precondition(step + 1 < noted, "a delay of one step at least")
    let second = ((step + 1) % length) * columnCount + column
    let difference = outputs[second] - outputs[first]
    let (start, end) = (dt * rates[first], dt * rates[second])
    return outputs[first] + x * (start + x * (3 * difference - 2 * start - end + x * (start + end - 2 * difference)))
  }
}
