package import Records

/// What the desk works on, by name: the event id of a transaction, which its decision and its alert carry as `id`.
package struct ItemID: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// 32 small hexadecimal digits.
    package let hex: String

    package init(_ event: EventID) { hex = event.hex }

    /// Nil where the text is none.
    package init?(_ hex: some StringProtocol) {
        guard let hex = hexadecimalName(hex) else { return nil }
        self.hex = hex
    }

    /// The sixteen bytes of the event id.
    package var bytes: [UInt8] { bytesOfHexadecimal(hex) }

    /// Nil where there are not sixteen bytes.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 16 else { return nil }
        hex = hexadecimal(bytes)
    }

    package var description: String { hex }
    package static func < (left: ItemID, right: ItemID) -> Bool { left.hex < right.hex }
}

/// The name of one act, chosen by whoever asks for it: the same act asked for twice is done once.
package struct ActID: Hashable, Sendable, CustomStringConvertible {
    /// 32 small hexadecimal digits.
    package let hex: String

    /// - Parameter bytes: sixteen random ones.
    package init(random bytes: [UInt8]) {
        precondition(bytes.count == 16)
        hex = hexadecimal(bytes)
    }

    /// Nil where the text is none.
    package init?(_ hex: some StringProtocol) {
        guard let hex = hexadecimalName(hex) else { return nil }
        self.hex = hex
    }

    /// Nil where there are not sixteen bytes.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 16 else { return nil }
        hex = hexadecimal(bytes)
    }

    package var bytes: [UInt8] { bytesOfHexadecimal(hex) }

    package var description: String { hex }
}

private func bytesOfHexadecimal(_ hex: String) -> [UInt8] {
    func digit(_ byte: UInt8) -> UInt8 { byte < 58 ? byte - 48 : byte - 87 }
    let digits = Array(hex.utf8)
    return stride(from: 0, to: digits.count, by: 2).map { digit(digits[$0]) << 4 | digit(digits[$0 + 1]) }
}

private func hexadecimalName(_ text: some StringProtocol) -> String? {
    let bytes = text.utf8
    guard bytes.count == 32, bytes.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) }) else { return nil }
    return String(text)
}
