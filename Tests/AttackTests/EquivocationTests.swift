import EventLogs
import Foundation
import Ingest
import Keys
import Model
import Records
import Sealing
import SecureScoring
import Support
import Testing
import ThreeParty

/// A member's three boxes are bound to one header, and each party opens its own. If nothing compared what they hold, a member could
/// have one party count another token than the others: sums of shares would be of nothing then, for everybody who asks for it.
@Suite("A member that puts other things into one party's box")
struct EquivocationTests {
    private let plain: AttackedCell
    private let counted: AttackedCell
    private static let tokens = [
        "036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
        "037cf27b188d034f7e8a52380304b51ac3c08969e277f21b35a60b48fc47669978",
    ].map { text in
        stride(from: 0, to: text.count, by: 2).map { at in
            UInt8(text.dropFirst(at).prefix(2), radix: 16) ?? 0
        }
    }

    init() throws {
        var (spec, model) = try AttackedModels.plain()
        plain = try AttackedCell(spec, model)
        (spec, model) = try AttackedModels.counted()
        counted = try AttackedCell(spec, model)
    }

    private func transaction(_ number: Int64, at cell: AttackedCell) -> [UInt8] {
        cell.bank.seal(
            [1, 2, 3, Double(number)], source: number, spec: cell.spec,
            tokens: cell.spec.spec.tokenEntities.isEmpty ? .none : BoxedTokens(epoch: 1, bytes: Self.tokens[0]))
    }

    /// Runs three transactions or label records of which the second is as given; what the parties agreed on.
    private func refusal(of batch: SealedBatch, at cell: AttackedCell) throws -> Refusal? {
        let run = try cell.run(batch)
        #expect(run.scored.count == 3 && run.aborts.isEmpty)
        let agreements = try PartyID.allCases.map { try #require(run.scored[$0]).agreement }
        // All three come to the same, and blame nobody but the record's sender.
        #expect(Set(agreements.map(\.digest)).count == 1)
        for agreement in agreements {
            #expect(agreement.refusals == agreements[0].refusals && agreement.refusals.count == 3)
            #expect(agreement.refusals[0] == nil && agreement.refusals[2] == nil)
            #expect(agreement.codes.allSatisfy { $0 == [0, 0, 0] })
        }
        guard let refused = agreements[0].refusals[1] else { return nil }
        #expect(refused.party == nil)
        let records = Rejections(recipients: [cell.bank.id: try AttackedCell.hpke(.zero).publicKey])
            .records(of: batch, agreements[0])
        #expect(records.map(\.partition.topic) == [Topics.rejected(cell.bank.id)])
        let rejected = try #require(WireRejected(decoding: records.first?.value ?? []))
        #expect(rejected.reason == refused.refusal.code)
        return refused.refusal
    }

    private func refusal(
        ofTransactionAt cell: AttackedCell, _ change: (PartyID, inout [UInt8]) throws -> Void
    ) throws -> Refusal? {
        let records = try (0..<3 as Range<Int64>).map { number in
            let record = transaction(number, at: cell)
            return number == 1 ? try cell.bank.reseal(record, change) : record
        }
        return try refusal(of: cell.batch(records), at: cell)
    }

    @Test("is refused by all, and the rest of the batch is scored: of shares", arguments: PartyID.allCases)
    func shares(party: PartyID) throws {
        for part in [\ShareBox.first, \.second] {
            for cell in [plain, counted] {
                let found = try refusal(ofTransactionAt: cell) { at, plaintext in
                    guard at == party else { return }
                    let box = try #require(plaintext.withUnsafeBytes { ShareBox($0) })
                    plaintext[box[keyPath: part].lowerBound] ^= 1
                }
                #expect(found == .boxesDiffer)
            }
        }
    }

    @Test("is refused by all: of tokens, named to some and not to others, or other ones", arguments: PartyID.allCases)
    func tokens(party: PartyID) throws {
        for other in [Self.tokens[1], [UInt8](repeating: 0, count: 33)] {
            let found = try refusal(ofTransactionAt: counted) { at, plaintext in
                guard at == party else { return }
                let box = try #require(plaintext.withUnsafeBytes { ShareBox($0) })
                plaintext.replaceSubrange(box.tokens, with: other)
            }
            #expect(found == .boxesDiffer)
        }
    }

    @Test("is refused by all: of labels' events, times, tokens and shares", arguments: PartyID.allCases)
    func labels(party: PartyID) throws {
        func changed(
            history: Bool, _ change: (inout WireLabelBox) -> Void = { _ in }
        ) throws -> Refusal? {
            let records = try (0..<3).map { number -> [UInt8] in
                let entries = try (0..<2).map { entry in
                    LabelEntry(
                        event: try #require(EventID([UInt8](repeating: UInt8(number * 2 + entry), count: 16))),
                        fraud: entry == 0, time: history ? EventTime(seconds: 1_530_748_831) : nil,
                        tokens: history ? Self.tokens[0] : [])
                }
                let record = counted.bank.label(
                    entries, source: Int64(number), spec: counted.spec, history: history)
                guard number == 1 else { return record }
                return try counted.bank.resealLabels(record) { at, plaintext in
                    guard at == party else { return }
                    var box = try #require(WireLabelBox(decoding: plaintext))
                    change(&box)
                    plaintext = box.encoded
                }
            }
            return try refusal(of: counted.labels(records), at: counted)
        }
        for history in [false, true] {
            #expect(try changed(history: history) == nil)
            #expect(try changed(history: history) { $0.events[3] ^= 1 } == .boxesDiffer)
            #expect(try changed(history: history) { $0.first[0] ^= 1 } == .boxesDiffer)
            #expect(try changed(history: history) { $0.second[0] ^= 1 } == .boxesDiffer)
        }
        #expect(try changed(history: true) { $0.times[15] ^= 1 } == .boxesDiffer)
        #expect(
            try changed(history: true) { $0.tokens.replaceSubrange(33..<66, with: Self.tokens[1]) } == .boxesDiffer)
    }
}
