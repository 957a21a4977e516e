import Records

/// The account of the rows that a party keeps: what stays, what gives way, and how far rows and labels go. The rows themselves are
/// elsewhere. No I/O, no clock.
///
/// Rows are kept when a batch is computed, before anyone is told so: from then on the leader may decide it, and the bits of counts
/// can't be had again. Whether it was decided shows later. At most one batch is not known to be decided, since with counts one
/// comes after the other; another that begins where that one did takes its place.
struct ScoredRows: Sendable, Hashable {
    /// A batch of rows that is kept, in short.
    struct Batch: Sendable, Hashable {
        var range: Range<Int64>
        var seconds: Int64
        var rows: Int
        var bytes: Int
        var agreed: Digest32

        /// - Parameter isKept: false of a batch that takes no room.
        init(_ batch: RowBatch, isKept: Bool = true) {
            range = batch.range
            seconds = batch.seconds
            rows = batch.count
            bytes = isKept ? batch.encodedBytes : 0
            agreed = batch.agreed
        }
    }

    /// Up to where on `consortium.sealed` it is known what was decided.
    private(set) var decided: Int64 = 0
    /// Up to where on `consortium.labels` labels are kept.
    private(set) var labelled: Int64 = 0
    /// From where on `consortium.sealed` rows are kept; nil before the first.
    private(set) var begin: Int64?
    private(set) var rows = 0
    private(set) var labels = 0
    /// Of rows and labels.
    private(set) var bytes = 0
    /// The newest of all times that the log took a batch at.
    private(set) var latest: Int64 = 0
    /// The newest batch, where it is not known to be decided.
    private(set) var open: Batch?

    // MARK: Rows

    /// Takes a batch that is computed and not yet decided.
    ///
    /// - Returns: the batch whose place it takes, to be removed before this one is written.
    mutating func keep(_ batch: Batch) -> Batch? {
        let replaced = takeBack()
        latest = max(latest, batch.seconds)
        begin = begin ?? batch.range.lowerBound
        guard batch.rows > 0 else { return replaced }
        open = batch
        rows += batch.rows
        bytes += batch.bytes
        return replaced
    }

    /// Takes note that a batch was decided.
    ///
    /// - Returns: the batch to be removed, which was computed and was not what was decided.
    mutating func decide(_ range: Range<Int64>, _ agreed: Digest32) -> Batch? {
        // A party that counts again comes by what it knows.
        guard range.upperBound > decided else { return nil }
        decided = range.upperBound
        guard let open, open.range.lowerBound < decided else { return nil }
        if open.range == range, open.agreed == agreed {
            self.open = nil
            return nil
        }
        return takeBack()
    }

    private mutating func takeBack() -> Batch? {
        guard let batch = open else { return nil }
        open = nil
        rows -= batch.rows
        bytes -= batch.bytes
        return batch
    }

    // MARK: Labels

    /// Takes the labels of a batch that was decided; false where they are kept already.
    mutating func label(_ labels: RowLabels) -> Bool {
        guard labels.range.upperBound > labelled else { return false }
        labelled = labels.range.upperBound
        guard !labels.entries.isEmpty else { return false }
        self.labels += labels.entries.count
        bytes += labels.encodedBytes
        return true
    }

    // MARK: Bounds

    /// Whether the oldest batch is beyond what is to be kept.
    ///
    /// - Parameter now: this party's time in seconds since 1970: a log's time that is later does not count.
    func isExcess(_ oldest: Batch, _ limits: RowLimits, now: Int64) -> Bool {
        guard oldest != open else { return false }
        return oldest.seconds < min(latest, now) - limits.seconds || bytes > limits.bytes
    }

    /// Forgets the oldest batch.
    mutating func drop(_ oldest: Batch) {
        rows -= oldest.rows
        bytes -= oldest.bytes
        begin = oldest.range.upperBound
    }

    /// Whether labels are of no row that is kept.
    func isExcess(_ labels: RowLabels) -> Bool { begin.map { labels.at <= $0 } ?? true }

    /// Takes note that some rows of a batch are erased.
    mutating func erase(_ before: Batch, leaving after: Batch) {
        rows -= before.rows - after.rows
        bytes -= before.bytes - after.bytes
        if open?.range == before.range { open = after.rows > 0 ? after : nil }
    }

    /// Takes note that some labels of a batch are erased.
    mutating func erase(_ before: RowLabels, leaving after: RowLabels) {
        labels -= before.entries.count - after.entries.count
        bytes -= before.encodedBytes - (after.entries.isEmpty ? 0 : after.encodedBytes)
    }

    /// Forgets labels.
    mutating func drop(_ labels: RowLabels) {
        self.labels -= labels.entries.count
        bytes -= labels.encodedBytes
    }
}

// In the party's state: version (1), decided, labelled, begin (-1 for none), rows, labels, bytes, latest (8 each); of a batch that
// is open also both ends of its range, seconds, rows, bytes (8 each), agreed (32). Big-endian.
extension ScoredRows {
    private static let version: UInt8 = 1

    var encoded: [UInt8] {
        var numbers = [decided, labelled, begin ?? -1, Int64(rows), Int64(labels), Int64(bytes), latest]
        if let open {
            numbers += [
                open.range.lowerBound, open.range.upperBound, open.seconds, Int64(open.rows), Int64(open.bytes),
            ]
        }
        return [Self.version] + numbers.flatMap(\.bigEndianBytes) + (open?.agreed.bytes ?? [])
    }

    /// An account that was written; nil for bytes that are none.
    init?(decoding bytes: [UInt8]) {
        guard bytes.first == Self.version, bytes.count == 57 || bytes.count == 129 else { return nil }
        let numbers = stride(from: 1, to: bytes.count == 57 ? 57 : 97, by: 8).map {
            Int64(bigEndianBytes: bytes[$0..<$0 + 8])
        }
        decided = numbers[0]
        labelled = numbers[1]
        begin = numbers[2] < 0 ? nil : numbers[2]
        (rows, labels, self.bytes) = (Int(numbers[3]), Int(numbers[4]), Int(numbers[5]))
        latest = numbers[6]
        guard bytes.count == 129 else { return }
        guard numbers[7] < numbers[8], let agreed = Digest32(bytes[97...]) else { return nil }
        open = Batch(
            range: numbers[7]..<numbers[8], seconds: numbers[9], rows: Int(numbers[10]), bytes: Int(numbers[11]),
            agreed: agreed)
    }
}

extension ScoredRows.Batch {
    fileprivate init(range: Range<Int64>, seconds: Int64, rows: Int, bytes: Int, agreed: Digest32) {
        self.range = range
        self.seconds = seconds
        self.rows = rows
        self.bytes = bytes
        self.agreed = agreed
    }
}
