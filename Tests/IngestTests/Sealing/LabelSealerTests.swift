import Foundation
import Ingest
import Keys
import Model
import Records
import Sealing
import Secrets
import Support
import Synchronization
import Testing
import ThreeParty

@Suite("Sealing labels")
struct LabelSealerTests {
    private let sessions: Sessions
    private let spec: BinnedSpec

    init() throws {
        sessions = try Sessions()
        spec = try BinnedSpec(spec: consortiumSpec(), edges: [[1.5, 5], [0.5, 2, 4], [0.5], [2]])
    }

    private func sealer(idKey: UInt8 = 1, seed: UInt64 = 1) -> LabelSealer {
        let generator = Mutex(SplitMix64(seed))
        return LabelSealer(
            member: sessions.member, epoch: sessions.epoch, sessions: sessions.members, spec: spec,
            idKey: SecretKey(bytes: [UInt8](repeating: idKey, count: 32)),
            random: { count in generator.withLock { $0.bytes(count) } })
    }

    /// Labels at random, each id once.
    private static func labels(_ count: Int, seed: UInt64 = 4) -> [DueLabel] {
        var random = SplitMix64(seed)
        return (0..<count).map { _ in DueLabel(id: random.next(), fraud: Bool.random(using: &random)) }
    }

    /// What a party opens of a record.
    private func opened(_ value: [UInt8], at party: PartyID, box: PartyID? = nil) throws -> [SharedLabel] {
        let record = try #require(LabelRecord(value))
        let box = box ?? party
        let session = try #require(sessions.parties[party])
        let plaintext = try SealedBox.open(
            record.boxes[box.rawValue], under: session.labelBoxes,
            associated: labelAssociatedData(header: record.headerBytes, party: box))
        var streams = CounterStream()
        return try #require(LabelEntries.read(plaintext, at: party, header: record.header, slots: 2, &streams))
    }

    /// The labels of a record as all three parties' components make them, by event.
    private func added(_ value: [UInt8]) throws -> [EventID: Bool] {
        let all = try PartyID.allCases.map { try opened(value, at: $0) }
        var found: [EventID: Bool] = [:]
        for (number, label) in all[0].enumerated() {
            #expect(all.allSatisfy { $0[number].event == label.event })
            let sum = all.reduce(UInt16(0)) { $0 &+ ($1[number].outcome?.first ?? 7) }
            #expect(sum <= 1 && found[label.event] == nil)
            found[label.event] = sum == 1
        }
        return found
    }

    @Test("gives each label to three parties, who only together know what it says", arguments: [1, 2, 511, 512])
    func labels(count: Int) throws {
        let sealer = sealer()
        let labels = Self.labels(count)
        let records = sealer.sealed(labels, source: SourcePosition(partition: 2, offset: 9, index: 3))
        try #require(records.count == 1)
        let expected = Dictionary(uniqueKeysWithValues: labels.map { (sealer.eventID($0.id), $0.fraud) })
        #expect(try added(records[0]) == expected)
        let header = try #require(LabelRecord(records[0])).header
        #expect(header.member == sessions.member && header.sessionEpoch == sessions.epoch && header.count == count)
        #expect(header.source == SourcePosition(partition: 2, offset: 9, index: 3) && !header.history)
        #expect(header.featureSpec == spec.id && header.tokenEpoch == 0)
    }

    @Test("goes on in another record after 512, each at the next index", arguments: [513, 1024, 1025, 1300])
    func many(count: Int) throws {
        let sealer = sealer()
        let labels = Self.labels(count)
        let records = sealer.sealed(labels, source: SourcePosition(offset: 5, index: 1))
        let headers = try records.map { try #require(LabelRecord($0)).header }
        #expect(headers.map(\.count) == stride(from: 0, to: count, by: 512).map { min(512, count - $0) })
        #expect(headers.map(\.source?.index) == (1...records.count).map { $0 })
        var all: [EventID: Bool] = [:]
        for record in records { all.merge(try added(record)) { $1 } }
        #expect(all == Dictionary(uniqueKeysWithValues: labels.map { (sealer.eventID($0.id), $0.fraud) }))
        #expect(sealer.sealed([], source: SourcePosition(offset: 5)).isEmpty)
    }

    @Test("names events in an order that says nothing of when they came")
    func order() throws {
        let labels = Self.labels(300)
        let source = SourcePosition(offset: 5)
        var random = SplitMix64(6)
        let events = try [labels, labels.reversed(), labels.shuffled(using: &random)].map { labels in
            try opened(sealer().sealed(labels, source: source)[0], at: .one).map(\.event)
        }
        #expect(Set(events).count == 1)
        for (one, next) in zip(events[0], events[0].dropFirst()) {
            #expect(one.bytes.lexicographicallyPrecedes(next.bytes))
        }
    }

    @Test("names an event alike for every record of a member, and otherwise for another member")
    func events() {
        #expect(sealer().eventID(7) == sealer(seed: 9).eventID(7))
        #expect(sealer().eventID(7) != sealer(idKey: 2).eventID(7) && sealer().eventID(7) != sealer().eventID(8))
        // The same as its transaction was sealed with.
        let key = SecretKey(bytes: [UInt8](repeating: 1, count: 32))
        #expect(sealer().eventID(.max) == EventID(of: .max, under: key))
    }

    @Test("makes records of frauds and of none alike in all that is open, and each anew")
    func hiding() throws {
        let ids = Self.labels(40).map(\.id)
        let source = SourcePosition(offset: 5)
        let sealer = sealer()
        let frauds = sealer.sealed(ids.map { DueLabel(id: $0, fraud: true) }, source: source)[0]
        let none = sealer.sealed(ids.map { DueLabel(id: $0, fraud: false) }, source: source)[0]
        #expect(frauds.count == none.count)
        let (one, other) = (try #require(LabelRecord(frauds)), try #require(LabelRecord(none)))
        #expect(one.headerBytes == other.headerBytes && one.boxes.map(\.count) == other.boxes.map(\.count))
        #expect(Set(one.boxes + other.boxes).count == 6)
        for event in ids.map(sealer.eventID) {
            #expect(Data(frauds).range(of: Data(event.bytes)) == nil)
        }
        // Two components of three are as good as random: they differ between two records of the same labels.
        let again = sealer.sealed(ids.map { DueLabel(id: $0, fraud: true) }, source: source)[0]
        for party in PartyID.allCases {
            let shares = try [frauds, again].map { try opened($0, at: party).map { $0.outcome?.first } }
            #expect(shares[0] != shares[1])
        }
    }

    @Test("seals for one party what no other opens", arguments: PartyID.allCases)
    func boxes(party: PartyID) throws {
        let record = sealer().sealed(Self.labels(3), source: SourcePosition(offset: 5))[0]
        _ = try opened(record, at: party)
        for other in [party.next, party.previous] {
            #expect(throws: (any Error).self) { try opened(record, at: party, box: other) }
        }
    }
}

extension LabelSealer {
    /// The sealed records of a source, as its first.
    fileprivate func sealed(_ labels: [DueLabel], source: SourcePosition) -> [[UInt8]] {
        records(labels, source: source).map { seal($0, after: nil) }
    }
}
