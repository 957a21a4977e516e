import EventLogs
import Foundation
import Keys
import Manifests
import Records
import Sealing
import SecureScoring
import Support
import Testing
import ThreeParty

@Suite("The records of what parties refused")
struct RejectionsTests {
    private let world: World
    private let pieces: Pieces
    private let rejections: Rejections

    init() throws {
        world = try World()
        pieces = try Pieces(world, .zero)
        try world.activate("v1", sequence: 1)
        try world.append([
            try world.a.seal(values(1), source: 1, spec: world.spec),
            try world.b.seal(values(2), source: 2, spec: world.spec), [0xFF, 0xFE],
            try world.a.seal(values(4), source: 4, spec: world.spec),
        ])
        _ = try pieces.models.scan(pieces.sealedLog(), upTo: 5, until: pieces.clock.now)
        rejections = Rejections(
            recipients: [world.a.id: try world.a.hpke().publicKey, world.b.id: try world.b.hpke().publicKey])
    }

    /// The batch of all four transactions.
    private func batch() throws -> SealedBatch {
        SealedBatch(
            partition: 0, transactions: try pieces.sealed().filter { $0.record.position.offset > 0 }, in: 1..<5,
            repeats: [], model: try pieces.models.model(at: 1), standing: nil)
    }

    private func agreement(_ zero: [UInt8], _ one: [UInt8], _ two: [UInt8]) throws -> Agreement {
        Agreement(plan: try batch().plan.digest, codes: (zero, one, two), found: zero.map { _ in 0 }, transcript: .zero)
    }

    private func read(_ records: [NewRecord]) throws -> [(topic: String, rejected: WireRejected)] {
        try records.map { ($0.partition.topic, try #require(WireRejected(decoding: $0.value ?? []))) }
    }

    @Test("say nothing where everybody took everything")
    func none() throws {
        let nothing = [UInt8](repeating: 0, count: 4)
        #expect(try rejections.records(of: batch(), agreement(nothing, nothing, nothing)).isEmpty)
    }

    @Test("go to the member that a record names, and to nobody's topic where it names none")
    func topics() throws {
        let codes: [UInt8] = [5, 5, 5, 0]
        let found = try read(rejections.records(of: batch(), agreement([0, 0, 0, 0], codes, [0, 0, 0, 0])))
        #expect(found.map(\.topic) == [Topics.rejected(world.a.id), Topics.rejected(world.b.id), Topics.rejected])
        #expect(found.map(\.rejected.member) == ["bank-a", "bank-b", ""])
        #expect(found.map(\.rejected.offset) == [1, 2, 3] && found.allSatisfy { $0.rejected.topic == Topics.sealed })
        // Counted from 1, so that 0 is nobody.
        #expect(found.allSatisfy { $0.rejected.party == 2 && $0.rejected.stage == "scoring" })
        #expect(found.allSatisfy { $0.rejected.index == 0 && $0.rejected.field.isEmpty })
    }

    @Test("hold the original for its member alone, as it was, and never in the clear")
    func originals() throws {
        let codes: [UInt8] = [7, 7, 7, 7]
        let records = try rejections.records(of: batch(), agreement(codes, codes, codes))
        let found = try read(records).map(\.rejected)
        let sent = try world.records(Topics.sealed).dropFirst().map { $0.value ?? [] }
        for (number, bank) in [(0, world.a), (1, world.b), (3, world.a)] {
            let other = bank.id == world.a.id ? world.b : world.a
            #expect(try RejectedRecord.open(found[number], key: bank.hpke()) == sent[number])
            #expect(throws: (any Error).self) { try RejectedRecord.open(found[number], key: other.hpke()) }
            #expect(Data(records[number].value ?? []).range(of: Data(sent[number].suffix(40))) == nil)
            // Under another position it opens to nobody.
            var moved = found[number]
            moved.offset += 1
            #expect(throws: (any Error).self) { try RejectedRecord.open(moved, key: bank.hpke()) }
        }
        #expect(found[2].sealedOriginal.isEmpty && found[2].encapsulatedKey.isEmpty)
    }

    @Test(
        "carry no original where no party had opened its box: whoever names a member costs nobody a seal",
        arguments: Array(1...10) + Array(20...23) + Array(32...34) as [UInt8])
    func unopened(code: UInt8) throws {
        let found = try read(rejections.records(of: batch(), agreement([code, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0])))
        let refusal = try #require(Refusal(rawValue: code))
        let opened: [Refusal] = [
            .boxMalformed, .unknownTokenEpoch, .wrongFeatureSpec, .overBudget, .timeAhead, .tooLate, .idConflict,
            .boxesDiffer,
            .notThermometer, .notABit,
        ]
        let isOpened = opened.contains(refusal)
        #expect(found.map(\.topic) == [Topics.rejected(world.a.id)] && found[0].rejected.reason == refusal.code)
        #expect(found[0].rejected.sealedOriginal.isEmpty != isOpened)
        #expect(found[0].rejected.encapsulatedKey.isEmpty != isOpened)
    }

    @Test("name the first party that refused, with its reason")
    func first() throws {
        let found = try read(rejections.records(of: batch(), agreement([0, 0, 5, 0], [0, 6, 6, 0], [7, 7, 7, 0])))
        #expect(found.map(\.rejected.party) == [3, 2, 1])
        let reasons = found.map(\.rejected.reason)
        #expect(reasons == ["box_malformed", "box_not_opened", "box_missing"])
        // The same reason whoever gives it.
        let again = try read(rejections.records(of: batch(), agreement([7, 6, 5, 0], [0, 0, 0, 0], [0, 0, 0, 0])))
        #expect(again.map(\.rejected.reason) == reasons && again.map(\.rejected.party) == [1, 1, 1])
    }

    @Test("keep the original out of a record of who is no member of theirs")
    func stranger() throws {
        let alone = Rejections(recipients: [world.b.id: try world.b.hpke().publicKey])
        let codes: [UInt8] = [5, 0, 0, 0]
        let found = try read(alone.records(of: batch(), agreement(codes, codes, codes)))
        #expect(found.map(\.topic) == [Topics.rejected] && found[0].rejected.member.isEmpty)
        #expect(found[0].rejected.sealedOriginal.isEmpty)
    }
}
