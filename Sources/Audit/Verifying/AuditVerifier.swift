package import Keys
package import Manifests

/// The check of a role's audit log, frame by frame: every entry in its place, every head signed, over exactly what stands before
/// it. It stops at the first fault, since all that follows hangs on that.
package struct AuditVerifier {
    /// What was found to be right.
    package private(set) var role: SyncAuthor?
    package private(set) var tree = MerkleTree()
    package private(set) var head: AuditHead?
    /// The record of that head.
    private(set) var headRecord: [UInt8]?
    /// Of all that was read.
    package private(set) var trail = AuditTrail()
    private var endsWithHead = true
    package private(set) var headCount = 0
    /// The heads that the role signed, and those of others that it has seen.
    package private(set) var ledger = HeadLedger()
    /// Other roles' newest heads in the file: what the next head names.
    package private(set) var seen: [SyncAuthor: SeenHead] = [:]
    /// When those were signed, by their roles' clocks.
    private(set) var seenTimes: [SyncAuthor: Int64] = [:]

    private let consortium: String
    private let keys: (SyncAuthor) -> VerifyingKey?

    /// - Parameters:
    ///   - consortium: its name in the roster.
    ///   - role: whose log it is to be; nil for that of the first entry or head.
    ///   - keys: of the roster.
    package init(consortium: String, role: SyncAuthor? = nil, keys: @escaping (SyncAuthor) -> VerifyingKey?) {
        self.consortium = consortium
        self.role = role
        self.keys = keys
    }

    /// Checks a whole file.
    ///
    /// - Parameter each: gets every entry that is in its place. That it is signed for is known at the end.
    /// - Throws: the first fault, `unsigned` and `torn` as well.
    package mutating func verify(
        _ bytes: UnsafeRawBufferPointer, each: (AuditEntry) -> Void = { _ in }
    ) throws(AuditFault) {
        let (end, isTorn) = try follow(bytes, each: each)
        guard !isTorn else { throw .torn(after: tree.count, byte: end) }
        guard endsWithHead else { throw .unsigned((head?.standing.size ?? 0)..<tree.count) }
    }

    /// Checks a file as the role finds it when it starts: entries without a head and a write that was not ended are no fault.
    ///
    /// - Returns: where the last whole frame ends, and whether something follows that is none.
    package mutating func follow(
        _ bytes: UnsafeRawBufferPointer, each: (AuditEntry) -> Void = { _ in }
    ) throws(AuditFault) -> (end: Int, isTorn: Bool) {
        guard var frames = AuditFrames(bytes) else { throw .notALog }
        while true {
            switch frames.next() {
            case .frame(let frame, let hash):
                switch frame {
                case .entry(let payload): each(try take(entry: payload, hash, before: frames))
                case .head(let payload): try take(head: payload)
                case .seen(let payload): try take(seen: payload)
                }
                trail.append(hash)
                if case .head = frame { endsWithHead = true } else { endsWithHead = false }
            case .end: return (frames.at, false)
            case .torn: return (frames.at, true)
            case .damaged: throw .damaged(after: tree.count, byte: frames.at)
            }
        }
    }

    private mutating func take(
        entry payload: [UInt8], _ hash: MerkleHash, before rest: AuditFrames
    ) throws(AuditFault) -> AuditEntry {
        let number = tree.count
        guard let entry = AuditEntry(payload) else { throw .malformed(number) }
        let role = self.role ?? entry.role
        guard entry.role == role else { throw .otherRole(number, entry.role) }
        guard entry.number >= number else { throw .repeated(entry.number, at: number) }
        if entry.number > number {
            throw Self.has(number, rest) ? .reordered(number) : .dropped(number..<entry.number)
        }
        guard entry.previous == (number == 0 ? nil : tree[number - 1]) else {
            throw number == 0 ? .malformed(0) : .altered(number - 1)
        }
        self.role = role
        tree.append(hash)
        return entry
    }

    /// Whether an entry comes later.
    private static func has(_ number: Int, _ rest: AuditFrames) -> Bool {
        var frames = rest
        while case .frame(let frame, _) = frames.next() {
            if case .entry(let payload) = frame, AuditEntry(payload)?.number == number { return true }
        }
        return false
    }

    private mutating func take(head record: [UInt8]) throws(AuditFault) {
        let count = tree.count
        let next: AuditHead
        do throws(AuditHeadRefusal) {
            next = try AuditHead(verifying: record, consortium: consortium, keys: keys)
        } catch { throw .head(after: count, error) }
        let role = self.role ?? next.role
        guard next.role == role else { throw .head(after: count, .badSignature(role)) }
        guard next.standing.size == count else { throw .headMisplaced(after: count, says: next.standing.size) }
        guard next.standing.root == tree.root else { throw .notSigned((head?.standing.size ?? 0)..<count) }
        if let other = Set(next.seen.keys).union(seen.keys).sorted(by: { $0.description < $1.description })
            .first(where: { next.seen[$0] != seen[$0] })
        {
            throw .seenDropped(after: count, other)
        }
        guard next.trail == trail.hash else { throw .trailDiffers(after: count) }
        self.role = role
        (head, headRecord) = (next, record)
        headCount += 1
        ledger.apply(role, next.standing)
    }

    private mutating func take(seen record: [UInt8]) throws(AuditFault) {
        let other: AuditHead
        do throws(AuditHeadRefusal) {
            other = try AuditHead(verifying: record, consortium: consortium, keys: keys)
        } catch { throw .head(after: tree.count, error) }
        guard other.role != role else { throw .head(after: tree.count, .malformed) }
        // That another role has shown two histories is no fault of this log (`AuditComparison`).
        ledger.apply(other.role, other.standing)
        seen[other.role] = other.standing
        seenTimes[other.role] = other.microseconds
    }
}
