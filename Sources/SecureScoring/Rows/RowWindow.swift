package import Records
package import ThreeParty

/// The rows of a window that have a label, as one party holds them, in the order of `consortium.sealed`: what a training takes.
///
/// Never printed.
package struct RowWindow: Sendable, CustomStringConvertible, CustomReflectable {
    /// What is asked for, in the same words at all three parties.
    package struct Request: Sendable, Hashable {
        /// What the bits of a row mean (`ModelManifest.rowForm`).
        package var form: Digest32
        /// Bits of a row.
        package var bits: Int
        /// Offsets of `consortium.sealed`; batches that are in it whole.
        package var range: Range<Int64>
        /// The offset of `consortium.labels` up to which labels count; batches that are before it whole.
        package var labels: Int64
        /// Another form, by which the same events are read, too: those that have rows of both.
        package var beside: Form?

        /// What the bits of a row mean, and how many there are.
        package struct Form: Sendable, Hashable {
            package var form: Digest32
            package var bits: Int

            package init(form: Digest32, bits: Int) {
                self.form = form
                self.bits = bits
            }
        }

        package init(form: Digest32, bits: Int, range: Range<Int64>, labels: Int64, beside: Form? = nil) {
            self.beside = beside
            self.form = form
            self.bits = bits
            self.range = range
            self.labels = labels
        }
    }

    package private(set) var rows: TrainingRows
    /// The same events by the other form; nil where none is asked for.
    package private(set) var beside: TrainingRows?
    /// Rows of the window, those without a label too.
    package private(set) var events = 0
    /// Rows of batches in the window that are not of the form, or not of both.
    package private(set) var otherForms = 0
    /// The digest of which rows these are: of the request, and of each batch its range, what was agreed on, its events, and which
    /// of them have a label. A training's plan binds it (`TrainingPlan.digest(source:)`), so parties with other rows train nothing.
    package private(set) var digest: Digest32
    private let request: Request
    /// The members that rows are of, in the order in which they first appear.
    private var members: [RowKey.Member] = []
    private var places: [RowKey.Member: UInt16] = [:]
    /// Of each row, its member's place in `members`.
    package private(set) var memberOf: [UInt16] = []
    /// Of each row, the first offset of its batch and its place among the batch's rows together: an offset of its batch that no
    /// other row has, the same at all parties, and that nobody could choose.
    package private(set) var offsets: [Int64] = []

    /// A window without rows.
    init(_ request: Request) {
        self.request = request
        rows = TrainingRows(bits: request.bits)
        beside = request.beside.map { TrainingRows(bits: $0.bits) }
        digest = Digest32(
            of: [
                Array("cordon/rows/window/v1".utf8), request.form.bytes, UInt32(request.bits).bigEndianBytes,
                request.range.lowerBound.bigEndianBytes, request.range.upperBound.bigEndianBytes,
                request.labels.bigEndianBytes,
            ]
                // Of one form alone it is what it was.
                + (request.beside.map { [$0.form.bytes, UInt32($0.bits).bigEndianBytes] } ?? []))
    }

    /// Adds a batch, which comes after those that were added; one of another form or outside of the window changes nothing.
    ///
    /// - Parameter labels: what was said last of each event.
    mutating func add(_ batch: RowBatch, _ labels: [RowKey: UInt8]) {
        guard batch.range.lowerBound >= request.range.lowerBound,
            batch.range.upperBound <= request.range.upperBound
        else { return }
        guard batch.hasRows(request.form, request.bits),
            request.beside.map({ batch.hasRows($0.form, $0.bits) }) ?? true
        else {
            otherForms += batch.count
            return
        }
        var which: [UInt8] = []
        which.reserveCapacity(batch.count * (RowKey.byteCount + 1))
        for (row, key) in batch.keys.enumerated() {
            let other = request.beside.flatMap { batch.shares(row, as: $0.form, $0.bits) }
            guard let shares = batch.shares(row, as: request.form, request.bits), (other == nil) == (beside == nil)
            else {
                otherForms += 1
                continue
            }
            events += 1
            key.write(to: &which)
            let label = labels[key]
            which.append(label == nil ? 0 : 1)
            guard let label else { continue }
            rows.append(shares, label: RowLabels.shares(label))
            if let other { beside?.append(other, label: RowLabels.shares(label)) }
            memberOf.append(place(of: key.member))
            offsets.append(batch.range.lowerBound + Int64(row))
        }
        digest = Digest32(
            of: [
                digest.bytes, batch.range.lowerBound.bigEndianBytes, batch.range.upperBound.bigEndianBytes,
                batch.agreed.bytes, which,
            ])
    }

    private mutating func place(of member: RowKey.Member) -> UInt16 {
        if let place = places[member] { return place }
        let place = UInt16(members.count)
        members.append(member)
        places[member] = place
        return place
    }

    /// What a training takes of this window.
    ///
    /// - Parameter consortium: the names of all members that rows can be of.
    /// - Throws: `unknownMember` where a row is of none of them.
    package func source(of consortium: some Sequence<MemberID>) throws(RowWindowError) -> TrainingSource {
        let names = Dictionary(consortium.map { (RowKey.Member($0), $0) }, uniquingKeysWith: { first, _ in first })
        let known = members.compactMap { names[$0] }
        guard known.count == members.count else { throw .unknownMember }
        return TrainingSource(rows: rows, members: known, memberOf: memberOf, offsets: offsets, digest: digest)
    }

    package var description: String { "RowWindow(\(rows.count) rows of \(events) events)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Why a party can't give the rows of a window.
package enum RowWindowError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Rows are kept from this offset on; nil where none ever were.
    case notKept(from: Int64?)
    /// It is known up to this offset what was decided.
    case notDecided(from: Int64)
    /// Labels are kept up to this offset.
    case notLabelled(from: Int64)
    /// A row is of a member that the roster does not name.
    case unknownMember
    /// Rows are of another generation than that which is asked for, and no key leads from one to the other.
    case otherGeneration

    package var description: String {
        switch self {
        case .notKept(nil): "this party keeps no rows: start it with `--rows` and wait for transactions and labels"
        case .notKept(let from?): "this party keeps rows from offset \(from) on: begin the window there, or later"
        case .notDecided(let from):
            "this party knows up to offset \(from) what was decided: end the window there, or wait"
        case .notLabelled(let from):
            "this party keeps labels up to offset \(from) of the label topic: end the window there, or wait"
        case .unknownMember:
            "this party's rows are of a member that its roster does not name: give all parties one roster"
        case .otherGeneration:
            "this party's rows are of another generation of shares than the order's epoch of keys has: order anew"
        }
    }
}
