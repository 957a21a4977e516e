import EventLogs
import Ingest
import Model
import Records
import SecureScoring
import Support
import Synchronization
import Testing
import ThreeParty

/// An active party runs a batch, lets a link drop so that the same plan is run again, and sends something else then. Masks follow
/// from the plan, so that an honest run comes out the same; if they followed from the plan alone, the difference of two answers
/// would be unmasked (Araki et al. 2016 have fresh randomness, and so privacy against one active party; this keeps it).
@Suite("A party that runs one plan twice, with another frame the second time")
struct RerunTests {
    private let cell: AttackedCell
    private let batch: SealedBatch
    private static let events = 24

    init() throws {
        let (spec, model) = try AttackedModels.plain()
        cell = try AttackedCell(spec, model)
        batch = try Self.batch(cell)
    }

    private static func batch(_ cell: AttackedCell) throws -> SealedBatch {
        var generator = SplitMix64(6)
        let slots = [UInt8](repeating: 0, count: cell.spec.spec.tokenEntities.count * 33)
        return try cell.batch(
            (0..<events).map { event in
                cell.bank.seal(
                    (0..<4).map { _ in Double.random(in: 0..<8, using: &generator) }, source: Int64(event),
                    spec: cell.spec, tokens: slots.isEmpty ? .none : BoxedTokens(epoch: 1, bytes: slots))
            })
    }

    /// The frames of a run with another frame of a kind from a party, whose hash it tells truthfully or as it was before.
    private func rerun(
        _ kind: Frame.Kind, _ party: PartyID, told: Frame.Kind = .refusals, tellsTruth: Bool,
        at cell: AttackedCell? = nil, of batch: SealedBatch? = nil
    ) throws -> AttackedCell.Run {
        let sent = Mutex<Digest32?>(nil)
        let keys = AttackedCell.pairKeys(party)
        return try (cell ?? self.cell).run(batch ?? self.batch) { frame, _ in
            guard frame.sender == party else { return }
            if frame.kind == kind {
                // Of what is masked alone: what stands before it says the same of the records.
                for byte in frame.payload.indices.suffix(frame.payload.count / 6) { frame.payload[byte] ^= 0xA5 }
                let key = StepLabel.frameHash
                let salt =
                    kind == .countDeal
                    ? keys.withNext.bytes(key, digest: frame.digest, count: 32)
                    : keys.withPrevious.bytes(key, digest: frame.digest, count: 32)
                let hash = Digest32(of: [salt, frame.payload])
                sent.withLock { $0 = hash }
            } else if frame.kind == told, tellsTruth, let hash = sent.withLock({ $0.take() }) {
                frame.payload.replaceSubrange((frame.payload.count - 32)..., with: hash.bytes)
            }
        }
    }

    private func elements(_ frame: Frame) -> [UInt16] { UInt16.unpack(frame.payload) }

    @Test("gets no leaf: two deals of one plan have no element in common", arguments: PartyID.allCases, [true, false])
    func leaves(party: PartyID, tellsTruth: Bool) throws {
        let first = try cell.run(batch)
        let again = try rerun(.conditionBits, party, tellsTruth: tellsTruth)
        // The deal to the active party is of the one that got its condition bits.
        let (one, other) = (
            try first.frame(.lookupDeal, from: party.previous, to: party),
            try again.frame(.lookupDeal, from: party.previous, to: party)
        )
        let differences = zip(elements(one), elements(other)).map { $0 &- $1 }
        #expect(differences.count == Self.events * 20 * 16)
        // A tree of which the deals differ in two places alone shows its leaf's index.
        let shown = stride(from: 0, to: differences.count, by: 16).count { tree in
            differences[tree..<tree + 16].count { $0 != 0 } <= 2
        }
        #expect(shown == 0)
        // Of 7,680 elements of 16 bits, hardly one is the same by chance.
        #expect(differences.count { $0 == 0 } < 8)
        #expect(one.digest != other.digest)
    }

    @Test("stops the batch: at most one share of its scores leaves", arguments: PartyID.allCases)
    func stops(party: PartyID) throws {
        let again = try rerun(.conditionBits, party, tellsTruth: false)
        #expect(again.aborts[party.previous] != nil && again.aborts[party] != nil && again.scored.count <= 1)
    }

    @Test(
        "gets nothing of a count: no mask of its bits serves twice", arguments: PartyID.allCases, [true, false])
    func counts(party: PartyID, tellsTruth: Bool) throws {
        let (spec, model) = try AttackedModels.counted()
        let cell = try AttackedCell(spec, model)
        let batch = try Self.batch(cell)
        let first = try cell.run(batch)
        #expect(first.scored.count == 3)
        // The one that was dealt to sends its bits to the dealer.
        let again = try rerun(.countDeal, party, tellsTruth: tellsTruth, at: cell, of: batch)
        try unrelated(first, again, .countBits, from: party.next, to: party)
        // Bits of counts that came otherwise are the input of the condition bits behind them.
        let other = try rerun(
            .countBits, party, told: .countBitsHash, tellsTruth: tellsTruth, at: cell, of: batch)
        try unrelated(first, other, .conditionBits, from: party.previous, to: party.previous.previous)
    }

    private func unrelated(
        _ first: AttackedCell.Run, _ again: AttackedCell.Run, _ kind: Frame.Kind, from: PartyID, to: PartyID
    ) throws {
        let frames = try [first, again].map { try $0.frame(kind, from: from, to: to) }
        #expect(frames[0].digest != frames[1].digest && frames[0].payload.count == frames[1].payload.count)
        // Behind the refusals, which are zero in both.
        let words = kind == .conditionBits ? Self.events : 0
        let bytes = Array(zip(frames[0].payload, frames[1].payload).dropFirst(words))
        let differing = bytes.reduce(0) { $0 + ($1.0 ^ $1.1).nonzeroBitCount }
        // Of hundreds of bits, half differ.
        #expect(bytes.count >= 2 * Self.events)
        #expect((0.4...0.6).contains(Double(differing) / Double(bytes.count * 8)))
    }

    @Test("gets no difference of score shares out of two boxes of one plan", arguments: PartyID.allCases)
    func boxes(party: PartyID) throws {
        let first = try cell.run(batch)
        for change in [1, 0x80] as [UInt8] {
            // The highest bit of one element, which half of the leaves' components don't show in a share; or its lowest.
            for place in 0..<8 {
                let again = try cell.run(batch) { frame, _ in
                    guard frame.sender == party, frame.kind == .lookupDeal else { return }
                    frame.payload[place * 2 + (change == 1 ? 0 : 1)] ^= change
                }
                let boxes = try [first, again].map { run in
                    let record = try #require(run.scored[party.next]?.scores.first?.value)
                    return try #require(WireScoreShares(decoding: record))
                }
                #expect(boxes[0].header == boxes[1].header)
                let shared = zip(boxes[0].box, boxes[1].box).count { $0 == $1 }
                // 80 bytes: one in 256 is the same by chance.
                #expect(boxes[0].box.count == 2 * Self.events + 32 && shared < 8)
            }
        }
    }

    @Test(
        "gets no difference of score shares where they are rounded: a part of another deal has another mask",
        arguments: PartyID.allCases)
    func parts(party: PartyID) throws {
        let (spec, model) = try AttackedModels.plain(steps: [-900, -200, 0, 300, 1000])
        let cell = try AttackedCell(spec, model, rounded: true)
        let batch = try Self.batch(cell)
        let first = try cell.run(batch)
        #expect(first.scored.count == 3 && first.aborts.isEmpty)
        let again = try cell.run(batch) { frame, _ in
            guard frame.sender == party, frame.kind == .lookupDeal else { return }
            frame.payload[0] ^= 1
        }
        // The one that was dealt to sends its part to the dealer. Its first score alone differs by what the dealer wants to know.
        let parts = try [first, again].map { try $0.frame(.scorePart, from: party.next, to: party) }
        #expect(parts[0].digest == parts[1].digest && parts[0].payload.count == 32 + 2 * Self.events)
        let shared = zip(parts[0].payload, parts[1].payload).count { $0 == $1 }
        // 80 bytes: one in 256 is the same by chance.
        #expect(shared < 8)
    }

    @Test(
        "meets other masks behind another part: of comparison keys, and of the bits that they give",
        arguments: PartyID.allCases)
    func rounding(party: PartyID) throws {
        let (spec, model) = try AttackedModels.plain(steps: [-900, -200, 0, 300, 1000])
        let cell = try AttackedCell(spec, model, rounded: true)
        let batch = try Self.batch(cell)
        let first = try cell.run(batch)
        let other = try rerun(.scorePart, party, told: .scorePartHash, tellsTruth: true, at: cell, of: batch)
        // Eight keys of 169 bytes, of which the high halves of the bytes for bits are zero.
        let keys = try [first, other].map { try $0.frame(.comparisonKeys, from: party.previous, to: party) }
        #expect(keys[0].digest != keys[1].digest && keys[0].payload.count == 8 * 169)
        #expect(zip(keys[0].payload, keys[1].payload).count { $0 == $1 } < 40)
        // Of other keys the sealed bits are others, under another key; nobody adds up what two parties say of two runs.
        let dealt = try cell.run(batch) { frame, to in
            guard frame.sender == party, frame.kind == .comparisonKeys else { return }
            frame.payload[3] ^= 1
        }
        let headers = try [first, dealt].map { run in
            let record = try #require(run.scored[party.next]?.scores.first?.value)
            let shares = try #require(WireScoreShares(decoding: record))
            return try #require(WireScoreHeader(decoding: Array(shares.header)))
        }
        #expect(headers[0].planDigest != headers[1].planDigest && headers[0].steps == 5)
    }

    @Test("is nobody's: run again honestly, everything that was sent and sealed is the same")
    func honest() throws {
        try expectSame(cell, batch)
        let (spec, model) = try AttackedModels.plain(steps: [-900, -200, 0, 300, 1000])
        let rounding = try AttackedCell(spec, model, rounded: true)
        try expectSame(rounding, Self.batch(rounding))
    }

    private func expectSame(_ cell: AttackedCell, _ batch: SealedBatch) throws {
        let (first, again) = (try cell.run(batch), try cell.run(batch))
        #expect(first.frames.map(\.frame.encoded) == again.frames.map(\.frame.encoded))
        for party in PartyID.allCases {
            let scores = try #require(first.scored[party]?.scores.map(\.value))
            #expect(try scores == #require(again.scored[party]?.scores.map(\.value)) && scores.count == 1)
        }
    }
}
