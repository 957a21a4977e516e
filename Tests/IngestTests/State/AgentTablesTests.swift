import EventLogs
import Formats
import Ingest
import Model
import Records
import Support
import Testing

/// Rows as earlier versions wrote them: their bytes are part of the state file's form.
@Suite("The tables of an agent's state")
struct AgentTablesTests {
    private let row = StateBlock.Row(
        id: 0x0102_0304_0506_0708, content: 9, event: WindowEvent(time: 86_400, amount: 5, keys: EntityKeys()))

    private func put(_ write: StateWrite) throws -> (table: String, entry: StateEntry) {
        guard case .put(let table, let entry) = write else { throw LogError.failed(reason: "not a row") }
        return (table, entry)
    }

    @Test("a verdict is a byte under the transaction's id", arguments: [true, false])
    func verdict(fraud: Bool) throws {
        let (table, entry) = try put(AgentTables.write(verdict: fraud, on: row))
        #expect(table == "verdicts" && entry.key == [1, 2, 3, 4, 5, 6, 7, 8] && entry.order == 86_400)
        #expect(entry.value == [fraud ? 1 : 0])
        #expect(AgentTables.verdict(entry) == (row.id, fraud))
    }

    @Test("event time is eight bytes under a name, before 1970 too", arguments: [-1, 0, 1_772_409_600] as [Int64])
    func eventTime(time: Int64) throws {
        let (table, entry) = try put(AgentTables.write(eventTime: time))
        #expect(table == "labels" && entry.key == Array("time".utf8) && entry.order == 0 && entry.value.count == 8)
        #expect(AgentTables.eventTime(entry.value) == time)
        if time == 0 { #expect(entry.value == [0, 0, 0, 0, 0, 0, 0, 0]) }
    }

    @Test("a late event is its id, ordered by the bucket that had left")
    func late() throws {
        let (table, entry) = try put(AgentTables.write(late: row.id, after: 12))
        #expect(table == "labels-late" && entry.key == [1, 2, 3, 4, 5, 6, 7, 8] && entry.value == [1])
        #expect(AgentTables.late(entry) == (row.id, 12))
    }

    @Test("a pending transaction comes back with all that its decision needs")
    func pending() throws {
        var transaction = payment("p1", seconds: 77, customer: "c9", terminal: "t9", amount: 123)
        transaction.entities[.device] = "d1"
        transaction.channel = .online
        let event = try #require(EventID([UInt8](repeating: 6, count: 16)))
        let position = SourcePosition(partition: 3, offset: 41, index: 2)
        let (table, entry) = try put(
            AgentTables.write(
                PendingTransaction(
                    transaction, event: event, received: 99, windows: ["own": 2.5], marks: [.late, .clockSkew]),
                at: position))
        #expect(table == "pending" && entry.key == Array("41/2".utf8) && entry.order == 41)
        let read = try AgentTables.pending(entry, partition: 3)
        #expect(read.position == position && read.transaction.transaction == transaction)
        #expect(read.transaction.event == event.bytes && read.transaction.received == 99)
        #expect(read.transaction.windows == ["own": 2.5] && read.transaction.marks == [.late, .clockSkew])
        guard case .remove("pending", let key) = AgentTables.removal(ofPending: position) else {
            return #expect(Bool(false), "no removal")
        }
        #expect(key == entry.key)
    }

    @Test("a damaged pending transaction is said to be damaged")
    func damaged() {
        let entry = StateEntry(key: Array("1/0".utf8), value: [0xFF, 0xFF], order: 1)
        #expect(throws: LogError.self) { _ = try AgentTables.pending(entry, partition: 0) }
    }

    @Test("a block is its rows under its number, ordered by the latest event time in it")
    func block() throws {
        var block = StateBlock(number: 258)
        block.append(row)
        var later = row
        later.id = 1
        later.event.time = 86_500
        block.append(later)
        let (table, entry) = try put(AgentTables.write(block))
        #expect(table == "blocks" && entry.key == [0, 0, 1, 2] && entry.order == 86_500)
        // Two rows of thirty bytes, little-endian.
        #expect(entry.value.count == 60 && entry.value.prefix(8) == [8, 7, 6, 5, 4, 3, 2, 1])
        let rows = try StateBlock.rows(entry.value)
        #expect(rows.map(\.id) == [row.id, 1] && rows.map(\.event.time) == [86_400, 86_500])
    }
}
