import EventLogs
import Formats
import Ingest
import Model
import Records
import Support
import Testing

/// An agent's memory that is given rows instead of transactions, so that a test chooses their hashes.
struct RowAgent {
    private(set) var memory: AgentMemory
    private var offset: Int64 = 0
    private let event: EventID

    init(spec: FeatureSpec = FeatureSpec(name: "rows", features: [Feature(name: "amount", kind: .amount)])) throws {
        memory = AgentMemory(spec: spec, hasher: EntityHasher(k0: 1, k1: 2), lateness: .max)
        event = try #require(EventID([UInt8](repeating: 7, count: 16)))
    }

    static func row(_ id: UInt64, at time: Int64, content: UInt32 = 0) -> StateBlock.Row {
        StateBlock.Row(id: id, content: content, event: WindowEvent(time: time, amount: 100, keys: EntityKeys()))
    }

    /// What a row's transaction is to the memory.
    enum Answer: Hashable {
        case new(late: Bool)
        case duplicate
        case conflict
        case tooOld
    }

    /// Takes a row in.
    ///
    /// - Returns: the labels that leave with it, too.
    mutating func take(
        _ id: UInt64, at time: Int64, content: UInt32 = 0
    ) throws -> (answer: Answer, labels: [DueLabel]) {
        offset += 1
        let arrival = AgentMemory.Arrival(
            transaction: payment("p\(id)", seconds: time), row: Self.row(id, at: time, content: content),
            position: SourcePosition(offset: offset), event: event, received: 5)
        do {
            guard let effects = try memory.apply(arrival) else { return (.duplicate, []) }
            return (.new(late: !effects.writes.isEmpty), effects.labels)
        } catch let rejection {
            return (rejection.reason == .idConflict ? .conflict : .tooOld, [])
        }
    }

    mutating func answer(_ id: UInt64, at time: Int64, content: UInt32 = 0) throws -> Answer {
        try take(id, at: time, content: content).answer
    }

    mutating func pass(_ time: Int64) -> [DueLabel] { memory.apply(watermark: EventTime(seconds: time)).labels }

    mutating func confirm(_ id: UInt64, at time: Int64, fraud: Bool) -> AgentMemory.Effects? {
        memory.apply(verdict: fraud, on: Self.row(id, at: time))
    }

    /// The blocks that the store lacks, by number: how many rows each has.
    mutating func blocks() throws -> [UInt32: Int] {
        var found: [UInt32: Int] = [:]
        for write in memory.takeWindowWrites() {
            guard case .put("blocks", let entry) = write else { continue }
            let number = entry.key.reduce(0) { $0 << 8 | UInt32($1) }
            #expect(found[number] == nil)
            found[number] = try StateBlock.rows(entry.value).count
        }
        return found
    }

    mutating func areStored() { memory.areWindowsStored() }
    mutating func expire() -> Int64? { memory.expire() }
    mutating func forgetIDs(before block: UInt32?) { memory.forgetIDs(before: block) }
}
