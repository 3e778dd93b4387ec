import EvokeNumerics
import Foundation
import Testing

@Suite("Priors")
struct PriorTests {
  /// One parameter of each kind, with correlated ones in the middle.
  private static func example() throws -> Prior {
    try Prior(
      [
        Prior.Parameter("A", unit: "mV"), Prior.Parameter("B", unit: "mV"), Prior.Parameter("a", unit: "1/s"),
        Prior.Parameter("x"), Prior.Parameter("y"), Prior.Parameter("C"), Prior.Parameter("r", unit: "1/mV"),
        Prior.Parameter("delay", unit: "s"),
      ],
      [
        .single(.box(lower: 2, upper: 5)), .single(.fixed(22)), .single(.logNormal(location: 4.6, scale: 0.2)),
        .correlated(CorrelatedNormal(mean: [1, -2], covariance: [[4, 1.5], [1.5, 1]])),
        .single(.truncatedNormal(mean: 135, scale: 40, lower: 0, upper: .infinity)),
        .single(.normal(mean: 0.56, scale: 0.1)), .single(.normal(mean: 0.01, scale: 0.5)),
      ])
  }

  @Test("Correlated parameters are SciPy's: densities, and draws through the Cholesky factor", arguments: 0..<4)
  func correlated(number: Int) throws {
    let reference = try PriorReference.load().correlated[number]
    let normal = try CorrelatedNormal(mean: reference.mean, covariance: reference.covariance)
    let prior = try Prior(normal.mean.indices.map { Prior.Parameter("p\($0)") }, [.correlated(normal)])
    for (point, expected) in zip(reference.points, reference.logDensities) {
      #expect(abs(prior.logDensity(point) - expected) < 1e-10 * max(1, abs(expected)))
    }
    for (shares, expected) in zip(reference.shares, reference.draws) {
      for (place, pair) in zip(prior.draw(at: shares), expected).enumerated() {
        #expect(abs(pair.0 - pair.1) < 1e-12 * (abs(pair.1) + reference.covariance[place][place].squareRoot()))
      }
    }
  }

  @Test("Draws have the prior's means and covariance")
  func draws() throws {
    let prior = try Self.example()
    let sampler = try ParameterSampler(prior: prior, method: .sobol, seed: 8)
    let draws = (0..<(1 << 13)).map { sampler.parameters(of: $0) }
    #expect(draws.allSatisfy(prior.contains))
    for place in 0..<prior.count {
      let measured = moments(draws.map { $0[place] })
      #expect(abs(measured.mean - prior.mean[place]) <= 2e-3 * prior.variance[place].squareRoot())
      #expect(abs(measured.variance - prior.variance[place]) <= 0.02 * prior.variance[place])
    }
    #expect(abs(correlation(draws.map { $0[3] }, draws.map { $0[4] }) - 0.75) < 0.005)
    #expect(abs(correlation(draws.map { $0[0] }, draws.map { $0[2] })) < 0.02)
  }

  @Test("Log densities of independent components add up")
  func logDensity() throws {
    let prior = try Self.example()
    let point = [3, 22, 100, 1.5, -2.5, 150, 0.5, 0.2]
    var sum = -log(3.0)
    sum += -0.5 * pow((log(100) - 4.6) / 0.2, 2) - log(0.2 * 100 * sqrt(2 * .pi))
    // Inverse of the covariance by hand: determinant 1.75.
    sum += -0.5 * (0.25 * 1 - 2 * 0.5 * -0.5 * 1.5 + 0.25 * 4) / 1.75 - log(2 * .pi * sqrt(1.75))
    sum += -0.5 * pow(15.0 / 40, 2) - log(40 * sqrt(2 * .pi)) - log(1 - 0.5 * erfc(135 / 40 / sqrt(2)))
    sum += -0.5 * pow(0.6, 2) - log(0.1 * sqrt(2 * .pi))
    sum += -0.5 * pow(0.38, 2) - log(0.5 * sqrt(2 * .pi))
    #expect(abs(prior.logDensity(point) - sum) < 1e-12)
    for (place, outside) in [(0, 5.1), (1, 21), (2, 0), (5, -0.1)] {
      var changed = point
      changed[place] = outside
      #expect(!prior.contains(changed) && prior.logDensity(changed) == -.infinity)
    }
  }

  @Test("JSON keeps a prior, and hashes with it")
  func json() throws {
    let prior = try Self.example()
    let copy = try JSONDecoder().decode(Prior.self, from: JSONEncoder().encode(prior))
    #expect(copy == prior && copy.hashValue == prior.hashValue)
    #expect(copy.draw(at: [Double](repeating: 0.3, count: 8)) == prior.draw(at: [Double](repeating: 0.3, count: 8)))
  }

  @Test("JSON of a prior that breaks a rule is refused")
  func damagedJSON() throws {
    let text = String(decoding: try JSONEncoder().encode(Self.example()), as: UTF8.self)
    for (old, new) in [
      ("\"B\"", "\"A\""), ("[1.5,1]", "[2.5,1]"), ("[1.5,1]", "[1.5]"), ("\"upper\":5", "\"upper\":1"),
    ] {
      let damaged = text.replacingOccurrences(of: old, with: new)
      try #require(damaged != text)
      #expect(throws: NumericsError.self) { try JSONDecoder().decode(Prior.self, from: Data(damaged.utf8)) }
    }
  }

  @Test("The form of archives has their kinds and shapes")
  func groups() throws {
    let names = [Prior.Parameter("a"), Prior.Parameter("b")]
    let boxes = try Prior(names, [.single(.box(lower: 0, upper: 1)), .single(.fixed(3))])
    #expect(boxes.group == .box(lower: [0, 3], upper: [1, 3]))
    let normals = try Prior(names, [.single(.normal(mean: 1, scale: 2)), .single(.normal(mean: 3, scale: 0.5))])
    #expect(normals.group == .normal(mean: [1, 3], covariance: [[4, 0], [0, 0.25]]))
    let logNormals = try Prior(
      names, [.single(.logNormal(location: 1, scale: 2)), .single(.logNormal(location: 3, scale: 4))])
    #expect(logNormals.group == .logNormal(location: [1, 3], scale: [2, 4]))
    #expect([boxes, normals, logNormals].map(\.group.kind) == ["box", "normal", "lognormal"])
    let mixed = try Self.example().group
    guard case .independent(let parts) = mixed else {
      Issue.record("a mixed prior is of kind independent")
      return
    }
    #expect(parts.map(\.kind) == ["box", "lognormal", "normal", "truncated-normal", "normal"])
    #expect(parts[2] == .normal(mean: [1, -2], covariance: [[4, 1.5], [1.5, 1]]))
    #expect(
      parts[3] == .truncatedNormal(mean: [135], scale: [40], lower: [0], upper: [.infinity]))
  }

  @Test("A prior comes back from the form of archives")
  func fromGroups() throws {
    let prior = try Self.example()
    let copy = try Prior(prior.parameters, group: prior.group)
    // Scales of normal parameters are stored as variances.
    let uniforms = [Double](repeating: 0.2, count: 8)
    for (value, expected) in zip(copy.draw(at: uniforms), prior.draw(at: uniforms)) {
      #expect(relativeError(value, expected) < 1e-15)
    }
    #expect(copy.components.prefix(5) == prior.components.prefix(5))
    let nested = PriorGroup.independent([prior.group, .box(lower: [0], upper: [1])])
    #expect(try Prior(prior.parameters + [Prior.Parameter("z")], group: nested).count == 9)
  }

  @Test(
    "Groups that describe no prior of two parameters are refused",
    arguments: [
      .box(lower: [0, 0], upper: [1]), .box(lower: [0, 2], upper: [1, 1]), .box(lower: [0], upper: [1]),
      .logNormal(location: [0, 0], scale: [1, 0]), .normal(mean: [0, 0], covariance: [[1, 0]]),
      .normal(mean: [0, 0], covariance: [[1, 2], [2, 1]]), .normal(mean: [0, 0], covariance: [[1, 0.5], [0.4, 1]]),
      .normal(mean: [0, 0], covariance: [[1, .nan], [.nan, 1]]),
      .normal(mean: [0, 0], covariance: [[0, 0], [0, 1]]),
      .normal(mean: [0, 0], covariance: [[1, 1], [1, 1]]), .normal(mean: [], covariance: []), .independent([]),
      .truncatedNormal(mean: [0, 0], scale: [1, 1], lower: [0, 0], upper: [1, 0]),
    ] as [PriorGroup])
  func refused(group: PriorGroup) {
    #expect(throws: NumericsError.self) { try Prior([Prior.Parameter("a"), Prior.Parameter("b")], group: group) }
  }

  @Test("Names must be there once, and as many as distributions")
  func names() {
    let one = Prior.Component.single(.box(lower: 0, upper: 1))
    for names in [["a", "a"], ["a", ""], ["a"], []] {
      let error = #expect(throws: NumericsError.self) {
        try Prior(names.map { Prior.Parameter($0) }, names.isEmpty ? [] : [one, one])
      }
      #expect(error?.code == .invalidParameters)
    }
    let error = #expect(throws: NumericsError.self) { try Prior([Prior.Parameter("gain"): .box(lower: 1, upper: 0)]) }
    #expect(error?.description.contains("gain") == true)
  }

  @Test("Fixed parameters can be left out")
  func withoutFixed() throws {
    let prior = try #require(try Self.example().withoutFixed)
    #expect(prior.parameters.map(\.name) == ["A", "a", "x", "y", "C", "r", "delay"])
    #expect(try Prior([Prior.Parameter("a"): .fixed(1)]).withoutFixed == nil)
  }

  @Test(
    "A sampler gives simulation i the same parameters in any order and batch",
    arguments: ParameterSampler.Method.allCases)
  func sampler(method: ParameterSampler.Method) throws {
    let sampler = try ParameterSampler(prior: Self.example(), method: method, seed: 21)
    let whole = (0..<100).map { sampler.parameters(of: $0) }
    #expect(Set(whole).count == 100)
    let again = try ParameterSampler(prior: Self.example(), method: method, seed: 21)
    var values = [Double](repeating: 0, count: 8)
    for simulation in (50..<100).reversed() {
      again.parameters(of: simulation, into: &values)
      #expect(values == whole[simulation])
    }
    let other = try ParameterSampler(prior: Self.example(), method: method, seed: 22)
    #expect(other.parameters(of: 0) != whole[0])
    // The last simulation that has a number.
    #expect(sampler.prior.contains(sampler.parameters(of: 1 << 32 - 1)))
  }

  @Test("Fixing one parameter leaves the draws of the others alone", arguments: ParameterSampler.Method.allCases)
  func commonNumbers(method: ParameterSampler.Method) throws {
    let (a, b, c) = (Prior.Parameter("a"), Prior.Parameter("b"), Prior.Parameter("c"))
    let box = PriorDistribution.box(lower: 0, upper: 1)
    let free = try ParameterSampler(prior: Prior([a: box, b: box, c: box]), method: method, seed: 3)
    let fixed = try ParameterSampler(prior: Prior([a: box, b: .fixed(9), c: box]), method: method, seed: 3)
    for simulation in 0..<32 {
      var expected = free.parameters(of: simulation)
      expected[1] = 9
      #expect(fixed.parameters(of: simulation) == expected)
    }
  }

  @Test("Random draws take the uniform numbers that Python can compute, Sobol draws their dimensions")
  func uniforms() throws {
    let box = try Prior([
      Prior.Parameter("a"): .box(lower: 0, upper: 1), Prior.Parameter("b"): .box(lower: 0, upper: 1),
    ])
    let random = try ParameterSampler(prior: box, method: .random, seed: 1)
    let stream = RandomStream(seed: 1, simulation: 5, purpose: .parameters)
    #expect(random.parameters(of: 5) == [stream.uniform(at: 0), stream.uniform(at: 1)])
    let sobol = try ParameterSampler(prior: box, method: .sobol, seed: 1)
    #expect(sobol.parameters(of: 5) == (try SobolSequence(dimensions: 2, scrambling: .owen(seed: 1)).point(5)))
  }

  @Test("A Sobol sampler of too many parameters is refused, a random one is not")
  func tooMany() throws {
    let prior = try Prior(
      (0..<257).map { Prior.Parameter("p\($0)") },
      [Prior.Component](repeating: .single(.box(lower: 0, upper: 1)), count: 257))
    let error = #expect(throws: NumericsError.self) { try ParameterSampler(prior: prior, method: .sobol, seed: 0) }
    #expect(error?.code == .tooManyDimensions)
    #expect(try ParameterSampler(prior: prior, method: .random, seed: 0).parameters(of: 0).count == 257)
  }
}
