import EEGArchive
import EEGCore
import EvokeNumerics
import Foundation
import PosteriorEstimation

/// Draws of some parameters, the others fixed: `evoke sample --fix`.
struct ConditionalSample {
  /// R-hat above which chains are said not to agree.
  static let largestRHat = 1.1

  let file: PosteriorFile
  let observed: Observations
  /// Values by name.
  let fixed: [String: Double]
  let draws: Int
  let seed: UInt64
  let threads: Int

  /// `NAME=VALUE` of each `--fix`.
  ///
  /// - Throws: A usage error for what is no number, and for a name that is there twice.
  static func fixed(_ texts: [String]) throws -> [String: Double] {
    var values: [String: Double] = [:]
    let example = "A_i=22"
    for text in texts {
      let (name, value) = try OptionText.assignment(text, example: example, option: "--fix")
      guard let number = Double(value.trimmingCharacters(in: .whitespaces)), number.isFinite else {
        throw usageError("--fix \(text): write NAME=VALUE, such as \(example)")
      }
      guard values.updateValue(number, forKey: name) == nil else {
        throw usageError("--fix \(text): the parameter is fixed twice")
      }
    }
    return values
  }

  /// Draws for every observation.
  ///
  /// - Parameters:
  ///   - origin: The settings of the archive.
  ///   - output: Archive to write.
  func write(to output: String, origin: Sample.Origin) throws {
    let (model, count) = (observed.model, observed.data.count)
    let width = observed.values.count / count
    let bar = ProgressBar("drawing")
    defer { bar.finish() }
    var (samples, rHat) = ([Double](), [[Double]]())
    for observation in 0..<count {
      let drawn = try model.conditionalDraws(
        draws, fixing: fixed, given: Array(observed.values[observation * width..<(observation + 1) * width]),
        seed: seed &+ UInt64(observation), threads: threads
      ) { bar.update((Double(observation) + $0) / Double(count)) }
      samples += drawn.values
      rHat.append(drawn.rHat)
    }
    bar.finish()
    let all = model.space.parameters
    let places = all.indices.filter { fixed[all[$0].name] == nil }
    let truth = observed.truth.map { truth in
      (0..<count).flatMap { row in places.map { truth[row * all.count + $0] } }
    }
    let worst = rHat.joined().max() ?? 1
    if worst > Self.largestRHat {
      Console.note(
        String(
          format: "chains do not agree (R-hat up to %.2f); look at the draws of other seeds before you use these", worst
        ))
    }
    var origin = origin
    (origin.fixed, origin.rHat) = (fixed, rHat)
    try PosteriorArchive(
      parameters: places.map { all[$0] }, observationCount: count, samples: samples, observation: observed.data,
      truth: truth, prior: prior(of: places), settings: JSONOutput.line(origin)
    ).write(to: output)
    let values = fixed.sorted { $0.key < $1.key }.map { "\($0.key) = \(Formatting.number($0.value))" }
    Console.print(
      "\(output): \(Formatting.count(draws, "draw")) of \(Formatting.count(places.count, "parameter")) for "
        + "\(Formatting.count(count, "observation")), \(values.joined(separator: ", "))"
        + String(format: ", R-hat at most %.3f", worst))
  }

  /// The prior of the free parameters; nil where it depends on fixed ones.
  private func prior(of places: [Int]) -> PriorGroup? {
    let prior = observed.model.space.freePrior
    var (start, components) = (0, [Prior.Component]())
    for component in prior.components {
      let range = start..<start + component.count
      start = range.upperBound
      switch places.count(where: range.contains) {
      case 0: continue
      case component.count: components.append(component)
      default: return nil
      }
    }
    return (try? Prior(places.map { prior.parameters[$0] }, components))?.group
  }
}
