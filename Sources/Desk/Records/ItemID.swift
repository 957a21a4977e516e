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

    package var description: String { hex }
}

private func hexadecimalName(_ text: some StringProtocol) -> String? {
    let bytes = text.utf8
    guard bytes.count == 32, bytes.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) }) else { return nil }
    return String(text)
}
