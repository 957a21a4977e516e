/// Accounts by number: a customer's own has the customer's number, those of other banks' customers are negative.
enum Account {
    /// - Parameter number: 0 ..< 2^30.
    static func outside(_ number: Int) -> Int32 { -1 - Int32(number) }
    static func isOutside(_ account: Int32) -> Bool { account < 0 }
}
