import Foundation

/// Which characters the machine can draw.
///
/// The formats that cairo draws need a font for every character: where none has it, gnuplot 5.4 draws a box as large as
/// the page. An SVG leaves the choice of fonts to its reader.
enum FontCoverage {
  /// The script with a small box (□) in place of every character that no font has.
  static func replacingMissing(in script: String, hasFont: (Unicode.Scalar) -> Bool = isInstalled) -> String {
    // DejaVu Sans, which figures are set in, has Latin, Greek and Cyrillic, and the punctuation of labels.
    let doubtful = Set(script.unicodeScalars.filter { $0.value > 0x52F && !(0x1E00..<0x2070).contains($0.value) })
    let missing = doubtful.subtracting("−□ΩμΔ⁰⁴⁵⁶⁷⁸⁹⁻".unicodeScalars).filter { !hasFont($0) }
    guard !missing.isEmpty else { return script }
    let replaced = script.unicodeScalars.map { missing.contains($0) ? "□" : $0 }
    return String(String.UnicodeScalarView(replaced))
  }

  /// Asks fontconfig, which gnuplot's cairo asks as well; without its program `fc-list` nothing counts as installed.
  static func isInstalled(_ scalar: Unicode.Scalar) -> Bool {
    let path = ["/usr/bin/fc-list", "/usr/local/bin/fc-list", "/opt/homebrew/bin/fc-list"].first {
      FileManager.default.isExecutableFile(atPath: $0)
    }
    guard let path else { return false }
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = [":charset=" + String(scalar.value, radix: 16), "family"]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil, let names = try? output.fileHandleForReading.readToEnd() else { return false }
    process.waitUntilExit()
    return !names.isEmpty
  }
}
