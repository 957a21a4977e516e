import Dispatch
import Model
import Records
import Synchronization

/// The windows of a member's recent transactions and the ids that these are known by, with the blocks of hashed rows that the
/// store keeps both as. A block takes rows until it is full; changed blocks are written as a whole.
struct WindowBlocks: Sendable {
    private var engine: FeatureEngine
    private var ids = KnownIDs()
    /// The newest block, which grows.
    private var open = StateBlock(number: 0)
    private var isOpenChanged = false
    /// Blocks that filled up and that the store does not have yet.
    private var filled: [StateBlock] = []
    /// The latest event time, in seconds since 1970; `Int64.min` before any transaction.
    private(set) var latest: Int64 = .min
    /// The latest event time when windows last forgot.
    private var swept: Int64 = .min

    init(engine: FeatureEngine) { self.engine = engine }

    /// Seconds of event time that windows look back.
    var retention: Int64 { engine.retention }
    /// The number of ids that take a place; some may be forgotten already.
    var count: Int { ids.taken }

    /// The entry of an id; nil for an id that is new, or forgotten.
    subscript(_ id: UInt64) -> KnownIDs.Entry? { ids[id] }

    /// The values of all windows, those of the policy behind the spec's, for a transaction that is in them.
    func features(of transaction: Transaction, _ event: WindowEvent) -> [Double] {
        engine.features(of: transaction, event)
    }

    /// Adds a transaction to windows, ids and the newest block.
    mutating func append(_ row: StateBlock.Row, verdict: Bool? = nil) {
        if open.isComplete(before: row.event.time) {
            filled.append(open)
            open = StateBlock(number: open.number + 1)
        }
        open.append(row)
        isOpenChanged = true
        ids.insert(KnownIDs.Entry(id: row.id, content: row.content, block: open.number, verdict: verdict))
        latest = max(latest, row.event.time)
        engine.add(row.event, fraud: verdict ?? false)
    }

    /// Changes a transaction's verdict; windows change where it says another thing than the one before.
    mutating func mark(_ row: StateBlock.Row, verdict fraud: Bool) {
        let isChange = ids[row.id]?.fraud != fraud
        ids.mark(row.id, verdict: fraud)
        if isChange { engine.confirm(row.event, fraud: fraud) }
    }

    // MARK: Blocks

    /// A block that is in memory: the newest, or one that the store lacks.
    func block(_ number: UInt32) -> StateBlock? {
        open.number == number ? open : filled.first { $0.number == number }
    }

    /// Blocks that changed since the last call. Those that filled up stay until `areStored`.
    mutating func takeChanged() -> [StateBlock] {
        defer { isOpenChanged = false }
        return filled + (isOpenChanged ? [open] : [])
    }

    /// Notes that the store has all changed blocks.
    mutating func areStored() { filled = [] }

    /// Forgets windows once a day of event time.
    ///
    /// - Parameter kept: seconds of event time that blocks are kept for.
    /// - Returns: the event time below which rows of the store are expired; nil if it is not time.
    mutating func expire(keeping kept: Int64) -> Int64? {
        guard latest != .min else { return nil }
        if swept == .min { swept = latest }
        guard latest >= swept + EventTime.day else { return nil }
        swept = latest
        // The windows forget no sooner than the blocks that a restart fills them from, so that both give the same features.
        let bound = latest - kept
        engine.expire(before: EventTime(seconds: bound + engine.retention))
        return bound
    }

    /// Forgets the ids of blocks that the store has removed.
    ///
    /// - Parameter first: the first block that it still has; nil if it has none.
    mutating func forgetIDs(before first: UInt32?) { ids.forget(before: first ?? open.number) }

    // MARK: Restart

    /// A stored row with what a restart knows of it.
    typealias Restored = (row: StateBlock.Row, block: UInt32, verdict: Bool?)

    /// Fills in stored rows: ids and each entity's windows, which share nothing, side by side.
    mutating func fill(_ rows: [Restored]) {
        for restored in rows { latest = max(latest, restored.row.event.time) }
        let events = rows.map { (event: $0.row.event, fraud: $0.verdict ?? false) }
        let shared = Mutex(ids)
        ids = KnownIDs()
        engine.withParts { parts in
            // Each iteration has a part of its own.
            nonisolated(unsafe) let parts = parts
            DispatchQueue.concurrentPerform(iterations: parts.count + 1) { index in
                guard index == parts.count else { return parts[index].add(events) }
                shared.withLock { ids in
                    for (row, block, verdict) in rows {
                        ids.insert(KnownIDs.Entry(id: row.id, content: row.content, block: block, verdict: verdict))
                    }
                }
            }
        }
        ids = shared.withLock { $0 }
    }

    /// Goes on with the newest stored block, whose rows were filled in.
    mutating func reopen(_ block: StateBlock) { open = block }
}
