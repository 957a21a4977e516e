import Secrets

/// Base64 (RFC 4648, section 4) of secrets: into one buffer, which the caller wipes, and without a table that is indexed by them.
package enum Base64 {
    /// Nil for what is not whole groups of four, padded with `=` at the end alone.
    package static func decoded(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        guard !text.isEmpty, text.count % 4 == 0 else { return nil }
        let padding = text.suffix(2).reversed().prefix { $0 == UInt8(ascii: "=") }.count
        var bytes: [UInt8] = []
        // Never moved, so that nothing is left behind.
        bytes.reserveCapacity(text.count / 4 * 3)
        var (group, filled, isValid) = (UInt32(0), 0, true)
        for (place, character) in text.enumerated() {
            let isPadding = place >= text.count - padding
            let digit = isPadding ? 0 : digit(character)
            isValid = isValid && digit >= 0
            group = group << 6 | UInt32(digit & 0x3F)
            filled += 1
            guard filled == 4 else { continue }
            for shift in [16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: group >> UInt32(shift))) }
            (group, filled) = (0, 0)
        }
        guard isValid else {
            wipe(&bytes)
            return nil
        }
        bytes.removeLast(padding)
        return bytes
    }

    /// The value of a character; negative for one that is none.
    private static func digit(_ character: UInt8) -> Int32 {
        let c = Int32(character)
        /// All ones where `c` lies in the range, else zero.
        func within(_ low: Character, _ high: Character) -> Int32 {
            let (low, high) = (Int32(low.asciiValue ?? 0), Int32(high.asciiValue ?? 0))
            return ~((c - low) >> 31) & ~((high - c) >> 31)
        }
        var digit: Int32 = -1
        digit += within("A", "Z") & (c - 65 + 1)
        digit += within("a", "z") & (c - 97 + 26 + 1)
        digit += within("0", "9") & (c - 48 + 52 + 1)
        digit += within("+", "+") & (62 + 1)
        digit += within("/", "/") & (63 + 1)
        return digit
    }
}
