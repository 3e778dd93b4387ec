import EEGArchive
import EvokeNumerics
import Foundation

/// Draws of any program: HDF5, or a table of numbers between commas.
enum SampleFile {
  /// Reads `FILE`, `FILE:/path` or `FILE.csv`.
  ///
  /// - Throws: The errors of ``SampleSets``; ``SampleTableFailure`` in the file.
  static func read(_ name: String) throws -> SampleSets {
    guard ["csv", "gz"].contains((name as NSString).pathExtension.lowercased()) else {
      return try SampleSets(reading: name)
    }
    do {
      return try table(Data(contentsOf: URL(fileURLWithPath: name)))
    } catch let failure as SampleTableFailure {
      throw InFile(path: name, error: failure)
    } catch {
      throw InFile(path: name, error: SampleTableFailure.unreadable(error.localizedDescription))
    }
  }

  /// A header with the names of the parameters, then one line a draw.
  private static func table(_ bytes: Data) throws(SampleTableFailure) -> SampleSets {
    if bytes.starts(with: [0x1F, 0x8B]) { throw .compressed }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw .unreadable("it is no text in UTF-8") }
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    func fields(_ line: Substring) -> [String] {
      line.split(separator: ",", omittingEmptySubsequences: false).map { $0.trimmingCharacters(in: .whitespaces) }
    }
    guard let header = lines.first.map(fields), header != [""] else { throw .empty }
    guard !header.allSatisfy({ Double($0) != nil }) else { throw .noHeader }
    var samples: [Double] = []
    for (number, line) in lines.enumerated().dropFirst() where !line.allSatisfy(\.isWhitespace) {
      let row = fields(line)
      guard row.count == header.count else { throw .unlikeHeader(line: number + 1, row.count, header.count) }
      for field in row {
        guard let value = Double(field), value.isFinite else { throw .notANumber(line: number + 1, field) }
        samples.append(value)
      }
    }
    guard !samples.isEmpty else { throw .empty }
    return SampleSets(parameters: header.map { Prior.Parameter($0) }, samples: samples)
  }
}

/// Why a table holds no draws.
enum SampleTableFailure: Error, CustomStringConvertible {
  case compressed, empty, noHeader
  case unreadable(String)
  case unlikeHeader(line: Int, Int, Int)
  case notANumber(line: Int, String)

  var description: String {
    switch self {
    case .compressed: "is compressed; unpack it first (gunzip -k)"
    case .empty: "holds no draws; a table has a line of names, then one line a draw"
    case .noHeader: "begins with numbers; the first line has to name the parameters"
    case .unreadable(let reason): "cannot be read: \(reason)"
    case .unlikeHeader(let line, let found, let wanted):
      "line \(line): has \(found) fields, and the first line has \(wanted)"
    case .notANumber(let line, let text): "line \(line): '\(text)' is no finite number; leave the draw out"
    }
  }
}
