import Records

/// What an identifier names. Raw values are hashed: they never change.
package enum IdentifierKind: String, Sendable, Hashable, CaseIterable {
    case account, card, payee, merchant, terminal, device, email, phone
}

/// Why a text is no identifier of its kind. Codes are stable (docs/TOKENS.md); no case carries the text.
package enum IdentifierError: String, Error, Sendable, Hashable, CaseIterable {
    case empty = "identifier_empty"
    case tooLong = "identifier_too_long"
    case controlCharacter = "identifier_control_character"
    /// A character that is not of ASCII and has no published reading in it.
    case notASCII = "identifier_not_ascii"
    case wrongForm = "identifier_wrong_form"
    /// Luhn's digit of a card or the check digits of an IBAN are wrong.
    case checkFailed = "identifier_check_failed"
    /// A local account number without its bank's code, and no default is set.
    case bankCodeMissing = "bank_code_missing"
    /// A national phone number, and no dialling plan is set.
    case callingCodeMissing = "calling_code_missing"

    init(_ fault: FoldedText.Fault) {
        self =
            switch fault {
            case .empty: .empty
            case .tooLong: .tooLong
            case .controlCharacter: .controlCharacter
            case .notASCII: .notASCII
            }
    }

    /// The stable code that agents report.
    package var code: String { rawValue }
}

/// An identifier in its one published spelling (docs/TOKENS.md), so that every member that means the same thing hashes the
/// same bytes. Only `IdentifierRules` make one.
package struct Identifier: Sendable, Hashable {
    package let kind: IdentifierKind
    /// ASCII.
    package let canonical: [UInt8]

    init(_ kind: IdentifierKind, _ canonical: [UInt8]) {
        self.kind = kind
        self.canonical = canonical
    }

    /// What is hashed to the group: the rules' version, the kind and the spelling, each after its length of two bytes. No
    /// two identifiers have the same, so a card's token is never a phone's.
    package var hashInput: [UInt8] {
        [Array("cordon/identifier/v1".utf8), Array(kind.rawValue.utf8), canonical].flatMap(OPRFSuite.prefixed)
    }
}

extension Identifier: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The kind alone.
    package var description: String { "Identifier(\(kind.rawValue))" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension IdentifierError: CustomStringConvertible {
    package var description: String { "no identifier of its kind: `\(code)` (docs/TOKENS.md)" }
}
