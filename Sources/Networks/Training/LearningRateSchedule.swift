import Foundation

/// How the learning rate changes from step to step.
public enum LearningRateSchedule: Hashable, Codable, Sendable {
  /// The same rate at every step.
  case constant
  /// Rises evenly over the first steps, then falls along half a cosine to a part of the highest rate.
  ///
  /// - `warmUp`: Steps of the rise; step s of them has the part (s + 1) / warmUp.
  /// - `lowest`: Part that is left at the end of the run.
  case cosine(warmUp: Int, lowest: Double)

  /// What the highest rate is multiplied by.
  ///
  /// - Parameters:
  ///   - step: Number of the step, from 0 on.
  ///   - stepCount: Steps of the whole run.
  public func factor(step: Int, of stepCount: Int) -> Double {
    switch self {
    case .constant: return 1
    case .cosine(let warmUp, let lowest):
      if step < warmUp { return Double(step + 1) / Double(warmUp) }
      let share = Double(step - warmUp) / Double(max(1, stepCount - warmUp))
      return lowest + (1 - lowest) * (1 + cos(Double.pi * min(1, share))) / 2
    }
  }
}
