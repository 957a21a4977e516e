import EventLogs
import Keys
import Logging
import Manifests
import PipelineFiles
import Records
import Secrets
import SecureScoring
import Stages
import Synchronization
import Telemetry
import ThreeParty

/// A party's taking over from its old host, of which nothing is left but the keys: whether it is to be, and whether it is done. It
/// is noted in the state of scoring, so that one that was cut off begins anew, asked for or not.
final class PartyTakeOver: Sendable {
    private static let table = "take-over"
    private static let begun: [UInt8] = [0]
    private static let over: [UInt8] = [1]

    private let store: any StateStore
    private let isOver: Mutex<Bool>

    /// - Parameters:
    ///   - store: of scoring.
    ///   - isWanted: as whoever starts the party says.
    /// - Throws: `RoleError.holdsState` where the party has scored here without one.
    init(_ store: any StateStore, partitions: Int, isWanted: Bool) throws {
        self.store = store
        let noted = try store.value(Self.table, [])
        isOver = Mutex(noted == Self.over || (noted == nil && !isWanted))
        guard noted == nil, isWanted else { return }
        for partition in 0..<partitions where try store.position(TopicPartition(Topics.sealed, partition)) != nil {
            throw RoleError.holdsState
        }
        try note(Self.begun)
    }

    /// Whether the party has all that it needs to score.
    var isDone: Bool { isOver.withLock { $0 } }

    /// Notes that all is written.
    func finish() throws(LogError) {
        try note(Self.over)
        isOver.withLock { $0 = true }
    }

    private func note(_ value: [UInt8]) throws(LogError) {
        try store.commit([.put(table: Self.table, StateEntry(key: [], value: value, order: 0))], positions: [])
    }
}

extension PartyRole {
    /// The stage that deals to another party's new host; before that it takes over, where this is one.
    func dealing(_ shared: Shared, partitions: Int) -> StagePlan {
        StagePlan("deal", isBackground: true, retried: retried(shared.metrics, ["stage": "deal"])) {
            DealStage(
                transport: shared.transport, dealings: shared.dealings, partitions: partitions, store: shared.shares,
                keys: { [self] in
                    let newest = shared.keychain.book.history.newest
                    return try pairKeys(
                        party, try keystore.hpkeKey(KeyNames(newest.number, founding: roster.epoch).agreement),
                        newest, consortium: roster.consortium, for: .refresh)
                },
                taking: shared.takeOver.isDone
                    ? nil
                    : DealStage.Taking(members: roster.members.count, nonce: { randomBytes(32) }) { [self] in
                        try write($0, shared)
                    }, clock: clock, metrics: shared.metrics, logger: logger, audit: shared.audit)
        }
    }

    /// Writes what was dealt: how far the party is comes last.
    private func write(_ content: HostDeal.Content, _ shared: Shared) throws {
        for counts in content.counts { try counts.write(to: stores.open(".counts-\(counts.partition)")) }
        for key in content.keys { try shared.shares.keep(key, after: key.generation) }
        for model in content.models { try shared.shares.keep(model.share, of: model.digest, in: model.generation) }
        for place in content.places { try place.write(to: shared.store) }
        try shared.takeOver.finish()
    }
}
