import Sealing
import Testing
import ThreeParty

@Suite("Refusals of parties")
struct RefusalTests {
    /// As docs/REJECTIONS.md has the codes, and as the numbers travel between parties of other versions.
    private static let all: [(Refusal, UInt8, String)] = [
        (.headerMalformed, 1, "header_malformed"), (.unknownMember, 2, "unknown_member"),
        (.unknownSession, 3, "unknown_session"), (.wrongFeatureSpec, 4, "wrong_feature_spec"),
        (.boxMissing, 5, "box_missing"), (.boxNotOpened, 6, "box_not_opened"), (.boxMalformed, 7, "box_malformed"),
        (.unknownSchema, 8, "unknown_schema"), (.unknownTokenEpoch, 9, "unknown_token_epoch"),
        (.wrongPartition, 10, "wrong_partition"), (.unknownPartition, 11, "unknown_partition"),
        (.epochClosed, 12, "epoch_closed"), (.memberLeft, 13, "member_left"), (.overBudget, 20, "over_budget"),
        (.timeAhead, 21, "time_ahead"),
        (.tooLate, 22, "too_late"),
        (.idConflict, 23, "id_conflict"), (.repeated, 24, "repeated"), (.tooManyGaps, 25, "too_many_gaps"),
        (.boxesDiffer, 32, "boxes_differ"), (.notThermometer, 33, "not_thermometer"), (.notABit, 34, "not_a_bit"),
    ]

    @Test("have a number and a code each, which never change", arguments: all)
    func codes(refusal: Refusal, number: UInt8, code: String) {
        #expect(refusal.rawValue == number && Refusal(rawValue: number) == refusal && refusal.code == code)
    }

    @Test("of checks that all three make are those that the checks give")
    func checks() {
        for (refusal, failure) in [
            (.boxesDiffer, .boxesDiffer), (.notThermometer, .notThermometer), (.notABit, .notABit),
        ] as [(Refusal, CheckFailure)] {
            #expect(refusal.rawValue == failure.rawValue)
        }
    }

    @Test("have no other numbers")
    func numbers() {
        #expect((0...255).filter { Refusal(rawValue: $0) != nil } == Self.all.map(\.1))
        #expect(Set(Self.all.map(\.0.code)).count == Self.all.count)
    }

    @Test(
        "are of the member's limits from over_budget to id_conflict, and of an opened box where the header is the member's own"
    )
    func groups() {
        let limits: Set<String> = ["over_budget", "time_ahead", "too_late", "id_conflict"]
        // What a party can say of a record without having opened its box: anybody may have written that.
        let unopened: Set<String> = [
            "header_malformed", "unknown_member", "unknown_session", "box_missing", "box_not_opened", "unknown_schema",
            "wrong_partition", "epoch_closed", "member_left",
        ]
        for (refusal, _, code) in Self.all {
            #expect(refusal.isOverLimit == limits.contains(code), "\(code)")
            #expect(refusal.isOfOpenedBox == !unopened.contains(code), "\(code)")
            #expect("\(refusal)" == "the record is refused as `\(code)` (docs/REJECTIONS.md)")
        }
    }

    @Test("stand at their transactions' places in a batch")
    func batch() {
        var inputs = BatchInputs(bits: 12, capacity: 2)
        let refusals = Self.all.map(\.0)
        for refusal in refusals { inputs.append(refused: refusal) }
        inputs.append(refused: 200)
        #expect(inputs.count == refusals.count + 1 && inputs.codes == Self.all.map(\.1) + [200])
        for (index, refusal) in refusals.enumerated() { #expect(inputs.refusal(index) == refusal) }
        // A newer version's number has no name here.
        #expect(inputs.refusal(refusals.count) == nil)
    }
}
