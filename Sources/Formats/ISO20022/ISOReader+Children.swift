import Records

/// The elements of a transfer, or of the payment information around it, that are looked at once more.
struct TransferChildren {
    /// The amount between banks, and a customer's amounts.
    enum Name: Int { case settled, ordered }

    private var elements: [Int?] = [nil, nil]
    /// The field of which there are two, of which one at most can be meant; nil where there is none.
    var repeated: String?
    /// The fields that were there, as bits of `Slot`.
    private var seen: UInt16 = 0

    subscript(name: Name) -> Int? {
        get { elements[name.rawValue] }
        set { elements[name.rawValue] = newValue }
    }

    /// Which fields may be there once.
    enum Slot: UInt16 {
        case ids, types, settled, ordered, debtor, debtorAccount, creditor, creditorAccount, acceptance, settlement
        case execution, instruction, endToEnd, transaction, uetr
    }

    /// Notes that a field is there.
    mutating func see(_ slot: Slot, _ name: String) {
        if seen >> slot.rawValue & 1 == 1 { repeated = repeated ?? name }
        seen |= 1 << slot.rawValue
    }
}

/// The fields of who pays or is paid.
private struct PaymentSide {
    var name: ISOField
    var country: ISOField
    var account: ISOField
    var agent: ISOField
    var slots: (party: TransferChildren.Slot, account: TransferChildren.Slot)

    static let debtor = PaymentSide(
        name: .debtorName, country: .debtorCountry, account: .debtorAccount, agent: .debtorAgent,
        slots: (.debtor, .debtorAccount))
    static let creditor = PaymentSide(
        name: .creditorName, country: .creditorCountry, account: .creditorAccount, agent: .creditorAgent,
        slots: (.creditor, .creditorAccount))
}

extension ISOReader {
    /// Reads a transfer's elements, or those of the payment information around it, in one pass over them.
    ///
    /// - Parameter isBlock: whether this is where the debtor is: the payment information, or a transfer between banks.
    func readChildren(of index: Int, isBlock: Bool, into fields: inout ISOFields) -> TransferChildren {
        var found = TransferChildren()
        for child in tree.children(index) {
            let name = tree.elements[child].name
            switch name {
            case "PmtId": readIDs(child, &found, &fields)
            case "PmtTpInf":
                found.see(.types, name)
                if tree.hasSeveral(child, "LclInstrm") { found.see(.types, ISOField.localInstrument.rawValue) }
                readTypes(child, into: &fields)
            case "IntrBkSttlmAmt":
                found.see(.settled, ISOField.amount.rawValue)
                found[.settled] = child
            case "Amt":
                found.see(.ordered, ISOField.amount.rawValue)
                found[.ordered] = child
            case "Cdtr", "CdtrAcct", "CdtrAgt": readParty(child, name, .creditor, &found, &fields)
            case "Dbtr", "DbtrAcct", "DbtrAgt":
                if isBlock { readParty(child, name, .debtor, &found, &fields) }
            case "AccptncDtTm": set(.acceptanceTime, child, .acceptance, &found, &fields)
            case "IntrBkSttlmDt": set(.settlementDate, child, .settlement, &found, &fields)
            case "ReqdExctnDt":
                if isBlock { readExecution(child, &found, &fields) }
            case "Purp": fields.set(.purpose, tree.text(child, "Cd") ?? tree.text(child, "Prtry"))
            case "RmtInf":
                if fields[.remittance] == nil { fields.set(.remittance, tree.text(child, "Ustrd")) }
            default: break
            }
        }
        return found
    }

    private func text(_ index: Int) -> String? { tree.elements[index].text.isEmpty ? nil : tree.elements[index].text }

    private func set(
        _ field: ISOField, _ child: Int, _ slot: TransferChildren.Slot, _ found: inout TransferChildren,
        _ fields: inout ISOFields
    ) {
        found.see(slot, field.rawValue)
        fields.set(field, text(child))
    }

    private func readIDs(_ child: Int, _ found: inout TransferChildren, _ fields: inout ISOFields) {
        found.see(.ids, "PmtId")
        for id in tree.children(child) {
            switch tree.elements[id].name {
            case "InstrId": set(.instructionID, id, .instruction, &found, &fields)
            case "EndToEndId": set(.endToEndID, id, .endToEnd, &found, &fields)
            case "TxId": set(.transactionID, id, .transaction, &found, &fields)
            case "UETR":
                found.see(.uetr, ISOField.uetr.rawValue)
                fields.set(uuid: .uetr, text(id))
            default: break
            }
        }
    }

    private func readExecution(_ child: Int, _ found: inout TransferChildren, _ fields: inout ISOFields) {
        found.see(.execution, ISOField.executionDate.rawValue)
        fields.set(.executionDate, text(child) ?? tree.text(child, "Dt") ?? tree.text(child, "DtTm"))
    }

    /// Reads one side of a payment: the party, its account or its bank.
    private func readParty(
        _ child: Int, _ name: String, _ side: PaymentSide, _ found: inout TransferChildren, _ fields: inout ISOFields
    ) {
        switch name {
        case "Cdtr", "Dbtr":
            found.see(side.slots.party, side.name.rawValue)
            fields.set(side.name, tree.text(child, "Nm"))
            fields.set(side.country, country(child))
        case "CdtrAcct", "DbtrAcct":
            readAccount(child, side.account, side.slots.account, &found, &fields)
        default: fields.set(side.agent, agent(child))
        }
    }

    /// An account, which has one id, and that one IBAN or other number.
    private func readAccount(
        _ child: Int, _ field: ISOField, _ slot: TransferChildren.Slot, _ found: inout TransferChildren,
        _ fields: inout ISOFields
    ) {
        found.see(slot, field.rawValue)
        let hasSeveral =
            tree.child(child, "Id").map { tree.hasSeveral($0, "IBAN") || tree.hasSeveral($0, "Othr") } ?? false
        if hasSeveral || tree.hasSeveral(child, "Id") { found.see(slot, field.rawValue) }
        fields.set(field, account(child))
    }

    /// The type of payment that an element names: of the group header, the payment information or the transfer, each over
    /// the one around it, field by field.
    func readTypes(of index: Int, into fields: inout ISOFields) {
        if let types = tree.child(index, "PmtTpInf") { readTypes(types, into: &fields) }
    }

    private func readTypes(_ types: Int, into fields: inout ISOFields) {
        fields.set(.localInstrument, tree.code(types, "LclInstrm"))
        fields.set(.serviceLevel, tree.code(types, "SvcLvl"))
        fields.set(.categoryPurpose, tree.code(types, "CtgyPurp"))
    }

    private func country(_ party: Int) -> String? {
        tree.text(party, "PstlAdr", "Ctry") ?? tree.text(party, "CtryOfRes")
    }

    /// The account's number, whichever scheme it is of, else the alias that stands for it, such as a phone number, an
    /// e-mail address or a key, in its one spelling; nil where none is named.
    private func account(_ account: Int) -> String? {
        let number = tree.child(account, "Id").flatMap {
            tree.text($0, "IBAN") ?? tree.text($0, "Othr", "Id") ?? tree.text($0, "BBAN") ?? tree.text($0, "UPIC")
                ?? tree.text($0, "PrtryAcct", "Id")
        }
        return (number ?? tree.text(account, "Prxy", "Id")).map(Spelling.account.canonical)
    }

    /// The bank by its strongest name: BIC (`BICFI`, in older versions `BIC`), else its clearing number, else another
    /// id.
    private func agent(_ agent: Int) -> String? {
        guard let id = tree.child(agent, "FinInstnId") else { return nil }
        return tree.text(id, "BICFI") ?? tree.text(id, "BIC") ?? tree.text(id, "ClrSysMmbId", "MmbId")
            ?? tree.text(id, "Othr", "Id")
    }
}
