import EventLogs
import Ingest
import Model
import Records
import Support
import Testing

@Suite("A block of hashed transactions")
struct StateBlockTests {
    private static let mistake = LogError.corrupted(
        reason: "the agent's state holds a malformed block of transactions")

    /// A row of numbers at random that names some entities.
    private static func row(_ random: inout SplitMix64) -> StateBlock.Row {
        var keys = EntityKeys()
        for index in 0..<EntityKeys.count where Bool.random(using: &random) { keys[index] = max(1, random.next()) }
        return StateBlock.Row(
            id: random.next(), content: UInt32.random(in: 0 ... .max, using: &random),
            event: WindowEvent(
                time: Int64(truncatingIfNeeded: random.next()), amount: Int64(truncatingIfNeeded: random.next()),
                keys: keys))
    }

    /// All that a row says, for comparisons.
    private static func numbers(_ row: StateBlock.Row) -> [UInt64] {
        [
            row.id, UInt64(row.content), UInt64(bitPattern: row.event.time), UInt64(bitPattern: row.event.amount),
        ] + (0..<EntityKeys.count).map { row.event.keys[$0] }
    }

    /// A row as the form has it, byte by byte.
    private static func bytes(_ row: StateBlock.Row) -> [UInt8] {
        func little(_ number: UInt64, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * UInt64($0))) }
        }
        let named = (0..<EntityKeys.count).filter { row.event.keys[$0] != 0 }
        let mask = named.reduce(0) { $0 + (UInt64(1) << UInt64($1)) }
        return little(row.id, 8) + little(UInt64(row.content), 4) + little(UInt64(bitPattern: row.event.time), 8)
            + little(UInt64(bitPattern: row.event.amount), 8) + little(mask, 2)
            + named.flatMap { little(row.event.keys[$0], 8) }
    }

    /// The bytes of a block as the store gets them.
    private static func stored(_ rows: [StateBlock.Row]) throws -> [UInt8] {
        var block = StateBlock(number: 0)
        for row in rows { block.append(row) }
        guard case .put(_, let entry) = AgentTables.write(block) else { throw LogError.failed(reason: "no row") }
        return entry.value
    }

    @Test("has every row as it was put in, in the form of the state file", arguments: 1...8 as ClosedRange<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = SplitMix64(seed)
        let rows = (0..<Int.random(in: 1...40, using: &random)).map { _ in Self.row(&random) }
        let stored = try Self.stored(rows)
        #expect(stored == rows.flatMap(Self.bytes))
        #expect(try StateBlock.rows(stored).map(Self.numbers) == rows.map(Self.numbers))
    }

    @Test("takes 30 bytes a row and 8 for each entity that it names", arguments: 0...EntityKeys.count)
    func length(entities: Int) throws {
        var keys = EntityKeys()
        for index in 0..<entities { keys[EntityKeys.count - 1 - index] = 7 }
        let row = StateBlock.Row(id: 1, content: 2, event: WindowEvent(time: 3, amount: 4, keys: keys))
        #expect(try Self.stored([row, row]).count == 2 * (30 + 8 * entities))
    }

    @Test("keeps the ends of all numbers")
    func ends() throws {
        for (time, amount) in [(Int64.min, Int64.max), (.max, .min), (0, 0), (-1, -1)] {
            var keys = EntityKeys()
            keys[9] = .max
            let row = StateBlock.Row(
                id: .max, content: .max, event: WindowEvent(time: time, amount: amount, keys: keys))
            #expect(try StateBlock.rows(Self.stored([row])).map(Self.numbers) == [Self.numbers(row)])
        }
    }

    @Test("that is cut off within a row is malformed, and between two rows it is the first ones")
    func truncated() throws {
        var random = SplitMix64(5)
        let rows = (0..<5).map { _ in Self.row(&random) }
        let stored = try Self.stored(rows)
        // Where rows end.
        var ends = [0]
        for row in rows { ends.append(ends[ends.count - 1] + Self.bytes(row).count) }
        for count in 0..<stored.count {
            let cut = Array(stored.prefix(count))
            if let whole = ends.firstIndex(of: count) {
                #expect(try StateBlock.rows(cut).map(Self.numbers) == rows.prefix(whole).map(Self.numbers))
            } else {
                #expect(throws: Self.mistake, "\(count) bytes") { try StateBlock.rows(cut) }
            }
        }
    }

    @Test("with bytes behind its rows is malformed", arguments: [1, 29])
    func trailing(count: Int) throws {
        var random = SplitMix64(6)
        let stored = try Self.stored([Self.row(&random)])
        #expect(throws: Self.mistake) { try StateBlock.rows(stored + [UInt8](repeating: 0, count: count)) }
    }

    @Test("that names an entity which there is not is malformed", arguments: EntityKeys.count..<16)
    func unknownEntity(bit: Int) {
        let mask = UInt16(1) << UInt16(bit)
        let row = [UInt8](repeating: 1, count: 28) + [UInt8(mask & 0xFF), UInt8(mask >> 8)]
        #expect(throws: Self.mistake) { try StateBlock.rows(row + [UInt8](repeating: 1, count: 8)) }
        #expect(throws: Self.mistake) { try StateBlock.rows(row) }
    }
}
