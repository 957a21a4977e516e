import Foundation
import Ingest
import Model
import Records
import Sealing
import SecureScoring
import Support
import Testing
import ThreeParty

/// Shares hide from each party whether they are of anything that the protocol is for. What a member may make of that (bits that
/// no value has, to read a model by; a fraud that counts for a thousand) is found in the first round, without a message more.
@Suite("A member that shares what no transaction and no label has")
struct InvalidInputTests {
    /// Changes one bit of the shared bits: in the explicit component, at both parties that hold it.
    private func flip(_ bit: Int, _ record: [UInt8], _ bank: AttackingBank) throws -> [UInt8] {
        try bank.reseal(record) { party, plaintext in
            let box = try #require(plaintext.withUnsafeBytes { ShareBox($0) })
            let part = party == .one ? box.second : party == .two ? box.first : 0..<0
            if !part.isEmpty { plaintext[part.lowerBound + bit >> 3] ^= 1 << UInt8(bit & 7) }
        }
    }

    @Test("is refused for thermometer bits with a gap, and never for those of a value", arguments: [false, true])
    func thermometer(counts: Bool) throws {
        let (spec, model) = try counts ? AttackedModels.counted() : AttackedModels.plain()
        let cell = try AttackedCell(spec, model)
        // Values of 0, 3, 7 and 5 set edges of their features, each of seven edges.
        let slots = [UInt8](repeating: 0, count: spec.spec.tokenEntities.count * 33)
        let honest = (0..<28).map { bit in
            cell.bank.seal(
                [0, 3, 7, 5], source: Int64(bit), spec: spec,
                tokens: slots.isEmpty ? .none : .init(epoch: 1, bytes: slots))
        }
        let run = try cell.run(try cell.batch(honest))
        #expect(run.scored.count == 3)
        #expect(run.scored.values.allSatisfy { $0.agreement.refusals.allSatisfy { $0 == nil } })
        // With any one bit changed a thermometer stays one only at its upper end.
        let changed = try honest.enumerated().map { try flip($0.offset, $0.element, cell.bank) }
        let scored = try #require(try cell.run(try cell.batch(changed)).scored[.one])
        for (bit, refusal) in scored.agreement.refusals.enumerated() {
            let (set, place) = ([0, 3, 7, 5][bit / 7], bit % 7)
            let stays = place == set || place == set - 1
            #expect(refusal?.refusal == (stays ? nil : .notThermometer), "bit \(bit)")
            #expect(refusal?.party == nil)
        }
    }

    @Test("is refused for an outcome other than 0 and 1", arguments: [0, 1] as [UInt16])
    func outcomes(outcome: UInt16) throws {
        let (spec, model) = try AttackedModels.counted()
        let cell = try AttackedCell(spec, model)
        // What is added to the outcome of one of three entries.
        let added: [UInt16] = [0, 1, 2, 3, 255, 256, 1 << 14, 1 << 15, (1 << 15) - 1, .max, .max - 1]
        let records = try added.enumerated().map { number, added in
            let entries = try (0..<3).map { entry in
                LabelEntry(
                    event: try #require(EventID([UInt8](repeating: UInt8(number * 3 + entry), count: 16))),
                    fraud: outcome == 1)
            }
            return try cell.bank.resealLabels(
                cell.bank.label(entries, source: Int64(number), spec: spec)
            ) { party, plaintext in
                var box = try #require(WireLabelBox(decoding: plaintext))
                func add(_ part: inout Data) {
                    var outcomes = UInt16.unpack(Array(part))
                    outcomes[1] &+= added
                    part = Data(UInt16.pack(outcomes))
                }
                if party == .one { add(&box.second) }
                if party == .two { add(&box.first) }
                plaintext = box.encoded
            }
        }
        let run = try cell.run(try cell.labels(records))
        for party in PartyID.allCases {
            let refusals = try #require(run.scored[party]).agreement.refusals
            for (added, refusal) in zip(added, refusals) {
                let isBit = outcome &+ added <= 1
                #expect(refusal?.refusal == (isBit ? nil : .notABit), "\(outcome) and \(added)")
            }
        }
    }
}
