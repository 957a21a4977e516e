import Foundation

/// The one spelling of a name (docs/CANONICAL.md): what windows, lists, rules, tokens and the comparison of repeated
/// records go by, so that one account is one however its sender writes it. A text that is no account, card, address or
/// phone number stays as its giver has it.
package enum Spelling: Sendable, Hashable, CaseIterable {
    /// A name of the member's own, a customer or terminal, where accounts and cards may stand: case counts, and only what
    /// proves by check digits or form to be an account, card, address or phone number is respelled.
    case name
    /// An account that pays or is paid.
    case account
    /// A card or a token of it.
    case card
    /// An IP address: IPv6 as RFC 5952 has it, an IPv4 address that is mapped into it (RFC 4291, section 2.5.5.2) as IPv4.
    case address
    /// A name that is none of those, such as a device's.
    case plain

    /// The spelling; the same for a text that is in it already.
    package func canonical(_ text: String) -> String {
        if isCanonical(text) { return text }
        if self == .address { return Self.address(Self.plain(text)) ?? Self.plain(text) }
        guard self != .plain, let folded = try? FoldedText(text).bytes else { return Self.plain(text) }
        return respelled(folded).map { String(decoding: $0, as: UTF8.self) } ?? Self.plain(text)
    }

    /// - Returns: nil where the text stays as it is.
    private func respelled(_ folded: [UInt8]) -> [UInt8]? {
        switch self {
        case .plain, .address: nil
        case .card: CardNumber.compact(folded) ?? CardNumber.masked(folded)
        case .name:
            IBAN.compact(folded).flatMap { IBAN.checks($0) ? $0 : nil }
                ?? EmailAddress.compact(folded) ?? phone(folded) ?? printedCard(folded)
        case .account:
            IBAN.compact(folded) ?? EmailAddress.compact(folded) ?? phone(folded) ?? printedCard(folded)
                ?? localNumber(folded)
        }
    }

    /// A phone number with a plus, or in an account's place with `00`; what has less than nine digits behind the zeros is
    /// an account's number there.
    private func phone(_ folded: [UInt8]) -> [UInt8]? {
        guard let dialled = dialled(folded), dialled.count >= 9 || folded.contains(UInt8(ascii: "+")) else {
            return nil
        }
        return PhoneNumber.international(dialled)
    }

    /// What follows the plus, or in an account's place `00`; of any length and characters.
    func dialled(_ folded: [UInt8]) -> [UInt8]? {
        let plus = UInt8(ascii: "+")
        if folded.contains(plus) { return PhoneNumber.dialled(folded, prefix: [plus]) }
        guard self == .account, folded.first == UInt8(ascii: "0"), !folded.contains(UInt8(ascii: "/")) else {
            return nil
        }
        return PhoneNumber.dialled(folded, prefix: Array("00".utf8))
    }

    private func printedCard(_ folded: [UInt8]) -> [UInt8]? {
        guard CardNumber.isPrinted(folded), let digits = CardNumber.compact(folded), CardNumber.checks(digits) else {
            return nil
        }
        return digits
    }

    /// A number of a bank's own, in capitals: without spaces where it has more digits than letters, and without hyphens
    /// where they part groups of four digits. Other hyphens stay, since some countries' numbers differ by them alone, as
    /// the Czech `19-2000145399`.
    private func localNumber(_ folded: [UInt8]) -> [UInt8] {
        let text = folded.uppercased
        if CardNumber.isPrinted(text) { return text.without(" -") }
        if text.count(where: \.isDigit) > text.count(where: \.isUppercase) { return text.without(" ") }
        return Array(text.split(separator: UInt8(ascii: " ")).joined(separator: [UInt8(ascii: " ")]))
    }

    /// Nil where the text is no IPv6 address.
    private static func address(_ text: String) -> String? {
        var bytes = [UInt8](repeating: 0, count: 16)
        // C reads a text to its first NUL.
        guard !text.utf8.contains(0), inet_pton(AF_INET6, text, &bytes) == 1 else { return nil }
        if bytes.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF] {
            return bytes.suffix(4).map(String.init).joined(separator: ".")
        }
        var out = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(AF_INET6, bytes, &out, socklen_t(out.count)) != nil else { return nil }
        return out.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    }

    /// The text composed, and without spaces and invisible characters at its ends unless nothing else is there.
    static func plain(_ text: String) -> String {
        func isBlank(_ scalar: Unicode.Scalar) -> Bool {
            FoldedText.isSpace(scalar.value) || FoldedText.isInvisible(scalar.value)
        }
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { !isBlank($0) }),
            let last = scalars.lastIndex(where: { !isBlank($0) })
        else { return text }
        return String(scalars[first...last]).composed
    }

    /// Whether a glance at the bytes shows that nothing is to be respelled. True of most names, which are looked at for
    /// every transaction.
    private func isCanonical(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            guard let first = bytes.first, let last = bytes.last else { return true }
            let form = Form(bytes)
            guard form.isPrintable, first != UInt8(ascii: " "), last != UInt8(ascii: " ") else { return false }
            switch self {
            case .plain: return true
            case .address: return !bytes.contains(UInt8(ascii: ":"))
            case .card: return form.hasLetters || !form.hasOthers
            case .account:
                return !form.hasSmall && !form.hasOthers && !bytes.starts(with: "IBAN".utf8)
                    && !bytes.starts(with: "00".utf8)
            case .name:
                if form.hasSign { return false }
                if first.isDigit { return form.hasLetters || !form.hasOthers }
                let isCompact = !form.hasSmall && !form.hasOthers && !bytes.starts(with: "IBAN".utf8)
                return bytes.count < 15 || isCompact || !Self.mayBeIBAN(bytes)
            }
        }
    }

    /// Whether a text of ASCII begins as an IBAN that is to be respelled may begin, or with the word for it.
    private static func mayBeIBAN(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var place = 0
        for c in bytes where c != UInt8(ascii: " ") && c != UInt8(ascii: "-") {
            let isLetter = (65...90).contains(c & 0xDF)
            if place == 2, isLetter { return c & 0xDF == UInt8(ascii: "A") }
            guard place < 2 ? isLetter : c.isDigit else { return false }
            place += 1
            if place == 4 { return true }
        }
        return false
    }

    /// What kinds of characters a text has.
    private struct Form {
        /// ASCII from space to tilde alone.
        var isPrintable = true
        /// Letters other than x, which stands for a card's missing digits.
        var hasLetters = false
        var hasSmall = false
        /// A plus or an at sign.
        var hasSign = false
        /// Anything but letters and digits, or an x.
        var hasOthers = false

        init(_ bytes: UnsafeBufferPointer<UInt8>) {
            for c in bytes where !c.isDigit {
                switch c {
                case UInt8(ascii: "X"): hasOthers = true
                case UInt8(ascii: "x"): (hasOthers, hasSmall) = (true, true)
                case 65...90: hasLetters = true
                case 97...122: (hasLetters, hasSmall) = (true, true)
                case UInt8(ascii: "+"), UInt8(ascii: "@"): (hasSign, hasOthers) = (true, true)
                case 0x20...0x7E: hasOthers = true
                default: isPrintable = false
                }
            }
        }
    }
}

extension String {
    /// Unicode's composed form (UAX #15, NFC): texts that Unicode calls equivalent have equal bytes in it.
    package var composed: String {
        utf8.allSatisfy { $0 < 0x80 } ? self : precomposedStringWithCanonicalMapping
    }
}
