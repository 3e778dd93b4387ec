/// Which records of data are there: records that are not are NaN from end to end, as sbi has them.
struct RecordData {
  /// Records of a pair, at most.
  let records: Int
  /// Values of a record.
  let width: Int

  /// What there is of the data of a pair.
  enum Content: Hashable {
    /// At least one record; those that are there.
    case records([Int])
    /// None.
    case empty
    /// A value is not finite in a record that is there; place of the value.
    case notFinite(Int)
  }

  /// Looks at the data of one pair.
  func content(of data: some RandomAccessCollection<Float>) -> Content {
    var present: [Int] = []
    for record in 0..<records {
      let values = data.dropFirst(record * width).prefix(width)
      if values.allSatisfy(\.isNaN) { continue }
      if let bad = values.firstIndex(where: { !$0.isFinite }) {
        return .notFinite(data.distance(from: data.startIndex, to: bad))
      }
      present.append(record)
    }
    return present.isEmpty ? .empty : .records(present)
  }

  /// Whether a record is there.
  func isPresent(_ record: Int, in data: UnsafeBufferPointer<Float>) -> Bool {
    !data.extracting(record * width..<(record + 1) * width).allSatisfy(\.isNaN)
  }
}
