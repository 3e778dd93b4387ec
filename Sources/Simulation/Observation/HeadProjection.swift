import EEGCore
import ERP
import NeuralMass

/// From sources to channels: gains in volts for each millivolt of a column's output.
struct HeadProjection: Sendable {
  /// Of the montage, or of the lead field that was given.
  let channels: [Channel]
  private let head: SphericalHeadModel?
  private let regions: [RegionLookup]
  private let reference: ReferenceOperator
  /// Volts per ampere-metre against the reference, shape `[channel, region]`, where all sources have fixed places.
  private let fixed: Matrix?

  /// Prepares.
  ///
  /// - Parameters:
  ///   - settings: Head and places of sources.
  ///   - channels: With positions, unless there is a lead field.
  ///   - regions: One a region.
  ///   - reference: Of the observation.
  ///   - leadField: A lead field made elsewhere, with the channels in the same order.
  /// - Throws: ``SimulationError``, code `mismatch`; `HeadModelError`.
  init(
    _ settings: SimulationSettings, channels: [Channel], regions: [RegionLookup], reference: ReferenceOperator,
    leadField: LeadField?
  ) throws {
    self.channels = channels
    self.regions = regions
    self.reference = reference
    if let leadField {
      let columns = settings.head.leadFieldColumns
      guard columns.count == regions.count, Set(columns).count == columns.count else {
        throw SimulationError(
          code: .mismatch,
          message:
            "there are \(regions.count) regions, and head.leadfield_columns names \(columns); name a column of the "
            + "lead field for each region")
      }
      for column in columns where !(0..<leadField.sourceCount).contains(column) {
        throw SimulationError(
          code: .mismatch,
          message: "the lead field has \(leadField.sourceCount) columns, counted from 0, and no column \(column)")
      }
      let picked = columns.map { leadField.gains(ofSource: $0) }
      let values = channels.indices.flatMap { channel in picked.map { $0[channel] } }
      head = nil
      fixed = reference.applied(to: Matrix(rows: channels.count, columns: columns.count, values: values))
      return
    }
    let head = try Self.head(settings.head, channels: channels)
    self.head = head
    fixed =
      regions.allSatisfy(\.hasFixedPlace)
      ? reference.applied(
        to: try head.leadField(channels: channels, sources: regions.map { $0.place([]).dipole(in: head) }).gains)
      : nil
  }

  /// The spheres, whose centre is that of the electrodes.
  static func head(_ settings: SimulationSettings.HeadSettings, channels: [Channel]) throws -> SphericalHeadModel {
    let positions = channels.compactMap(\.position)
    let center = try HeadSphere(fitting: positions).center
    let shells =
      switch settings.shells {
      case .four: SphericalShell.fourShells(headRadius: settings.radius)
      case .three: SphericalShell.threeShells(headRadius: settings.radius)
      }
    return try SphericalHeadModel(shells: shells, origin: center)
  }

  /// The gains of a simulation, shape `[channel, region]`, volts per millivolt against the reference.
  ///
  /// - Parameter theta: Its drawn parameters.
  /// - Throws: `HeadModelError` for a place outside the brain.
  func gains(_ theta: ArraySlice<Double>) throws -> Matrix {
    var gains: Matrix
    if let fixed {
      gains = fixed
    } else if let head {
      let sources = regions.map { $0.place(theta).dipole(in: head) }
      gains = reference.applied(to: try head.leadField(channels: channels, sources: sources).gains)
    } else {
      preconditionFailure("a lead field from a file is fixed")
    }
    for (region, lookup) in regions.enumerated() {
      let moment = lookup.moment(theta)
      for channel in channels.indices { gains[channel, region] *= moment }
    }
    return gains
  }

  /// The gains of all simulations, or nil when they differ.
  var fixedGains: Matrix? { regions.allSatisfy(\.hasFixedSource) && fixed != nil ? try? gains([]) : nil }
}
