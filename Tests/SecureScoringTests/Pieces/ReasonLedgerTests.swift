import EventLogs
import Foundation
import LocalStore
import Records
import Sealing
import SecureScoring
import Support
import Synchronization
import Testing

@Suite("What members have asked of reasons")
struct ReasonLedgerTests {
    private let folder: TemporaryFolder
    private let state: FullState
    private static let partition = TopicPartition(Topics.reasons)
    private static let day: Int64 = 86_400_000_000

    init() throws {
        folder = try TemporaryFolder()
        state = FullState(store: try SQLiteStateStore(path: folder.path("reasons.sqlite")))
    }

    private func request(_ member: String, _ order: UInt64) throws -> ReasonRequest {
        var header = WireReasonRequestHeader()
        (header.schema, header.member, header.order) = (1, member, order)
        (header.first, header.end, header.rows) = (0, 1, 1)
        header.session = Data(repeating: 1, count: 16)
        header.model = Data(repeating: 2, count: 32)
        var wire = WireReasonRequest()
        wire.header = Data(header.encoded)
        wire.boxes = [Data(), Data(), Data()]
        return try #require(ReasonRequest(decoding: wire.encoded))
    }

    /// What a plain account of all that was taken says of one member.
    private struct Account {
        /// Day, order, and whether its choices count.
        var taken: [(day: Int64, order: UInt64, counts: Bool)] = []

        func isNew(_ order: UInt64) -> Bool { taken.allSatisfy { $0.order < order } }

        /// Choices of the day on which the member asked last, since days of the log's time go on.
        func used(on day: Int64) -> Int {
            guard taken.last?.day == day else { return 0 }
            return 8 * taken.reversed().prefix { $0.day == day }.count { $0.counts }
        }
    }

    @Test(
        "is what a plain account says, over days, restarts and a state that takes nothing for a while",
        arguments: 1...12 as ClosedRange<UInt64>)
    func model(seed: UInt64) throws {
        var random = SplitMix64(seed)
        var ledger = try ReasonLedger(state)
        var accounts: [String: Account] = [:]
        var day: Int64 = 20_000
        var isLost = false
        for offset in 0..<120 as Range<Int64> {
            if Int.random(in: 0..<8, using: &random) == 0 { day += 1 }
            let time = day * Self.day + Int64.random(in: 0..<Self.day, using: &random)
            let member = ["bank-a", "bank-b", "bank-c"].randomElement(using: &random)!
            let order = UInt64.random(in: 1...UInt64(offset + 2), using: &random)
            let request = try request(member, order)
            let account = accounts[member] ?? Account()
            #expect(ledger.isNew(request) == account.isNew(order))
            for daily in [8, 16, 40] {
                let isAllowed = account.used(on: day) + 8 <= daily
                #expect(
                    ledger.allows(request, at: time, ReasonLimits(daily: daily)) == isAllowed, "\(member) at \(offset)")
            }
            let counts = Bool.random(using: &random)
            let isOwn = Int.random(in: 0..<5, using: &random) > 0
            isLost = Int.random(in: 0..<4, using: &random) == 0
            state.isFull.withLock { $0 = isLost }
            do {
                try ledger.take(isOwn ? request : nil, at: Position(Self.partition, offset), time, counts: counts)
                let position = try state.position(Self.partition)
                #expect(!isLost && position == offset + 1)
            } catch { #expect(isLost) }
            state.isFull.withLock { $0 = false }
            if isOwn, account.isNew(order) { accounts[member, default: Account()].taken.append((day, order, counts)) }
            // What the state has is all that was taken, once a commit has gone well.
            if !isLost, Int.random(in: 0..<3, using: &random) == 0 { ledger = try ReasonLedger(state) }
        }
        #expect(accounts.count == 3)
    }

    @Test("a request that the state could not take is in it with the next one, whoever asks that")
    func unwritten() throws {
        var ledger = try ReasonLedger(state)
        let (first, second) = (try request("bank-a", 5), try request("bank-b", 1))
        state.isFull.withLock { $0 = true }
        #expect(throws: LogError.self) { try ledger.take(first, at: Position(Self.partition, 0), 0, counts: true) }
        #expect(!ledger.isNew(first))
        state.isFull.withLock { $0 = false }
        try ledger.take(second, at: Position(Self.partition, 1), 0, counts: true)
        let again = try ReasonLedger(state)
        #expect(!again.isNew(first) && !again.isNew(second))
        let next = try request("bank-a", 6)
        #expect(
            !again.allows(next, at: 0, ReasonLimits(daily: 15)) && again.allows(next, at: 0, ReasonLimits(daily: 16)))
    }

    @Test("a day of the log ends at midnight UTC, and choices of the day before count no more")
    func midnight() throws {
        var ledger = try ReasonLedger(state)
        let limits = ReasonLimits(daily: 8)
        let next = try request("bank-a", 9)
        try ledger.take(request("bank-a", 1), at: Position(Self.partition, 0), 3 * Self.day - 1, counts: true)
        #expect(!ledger.allows(next, at: 3 * Self.day - 1, limits) && ledger.allows(next, at: 3 * Self.day, limits))
        #expect(!ledger.allows(next, at: 2 * Self.day, limits))
        let other = try request("bank-b", 1)
        #expect(ledger.allows(other, at: 3 * Self.day - 1, limits))
        #expect(!ledger.allows(other, at: 0, ReasonLimits(daily: 7)))
    }

    @Test("rows of no member, or of another length, are passed over")
    func malformed() throws {
        let value = [UInt8](repeating: 0, count: 23) + [9]
        for (key, value) in [("Bank A", value), ("bank-a", Array(value.dropLast())), ("bank-b", value + [0])] {
            let entry = StateEntry(key: Array(key.utf8), value: value, order: 0)
            try state.commit([.put(table: "reasons-asked", entry)], positions: [])
        }
        let ledger = try ReasonLedger(state)
        #expect(try ledger.isNew(request("bank-a", 1)) && ledger.isNew(request("bank-b", 1)))
        try state.commit(
            [.put(table: "reasons-asked", StateEntry(key: Array("bank-c".utf8), value: value, order: 0))], positions: []
        )
        #expect(try !ReasonLedger(state).isNew(request("bank-c", 9)))
        #expect(try ReasonLedger(state).isNew(request("bank-c", 10)))
    }
}
