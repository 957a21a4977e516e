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

/// Random bytes that come again with the same seed.
private func random(seed: UInt64) -> @Sendable (Int) -> [UInt8] {
    let generator = Mutex(SplitMix64(state: seed))
    return { count in generator.withLock { $0.bytes(count) } }
}

/// Nineteen features of 31 edges: 589 bits, the size to measure at.
private func fullSpec() throws -> BinnedSpec {
    let features = (0..<19).map { Feature(name: "f\($0)", kind: .amount) }
    let edges = (0..<31).map { Double($0) + 0.5 }
    return try BinnedSpec(
        spec: FeatureSpec(name: "full", features: features), edges: features.map { _ in edges })
}

private let moment = payment("p1", seconds: 1_530_748_831)
private let values = (0..<19).map { Double($0 * 2) }

@Suite("Sealing a transaction")
struct TransactionSealerTests {
    private let sessions: Sessions
    private let spec: BinnedSpec
    private let event: EventID

    init() throws {
        sessions = try Sessions()
        spec = try fullSpec()
        event = try #require(EventID(Array(0..<16)))
    }

    private func sealer(idKey: UInt8 = 1, seed: UInt64 = 1) -> TransactionSealer {
        TransactionSealer(
            member: sessions.member, epoch: sessions.epoch, sessions: sessions.members, spec: spec,
            idKey: SecretKey(bytes: [UInt8](repeating: idKey, count: 32)), random: random(seed: seed))
    }

    private func sealed(seed: UInt64 = 1) throws -> (wire: WireSealedTransaction, bytes: [UInt8]) {
        let bytes = sealer(seed: seed).seal(
            moment, event: event, features: values, tokens: .none,
            at: SealedPlace(source: SourcePosition(offset: 1 << 40), previous: SourcePosition(offset: 7), partition: 3))
        guard case .transaction(let wire)? = try #require(WireSealedRecord(decoding: bytes)).body else {
            throw SealedBox.OpenError.notAuthentic
        }
        return (wire, bytes)
    }

    /// A party's shares of the bits, opened as the party opens them.
    private func open(
        _ wire: WireSealedTransaction, at party: PartyID, box: PartyID? = nil, header: [UInt8]? = nil
    ) throws -> BitShares {
        let session = try #require(sessions.parties[party])
        let box = box ?? party
        let plaintext = try SealedBox.open(
            Array(wire.boxes[box.rawValue]), under: session.transactionBoxes,
            associated: boxAssociatedData(header: header ?? Array(wire.header), party: box))
        let parts = try #require(WireShareBox(decoding: plaintext))
        return try #require(
            BitShares(
                party: party, first: Array(parts.first), second: Array(parts.second), from: event.number,
                bits: spec.bits))
    }

    @Test("tells in the clear what the parties need, and no more")
    func header() throws {
        let (wire, _) = try sealed()
        let header = try #require(WireSealedHeader(decoding: Array(wire.header)))
        var expected = WireSealedHeader()
        expected.schema = 2
        expected.member = "bank-a"
        expected.eventID = Data(event.bytes)
        expected.eventTime = 1_530_748_831
        expected.source.offset = 1 << 40
        expected.sessionEpoch = 1
        expected.previous.offset = 7
        expected.partition = 3
        expected.session = Data(sessions.members.id.bytes)
        expected.featureSpec = spec.id
        #expect(header == expected)
        #expect(wire.boxes.count == 3)
    }

    @Test("with a second spec gives each party two components of its bits, too, at twice their bytes and seeds")
    func shadowBytes() throws {
        let features = (0..<5).map { Feature(name: "g\($0)", kind: .amount) }
        let next = try BinnedSpec(
            spec: FeatureSpec(name: "next", features: features),
            edges: features.map { _ in (0..<22).map { Double($0) + 0.5 } })
        #expect(next.ownBits == 110)
        let sealer = TransactionSealer(
            member: sessions.member, epoch: sessions.epoch, sessions: sessions.members, spec: spec, shadow: next,
            idKey: SecretKey(bytes: [UInt8](repeating: 1, count: 32)), random: random(seed: 1))
        func sealed(_ shadow: [Double]?) throws -> (bytes: [UInt8], wire: WireSealedTransaction) {
            let bytes = sealer.seal(
                moment, event: event, features: values, shadow: shadow, tokens: .none,
                at: SealedPlace(source: SourcePosition(offset: 5)))
            guard case .transaction(let wire)? = try #require(WireSealedRecord(decoding: bytes)).body else {
                throw SealedBox.OpenError.notAuthentic
            }
            return (bytes, wire)
        }
        let shadow: [Double] = [0, 22, 3, 9, 17]
        let (plain, both) = (try sealed(nil), try sealed(shadow))
        #expect(try #require(WireSealedHeader(decoding: Array(plain.wire.header))).shadowSpec == 0)
        #expect(try #require(WireSealedHeader(decoding: Array(both.wire.header))).shadowSpec == next.id)
        // Boxes' lengths take a byte more here and there.
        let more = both.bytes.count - plain.bytes.count
        #expect(more >= 113 && more < 120)
        var components: [PartyID: [UInt8]] = [:]
        for party in PartyID.allCases {
            let plaintext = try SealedBox.open(
                Array(both.wire.boxes[party.rawValue]), under: #require(sessions.parties[party]).transactionBoxes,
                associated: boxAssociatedData(header: Array(both.wire.header), party: party))
            let box = try #require(WireShareBox(decoding: plaintext))
            #expect(box.shadowFirst != box.first && box.shadowSecond != box.second)
            let shares = try #require(
                BitShares(
                    party: party, first: Array(box.shadowFirst), second: Array(box.shadowSecond), from: event.number,
                    bits: next.bits))
            for (component, bytes) in [(party, shares.first), (party.next, shares.second)] {
                #expect(components[component] == nil || components[component] == bytes)
                components[component] = bytes
            }
        }
        let (zero, one, two) = (components[.zero]!, components[.one]!, components[.two]!)
        let sum: [UInt8] = (0..<14).map { zero[$0] ^ one[$0] ^ two[$0] }
        #expect(sum == next.thermometer(next.bins(shadow)))
        // What is scored is there as ever.
        #expect(try open(both.wire, at: .zero).first.count == (spec.bits + 7) / 8)
    }

    @Test("gives each party two components, whose XOR is the thermometer bits")
    func reconstructs() throws {
        let (wire, _) = try sealed()
        let bits = spec.thermometer(spec.bins(values))
        var components: [PartyID: [UInt8]] = [:]
        for party in PartyID.allCases {
            let shares = try open(wire, at: party)
            for (component, bytes) in [(party, shares.first), (party.next, shares.second)] {
                #expect(components[component] == nil || components[component] == bytes)
                components[component] = bytes
                #expect(bytes != bits)
            }
        }
        let sum = bits.indices.map { components[.zero]![$0] ^ components[.one]![$0] ^ components[.two]![$0] }
        #expect(sum == bits)
    }

    @Test("another party's box does not open, not even with its own party number")
    func otherParty() throws {
        let (wire, _) = try sealed()
        for party in PartyID.allCases {
            for box in [party.next, party.previous] {
                #expect(throws: SealedBox.OpenError.notAuthentic) { try open(wire, at: party, box: box) }
                // The party is part of what a box is bound to, so that one key for two parties would not help either.
                let session = try #require(sessions.parties[party])
                #expect(throws: SealedBox.OpenError.notAuthentic) {
                    try SealedBox.open(
                        Array(wire.boxes[party.rawValue]), under: session.transactionBoxes,
                        associated: boxAssociatedData(header: Array(wire.header), party: box))
                }
                var moved = wire
                moved.boxes[party.rawValue] = wire.boxes[box.rawValue]
                #expect(throws: SealedBox.OpenError.notAuthentic) { try open(moved, at: party) }
            }
        }
    }

    @Test("any changed byte of header or box keeps the box shut")
    func tampered() throws {
        let (wire, _) = try sealed()
        let header = Array(wire.header)
        for party in PartyID.allCases {
            for at in header.indices {
                var changed = header
                changed[at] ^= 1
                #expect(throws: SealedBox.OpenError.notAuthentic) { try open(wire, at: party, header: changed) }
            }
            for at in 0..<wire.boxes[party.rawValue].count {
                var changed = wire
                changed.boxes[party.rawValue][at] ^= 1
                #expect(throws: SealedBox.OpenError.notAuthentic) { try open(changed, at: party) }
            }
        }
    }

    @Test("a record is two copies of the bits, four seeds, three boxes' overhead and a header of at most 128 bytes")
    func size() throws {
        let (_, bytes) = try sealed()
        // Component 2 goes to two parties as it is; the four other parts are seeds.
        let bits = (spec.bits + 7) / 8
        let shares = 2 * bits + 4 * SeededComponents.seedBytes + 3 * SealedBox.overhead
        #expect(spec.bits == 589 && bits == 74)
        #expect((shares...shares + 128).contains(bytes.count), "\(bytes.count) bytes")
    }

    @Test("fresh randomness gives other shares and boxes of the same bits")
    func fresh() throws {
        let (first, _) = try sealed(seed: 1)
        let (second, _) = try sealed(seed: 2)
        #expect(first.header == second.header)
        for party in PartyID.allCases {
            #expect(first.boxes[party.rawValue] != second.boxes[party.rawValue])
            #expect(try open(first, at: party).first != (try open(second, at: party).first))
        }
    }

    @Test("an event id is the same for the same id and key only, and does not show the id")
    func eventIDs() {
        #expect(sealer().eventID(1) == sealer(seed: 9).eventID(1))
        #expect(sealer().eventID(1) != sealer().eventID(2))
        #expect(sealer().eventID(1) != sealer(idKey: 2).eventID(1))
        let ids = Set((0..<1000).map { sealer().eventID($0) })
        #expect(ids.count == 1000)
    }

    @Test("an event id is HMAC-SHA-256 over the agent's id, big-endian")
    func eventIDBytes() {
        let id = EventID(of: 0x0102_0304_0506_0708, under: SecretKey(bytes: Array("key".utf8)))
        // openssl dgst -sha256 -mac HMAC -macopt key:key
        #expect(id.hex == "03889f66a8810b45cdcc71fac7c603e7")
    }
}
