import Desk
import Policy
import Records
import Support

/// An item's name of a number.
func item(_ number: UInt8) -> ItemID { ItemID(String(repeating: "0", count: 30) + hexadecimal([number]))! }

func act(_ number: Int) -> ActID {
    ActID(random: (0..<16).map { $0 < 8 ? 0 : UInt8(truncatingIfNeeded: number >> (8 * (15 - $0))) })
}

let ana = Actor(.person, "ana")!
let ben = Actor(.person, "ben")!

/// A record of the item 1.
func record(
    _ number: Int, by actor: Actor = ana, on subject: ItemID = item(1), expects: Int64? = nil, remark: String = "",
    _ act: Act
) -> DeskRecord {
    DeskRecord(
        id: DeskTests.act(number), item: subject, actor: actor, writtenAt: 1_735_689_600_000_000, expects: expects,
        act: act, remark: remark)
}

func facts(
    _ number: UInt8, band: Band = .review, probability: Double = 0.5, amount: Int64 = 10_000,
    decidedAt: Int64 = 1_000_000,
    rules: [String] = []
) -> AlertFacts {
    AlertFacts(
        item: item(number), source: SourcePosition(offset: Int64(number)), transaction: "t-\(number)", band: band,
        probability: probability, amount: MinorUnits(amount), customer: "c-1", terminal: "x-1",
        paidAt: EventTime(seconds: 1_735_689_600), decidedAt: decidedAt, rules: rules)
}
