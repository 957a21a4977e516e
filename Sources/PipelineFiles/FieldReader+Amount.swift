import Formats

extension FieldReader {
    private static let amountKeys = [
        "unit", "decimal", "thousands", "round", "side", "refund_field", "payments", "refunds",
    ]

    /// As `source`, with how the amount is written: `{ field: betrag, decimal: ",", thousands: "." }`.
    func amount(_ node: YAMLNode) throws(ConfigurationError) -> (FieldSource, AmountForm) {
        var form = AmountForm()
        guard node.isMapping, node.optional("value") == nil else { return (try source(node), form) }
        let source = try source(node, beside: Self.amountKeys)
        if case .iso20022 = format, let key = Self.amountKeys.first(where: { node.optional($0) != nil }) {
            throw node.wrong("`\(key)` is for other formats: ISO 20022 says how amounts are written")
        }
        form.unit = try choice(node.optional("unit")) ?? .major
        form.decimalMark = try choice(node.optional("decimal")) ?? .point
        form.thousandsMark = try choice(node.optional("thousands"))
        form.refunds = try choice(node.optional("refunds")) ?? .reject
        form.rounds = try node.optional("round")?.bool ?? false
        form.isPaymentNegative =
            try node.optional("payments").map { node throws(ConfigurationError) in
                try choice(node) ?? Sign.positive
            } == .negative
        form.side = try node.optional("side").map { node throws(ConfigurationError) in try side(node) }
        form.refundField = try node.optional("refund_field").map { node throws(ConfigurationError) in
            try self.source(node)
        }
        try check(form, node)
        return (source, form)
    }

    /// Whether payments have a minus.
    private enum Sign: String, CaseIterable {
        case positive, negative
    }

    private func check(_ form: AmountForm, _ node: YAMLNode) throws(ConfigurationError) {
        guard form.decimalMark.rawValue != form.thousandsMark?.rawValue else {
            throw node.wrong("`decimal` and `thousands` are the same mark")
        }
        guard form.refundField == nil || (form.side == nil && !form.isPaymentNegative) else {
            throw node.wrong("`refund_field` needs no `side` and no sign: the field says what it is")
        }
    }

    private func side(_ node: YAMLNode) throws(ConfigurationError) -> AmountForm.Side {
        try node.allow("field", "debit", "credit")
        func codes(_ key: String) throws(ConfigurationError) -> Set<String> {
            guard let node = node.optional(key) else { return [] }
            guard node.isList else { return [try node.string] }
            var codes: Set<String> = []
            for entry in try node.list { codes.insert(try entry.string) }
            return codes
        }
        let side = AmountForm.Side(
            field: try source(node.child("field")), debit: try codes("debit"), credit: try codes("credit"))
        guard !side.debit.isEmpty || !side.credit.isEmpty else {
            throw node.wrong("`debit`, `credit` or both belong here: codes of payments and of refunds")
        }
        if let both = side.debit.intersection(side.credit).min() { throw node.wrong("`\(both)` is in both lists") }
        return side
    }

    /// One of a list's raw values; nil where the node is not there.
    func choice<List: RawRepresentable<String> & CaseIterable>(
        _ node: YAMLNode?
    ) throws(ConfigurationError) -> List? {
        guard let node else { return nil }
        guard let value = List(rawValue: try node.string) else {
            let known = List.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
            throw node.wrong("one of \(known) belongs here")
        }
        return value
    }
}
