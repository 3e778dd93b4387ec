import EEGCore
import NeuralMass
import Synchronization

/// Samples of a simulated recording, made when they are asked for, so that memory holds a few seconds alone.
///
/// Readers that go through all signals together, as the EDF writer does, have each sample made once a pass. What is asked
/// for far behind the last request is made again from the start: slow, but the same.
public final class SimulatedSamples: SampleSource {
  /// Adds to a block of noise; gets the number of its first sample and its samples, shape `[channel, sample]`, volts.
  ///
  /// It is called for blocks in any order, also for the same one again, and must add the same then.
  public typealias Addition = @Sendable (_ first: Int, _ samples: inout MutableSpan<Float>) -> Void

  private static let blockLength = 1024
  /// Blocks that are kept: more than the EDF writer goes forward at once.
  private static let kept = 16

  private struct State {
    var noise: ContinuousNoise
    /// Blocks of shape `[channel, sample]`, newest last, and the number of the one after them.
    var blocks: [[Float]] = []
    var next = 0
  }
  private let start: ContinuousNoise
  private let addition: Addition?
  private let state: Mutex<State>

  /// Samples of noise, and what is added to it.
  ///
  /// - Parameters:
  ///   - noise: At its first sample; signal k of the recording is channel k of it.
  ///   - addition: Adds to blocks, such as blinks or evoked potentials.
  public init(_ noise: ContinuousNoise, adding addition: Addition? = nil) {
    precondition(noise.position == 0, "the noise of a recording begins at its first sample")
    (start, self.addition) = (noise, addition)
    state = Mutex(State(noise: noise))
  }

  /// Always throws: the samples are physical ones.
  public func readDigital(signal: Int, from first: Int, into destination: inout MutableSpan<Int32>) throws {
    throw RecordingError(code: .noDigitalSamples, message: "simulated signals hold physical values, not digital ones")
  }

  /// Makes the samples, or copies them where they have just been made; in volts.
  public func readPhysical(signal: Int, from first: Int, into destination: inout MutableSpan<Double>) throws {
    var done = 0
    while done < destination.count {
      let sample = first + done
      let place = sample % Self.blockLength
      let length = min(destination.count - done, Self.blockLength - place)
      state.withLock { state in
        let block = makeBlock(sample / Self.blockLength, &state)
        let row = signal * Self.blockLength + place
        for index in 0..<length { destination[done + index] = Double(state.blocks[block][row + index]) }
      }
      done += length
    }
  }

  /// Makes blocks up to a number, if they are not kept.
  ///
  /// - Returns: The place of the block among those kept.
  private func makeBlock(_ number: Int, _ state: inout State) -> Int {
    if number < state.next - state.blocks.count { state = State(noise: start) }
    while state.next <= number {
      var block = state.noise.next(Self.blockLength)
      if let addition {
        var span = block.mutableSpan
        addition(state.next * Self.blockLength, &span)
      }
      if state.blocks.count == Self.kept { state.blocks.removeFirst() }
      state.blocks.append(block)
      state.next += 1
    }
    return state.blocks.count - (state.next - number)
  }
}
