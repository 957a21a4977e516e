import Records
import Testing

/// Numbers that are the same in every run (xorshift64*; Vigna 2016).
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    /// - Parameter seed: not 0.
    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

    mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_F491_4F6C_DD1D
    }
}

func member(_ name: String) throws -> MemberID { try #require(MemberID(name)) }

func payment(day: Int, second: Int64 = 0, customer: String) -> Transaction {
    Transaction(
        id: "p", time: EventTime(seconds: Int64(day) * EventTime.day + second), customer: customer, terminal: "t",
        amount: MinorUnits(1000))
}
