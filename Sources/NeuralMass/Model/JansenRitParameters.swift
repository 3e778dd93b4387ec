import Foundation

/// Parameters of a Jansen-Rit column, in millivolts and seconds.
///
///     y0'' = A_e b_e [i_0 + S(y1 - y2)]             - 2 b_e y0' - b_e² y0
///     y1'' = A_e b_e [p + i_1 + a_2 C S(a_1 C y0)]  - 2 b_e y1' - b_e² y1
///     y2'' = A_i b_i [i_2 + a_4 C S(a_3 C y0)]      - 2 b_i y2' - b_i² y2
///     S(v) = v_max / (1 + exp(r (v_0 - v)))
///
/// y0 is what the pyramidal cells send, y1 and y2 are the excitatory and the inhibitory potentials that they receive;
/// y1 - y2, in millivolts, stands for the EEG. p is the input from outside, i_k a stimulus (``InputRouting``).
///
/// Only products of C with a_1 to a_4 enter. Multiplying all voltages by a factor and dividing r by it changes nothing
/// but the unit of the output.
///
/// Source: Jansen and Rit 1995, "Electroencephalogram and visual evoked potential generation in a mathematical model of
/// coupled cortical columns", Biological Cybernetics 73.
public struct JansenRitParameters: Hashable, Codable, Sendable {
  /// Highest excitatory postsynaptic potential, A_e (A) [mV].
  public var excitatoryGain = 3.25
  /// Highest inhibitory postsynaptic potential, A_i (B) [mV].
  public var inhibitoryGain = 22.0
  /// Inverse time constant of excitatory synapses, b_e (a) [1/s].
  public var excitatoryRate = 100.0
  /// Inverse time constant of inhibitory synapses, b_i (b) [1/s].
  public var inhibitoryRate = 50.0
  /// Mean number of synapses between populations, C.
  public var connectivity = 135.0
  /// From pyramidal cells to excitatory interneurons, a_1, as a fraction of C.
  public var pyramidalToExcitatory = 1.0
  /// From excitatory interneurons to pyramidal cells, a_2, as a fraction of C.
  public var excitatoryToPyramidal = 0.8
  /// From pyramidal cells to inhibitory interneurons, a_3, as a fraction of C.
  public var pyramidalToInhibitory = 0.25
  /// From inhibitory interneurons to pyramidal cells, a_4, as a fraction of C.
  public var inhibitoryToPyramidal = 0.25
  /// Highest firing rate of a population, v_max = 2 e_0 [1/s].
  public var maximumFiringRate = 5.0
  /// Potential at which half of that is reached, v_0 [mV].
  public var threshold = 6.0
  /// Steepness of the sigmoid, r [1/mV].
  public var slope = 0.56

  /// The nominal values of Jansen and Rit 1995, which show alpha rhythm.
  public init() {}

  /// The nominal values as the code of Tilwani and O'Reilly 2024 (`deepjr`) has them, in our units.
  ///
  /// That code calculates in volts but takes r = 0.56 per volt, a thousandth of the published value, and v_max = 0.05/s,
  /// a hundredth. The other values are the same; its output in volts is ours in millivolts, divided by 1000.
  public static let deepjr: JansenRitParameters = {
    var parameters = JansenRitParameters()
    parameters.slope = 0.56e-3
    parameters.maximumFiringRate = 0.05
    return parameters
  }()

  /// Firing rate of a population at a mean potential [mV], S(v) [1/s].
  public func firingRate(at potential: Double) -> Double {
    maximumFiringRate / (1 + exp(slope * (threshold - potential)))
  }
}
