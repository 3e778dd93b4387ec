import ERP
import TestSupport
import Testing

@Suite("Queries on tables")
struct TableQueryTests {
  private static let table = """
    onset\ttrial_type\tresponse_time\tcorrect\tgroup one\tlimit
    1\tgo\t0.25\ttrue\tx\t0.3
    2\tgo\t0.5\tFalse\ty\t0.3
    3\tstop\tn/a\ttrue\tx\t0.3
    4\tnogo\t1e-1\tn/a\tit's\t0.1
    5\tn/a\t2\ttrue\t\tn/a

    """

  /// The onsets of the rows that a query selects.
  private func onsets(_ expression: String) throws -> [Double] {
    try EventTable(text: Self.table, conditionColumn: "onset", where: TableQuery(expression)).annotations.map(\.onset)
  }

  @Test(
    "Expressions select rows",
    arguments: [
      ("trial_type == 'go'", [1, 2]), ("trial_type != \"go\"", [3, 4, 5]), ("response_time > 0.3", [2, 5]),
      ("response_time >= .25 && response_time <= 5e-1", [1, 2]), ("response_time<0.25", [4]),
      ("trial_type == 'go' && response_time > 0.3", [2]), ("trial_type=='stop'||trial_type=='nogo'", [3, 4]),
      ("trial_type == 'go' or trial_type == 'stop' and response_time > 9", [1, 2]),
      ("(trial_type == 'go' or trial_type == 'stop') and response_time > 0.3", [2]),
      ("not trial_type == 'go' and not response_time > 1", [3, 4]), ("!(trial_type == 'go')", [3, 4, 5]),
      ("trial_type in ['go', 'stop']", [1, 2, 3]), ("trial_type not in ['go', 'stop']", [4, 5]),
      ("response_time in [0.1, 2.0]", [4, 5]), ("onset in []", []), ("not onset in []", [1, 2, 3, 4, 5]),
      ("correct == True", [1, 3, 5]), ("correct == false", [2]), ("correct != true", [2, 4]),
      ("`group one` == 'x'", [1, 3]), ("`group one` == 'it\\'s'", [4]), ("`group one` == \"it's\"", [4]),
      ("response_time > limit", [2]), ("response_time == limit", [4]), ("response_time != limit", [1, 2, 3, 5]),
      ("0.2 < response_time <= 0.5", [1, 2]), ("'go' == trial_type", [1, 2]), ("0.3 > response_time", [1, 4]),
      ("trial_type == 'n/a'", [5]), ("response_time != 'n/a' & ~(onset >= 5)", [1, 2, 4]),
      ("onset == -1 | onset == +2", [2]), ("response_time == 1", []), ("trial_type == 1", []),
      ("1 == 1", [1, 2, 3, 4, 5]),
      ("limit == '0.30'", []), ("limit == 0.30", [1, 2, 3]),
    ] as [(String, [Double])])
  func selects(_ expression: String, expected: [Double]) throws {
    #expect(try onsets(expression) == expected)
  }

  @Test(
    "What cannot be read is refused with its place",
    arguments: [
      ("", TableQueryError.Code.unexpected, 1), ("trial_type = 'go'", .unexpected, 12),
      ("trial_type == 'go", .invalidCharacter, 15), ("trial_type == go", .unknownColumn, 15),
      ("colour == 'red'", .unknownColumn, 1), ("trial_type == 'go' and", .unexpected, 23),
      ("(onset > 1", .unexpected, 11), ("onset > 1)", .unexpected, 10), ("onset", .unexpected, 6),
      ("onset > 1 onset < 2", .unexpected, 11), ("onset in 1", .unexpected, 10), ("onset in [1 2]", .unexpected, 13),
      ("onset in [1,]", .unexpected, 13), ("onset > 'a'", .notANumber, 9), ("'a' < onset", .notANumber, 1),
      ("onset < true", .notANumber, 9), ("trial_type > 3", .notANumber, 1), ("onset == $3", .invalidCharacter, 10),
      ("onset == and", .unexpected, 10), ("not", .unexpected, 4), ("onset > -", .invalidCharacter, 9),
      ("1.e > 3", .unexpected, 3),
    ])
  func refused(_ expression: String, code: TableQueryError.Code, position: Int) {
    let error = #expect(throws: TableQueryError.self) { try onsets(expression) }
    #expect(error?.code == code)
    #expect(error?.position == position, "\(error?.description ?? "")")
    #expect(error?.expression == expression)
  }

  @Test("Nesting without end is refused instead of wearing out the stack")
  func deep() {
    let expression = String(repeating: "(", count: 100_000) + "onset > 1" + String(repeating: ")", count: 100_000)
    #expect(throws: TableQueryError.self) { try TableQuery(expression) }
    #expect(throws: TableQueryError.self) { try TableQuery(String(repeating: "!", count: 100_000) + "onset > 1") }
  }

  @Test("Random texts are read or refused, never more", arguments: 0..<50)
  func fuzz(_ seed: Int) {
    var generator = SplitMix64(seed: UInt64(seed))
    let pieces = [
      "onset", "==", "!=", "<", "'a'", "1.5", "(", ")", "[", "]", ",", "and", "or", "not", "in", " ", "&&", "é", "'",
    ]
    for _ in 0..<200 {
      let count = Int.random(in: 0..<12, using: &generator)
      let text = (0..<count).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined(separator: " ")
      do { _ = try onsets(text) } catch let error as TableQueryError {
        #expect((1...(text.count + 1)).contains(error.position))
      } catch { Issue.record("\(text): \(error)") }
    }
  }

  @Test("A table of events tells how many rows were not selected")
  func count() throws {
    let table = try EventTable(text: Self.table, where: TableQuery("onset > 1"))
    #expect(table.unselectedCount == 1 && table.annotations.map(\.text) == ["go", "stop", "nogo"])
    #expect(table.skippedLines == [6])
  }
}
