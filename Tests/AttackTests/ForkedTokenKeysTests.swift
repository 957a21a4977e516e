import EventLogs
import Keys
import LocalStore
import Manifests
import Records
import Secrets
import Stages
import Support
import Telemetry
import Testing
import TokenService
import Tokens

/// A broker that keeps a log for each party and decides what it shows to whom, and when.
private final class ForkingBroker {
    private static let topic = TopicPartition(Topics.tokenKeys)
    private let folder: TemporaryFolder
    let logs: [SQLiteEventLog]
    let stages: [OPRFKeyStage]
    let updates: [TokenUpdates]
    private var shown = [Int64](repeating: 0, count: 3)
    /// Records that are not shown to a party yet, in the order in which others wrote them.
    private var waiting = [[NewRecord]](repeating: [], count: 3)
    private var relayed: Set<[UInt8]> = []

    init() throws {
        folder = try TemporaryFolder()
        let (folder, clock) = (folder, SystemClock())
        let identities = try PartyID.allCases.map { try Self.identity($0).verifyingKey }
        let parties = Dictionary(uniqueKeysWithValues: zip(PartyID.allCases, identities))
        logs = try PartyID.allCases.map { party in
            let log = try SQLiteEventLog(directory: folder.path("\(party)-log"), clock: clock, durability: .process)
            try log.create([TopicSettings(name: Topics.tokenKeys)])
            return log
        }
        var updates: [TokenUpdates] = []
        var stages: [OPRFKeyStage] = []
        for party in PartyID.allCases {
            func store() throws -> OPRFKeyStore {
                OPRFKeyStore(
                    party: party, state: try SQLiteStateStore(path: folder.path("\(party).sqlite")),
                    wrap: SecretKey(bytes: [UInt8](repeating: UInt8(party.rawValue) + 1, count: 32)))
            }
            let known = try store().updates(consortium: "c")
            updates.append(known)
            stages.append(
                try OPRFKeyStage(
                    consortium: "c", firstAttempt: 1, coordinator: Self.coordinator().verifyingKey,
                    channel: KeyRecordChannel(party: party, key: Self.identity(party), parties: parties),
                    store: store(), updates: known, log: logs[party.rawValue], clock: clock, metrics: Metrics()))
        }
        (self.updates, self.stages) = (updates, stages)
    }

    private static func identity(_ party: PartyID) throws -> SigningKey {
        guard let key = SigningKey(bytes: [UInt8](repeating: UInt8(party.rawValue) + 21, count: 32)) else {
            throw TokenError.malformed
        }
        return key
    }

    private static func coordinator() throws -> SigningKey {
        guard let key = SigningKey(bytes: [UInt8](repeating: 31, count: 32)) else { throw TokenError.malformed }
        return key
    }

    /// An order of the coordinator's, shown to everybody at once.
    func order(attempt: UInt32) throws {
        let made = try RotationOrder.make(
            consortium: "c", epoch: 2, attempt: attempt, coordinator: Self.coordinator())
        let order = RotationOrder.record(made)
        relayed.insert(order.value)
        for log in logs { try log.append([NewRecord(Self.topic, key: order.key, value: order.value)]) }
    }

    /// Lets the parties work, and shows each what others wrote and `isShown` lets through; what it does not, waits.
    func run(turns: Int = 12, isShown: (_ record: String, _ to: PartyID) -> Bool) throws {
        let now = SystemClock().now
        for _ in 0..<turns {
            for stage in stages { _ = try stage.turn(until: now) }
            for writer in PartyID.allCases {
                let reader = try logs[writer.rawValue].reader(at: [Position(Self.topic, shown[writer.rawValue])])
                for record in try reader.available(limit: 1000) {
                    shown[writer.rawValue] = record.position.offset + 1
                    guard let value = record.value, relayed.insert(value).inserted else { continue }
                    for other in PartyID.allCases where other != writer {
                        waiting[other.rawValue].append(NewRecord(Self.topic, key: record.key, value: value))
                    }
                }
            }
            for party in PartyID.allCases {
                let due = waiting[party.rawValue].filter {
                    isShown(String(decoding: $0.key ?? [], as: UTF8.self), party)
                }
                waiting[party.rawValue].removeAll { record in due.contains { $0.value == record.value } }
                if !due.isEmpty { try logs[party.rawValue].append(due) }
            }
        }
    }
}

/// Split view: the broker shows one party the records of a rotation in another order than the others.
@Suite("A broker that forks the topic of token keys")
struct ForkedTokenKeysTests {
    @Test("leaves a party with another key, which shows in the digest that every batch is planned with")
    func forked() throws {
        let broker = try ForkingBroker()
        try broker.run { _, _ in true }
        try #require(broker.stages.allSatisfy { $0.newest == .first })
        let first = broker.updates.map { $0.keyDigest(of: .first) }
        #expect(first[0] != nil && Set(first).count == 1)

        // All three find the first attempt's key, and nobody is shown that another did.
        try broker.order(attempt: 1)
        try broker.run { record, _ in !record.hasSuffix("/manifest") }
        try #require(broker.stages.allSatisfy { $0.newest == .first })
        // So with the second. Then party 1 is shown the end of the first, and the others that of the second.
        try broker.order(attempt: 2)
        try broker.run { record, _ in !record.hasSuffix("/manifest") }
        try broker.run { record, party in
            guard record.hasSuffix("/manifest") else { return true }
            return record.hasPrefix("2/1/") == (party == .one)
        }
        try #require(broker.stages.allSatisfy { $0.newest == TokenEpoch(2) })

        let second = broker.updates.map { $0.keyDigest(of: TokenEpoch(2)) }
        #expect(second[0] != nil && second[1] != nil && second[0] == second[2])
        #expect(second[0] != second[1], "party 1 is in another epoch 2, and knows it as soon as a batch names that")
        // The epoch before is the same to all: what names it alone goes on.
        #expect(broker.updates.map { $0.keyDigest(of: .first) } == first)
    }
}
