import EventLogs
import Records

/// The restart of an agent: reads its memory back from the store. The order matters:
///
/// 1. event time, which says whose labels have left,
/// 2. verdicts, which the rows of blocks are filled in with,
/// 3. blocks, some at a time, so that memory holds no second copy of all,
/// 4. events that came late, and labels from before there was a schedule, by the windows that are filled now,
/// 5. the newest block, to go on with it,
/// 6. pending transactions, label records that wait for receipts, the last records that are sealed, and the position.
struct AgentRestart {
    let store: any StateStore
    /// The partition whose state it is.
    let transactions: TopicPartition

    /// Blocks that are filled in at once.
    private static let chunk = 128

    func restore(_ memory: inout AgentMemory) throws {
        if memory.schedule != nil, let time = try store.value(AgentTables.schedule, AgentTables.timeKey) {
            memory.restore(eventTime: AgentTables.eventTime(time))
        }
        let newest = try restoreBlocks(&memory, try verdicts())
        if memory.schedule != nil { memory.restore(late: try late()) }
        if let newest {
            memory.restore(open: try StateBlock(number: StateBlock.number(newest.key), decoding: newest.value))
        }
        try store.scan(AgentTables.pending) { entry in
            let (position, transaction) = try AgentTables.pending(entry, partition: transactions.partition)
            memory.restore(transaction, at: position)
        }
        var ends = SealedEnds()
        try store.scan(AgentTables.ends) { entry in
            try AgentTables.restore(entry, partition: transactions.partition, into: &ends)
        }
        memory.restore(ends)
        try store.scan(AgentTables.sent) { entry in
            memory.restore(try AgentTables.sent(entry, partition: transactions.partition))
        }
        memory.areSentLabelsRestored()
        memory.restore(ingested: try store.position(transactions))
    }

    private func verdicts() throws -> [UInt64: Bool] {
        var verdicts: [UInt64: Bool] = [:]
        try store.scan(AgentTables.verdicts) { entry in
            let (id, fraud) = AgentTables.verdict(entry)
            verdicts[id] = fraud
        }
        return verdicts
    }

    /// Fills in all blocks; the newest.
    private func restoreBlocks(_ memory: inout AgentMemory, _ verdicts: [UInt64: Bool]) throws -> StateEntry? {
        var newest: StateEntry?
        var chunk: [StateEntry] = []
        try store.scan(AgentTables.blocks) { entry in
            if newest.map({ StateBlock.number($0.key) < StateBlock.number(entry.key) }) ?? true { newest = entry }
            chunk.append(entry)
            if chunk.count == Self.chunk {
                memory.restore(try Self.rows(of: chunk, verdicts))
                chunk = []
            }
        }
        memory.restore(try Self.rows(of: chunk, verdicts))
        return newest
    }

    private static func rows(
        of blocks: [StateEntry], _ verdicts: [UInt64: Bool]
    ) throws(LogError) -> [WindowBlocks.Restored] {
        var rows: [WindowBlocks.Restored] = []
        rows.reserveCapacity(blocks.count * StateBlock.capacity)
        for block in blocks {
            let number = StateBlock.number(block.key)
            for row in try StateBlock.rows(block.value) { rows.append((row, number, verdicts[row.id])) }
        }
        return rows
    }

    private func late() throws -> [(id: UInt64, released: Int64)] {
        var events: [(id: UInt64, released: Int64)] = []
        try store.scan(AgentTables.late) { events.append(AgentTables.late($0)) }
        return events
    }
}
