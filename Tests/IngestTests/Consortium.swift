import EventLogs
import Formats
import Foundation
import Ingest
import Keys
import LocalStore
import Model
import Records
import Sealing
import Secrets
import Simulation
import Stages
import Support
import Synchronization
import Telemetry
import Testing
import ThreeParty
import Tokens

/// Gives every identifier a token of its own, or nothing at all.
final class FakeTokens: TokenSource {
    /// As long as it is set, they do not come.
    var isSilent = false
    /// Of the key that they are under.
    var epoch = TokenEpoch(3)
    private(set) var asked: [[Identifier]] = []
    private(set) var known: [Identifier: EntityToken] = [:]

    func tokens(for identifiers: [Identifier], until moment: Moment) throws(LogError) -> EpochTokens? {
        asked.append(identifiers)
        return isSilent ? nil : EpochTokens(epoch: epoch, tokens: identifiers.map(token))
    }

    /// The point whose x is the first on the curve from a number on.
    private func token(_ identifier: Identifier) -> EntityToken {
        if let token = known[identifier] { return token }
        var seed = UInt32(known.count * 1000)
        while true {
            seed += 1
            let bytes = [2] + [UInt8](repeating: 0, count: 28) + withUnsafeBytes(of: seed.bigEndian) { Array($0) }
            if let token = try? EntityToken(bytes: bytes), !known.values.contains(token) {
                known[identifier] = token
                return token
            }
        }
    }
}

extension Sessions {
    /// Those of this epoch alone.
    var sealing: SealingSessions { SealingSessions(.init(number: epoch, sessions: members)) }

    /// A sealer whose random bytes are those of a seed, and whose key of event ids is all ones.
    func sealer(
        _ spec: BinnedSpec, shadow: BinnedSpec? = nil, seed: UInt64, under sessions: SealingSessions? = nil
    ) -> TransactionSealer {
        let generator = Mutex(SplitMix64(state: seed))
        return TransactionSealer(
            member: member, sessions: sessions ?? sealing, spec: spec, shadow: shadow,
            idKey: SecretKey(bytes: [UInt8](repeating: 1, count: 32)),
            random: { count in generator.withLock { $0.bytes(count) } })
    }
}

/// One member of a consortium that counts, over a log of its own.
final class CountingBank {
    static let topics = ["bank-a.transactions", Topics.sealed, Topics.labels, "bank-a.rejected"]
    let folder: TemporaryFolder
    let sessions: Sessions
    /// What states and pipelines that are made from now on are of.
    var spec: BinnedSpec
    let log: SQLiteEventLog
    let tokens = FakeTokens()
    let metrics = Metrics()
    let hasher = EntityHasher(k0: 1, k1: 2)
    let source: TopicPartition
    let clock = SimulatedClock(start: 4_000_000_000_000_000)

    /// - Parameter labelsAlone: whether the consortium counts nothing.
    init(labelsAlone: Bool = false) throws {
        folder = try TemporaryFolder()
        sessions = try Sessions()
        guard !labelsAlone else {
            let own = consortiumSpec()
            spec = try BinnedSpec(
                spec: FeatureSpec(name: "told", features: own.own.features, terms: own.terms, tellsLabels: true),
                edges: [[1.5, 5], [0.5, 2, 4]])
            log = try SQLiteEventLog(directory: folder.path, clock: clock)
            try log.create(Self.topics.map { TopicSettings(name: $0) })
            source = TopicPartition(Topics.transactions(sessions.member))
            return
        }
        spec = try BinnedSpec(
            spec: consortiumSpec(), edges: [[1.5, 5], [0.5, 2, 4], [0.5], [2]])
        log = try SQLiteEventLog(directory: folder.path, clock: clock)
        try log.create(Self.topics.map { TopicSettings(name: $0) })
        source = TopicPartition(Topics.transactions(sessions.member))
    }

    private static func key(_ byte: UInt8) -> SecretKey { SecretKey(bytes: [UInt8](repeating: byte, count: 32)) }

    private static func random() -> @Sendable (Int) -> [UInt8] {
        let generator = Mutex(SplitMix64(state: UInt64.random(in: 0 ... .max)))
        return { count in generator.withLock { $0.bytes(count) } }
    }

    var feed: ConsortiumFeed { feed(under: sessions.sealing) }

    private func feed(under epochs: SealingSessions) -> ConsortiumFeed {
        ConsortiumFeed(
            tokens: spec.spec.tokenEntities.isEmpty
                ? nil : BoxTokens(entities: spec.spec.tokenEntities, source: tokens, metrics: metrics),
            labels: LabelSealer(
                member: sessions.member, sessions: epochs, spec: spec, idKey: Self.key(1), random: Self.random()))
    }

    func state(_ name: String = "state", own: [Feature] = []) throws -> AgentState {
        try AgentState(
            spec: spec.spec, own: own, hasher: hasher, transactions: source,
            store: SQLiteStateStore(path: "\(folder.path)/\(name).sqlite"))
    }

    func pipeline(
        _ state: AgentState, batchSize: Int = 512, log: (any EventLog)? = nil, under epochs: SealingSessions? = nil,
        shadow: ShadowSpec? = nil
    ) throws -> IngestPipeline {
        try IngestPipeline(
            member: sessions.member, log: log ?? self.log, state: state, mapping: .canonical, rules: ValidationRules(),
            sealer: sessions.sealer(spec, shadow: shadow?.spec, seed: .random(in: 0 ... .max), under: epochs),
            consortium: epochs.map(feed) ?? feed, shadow: shadow, recipient: { HPKEPrivateKey().publicKey },
            batchSize: batchSize, clock: clock, metrics: metrics)
    }

    func send(_ records: [[UInt8]]) throws { try log.append(records.map { NewRecord(source, value: $0) }) }

    /// Takes in all that is in the log.
    func ingest(_ state: AgentState, batchSize: Int = 512) throws {
        try ingest(state, through: log.end(of: source), batchSize: batchSize)
    }

    /// Takes in what is below an offset, and what comes with it.
    func ingest(_ state: AgentState, through end: Int64, batchSize: Int) throws {
        try pipeline(state, batchSize: batchSize).run(by: clock, until: { (state.ingested ?? 0) >= end })
    }

    func eventID(_ id: String) -> EventID { EventID(of: hasher.id(of: id), under: Self.key(1)) }

    func values(_ topic: String) throws -> [[UInt8]] {
        try log.reader(at: [Position(TopicPartition(topic), 0)]).available(limit: 10_000).map { $0.value ?? [] }
    }

    /// A record's event and tokens, the same in all three boxes, and the epoch that it names for them.
    func sealed() throws -> [(event: EventID, tokens: [UInt8], bits: [UInt8], epoch: UInt64)] {
        try values(Topics.sealed).map { value in
            let record = try #require(SealedTransaction(value))
            let header = Array(value[record.headerBytes])
            let event = try #require(record.header.event)
            var tokens: Set<[UInt8]> = []
            var components: [PartyID: [UInt8]] = [:]
            for party in PartyID.allCases {
                let plaintext = try SealedBox.open(
                    Array(value[record.boxes[party.rawValue]]),
                    under: #require(sessions.parties[party]).transactionBoxes,
                    associated: boxAssociatedData(header: header, party: party))
                let box = try #require(WireShareBox(decoding: plaintext))
                tokens.insert(Array(box.tokens))
                let shares = try #require(
                    BitShares(
                        party: party, first: Array(box.first), second: Array(box.second),
                        from: event.number, bits: spec.ownBits))
                components[party] = shares.first
            }
            try #require(tokens.count == 1 && record.header.featureSpec == spec.id)
            let parts = components.values.map { $0 }
            return (
                event, tokens.first ?? [],
                parts[0].indices.map { parts[0][$0] ^ parts[1][$0] ^ parts[2][$0] }, record.header.tokenEpoch
            )
        }
    }

    /// By record, its bits of a second spec put together; nil where it names none.
    func shadowBits(_ next: BinnedSpec) throws -> [[UInt8]?] {
        try values(Topics.sealed).map { value in
            let record = try #require(SealedTransaction(value))
            let header = Array(value[record.headerBytes])
            guard record.header.shadowSpec == next.id else {
                #expect(record.header.shadowSpec == 0)
                return nil
            }
            let event = try #require(record.header.event)
            let parts = try PartyID.allCases.map { party in
                let session = try #require(sessions.parties[party])
                let plaintext = try SealedBox.open(
                    Array(value[record.boxes[party.rawValue]]), under: session.transactionBoxes,
                    associated: boxAssociatedData(header: header, party: party))
                let box = try #require(WireShareBox(decoding: plaintext))
                return try #require(
                    BitShares(
                        party: party, first: Array(box.shadowFirst), second: Array(box.shadowSecond),
                        from: event.number, bits: next.ownBits))
            }
            return parts[0].first.indices.map { at in parts.reduce(0) { $0 ^ $1.first[at] } }
        }
    }

    /// A label record with its entries put together again.
    struct Told: Equatable {
        var source: SourcePosition
        var events: [EventID]
        /// Nil where it is not said.
        var frauds: [Bool]?
        var times: [EventTime] = []
        var tokens: [[UInt8]] = []
        var tokenEpoch: UInt64 = 0
    }

    func told() throws -> [Told] {
        try values(Topics.labels).map { value in
            let record = try #require(LabelRecord(value))
            try #require(record.header.member == sessions.member && record.header.featureSpec == spec.id)
            var sums = [UInt16](repeating: 0, count: record.header.count)
            var labels: [SharedLabel] = []
            for party in PartyID.allCases {
                let plaintext = try SealedBox.open(
                    record.boxes[party.rawValue], under: #require(sessions.parties[party]).labelBoxes,
                    associated: labelAssociatedData(header: record.headerBytes, party: party))
                var streams = CounterStream()
                let read = try #require(
                    LabelEntries.read(
                        plaintext, at: party, header: record.header, slots: spec.spec.tokenEntities.count, &streams))
                try #require(labels.isEmpty || labels.map(\.event) == read.map(\.event))
                labels = read
                for (number, label) in read.enumerated() { sums[number] &+= label.outcome?.first ?? 0 }
            }
            try #require(sums.allSatisfy { $0 < 2 })
            var told = Told(source: try #require(record.header.source), events: labels.map(\.event))
            told.tokenEpoch = record.header.tokenEpoch
            if record.header.labelled { told.frauds = sums.map { $0 == 1 } }
            if record.header.history { (told.times, told.tokens) = (labels.compactMap(\.time), labels.map(\.tokens)) }
            return told
        }
    }
}
