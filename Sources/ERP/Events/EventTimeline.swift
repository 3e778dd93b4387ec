import EEGCore

/// The events of a recording in order of time, for questions about what comes before and after.
struct EventTimeline {
  /// Times may differ by a microsecond from what a span says, because they are rounded differences.
  private static let tolerance = 1e-6

  private let annotations: [Annotation]
  /// Numbers of the annotations in order of time; those of one instant in their own order.
  private let order: [Int]
  /// Place of each annotation in the order without marks of bad data, or nil for such a mark.
  private var rank: [Int?]
  /// The order without marks of bad data.
  private let neighbours: [Int]

  init(_ annotations: [Annotation]) {
    self.annotations = annotations
    order = annotations.indices.sorted { (annotations[$0].onset, $0) < (annotations[$1].onset, $1) }
    neighbours = order.filter { !annotations[$0].isBad }
    rank = annotations.map { _ in nil }
    for (place, number) in neighbours.enumerated() { rank[number] = place }
  }

  /// Numbers of the annotations that are an event of a sequence, in their own order.
  func events(of sequence: EventSequence) -> [Int] {
    let anchors = matches(sequence.anchor).sorted()
    return sequence.relations.reduce(anchors) { anchors, relation in
      let partners = matches(relation.partner)
      return anchors.filter { holds(relation, for: $0, partners) != relation.isNegated }
    }
  }

  /// Numbers of the annotations with a text, in order of time.
  private func matches(_ pattern: EventPattern) -> [Int] {
    var known: [String: Bool] = [:]
    return order.filter { number in
      let text = annotations[number].text
      if let answer = known[text] { return answer }
      let answer = pattern.matches(text)
      known[text] = answer
      return answer
    }
  }

  /// True when there is such a partner, whether there should be or not.
  private func holds(_ relation: EventSequence.Relation, for anchor: Int, _ partners: [Int]) -> Bool {
    guard let span = relation.span else {
      guard let place = rank[anchor] else { return false }
      let next = relation.isAfter ? place + 1 : place - 1
      return neighbours.indices.contains(next) && relation.partner.matches(annotations[neighbours[next]].text)
    }
    let from = relation.takesAny ? max(0, span.lowerBound - Self.tolerance) : 0
    guard let distance = distance(from: anchor, to: partners, atLeast: from, isAfter: relation.isAfter) else {
      return false
    }
    return distance >= span.lowerBound - Self.tolerance && distance <= span.upperBound + Self.tolerance
  }

  /// Seconds to the nearest of the partners on one side that is so far away or farther; the same instant is on both.
  private func distance(from anchor: Int, to partners: [Int], atLeast from: Double, isAfter: Bool) -> Double? {
    let onset = annotations[anchor].onset
    func distance(_ partner: Int) -> Double {
      isAfter ? annotations[partner].onset - onset : onset - annotations[partner].onset
    }
    // Distances grow with the place afterwards, and fall with it before.
    var (low, high) = (0, partners.count)
    while low < high {
      let middle = (low + high) / 2
      if (distance(partners[middle]) >= from) == isAfter { high = middle } else { low = middle + 1 }
    }
    var place = isAfter ? low : low - 1
    if partners.indices.contains(place), partners[place] == anchor { place += isAfter ? 1 : -1 }
    return partners.indices.contains(place) ? distance(partners[place]) : nil
  }
}
