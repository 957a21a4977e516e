/// The names that banks see of customers, cards, accounts, terminals, devices and addresses: made of numbers by a
/// bijection, so that they are unique and tell nothing of the order in which the world made them.
struct Numbering: Sendable {
    let seed: UInt32
    /// Banks of the world, of which each has a bank code.
    let banks: Int

    init(seed: UInt64, banks: Int) {
        self.seed = UInt32(truncatingIfNeeded: seed ^ seed >> 32)
        self.banks = banks
    }

    func customer(_ number: Int32) -> String { name("c", UInt32(number), 1) }
    func card(_ number: Int32) -> String { name("k", UInt32(number), 2) }
    func terminal(_ number: Int32) -> String { name("t", UInt32(number), 3) }
    func merchant(_ number: Int32) -> String { name("m", UInt32(number), 4) }
    func device(_ number: UInt32) -> String { name("d", number, 5) }

    /// An account at a bank of the world: a German IBAN of an invented bank.
    func account(_ number: Int32, bank: Int) -> String {
        Self.iban("DE", 1_314, bank: 99_900_000 + UInt64(bank), mixed(UInt32(number), 6), digits: 18)
    }

    /// An account elsewhere; a few of them abroad.
    func outsideAccount(_ number: Int32) -> (iban: String, country: String) {
        let mixed = mixed(UInt32(bitPattern: number), 7)
        let bank = UInt64(mixed % 17)
        switch mixed / 17 % 40 {
        case 0: return (Self.iban("AT", 1_029, bank: 99_000 + bank, mixed, digits: 16), "AT")
        case 1: return (Self.iban("LT", 2_129, bank: 99_000 + bank, mixed, digits: 16), "LT")
        case 2: return (Self.iban("EE", 1_414, bank: 99_000 + bank, mixed, digits: 16), "EE")
        default: return (Self.iban("DE", 1_314, bank: 99_910_000 + bank, mixed, digits: 18), "DE")
        }
    }

    /// A customer's address at home: in 10.0.0.0/8.
    func home(_ customer: Int32) -> UInt32 { 0x0A00_0000 | mixed(UInt32(customer), 8) & 0x00FF_FFFF }

    /// An address that many phones share: in 100.64.0.0/16.
    static func mobile(_ number: Int) -> UInt32 { 0x6440_0000 | UInt32(truncatingIfNeeded: number) & 0xFFFF }

    static func dotted(_ address: UInt32) -> String {
        "\(address >> 24).\(address >> 16 & 255).\(address >> 8 & 255).\(address & 255)"
    }

    /// A bijection of 32 bits: the finaliser of MurmurHash3 (Appleby), another one for each kind of name.
    private func mixed(_ number: UInt32, _ kind: UInt32) -> UInt32 {
        var x = number ^ (seed &+ kind &* 0x9E37_79B9)
        x = (x ^ x >> 16) &* 0x85EB_CA6B
        x = (x ^ x >> 13) &* 0xC2B2_AE35
        return x ^ x >> 16
    }

    private func name(_ prefix: Unicode.Scalar, _ number: UInt32, _ kind: UInt32) -> String {
        var rest = mixed(number, kind)
        return String(unsafeUninitializedCapacity: 9) { bytes in
            bytes[0] = UInt8(truncatingIfNeeded: prefix.value)
            for place in stride(from: 8, to: 0, by: -1) {
                let digit = UInt8(rest & 15)
                bytes[place] = digit < 10 ? digit + 48 : digit + 87
                rest >>= 4
            }
            return 9
        }
    }

    /// ISO 13616, for countries whose account numbers are digits only: 98 less the number's remainder by 97.
    ///
    /// - Parameters:
    ///   - letters: the country's letters as numbers, A is 10.
    ///   - digits: of bank code and account number together.
    static func iban(_ country: String, _ letters: UInt64, bank: UInt64, _ account: UInt32, digits: Int) -> String {
        var number = bank
        for _ in 0..<10 { number *= 10 }
        // Ten digits of account at 18, and eleven less the bank's five at 16.
        if digits == 16 { number *= 10 }
        number += UInt64(account)
        let check = 98 - ((number % 97) * (1_000_000 % 97) + letters * 100) % 97
        return String(unsafeUninitializedCapacity: digits + 4) { bytes in
            for (place, letter) in country.utf8.enumerated() { bytes[place] = letter }
            bytes[2] = UInt8(check / 10) + 48
            bytes[3] = UInt8(check % 10) + 48
            var rest = number
            for place in stride(from: digits + 3, to: 3, by: -1) {
                bytes[place] = UInt8(rest % 10) + 48
                rest /= 10
            }
            return digits + 4
        }
    }
}
