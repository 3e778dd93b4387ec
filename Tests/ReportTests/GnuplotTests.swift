import EEGCore
import Foundation
import TestSupport
import Testing

@testable import Report

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// True when figures can be drawn here.
let hasGnuplot = (try? Gnuplot()) != nil

@Suite("gnuplot")
struct GnuplotTests {
  @Test("An SVG is well-formed XML with its labels as text", .enabled(if: hasGnuplot))
  func svg() throws {
    let folder = try TemporaryFolder()
    let figure = try ButterflyFigure(evoked: SampleEvoked.make(conditions: ["standard", "target"]))
    try Gnuplot().draw(figure, to: folder.path("figure.svg"))
    let texts = try SVGTexts.read(folder.path("figure.svg"))
    for label in ["standard (n = 20)", "target (n = 20)", "Amplitude (µV)", "GFP (µV)", "Time (ms)", "200"] {
      #expect(texts.contains(label))
    }
  }

  @Test(
    "A condition's name appears as it is, whatever it holds", .enabled(if: hasGnuplot),
    arguments: ["a_b^{c}@d~e", "it's \"quoted\"", "`id` $HOME \\n %d", "<left> & right", "Übung 閉眼 α"])
  func names(name: String) throws {
    let folder = try TemporaryFolder()
    let figure = try ButterflyFigure(evoked: SampleEvoked.make(conditions: [name]))
    try Gnuplot().draw(figure, to: folder.path("figure.svg"))
    #expect(try SVGTexts.read(folder.path("figure.svg")).contains("\(name) (n = 20)"))
  }

  @Test("A line break in a name cannot begin a command", .enabled(if: hasGnuplot))
  func lineBreak() throws {
    let folder = try TemporaryFolder()
    let figure = try ButterflyFigure(evoked: SampleEvoked.make(conditions: ["first'\nexit status 3\n'"]))
    try Gnuplot().draw(figure, to: folder.path("figure.svg"))
    #expect(try SVGTexts.read(folder.path("figure.svg")).contains("first' exit status 3 ' (n = 20)"))
  }

  @Test("The same figure gives the same bytes again", .enabled(if: hasGnuplot), arguments: FigureFormat.allCases)
  func repeatable(format: FigureFormat) throws {
    let folder = try TemporaryFolder()
    let figure = try ButterflyFigure(evoked: SampleEvoked.make(conditions: ["standard", "target"]))
    let paths = ["first", "second"].map { folder.path("\($0).\(format.rawValue)") }
    for path in paths {
      try Gnuplot().draw(figure, to: path)
      // cairo notes the time in a PDF to the second.
      if format == .pdf { Thread.sleep(forTimeInterval: 1.1) }
    }
    let files = try paths.map { try Data(contentsOf: URL(fileURLWithPath: $0)) }
    #expect(files[0] == files[1])
    #expect(files[0].starts(with: Self.firstBytes(of: format)))
  }

  @Test("Any number of conditions finds room", .enabled(if: hasGnuplot), arguments: [1, 3, 4, 7])
  func manyConditions(count: Int) throws {
    let folder = try TemporaryFolder()
    let names = (1...count).map { "condition \($0)" }
    try Gnuplot().draw(ButterflyFigure(evoked: SampleEvoked.make(conditions: names)), to: folder.path("figure.svg"))
    let texts = try SVGTexts.read(folder.path("figure.svg"))
    #expect(names.allSatisfy { texts.contains("\($0) (n = 20)") })
  }

  @Test("A kept script draws the same figure, but for the compaction of SVG", .enabled(if: hasGnuplot))
  func keptScript() throws {
    let folder = try TemporaryFolder()
    let figure = try ButterflyFigure(evoked: SampleEvoked.make(conditions: ["target"]))
    try Gnuplot().draw(figure, to: folder.path("figure.svg"))
    let drawn = CompactSVG.compact(try Gnuplot().run(figure.script(for: .svg)))
    #expect(try drawn == Data(contentsOf: URL(fileURLWithPath: folder.path("figure.svg"))))
  }

  @Test("Other endings than .svg, .png and .pdf are refused", arguments: ["figure.jpg", "figure", "svg"])
  func unknownFormat(name: String) throws {
    let error = #expect(throws: FigureError.self) { try FigureFormat(path: name) }
    #expect(error?.code == .unknownFormat)
  }

  @Test("Without gnuplot the error says what to install")
  func missing() throws {
    let folder = try TemporaryFolder()
    let error = #expect(throws: FigureError.self) { try Gnuplot(searchPath: folder.url.path) }
    #expect(error?.code == .gnuplotMissing)
    #expect(error?.message == "gnuplot is not installed: apt-get install gnuplot-nox")
  }

  @Test("A script that fails throws what gnuplot says", .enabled(if: hasGnuplot))
  func badScript() throws {
    let error = #expect(throws: FigureError.self) { try Gnuplot().run("plot this is not gnuplot\n") }
    #expect(error?.code == .gnuplotFailed)
    #expect(error?.message.contains("line 0") == true)
  }

  @Test("A failed run leaves the old figure and no other file")
  func failedRun() throws {
    let folder = try TemporaryFolder()
    let programs = try TemporaryFolder()
    try Data("#!/bin/sh\necho half a figure\necho no memory >&2\nexit 1\n".utf8)
      .write(to: URL(fileURLWithPath: programs.path("gnuplot")))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: programs.path("gnuplot"))
    let old = Data("the old figure".utf8)
    try old.write(to: URL(fileURLWithPath: folder.path("figure.svg")))

    let figure = try ButterflyFigure(evoked: SampleEvoked.make(conditions: ["a"]))
    let error = #expect(throws: FigureError.self) {
      try Gnuplot(searchPath: programs.url.path).draw(figure, to: folder.path("figure.svg"))
    }
    #expect(error?.message == "gnuplot failed with status 1: no memory")
    #expect(try Data(contentsOf: URL(fileURLWithPath: folder.path("figure.svg"))) == old)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["figure.svg"])
  }

  private static func firstBytes(of format: FigureFormat) -> Data {
    switch format {
    case .svg: Data("<?xml".utf8)
    case .png: Data([0x89, 0x50, 0x4E, 0x47])
    case .pdf: Data("%PDF".utf8)
    }
  }
}

/// The contents of all `<text>` elements of an SVG.
final class SVGTexts: NSObject, XMLParserDelegate {
  private var texts: [String] = []
  private var current: String?

  static func read(_ path: String) throws -> [String] {
    let collector = SVGTexts()
    let parser = XMLParser(data: try Data(contentsOf: URL(fileURLWithPath: path)))
    parser.delegate = collector
    if !parser.parse() {
      throw parser.parserError ?? CocoaError(.fileReadCorruptFile)
    }
    return collector.texts
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    if name == "text" { current = "" }
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) { current? += string }

  func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
    guard name == "text", let text = current else { return }
    texts.append(text.trimmingCharacters(in: .whitespacesAndNewlines))
    current = nil
  }
}
