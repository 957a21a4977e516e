import Records

/// Reads messages of ISO 20022 into the fields of `ISOField`, from XML or JSON.
///
/// A message is refused whole where its parts can't be trusted to be the whole: two transactions of one reference, and in
/// a message to a clearing system (`SttlmMtd` CLRG) another count or control sum than the header says. Between
/// correspondents and in a customer's pain.001 nobody has checked the header yet: those are noted and taken. So are the
/// check digits of an IBAN in a pain.001; between banks they reject the transaction.
struct ISOReader {
    private let tree: MessageTree
    private let kind: ISOMessage.Kind
    /// The message's own element, below `Document`.
    private let body: Int
    /// What was let in, in the order it was found.
    private var notes: [RejectionReason] = []

    /// - Throws: what is wrong with the message as a whole; items that are wrong by themselves have a `rejection`.
    static func read(xml bytes: [UInt8]) throws(MessageFault) -> ISOMessage {
        try read(try XMLScanner.read(try XMLEncoding.decode(bytes)), namespaces: true)
    }

    /// The same tree as JSON objects, a repeated element as an array; an amount is an object with `Ccy`. The message is
    /// named by its own element, such as `FIToFICstmrCdtTrf`, since JSON knows no namespaces.
    static func read(json bytes: [UInt8]) throws(MessageFault) -> ISOMessage {
        try read(try JSONScanner.tree(bytes), namespaces: false)
    }

    /// The message of a tree, whichever syntax that came in.
    ///
    /// - Parameter namespaces: whether the namespace says what the message is, as in XML, or its element's name.
    /// - Throws: `unsupportedMessage` where there is none of the types and versions that are known.
    private static func read(_ tree: MessageTree, namespaces: Bool) throws(MessageFault) -> ISOMessage {
        guard let (kind, body) = find(tree, namespaces: namespaces) else { throw MessageFault(.unsupportedMessage) }
        var reader = ISOReader(tree: tree, kind: kind, body: body)
        let items = try reader.items()
        return ISOMessage(kind: kind, items: items, notes: reader.notes)
    }

    private init(tree: MessageTree, kind: ISOMessage.Kind, body: Int) {
        self.tree = tree
        self.kind = kind
        self.body = body
    }

    /// The message's own element: below the first `Document`, whatever wraps that.
    private static func find(_ tree: MessageTree, namespaces: Bool) -> (ISOMessage.Kind, Int)? {
        for (index, element) in tree.elements.enumerated() {
            if namespaces {
                guard element.name == "Document" else { continue }
                // Some senders declare a prefix for the message and then don't use it.
                let namespace = element.namespace.isEmpty ? element.declared : element.namespace
                guard let kind = ISOMessage.Kind(namespace: namespace),
                    let body = tree.child(index, kind.element),
                    tree.elements[body].namespace == element.namespace
                else { return nil }
                return (kind, body)
            }
            if let kind = ISOMessage.Kind.allCases.first(where: { $0.element == element.name }) {
                return named(tree, kind) ? (kind, index) : nil
            }
        }
        return nil
    }

    /// In JSON a namespace is a member like any other, or missing; where one names a message, it must be ours.
    private static func named(_ tree: MessageTree, _ kind: ISOMessage.Kind) -> Bool {
        for element in tree.elements where element.name.hasSuffix("xmlns") || element.name == "MsgDefIdr" {
            if element.text.contains("."), ISOMessage.Kind(namespace: element.text) != kind,
                !element.text.contains("head.001")
            {
                return false
            }
        }
        return true
    }

    /// Everything that the message tells, in document order.
    ///
    /// - Throws: `missingField` for a header, message id or creation time that is not there; `noTransactions`, also
    ///   where a status or recall is of a whole message; what `check` finds.
    private mutating func items() throws(MessageFault) -> [ISOMessage.Item] {
        let header = kind == .recall ? tree.child(body, "Assgnmt") : tree.child(body, "GrpHdr")
        guard let header else { throw MessageFault(.missingField, field: kind == .recall ? "Assgnmt" : "GrpHdr") }
        let created = tree.text(header, ["CreDtTm"]) ?? tree.text(header, ["CreDt"])
        var shared = Fields()
        shared.set(.messageID, tree.text(header, ["MsgId"], ["Id"]))
        shared.set(.created, created)
        for required in [ISOField.messageID, .created] where shared.values[required.rawValue] == nil {
            throw MessageFault(.missingField, field: required.rawValue)
        }
        let binding = tree.text(header, ["SttlmInf", "SttlmMtd"]) == "CLRG"
        var items: [ISOMessage.Item] = []
        switch kind {
        case .creditTransfer:
            shared.set(.settlementDate, tree.text(header, ["IntrBkSttlmDt"]))
            for index in tree.children(body, "CdtTrfTxInf") {
                items.append(transfer(index, index, shared, accounts: binding))
            }
        case .initiation:
            for block in tree.children(body, "PmtInf") {
                for index in tree.children(block, "CdtTrfTxInf") {
                    items.append(transfer(index, block, shared, accounts: false))
                }
            }
        case .status, .return:
            let group = tree.child(body, kind == .status ? "OrgnlGrpInfAndSts" : "OrgnlGrpInf")
            shared.set(.originalMessageID, group.flatMap { tree.text($0, ["OrgnlMsgId"]) })
            for index in tree.children(body, kind == .status ? "TxInfAndSts" : "TxInf") {
                items.append(outcome(index, shared))
            }
        case .recall:
            for block in tree.children(body, "Undrlyg") {
                let group = tree.text(block, ["OrgnlGrpInfAndCxl", "OrgnlMsgId"])
                shared.set(.originalMessageID, group)
                for index in tree.children(block, "TxInf") { items.append(outcome(index, shared)) }
            }
        }
        guard !items.isEmpty else { throw MessageFault(.noTransactions) }
        try check(items, header, binding: binding)
        return items
    }

    /// Header against content, and no reference twice. The header's count and sum are optional; a control sum is
    /// compared exactly, without regard to currencies, as ISO 20022 defines it.
    private mutating func check(_ items: [ISOMessage.Item], _ header: Int, binding: Bool) throws(MessageFault) {
        if kind == .creditTransfer || kind == .initiation {
            var seen = Set<String>()
            for item in items {
                guard case .string(let reference) = item.fields[ISOField.reference.rawValue] else { continue }
                guard seen.insert(reference).inserted else {
                    throw MessageFault(.duplicateInMessage, field: ISOField.reference.rawValue, at: item.at)
                }
            }
        }
        if let count = tree.text(header, ["NbOfTxs"]), Int(digits: count) != items.count {
            try wrong(.countMismatch, "NbOfTxs", binding: binding)
        }
        guard kind != .recall, let sum = tree.text(header, ["CtrlSum"]) else { return }
        let amounts = items.map { item in
            if case .string(let text) = item.fields[ISOField.amount.rawValue] {
                ExactSum(text)
            } else {
                nil as ExactSum?
            }
        }
        // Where an amount can't be read the transaction says so itself.
        if amounts.contains(where: { $0 == nil }) { return }
        if ExactSum(sum) != amounts.reduce(ExactSum.zero, { ExactSum.sum($0, $1 ?? .zero) }) {
            try wrong(.controlSumMismatch, "CtrlSum", binding: binding)
        }
    }

    /// Refuses the message where its header binds, else notes what is wrong.
    private mutating func wrong(
        _ reason: RejectionReason, _ field: String, binding: Bool
    ) throws(MessageFault) {
        if binding { throw MessageFault(reason, field: field) }
        notes.append(reason)
    }

    /// A credit transfer. A field that is in both the group header and the transfer is the transfer's.
    ///
    /// - Parameters:
    ///   - index: the transfer's element.
    ///   - block: the element that the debtor is in: the transfer itself, or the payment information around it.
    ///   - shared: what the group header says.
    ///   - accounts: whether the creditor's account has to be there.
    private mutating func transfer(
        _ index: Int, _ block: Int, _ shared: Fields, accounts: Bool
    ) -> ISOMessage.Item {
        var fields = shared
        fields.set(.instructionID, tree.text(index, ["PmtId", "InstrId"]))
        fields.set(.endToEndID, tree.text(index, ["PmtId", "EndToEndId"]))
        fields.set(.transactionID, tree.text(index, ["PmtId", "TxId"]))
        fields.set(.uetr, tree.text(index, ["PmtId", "UETR"]))
        if block != index { fields.set(.paymentInformationID, tree.text(block, ["PmtInfId"])) }
        fields.set(.acceptanceTime, tree.text(index, ["AccptncDtTm"]))
        fields.set(.settlementDate, tree.text(index, ["IntrBkSttlmDt"]))
        fields.set(.executionDate, tree.text(block, ["ReqdExctnDt"], ["ReqdExctnDt", "Dt"], ["ReqdExctnDt", "DtTm"]))
        for type in [block, index].compactMap({ tree.child($0, "PmtTpInf") }) {
            fields.set(.localInstrument, tree.text(type, ["LclInstrm", "Cd"], ["LclInstrm", "Prtry"]))
            fields.set(.serviceLevel, tree.text(type, ["SvcLvl", "Cd"], ["SvcLvl", "Prtry"]))
            fields.set(.categoryPurpose, tree.text(type, ["CtgyPurp", "Cd"], ["CtgyPurp", "Prtry"]))
        }
        fields.set(.purpose, tree.text(index, ["Purp", "Cd"], ["Purp", "Prtry"]))
        fields.set(.debtorName, tree.text(block, ["Dbtr", "Nm"]))
        fields.set(.debtorCountry, tree.text(block, ["Dbtr", "PstlAdr", "Ctry"], ["Dbtr", "CtryOfRes"]))
        fields.set(.debtorAccount, account(block, "DbtrAcct"))
        fields.set(.debtorAgent, agent(block, "DbtrAgt"))
        fields.set(.creditorName, tree.text(index, ["Cdtr", "Nm"]))
        fields.set(.creditorCountry, tree.text(index, ["Cdtr", "PstlAdr", "Ctry"], ["Cdtr", "CtryOfRes"]))
        fields.set(.creditorAccount, account(index, "CdtrAcct"))
        fields.set(.creditorAgent, agent(index, "CdtrAgt"))
        fields.set(.remittance, tree.text(index, ["RmtInf", "Ustrd"]))
        fields.set(.reference, reference(fields))
        let amount =
            tree.child(index, path: kind == .creditTransfer ? ["IntrBkSttlmAmt"] : ["Amt", "InstdAmt"])
            ?? tree.child(index, path: ["Amt", "EqvtAmt", "Amt"])
        return item(index, &fields, amount) { reader, fields throws(Rejection) in
            try fields.require(.endToEndID)
            guard amount != nil else { throw Rejection(reason: .missingField, field: ISOField.amount.rawValue) }
            if accounts { try fields.require(.creditorAccount) }
            for party in [block, index] {
                try reader.checkIBAN(party, "DbtrAcct", .debtorAccount)
                try reader.checkIBAN(party, "CdtrAcct", .creditorAccount)
            }
        }
    }

    /// The outcome of one earlier transaction. Its reference has to be there, and in a status the status; the amount is
    /// not needed and a status has none.
    private mutating func outcome(_ index: Int, _ shared: Fields) -> ISOMessage.Item {
        var fields = shared
        fields.set(.originalMessageID, tree.text(index, ["OrgnlGrpInf", "OrgnlMsgId"]))
        fields.set(.originalEndToEndID, tree.text(index, ["OrgnlEndToEndId"]))
        fields.set(.originalTransactionID, tree.text(index, ["OrgnlTxId"]))
        fields.set(.originalUETR, tree.text(index, ["OrgnlUETR"]))
        fields.set(.status, tree.text(index, ["TxSts"]))
        let information = ["StsRsnInf", "RtrRsnInf", "CxlRsnInf"].compactMap { tree.child(index, $0) }.first
        fields.set(.reason, information.flatMap { tree.text($0, ["Rsn", "Cd"], ["Rsn", "Prtry"]) })
        fields.set(.originalReference, reference(fields))
        let amount =
            kind == .status
            ? nil : tree.child(index, kind == .return ? "RtrdIntrBkSttlmAmt" : "OrgnlIntrBkSttlmAmt")
        return item(index, &fields, amount) { [kind] _, fields throws(Rejection) in
            if kind == .status { try fields.require(.status) }
            try fields.require(.originalReference)
        }
    }

    /// Reads the amount, runs the checks, and keeps what the first of them to fail says. An item with a rejection keeps
    /// its fields, so that whoever looks into it sees what the message said.
    private mutating func item(
        _ index: Int, _ fields: inout Fields, _ amount: Int?,
        _ check: (inout ISOReader, Fields) throws(Rejection) -> Void
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
                if case .string(let text) = fields.values[date.rawValue] {
                    guard let time = EventTime(isoDateTime: text), RecordParser.times.contains(time.seconds) else {
                        throw Rejection(reason: .timeInvalid, field: date.rawValue)
                    }
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

    /// Holds the check digits of one account against it where it is an IBAN: between banks they reject the item, in a
    /// pain.001 they are noted once.
    private mutating func checkIBAN(_ party: Int, _ account: String, _ field: ISOField) throws(Rejection) {
        guard let iban = tree.text(party, [account, "Id", "IBAN"]), !IBAN.isValid(iban) else { return }
        guard kind == .initiation else { throw Rejection(reason: .accountInvalid, field: field.rawValue) }
        if !notes.contains(.accountInvalid) { notes.append(.accountInvalid) }
    }

    /// The account's number, whichever scheme it is of; nil where none is named.
    private func account(_ party: Int, _ name: String) -> String? {
        tree.text(party, [name, "Id", "IBAN"], [name, "Id", "Othr", "Id"], [name, "Id", "PrtryAcct", "Id"])
    }

    /// The bank by its strongest name: BIC (`BICFI`, in older versions `BIC`), else its clearing number, else another
    /// id.
    private func agent(_ party: Int, _ name: String) -> String? {
        guard let agent = tree.child(party, path: [name, "FinInstnId"]) else { return nil }
        return tree.text(agent, ["BICFI"], ["BIC"], ["ClrSysMmbId", "MmbId"], ["Othr", "Id"])
    }

    /// UETR, else transaction id, else end-to-end id: with the payment information's in a pain.001, where it is unique only
    /// there. `NOTPROVIDED` is ISO 20022's word for none. Nil where a message gives none of them; the check for
    /// required fields then says so.
    private func reference(_ fields: Fields) -> String? {
        func value(_ field: ISOField) -> String? {
            guard case .string(let text) = fields.values[field.rawValue], text != "NOTPROVIDED" else { return nil }
            return text
        }
        switch kind {
        case .creditTransfer: return value(.uetr) ?? value(.transactionID) ?? value(.endToEndID)
        case .initiation:
            guard let end = value(.endToEndID) else { return value(.uetr) }
            return value(.uetr) ?? value(.paymentInformationID).map { "\($0)/\(end)" } ?? end
        case .status, .return, .recall:
            return value(.originalUETR) ?? value(.originalTransactionID) ?? value(.originalEndToEndID)
        }
    }

    /// Fields by the raw values of `ISOField`, set one after the other.
    private struct Fields {
        var values: [String: JSONScalar] = [:]

        /// Keeps what was there where `text` is nil.
        mutating func set(_ field: ISOField, _ text: String?) {
            if let text { values[field.rawValue] = .string(text) }
        }

        func require(_ field: ISOField) throws(Rejection) {
            if values[field.rawValue] == nil { throw Rejection(reason: .missingField, field: field.rawValue) }
        }
    }
}

extension EventTime {
    /// As `init(rfc3339:)`, and a date with a zone, as XML Schema has it (`2026-03-02+01:00`): midnight, UTC, of that date.
    init?(isoDateTime text: String) {
        let date = text.prefix(10)
        let zone = text.dropFirst(10)
        if zone == "Z" || (zone.utf8.count == 6 && "+-".contains(zone.prefix(1)) && !zone.isEmpty) {
            guard EventTime(rfc3339: "\(date)T00:00:00\(zone)") != nil else { return nil }
            self.init(rfc3339: date)
        } else {
            self.init(rfc3339: text)
        }
    }
}
