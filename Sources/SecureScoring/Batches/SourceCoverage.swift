import Records

/// The records of one source that were taken: a partition of a member's transactions, of which the headers say what came before
/// what. Between a record and the one before it there is none; so what was taken are spans, and what lies between two of them is
/// missing.
///
/// A missing record is taken when it comes, however late: a log that swaps two records, or holds one back, does not make a repeat
/// of it.
struct SourceCoverage: Sendable, Hashable {
    /// A position without its partition.
    struct Place: Sendable, Hashable, Comparable {
        var offset: Int64
        var index: Int

        /// The place before all others.
        static let start = Place(offset: .min, index: 0)

        static func < (left: Place, right: Place) -> Bool { (left.offset, left.index) < (right.offset, right.index) }
    }

    /// Every record behind `after`, up to and with `through`.
    struct Span: Sendable, Hashable {
        var after: Place
        var through: Place
    }

    /// In order, none of which touch.
    private(set) var spans: [Span] = []
    /// The place up to which it is not known any more what was taken; nil where all is known.
    private(set) var forgotten: Place?

    /// The most spans that are kept; with more, the first is forgotten, and what is missing behind it.
    static let limit = 64

    init() {}

    /// Whether it is not known any more if a record was taken.
    func hasForgotten(_ place: Place) -> Bool { forgotten.map { place <= $0 } ?? false }

    /// Whether a record is known to be taken, or not to be there.
    func covers(_ place: Place) -> Bool { spans.contains { $0.after < place && place <= $0.through } }

    /// The span that is missing up to and with a record; nil where that was taken, or it is not known.
    func gap(through place: Place) -> Span? {
        guard !covers(place), !hasForgotten(place) else { return nil }
        return Span(after: spans.last { $0.through < place }?.through ?? forgotten ?? .start, through: place)
    }

    /// Takes a record.
    ///
    /// - Parameter previous: the record before it; nil where it names none, and then all before it counts as taken.
    /// - Returns: false for one that was covered, or lies in what is forgotten; and what is missing in front of a record that
    ///   stands apart from what was taken.
    mutating func take(_ place: Place, after previous: Place?) -> (isNew: Bool, gap: Span?) {
        let after = previous ?? .start
        // Behind the last one, as nearly all are.
        if let last = spans.last, last.through < place, last.after <= after, after <= last.through {
            spans[spans.count - 1].through = place
            return (true, nil)
        }
        guard !covers(place), !hasForgotten(place) else { return (false, nil) }
        let gap = previous.flatMap { self.gap(through: $0) }
        var span = Span(after: after, through: place)
        let touching = spans.filter { $0.after <= span.through && span.after <= $0.through }
        for other in touching {
            span = Span(after: min(span.after, other.after), through: max(span.through, other.through))
        }
        spans.removeAll { touching.contains($0) }
        spans.insert(span, at: spans.firstIndex { $0.through > span.through } ?? spans.endIndex)
        if spans.count > Self.limit {
            spans.removeFirst()
            forgotten = spans[0].after
        }
        return (true, touching.isEmpty ? gap : nil)
    }
}

extension SourceCoverage {
    /// A place as rows hold it: offset (8), index (4); big-endian.
    private static func encode(_ place: Place) -> [UInt8] {
        place.offset.bigEndianBytes + UInt32(place.index).bigEndianBytes
    }

    private static func decode(_ bytes: ArraySlice<UInt8>) -> Place {
        Place(
            offset: Int64(bitPattern: UInt64(bigEndianBytes: bytes.prefix(8))),
            index: Int(UInt32(bigEndianBytes: bytes.suffix(4))))
    }

    /// 12 bytes for what is forgotten, where anything is; 24 bytes a span.
    var encoded: [UInt8] {
        (forgotten.map(Self.encode) ?? []) + spans.flatMap { Self.encode($0.after) + Self.encode($0.through) }
    }

    /// Reads what `encoded` gave; nil for bytes that are no spans in order.
    init?(decoding bytes: [UInt8]) {
        var rest = bytes[...]
        if rest.count % 24 == 12 {
            forgotten = Self.decode(rest.prefix(12))
            rest = rest.dropFirst(12)
        }
        guard !rest.isEmpty, rest.count % 24 == 0 else { return nil }
        spans = stride(from: rest.startIndex, to: rest.endIndex, by: 24).map {
            Span(after: Self.decode(rest[$0..<$0 + 12]), through: Self.decode(rest[$0 + 12..<$0 + 24]))
        }
        guard spans.allSatisfy({ $0.after < $0.through }), spans.count <= Self.limit,
            forgotten.map({ $0 <= spans[0].after }) ?? true,
            zip(spans, spans.dropFirst()).allSatisfy({ $0.through < $1.after })
        else { return nil }
    }
}
