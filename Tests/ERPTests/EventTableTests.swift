import EEGCore
import ERP
import Foundation
import TestSupport
import Testing

@Suite("Tables of events")
struct EventTableTests {
  @Test(
    "Tab- and comma-separated tables, with any line ends and quotation marks",
    arguments: [
      "onset\tduration\ttrial_type\n1.5\t0.2\tgo, left\n-2e0\tn/a\tstop\n",
      "onset,duration,trial_type\r\n1.5,0.2,\"go, left\"\r\n-2,,stop",
      "\u{FEFF}value,trial_type,onset,duration\r7,\"go, left\",1.5,0.2\r8,stop,-2,n/a\r\r",
      "duration,onset,value\n0.2,1.5,\"go, left\"\n\nn/a , -2.0 , stop \n",
    ])
  func formats(_ text: String) throws {
    let table = try EventTable(text: text)
    #expect(
      table.annotations == [
        Annotation(onset: 1.5, duration: 0.2, text: "go, left"), Annotation(onset: -2, duration: nil, text: "stop"),
      ])
    #expect(table.skippedLines == [])
  }

  @Test("Doubled quotation marks and line breaks inside quotation marks belong to the field")
  func quoted() throws {
    let table = try EventTable(text: "onset,value\n1,\"say \"\"hi\"\"\nthere\"\n2,x\n")
    #expect(table.annotations.map(\.text) == ["say \"hi\"\nthere", "x"])
  }

  @Test("A condition is taken from trial_type, else from value, and rows without one are named")
  func unknown() throws {
    let table = try EventTable(text: "onset\ttrial_type\tvalue\n1\tn/a\t5\n2\tgo\t6\n3\tn/a\tn/a\nn/a\tgo\t1\n")
    #expect(table.annotations.map(\.text) == ["5", "go"])
    #expect(table.skippedLines == [4, 5])
    let values = try EventTable(text: "onset\ttrial_type\tvalue\n2\tgo\t6\n", conditionColumn: "value")
    #expect(values.annotations.map(\.text) == ["6"])
  }

  @Test(
    "What cannot be read is refused with its line",
    arguments: [
      ("", 1), ("a,b\n1,2\n", 1), ("onset,duration\n1,2\n", 1), ("onset,value\n1,a\nx,b\n", 3),
      ("onset,value\n1,a\n\n2,b,c\n", 4), ("onset,value\n1,a\n2,\"b\n3,c\n", 3), ("onset,value\n1,\"a\"b\n", 2),
      ("onset,duration,value\n1,soon,a\n", 2), ("onset,value\ninf,a\n", 2),
    ])
  func refused(_ text: String, line: Int) throws {
    let error = #expect(throws: ERPError.self) { try EventTable(text: text) }
    #expect(error?.code == .invalidEventTable)
    #expect(error?.message.hasPrefix("line \(line):") == true)
  }

  @Test("A file is read, and its path stands in every message")
  func files() throws {
    let folder = try TemporaryFolder()
    try Data("onset\ttrial_type\n1\tgo\n".utf8).write(to: folder.url.appendingPathComponent("good.tsv"))
    #expect(try EventTable(path: folder.path("good.tsv")).annotations.count == 1)
    try Data([0x6F, 0xFF, 0xFE]).write(to: folder.url.appendingPathComponent("bad.tsv"))
    for name in ["bad.tsv", "missing.tsv"] {
      let error = #expect(throws: ERPError.self) { try EventTable(path: folder.path(name)) }
      #expect(error?.message.hasPrefix(folder.path(name)) == true)
    }
  }
}
