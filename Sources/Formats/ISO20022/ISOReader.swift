import Records

/// Reads one message of ISO 20022 into the fields of `ISOField`.
///
/// A message is refused whole where its parts can't be trusted to be the whole: two transactions of one reference, one
/// that stands where none is read, and in a message to a clearing system (`SttlmMtd` CLRG) another count or control
/// sum than the header says. Between correspondents and in a customer's pain.001 nobody has checked the header yet:
/// those are noted and taken. So are the check digits of an IBAN in a pain.001; between banks they reject the
/// transaction.
struct ISOReader {
    let tree: MessageTree
    let kind: ISOMessage.Kind
    /// Whether the message is of Brazil's instant payments.
    let isPix: Bool
    /// The message's own element.
    let body: Int
    /// What was let in, in the order it was found.
    var notes: [RejectionReason] = []

    /// - Throws: what is wrong with the message as a whole; items that are wrong by themselves have a `rejection`.
    static func read(_ found: MessageFinder.Found, in tree: MessageTree) throws(MessageFault) -> ISOMessage {
        guard let kind = found.kind else { throw MessageFault(.unsupportedMessage) }
        var reader = ISOReader(tree: tree, kind: kind, isPix: found.isPix, body: found.element)
        let items = try reader.items()
        return ISOMessage(kind: kind, items: items, notes: reader.notes)
    }

    /// Everything that the message tells, in document order.
    ///
    /// - Throws: `missingField` for a header, message id or creation time that is not there; `noTransactions`, also
    ///   where a status or recall is of a whole message; what `checkPlaces` and `check` find.
    private mutating func items() throws(MessageFault) -> [ISOMessage.Item] {
        let (header, shared) = try header()
        try checkPlaces()
        var items: [ISOMessage.Item] = []
        switch kind {
        case .creditTransfer: items = transfers(header, shared)
        case .initiation: items = orders(header, shared)
        case .status: items = statuses(shared)
        case .return: items = outcomes(body, group: "OrgnlGrpInf", shared)
        case .recall:
            for block in tree.children(body, "Undrlyg") {
                items += outcomes(block, group: "OrgnlGrpInfAndCxl", shared)
            }
        }
        guard !items.isEmpty else { throw MessageFault(.noTransactions) }
        try check(items, header)
        return items
    }

    /// The one header, and what it says of all items.
    private func header() throws(MessageFault) -> (element: Int, fields: ISOFields) {
        let headers = tree.children(body, kind.header)
        guard let header = headers.first else { throw MessageFault(.missingField, field: kind.header) }
        guard headers.count == 1 else {
            throw MessageFault(.repeatedField, field: kind.header, at: tree.elements[headers[1]].at)
        }
        for (name, field) in Self.once where tree.hasSeveral(header, name) {
            throw MessageFault(.repeatedField, field: field)
        }
        if let types = tree.child(header, "PmtTpInf"), tree.hasSeveral(types, "LclInstrm") {
            throw MessageFault(.repeatedField, field: ISOField.localInstrument.rawValue)
        }
        var fields = ISOFields()
        fields.set(.messageID, tree.text(header, "MsgId") ?? tree.text(header, "Id"))
        fields.set(.created, tree.text(header, "CreDtTm") ?? tree.text(header, "CreDt"))
        for required in [ISOField.messageID, .created] where fields[required] == nil {
            throw MessageFault(.missingField, field: required.rawValue)
        }
        return (header, fields)
    }

    /// What a header says once, by its element.
    private static let once = [
        ("MsgId", ISOField.messageID.rawValue), ("Id", ISOField.messageID.rawValue),
        ("CreDtTm", ISOField.created.rawValue), ("IntrBkSttlmDt", ISOField.settlementDate.rawValue),
        ("PmtTpInf", "PmtTpInf"), ("SttlmInf", "SttlmInf"), ("NbOfTxs", "NbOfTxs"), ("CtrlSum", "CtrlSum"),
    ]

    /// Whether the message goes to a clearing system, which holds header and content against one another.
    func isBinding(_ header: Int) -> Bool { tree.text(header, "SttlmInf", "SttlmMtd") == "CLRG" }

    /// Header against content, and no reference twice. The header's count and sum are optional; a control sum is
    /// compared exactly, without regard to currencies, as ISO 20022 defines it.
    private mutating func check(_ items: [ISOMessage.Item], _ header: Int) throws(MessageFault) {
        if kind.isTransfer {
            var seen = Set<String>(minimumCapacity: items.count)
            for item in items {
                guard let reference = item.reference, !seen.insert(reference).inserted else { continue }
                throw MessageFault(.duplicateInMessage, field: ISOField.reference.rawValue, at: item.at)
            }
        }
        if let count = tree.text(header, "NbOfTxs"), Int(digits: count) != items.count {
            try wrong(.countMismatch, "NbOfTxs", header)
        }
        guard kind != .recall, let sum = tree.text(header, "CtrlSum") else { return }
        let amounts = items.map { $0.fields[ISOField.amount.rawValue].flatMap(ExactSum.init) }
        // Where an amount can't be read the transaction says so itself.
        if amounts.contains(where: { $0 == nil }) { return }
        if ExactSum(sum) != amounts.reduce(ExactSum.zero, { ExactSum.sum($0, $1 ?? .zero) }) {
            try wrong(.controlSumMismatch, "CtrlSum", header)
        }
    }

    /// Refuses the message where its header binds, else notes what is wrong.
    private mutating func wrong(_ reason: RejectionReason, _ field: String, _ header: Int) throws(MessageFault) {
        if isBinding(header) { throw MessageFault(reason, field: field) }
        note(reason)
    }

    /// Notes what was let in, once.
    mutating func note(_ reason: RejectionReason) {
        if !notes.contains(reason) { notes.append(reason) }
    }

    /// Runs the checks of an item and keeps what the first of them to fail says. An item with a rejection keeps its fields,
    /// so that whoever looks into it sees what the message said.
    ///
    /// - Parameters:
    ///   - amount: the element of the amount, which is read where it is there.
    ///   - check: what else has to hold, before the amount and the dates.
    mutating func item(
        _ index: Int, _ fields: inout ISOFields, _ amount: Int?,
        _ check: (inout ISOReader, ISOFields) throws(Rejection) -> Void
    ) -> ISOMessage.Item {
        var item = ISOMessage.Item(fields: [:], at: tree.elements[index].at, rejection: nil)
        if let amount {
            fields.set(.amount, tree.elements[amount].text)
            fields.set(.currency, tree.elements[amount].currency)
        }
        do throws(Rejection) {
            try check(&self, fields)
            if let amount { try self.check(amount: amount) }
            for date in [ISOField.created, .acceptanceTime, .settlementDate, .executionDate] {
                guard let text = fields[date] else { continue }
                guard let time = EventTime(isoDateTime: text), RecordParser.times.contains(time.seconds) else {
                    throw Rejection(reason: .timeInvalid, field: date.rawValue)
                }
            }
        } catch { item.rejection = error }
        item.fields = fields.values
        return item
    }

    /// A credit transfer of nothing is none, and an amount always names its currency.
    private func check(amount: Int) throws(Rejection) {
        let element = tree.elements[amount]
        guard let code = element.currency, !code.isEmpty else {
            throw Rejection(reason: .missingField, field: ISOField.currency.rawValue)
        }
        guard let currency = Currency(code) else {
            throw Rejection(reason: .currencyUnknown, field: ISOField.currency.rawValue)
        }
        let units: Int64
        do {
            units = try Money(decimal: element.text, currency: currency).units
        } catch {
            throw Rejection(reason: .init(error), field: ISOField.amount.rawValue)
        }
        guard units > 0 else { throw Rejection(reason: .amountZero, field: ISOField.amount.rawValue) }
    }
}

extension EventTime {
    /// As `init(rfc3339:)`, and a date with a zone, as XML Schema has it (`2026-03-02+01:00`): midnight, UTC, of that date.
    init?(isoDateTime text: String) {
        let zone = Array(text.utf8.dropFirst(10))
        let isOffset = zone.count == 6 && (zone[0] == UInt8(ascii: "+") || zone[0] == UInt8(ascii: "-"))
        guard isOffset || zone == [UInt8(ascii: "Z")] else {
            self.init(rfc3339: text)
            return
        }
        let date = text.prefix(10)
        guard EventTime(rfc3339: "\(date)T00:00:00\(text.dropFirst(10))") != nil else { return nil }
        self.init(rfc3339: date)
    }
}
