import Records

/// A phone number of a member's texts, which may be national ones.
enum NationalNumber {
    /// The number as E.164 has it, with its plus.
    ///
    /// - Parameter plan: how national numbers are dialled; without one `00` is taken for the international prefix.
    /// - Throws: `callingCodeMissing` for a national number without a plan; `wrongForm` for other characters or another
    ///   number of digits.
    static func canonical(_ folded: [UInt8], _ plan: DiallingPlan?) throws(IdentifierError) -> [UInt8] {
        if let dialled = PhoneNumber.dialled(folded, prefix: plan?.internationalPrefix ?? Array("00".utf8)) {
            return try international(dialled)
        }
        let bare = folded.without(" -./()")
        guard bare.isDigits else { throw .wrongForm }
        guard let plan else { throw .callingCodeMissing }
        let isTrunk = !plan.trunkPrefix.isEmpty && bare.starts(with: plan.trunkPrefix)
        return try international(plan.callingCode + bare.dropFirst(isTrunk ? plan.trunkPrefix.count : 0))
    }

    private static func international(_ digits: [UInt8]) throws(IdentifierError) -> [UInt8] {
        guard let number = PhoneNumber.international(digits) else { throw .wrongForm }
        return number
    }
}
