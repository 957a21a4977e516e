import EventLogs
import Foundation
import Keys
import Model
import Records
import Sealing
import SecureScoring
import Testing

/// One bad record, and what becomes of it.
private struct Bad: Sendable {
    var code: String
    /// Number of the party that says so, as in the record: 1 + its index.
    var party: UInt32 = 1
    /// Whether a member can be told.
    var named = true
    var bytes: [UInt8]?
}

@Suite("A record that a party can't use", .serialized)
struct RefusalTests {
    private let world: World

    init() throws { world = try World() }

    /// A valid record with its parts changed.
    private func sealed(
        _ number: Int64, _ change: (inout WireSealedTransaction) throws -> Void
    ) throws -> [UInt8] {
        let bytes = try world.a.seal(values(number), source: number, spec: world.spec)
        guard case .transaction(var wire)? = WireSealedRecord(decoding: bytes)?.body else { return [] }
        try change(&wire)
        var record = WireSealedRecord()
        record.transaction = wire
        return record.encoded
    }

    private func header(_ number: Int64, _ change: (inout WireSealedHeader) -> Void) throws -> [UInt8] {
        try sealed(number) { wire in
            guard var header = WireSealedHeader(decoding: Array(wire.header)) else { return }
            change(&header)
            wire.header = Data(header.encoded)
        }
    }

    /// A box that opens, and holds `plaintext`.
    private func box(_ number: Int64, _ party: PartyID, _ plaintext: [UInt8]) throws -> [UInt8] {
        try sealed(number) { wire in
            let session = try #require(world.a.sessions[party])
            wire.boxes[party.rawValue] = Data(
                SealedBox.seal(
                    plaintext, under: session.transactionBoxes,
                    associated: boxAssociatedData(header: Array(wire.header), party: party)))
        }
    }

    private func badRecords() throws -> [Bad] {
        let other = try testSpec("other")
        var shortShares = WireShareBox()
        shortShares.first = Data(count: 16)
        shortShares.second = Data(count: 15)
        return [
            Bad(code: "header_malformed", named: false, bytes: [0xFF, 0xFF]),
            Bad(code: "header_malformed", named: false, bytes: []),
            Bad(code: "header_malformed", named: false, bytes: nil),
            Bad(code: "unknown_schema", bytes: try header(1) { $0.schema = 1 }),
            Bad(code: "header_malformed", named: false, bytes: try header(2) { $0.eventID.removeLast() }),
            Bad(code: "header_malformed", named: false, bytes: try header(3) { $0.source.offset = -1 }),
            Bad(code: "header_malformed", named: false, bytes: try header(4) { $0.clearSource() }),
            Bad(code: "header_malformed", named: false, bytes: try sealed(5) { $0.header = Data([0xFF]) }),
            Bad(code: "unknown_member", named: false, bytes: try header(6) { $0.member = "bank-x" }),
            Bad(code: "unknown_member", named: false, bytes: try header(7) { $0.member = "BANK A" }),
            Bad(code: "unknown_session", bytes: try header(8) { $0.sessionEpoch = 9 }),
            Bad(
                code: "unknown_session",
                bytes: try Bank("bank-a", epoch: 2).seal(values(9), source: 9, spec: world.spec)),
            Bad(code: "wrong_feature_spec", bytes: try world.a.seal(values(10), source: 10, spec: other)),
            Bad(code: "unknown_session", bytes: try header(23) { $0.session[0] ^= 1 }),
            Bad(code: "unknown_session", bytes: try header(24) { $0.session = Data() }),
            Bad(code: "wrong_partition", bytes: try header(25) { $0.partition = 1 }),
            Bad(code: "header_malformed", bytes: try header(26) { $0.previous = $0.source }),
            Bad(code: "box_not_opened", bytes: try header(27) { $0.previous.offset = 3 }),
            Bad(code: "box_missing", bytes: try sealed(11) { $0.boxes.removeLast() }),
            Bad(code: "box_missing", bytes: try sealed(12) { $0.boxes.append(Data()) }),
            Bad(code: "box_missing", bytes: try sealed(13) { $0.boxes = [] }),
            Bad(code: "box_not_opened", bytes: try sealed(14) { $0.boxes.swapAt(0, 1) }),
            Bad(code: "box_not_opened", party: 2, bytes: try sealed(15) { $0.boxes[1] = $0.boxes[2] }),
            Bad(code: "box_not_opened", party: 3, bytes: try sealed(16) { $0.boxes[2] = Data() }),
            Bad(code: "box_not_opened", bytes: try header(17) { $0.eventTime += 1 }),
            Bad(code: "box_not_opened", bytes: try header(18) { $0.source.offset += 1 }),
            Bad(code: "unknown_session", bytes: try Bank("bank-a").seal(values(19), source: 19, spec: world.spec)),
            Bad(code: "box_malformed", bytes: try box(20, .zero, [0xFF])),
            Bad(code: "box_malformed", party: 2, bytes: try box(21, .one, [])),
            Bad(code: "box_malformed", party: 3, bytes: try box(22, .two, shortShares.encoded)),
        ]
    }

    @Test("becomes one rejected record with its code, and the rest of the batch is scored")
    func refusals() throws {
        let model = try randomModel("v1", spec: world.spec)
        let bad = try badRecords()
        var batch: [[UInt8]?] = [try world.activation(try world.deal(model), sequence: 1)]
        var expected: [Int64: Int64] = [:]
        for (index, record) in bad.enumerated() {
            let good = Int64(100 + index)
            batch += [record.bytes, try world.a.seal(values(good), source: good, spec: world.spec)]
            expected[good] = model.score(values: values(good))
        }
        let offsets = try world.append(batch)
        try world.start()
        let opened = try world.scores(world.a, bad.count)
        #expect(opened.bySource() == expected)
        // Of those that all three had opened, each party tells the member by itself: nobody else can make it believe so.
        #expect(
            opened.refused == [10: .wrongFeatureSpec, 20: .boxMalformed, 21: .boxMalformed, 22: .boxMalformed])
        world.stop()

        let key = try world.a.hpke()
        var rejected = try world.rejected(Topics.rejected(world.a.id), bad.count(where: \.named))
        rejected += try world.rejected(Topics.rejected, bad.count { !$0.named })
        #expect(rejected.count == bad.count)
        for (index, bad) in bad.enumerated() {
            let offset = offsets[1 + 2 * index]
            let record = try #require(rejected.first { $0.offset == offset })
            #expect(record.reason == bad.code && record.party == bad.party, "record \(index), \(record.reason)")
            #expect(record.topic == Topics.sealed && record.partition == 0 && record.stage == "scoring")
            #expect(record.member == (bad.named ? "bank-a" : ""))
            // Its box was opened before it was refused, so that it is known to be the member's.
            if ["box_malformed", "wrong_feature_spec"].contains(bad.code) {
                #expect(try RejectedRecord.open(record, key: key) == bad.bytes)
            } else {
                #expect(record.sealedOriginal.isEmpty)
            }
        }
        #expect(try world.records(Topics.rejected(world.b.id)).isEmpty)
        #expect(world.entries.errors.isEmpty)
    }

    @Test("that was forged in another member's name is told to that member without its original, and scores nothing")
    func forgedMember() throws {
        let model = try randomModel("v1", spec: world.spec)
        let forged = try header(1) {
            $0.member = "bank-b"
            $0.session = Data(world.b.sessions.id.bytes)
        }
        try world.append([try world.activation(try world.deal(model), sequence: 1), forged])
        try world.append([try world.b.seal(values(2), source: 2, spec: world.spec)])
        try world.start()
        #expect(try world.scores(world.b, 1).bySource() == [2: model.score(values: values(2))])
        let record = try #require(try world.rejected(Topics.rejected(world.b.id), 1).first)
        #expect(record.reason == "box_not_opened")
        #expect(record.sealedOriginal.isEmpty && record.encapsulatedKey.isEmpty)
        world.stop()
        #expect(try world.records(Topics.scores(world.a.id)).isEmpty)
    }

    @Test("has a stable code for each reason")
    func codes() {
        #expect(
            (1...13).compactMap { Refusal(rawValue: $0)?.code } == [
                "header_malformed", "unknown_member", "unknown_session", "wrong_feature_spec", "box_missing",
                "box_not_opened", "box_malformed", "unknown_schema", "unknown_token_epoch", "wrong_partition",
                "unknown_partition", "epoch_closed", "member_left",
            ])
        #expect(Refusal(rawValue: 0) == nil && Refusal(rawValue: 14) == nil)
    }
}
