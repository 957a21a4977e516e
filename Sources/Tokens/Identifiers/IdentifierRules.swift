import Records

/// The rules by which a member's texts become identifiers (docs/TOKENS.md), with what the member leaves unsaid in them.
package struct IdentifierRules: Sendable, Hashable {
    /// The code of the member's own bank, for local account numbers without one.
    package var bankCode: String?
    /// For national phone numbers.
    package var dialling: DiallingPlan?

    package init(bankCode: String? = nil, dialling: DiallingPlan? = nil) {
        self.bankCode = bankCode
        self.dialling = dialling
    }

    /// The identifier that a text of a kind means.
    ///
    /// - Throws: what makes the text no identifier of its kind (`IdentifierError`). The error never carries the text.
    package func identifier(_ kind: IdentifierKind, _ text: String) throws(IdentifierError) -> Identifier {
        let folded = try folded(text)
        let canonical =
            switch kind {
            case .card: try card(folded)
            case .account: try AccountNumber.canonical(folded, bankCode: bankCode)
            case .payee: try payee(folded)
            case .merchant, .terminal: try Reference.canonical(folded)
            case .device: try Reference.device(folded)
            case .email: try email(folded)
            case .phone: try NationalNumber.canonical(folded, dialling)
            }
        return Identifier(kind, canonical)
    }

    private func folded(_ text: String) throws(IdentifierError) -> [UInt8] {
        do { return try FoldedText(text).bytes } catch { throw IdentifierError(error) }
    }

    private func card(_ folded: [UInt8]) throws(IdentifierError) -> [UInt8] {
        guard let digits = CardNumber.compact(folded) else { throw .wrongForm }
        guard CardNumber.checks(digits) else { throw .checkFailed }
        return digits
    }

    private func email(_ folded: [UInt8]) throws(IdentifierError) -> [UInt8] {
        guard let address = EmailAddress.compact(folded) else { throw .wrongForm }
        return address
    }

    /// An account where the text is one, else a reference. A text in an IBAN's form with wrong check digits is neither.
    private func payee(_ folded: [UInt8]) throws(IdentifierError) -> [UInt8] {
        do throws(IdentifierError) {
            return try AccountNumber.canonical(folded, bankCode: nil)
        } catch .wrongForm, .bankCodeMissing {
            return Array("ref:".utf8) + (try Reference.canonical(folded))
        } catch {
            throw error
        }
    }
}

/// How national phone numbers are dialled where a member is.
package struct DiallingPlan: Sendable, Hashable {
    /// One to three digits, without a plus.
    let callingCode: [UInt8]
    /// Before a national number and left out after the calling code: `0` in most of Europe, nil in Italy.
    let trunkPrefix: [UInt8]
    /// Before a calling code: `00`, `011` in North America.
    let internationalPrefix: [UInt8]

    /// Nil for anything but digits, or a calling code that is none.
    package init?(callingCode: String, trunkPrefix: String? = "0", internationalPrefix: String = "00") {
        self.callingCode = Array(callingCode.utf8)
        self.trunkPrefix = Array((trunkPrefix ?? "").utf8)
        self.internationalPrefix = Array(internationalPrefix.utf8)
        guard (1...3).contains(self.callingCode.count), self.callingCode.first != UInt8(ascii: "0"),
            self.callingCode.isDigits, self.trunkPrefix.isDigits, self.internationalPrefix.isDigits,
            !self.internationalPrefix.isEmpty
        else { return nil }
    }
}
