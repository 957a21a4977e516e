import Records

extension ISOReader {
    /// The transactions of a pacs.008.
    mutating func transfers(_ header: Int, _ shared: ISOFields) -> [ISOMessage.Item] {
        var shared = shared
        shared.set(.settlementDate, tree.text(header, "IntrBkSttlmDt"))
        readTypes(of: header, into: &shared)
        let isBinding = isBinding(header)
        return tree.children(body, kind.item).map { index in
            var fields = shared
            let children = readChildren(of: index, isBlock: true, into: &fields)
            let amount = children[.settled]
            return transfer(index, index, children, &fields, amount) { fields throws(Rejection) in
                if isBinding { try Self.checkCreditor(fields) }
            }
        }
    }

    /// The transactions of a pain.001, block by block of payment information.
    mutating func orders(_ header: Int, _ shared: ISOFields) -> [ISOMessage.Item] {
        var shared = shared
        readTypes(of: header, into: &shared)
        var items: [ISOMessage.Item] = []
        for block in tree.children(body, "PmtInf") {
            var around = shared
            around.set(.paymentInformationID, tree.text(block, "PmtInfId"))
            let repeated = readChildren(of: block, isBlock: true, into: &around).repeated
            for index in tree.children(block, kind.item) {
                var fields = around
                var children = readChildren(of: index, isBlock: false, into: &fields)
                children.repeated = children.repeated ?? repeated
                let amounts = children[.ordered]
                if let amounts, tree.hasSeveral(amounts, "InstdAmt") {
                    children.repeated = children.repeated ?? ISOField.amount.rawValue
                }
                let amount = amounts.flatMap { tree.child($0, "InstdAmt") ?? equivalent($0) }
                items.append(transfer(index, block, children, &fields, amount) { _ in })
            }
        }
        nameUnnamed(&items)
        return items
    }

    private func equivalent(_ amounts: Int) -> Int? { tree.child(amounts, "EqvtAmt").flatMap { tree.child($0, "Amt") } }

    /// A credit transfer. A field that is in both the group header and the transfer is the transfer's.
    ///
    /// - Parameters:
    ///   - index: the transfer's element.
    ///   - block: the element that the debtor is in: the transfer itself, or the payment information around it.
    ///   - check: what else its message asks of it.
    private mutating func transfer(
        _ index: Int, _ block: Int, _ children: TransferChildren, _ fields: inout ISOFields, _ amount: Int?,
        _ check: (ISOFields) throws(Rejection) -> Void
    ) -> ISOMessage.Item {
        fields.set(.reference, reference(fields))
        return item(index, &fields, amount) { reader, fields throws(Rejection) in
            if let repeated = children.repeated { throw Rejection(reason: .repeatedField, field: repeated) }
            try fields.require(.endToEndID)
            guard amount != nil else { throw Rejection(reason: .missingField, field: ISOField.amount.rawValue) }
            try check(fields)
            try reader.checkIBAN(block, "DbtrAcct", .debtorAccount)
            try reader.checkIBAN(index, "CdtrAcct", .creditorAccount)
        }
    }

    /// What a clearing system needs to know of the creditor: an account, or what stands for one. Those of the euro ask for
    /// it (the SEPA rulebooks' AT-20) unless the payment is of another service than theirs; others take a name.
    private static func checkCreditor(_ fields: ISOFields) throws(Rejection) {
        guard fields[.creditorAccount] == nil else { return }
        let isSEPA = fields[.currency] == nil || fields[.currency] == "EUR"
        if isSEPA, [nil, "SEPA"].contains(fields[.serviceLevel]) { try fields.require(.creditorAccount) }
        if fields[.creditorName] == nil { try fields.require(.creditorAccount) }
    }

    /// Holds the check digits of one account against it where it is an IBAN: between banks they reject the item, in a
    /// pain.001 they are noted once.
    private mutating func checkIBAN(_ party: Int, _ account: String, _ field: ISOField) throws(Rejection) {
        guard let id = tree.child(party, account).flatMap({ tree.child($0, "Id") }),
            let iban = tree.text(id, "IBAN"), !IBAN.isValid(iban)
        else { return }
        guard kind == .initiation else { throw Rejection(reason: .accountInvalid, field: field.rawValue) }
        note(.accountInvalid)
    }

    // MARK: Ids

    /// UETR, else transaction id, else end-to-end id: with the payment information's in a pain.001, where it is unique only
    /// there. In Brazil's instant payments the end-to-end id comes first, since a transaction id is that of a QR code,
    /// which many may pay. Nil where a message gives none of them.
    private func reference(_ fields: ISOFields) -> String? {
        if kind == .initiation {
            if let uetr = fields.id(.uetr) { return uetr }
            return fields.id(.endToEndID).map { Self.within(fields, $0) }
        }
        if isPix, let end = fields.id(.endToEndID) { return end }
        return fields.id(.uetr) ?? fields.id(.transactionID) ?? fields.id(.endToEndID)
    }

    private static func within(_ fields: ISOFields, _ id: String) -> String {
        fields.id(.paymentInformationID).map { "\($0)/\(id)" } ?? id
    }

    /// Gives orders without an id of their own one that is the same whenever the message is read: of the instruction id,
    /// where no other transaction has it, else of message id, payment information and number in the message from 1.
    private mutating func nameUnnamed(_ items: inout [ISOMessage.Item]) {
        let unnamed = items.indices.filter { items[$0].reference == nil && items[$0].rejection == nil }
        guard !unnamed.isEmpty else { return }
        note(.referenceMade)
        var uses: [String: Int] = [:]
        let fields = items.map { ISOFields($0.fields) }
        let instructions = fields.map { fields in fields.id(.instructionID).map { Self.within(fields, $0) } }
        for (index, item) in items.enumerated() {
            if let text = item.reference ?? instructions[index] { uses[text, default: 0] += 1 }
        }
        for index in unnamed {
            var named = fields[index]
            let number = Self.within(named, "\(index + 1)")
            let own = instructions[index].flatMap { uses[$0] == 1 ? $0 : nil }
            named.set(.reference, own ?? "\(named[.messageID] ?? "")/\(number)")
            items[index].fields = named.values
        }
    }
}
