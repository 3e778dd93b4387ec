import HDF5

/// Reads variables of a MATLAB file of version 7.3, which is HDF5.
///
/// The class of a variable is its attribute `MATLAB_class`; `MATLAB_empty` marks arrays without elements. A struct is a
/// group of its fields. The fields of a struct array, and cell arrays, are references to one object an element.
struct MATLABReader: Sendable {
  /// More elements than any field but the samples has a use for.
  private static let mostElements = 1 << 20

  let file: HDF5File
  /// What holds the variables: the file itself, or the group of a struct.
  let variables: any HDF5Container
  private let targets: [HDF5Reference: String]

  /// Reads from the struct `name` when the file has one, else from the top of the file.
  init(_ file: HDF5File, structNamed name: String) throws {
    self.file = file
    variables = file.kind(of: name) == .group ? try file.group(name) : file
    targets = try file.referenceTargets()
  }

  func error(_ code: ArchiveError.Code, _ variable: String, _ message: String) -> ArchiveError {
    let name = variables.location.name
    return ArchiveError(
      code, path: file.location.path, object: name == "/" ? "/" + variable : "\(name)/\(variable)", message)
  }

  /// A variable; nil when there is none of that name.
  func value(_ name: String) throws -> MATLABValue? {
    switch variables.kind(of: name) {
    case nil: nil
    case .dataset: try value(of: variables.dataset(name))
    default: .other
    }
  }

  /// A variable that has to be one number.
  func number(_ name: String) throws -> Double {
    guard let value = try value(name) else { throw error(.missingObject, name, "there is no such variable") }
    guard let number = value.number else { throw error(.wrongLayout, name, "is not one number") }
    return number
  }

  /// A variable that is one number when it is there and not empty.
  func optionalNumber(_ name: String) throws -> Double? {
    guard let value = try value(name), value != .empty else { return nil }
    return try number(name)
  }

  /// A struct array, of which only some fields are read; without elements when it is missing or empty.
  func structArray(_ name: String, fields wanted: [String]) throws -> MATLABStructArray {
    switch variables.kind(of: name) {
    case nil: return MATLABStructArray(count: 0, fields: [:])
    case .group: return try structArray(variables.group(name), fields: wanted)
    default:
      // An empty struct array is a dataset, and EEGLAB begins with an empty array of numbers.
      guard try value(name) == .empty else { throw error(.wrongLayout, name, "is not a struct array") }
      return MATLABStructArray(count: 0, fields: [:])
    }
  }

  private func structArray(_ group: HDF5Group, fields wanted: [String]) throws -> MATLABStructArray {
    var fields: [String: [MATLABValue]] = [:]
    for field in wanted where group.exists(field) {
      guard group.kind(of: field) == .dataset else { continue }
      let dataset = try group.dataset(field)
      // The class is that of the elements' own objects; a cell array of a single struct has a class.
      if dataset.type == .objectReference, !dataset.hasAttribute("MATLAB_class") {
        fields[field] = try elements(of: dataset)
      } else {
        fields[field] = [try value(of: dataset)]
      }
    }
    let counts = Set(fields.values.map(\.count))
    guard counts.count <= 1 else {
      throw ArchiveError(.wrongLayout, group, "has fields of \(counts.sorted()) elements")
    }
    return MATLABStructArray(count: counts.first ?? 0, fields: fields)
  }

  /// What the references of a dataset lead to.
  private func elements(of dataset: HDF5Dataset) throws -> [MATLABValue] {
    try dataset.readReferences().values.map { reference in
      guard let path = targets[reference] else {
        throw ArchiveError(.invalidValue, dataset, "has a reference that leads to no object of the file")
      }
      do {
        return try value(of: file.dataset(path), isElement: true)
      } catch let error as HDF5Error where error.code == .wrongType {
        // A struct within a struct array.
        return .other
      }
    }
  }

  /// The value of a dataset; `isElement` keeps cells within cells from nesting without end.
  private func value(of dataset: HDF5Dataset, isElement: Bool = false) throws -> MATLABValue {
    let isCharacters = try matlabClass(of: dataset) == "char"
    let isEmpty = dataset.shape.contains(0) || dataset.hasAttribute("MATLAB_empty")
    if isEmpty { return isCharacters ? .text("") : .empty }
    let count = dataset.shape.reduce(1.0) { $0 * Double($1) }
    guard count <= Double(Self.mostElements) else { return .other }
    switch dataset.type {
    case .objectReference:
      if !isElement { return .cell(try elements(of: dataset)) }
      // The cell of an event's field within `epoch`; its own elements are plain.
      return .other
    case .integer(let bits, false) where isCharacters && bits <= 16:
      guard dataset.shape.filter({ $0 > 1 }).count <= 1 else { return .other }
      return .text(String(decoding: try dataset.read(UInt16.self).values, as: UTF16.self))
    case .integer, .float:
      guard !isCharacters else { return .other }
      let values = try dataset.read(Double.self).values
      return values.count == 1 ? .number(values[0]) : .numbers(values)
    default: return .other
    }
  }

  private func matlabClass(of dataset: HDF5Dataset) throws -> String? {
    dataset.hasAttribute("MATLAB_class") ? try dataset.attributeText("MATLAB_class") : nil
  }
}
