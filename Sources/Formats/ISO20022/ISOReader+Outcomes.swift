import Records

extension ISOReader {
    /// What an outcome has of the group around it.
    private struct Group {
        var messageID: String?
        var status: String?
        var reason: String?
    }

    /// The outcomes of a pacs.002. One without a status has the group's, which `PART` is none of: that says that
    /// transactions went different ways.
    mutating func statuses(_ shared: ISOFields) -> [ISOMessage.Item] {
        let groups = tree.children(body, "OrgnlGrpInfAndSts").map { group in
            Group(
                messageID: tree.text(group, "OrgnlMsgId"),
                status: tree.text(group, "GrpSts").flatMap { $0 == "PART" ? nil : $0 },
                reason: reason(group, "StsRsnInf"))
        }
        return tree.children(body, kind.item).map { index in
            let own = tree.text(index, "OrgnlGrpInf", "OrgnlMsgId")
            let group = groups.count == 1 ? groups[0] : groups.first { own != nil && $0.messageID == own }
            return outcome(index, group ?? Group(), shared)
        }
    }

    /// The outcomes of a pacs.004, or of one block of a camt.056.
    ///
    /// - Parameter group: the element that names the original message for all of them, and the reason where they have none.
    mutating func outcomes(_ block: Int, group: String, _ shared: ISOFields) -> [ISOMessage.Item] {
        let around = tree.children(block, group)
        var group = Group()
        if around.count == 1 {
            group.messageID = tree.text(around[0], "OrgnlMsgId")
            group.reason = reason(around[0], kind == .return ? "RtrRsnInf" : "CxlRsnInf")
        }
        return tree.children(block, kind.item).map { outcome($0, group, shared) }
    }

    /// The outcome of one earlier transaction. Its reference has to be there, and in a status the status; the amount is
    /// not needed and a status has none.
    private mutating func outcome(_ index: Int, _ group: Group, _ shared: ISOFields) -> ISOMessage.Item {
        var fields = shared
        fields.set(.originalMessageID, tree.text(index, "OrgnlGrpInf", "OrgnlMsgId") ?? group.messageID)
        fields.set(.originalEndToEndID, tree.text(index, "OrgnlEndToEndId"))
        fields.set(.originalTransactionID, tree.text(index, "OrgnlTxId"))
        fields.set(uuid: .originalUETR, tree.text(index, "OrgnlUETR"))
        let status = tree.text(index, "TxSts")
        fields.set(.status, status ?? group.status)
        let own = reason(index, "StsRsnInf") ?? reason(index, "RtrRsnInf") ?? reason(index, "CxlRsnInf")
        fields.set(.reason, own ?? (status == nil ? group.reason : nil))
        fields.set(.originalReference, originalReference(fields))
        let amounts = kind == .status ? [] : tree.children(index, Self.amount(kind))
        return item(index, &fields, amounts.first) { [kind] reader, fields throws(Rejection) in
            if amounts.count > 1 { throw Rejection(reason: .repeatedField, field: ISOField.amount.rawValue) }
            for (name, field) in Self.once where reader.tree.hasSeveral(index, name) {
                throw Rejection(reason: .repeatedField, field: field.rawValue)
            }
            if kind == .status { try fields.require(.status) }
            try fields.require(.originalReference)
        }
    }

    /// What an outcome says once.
    private static let once: [(name: String, field: ISOField)] = [
        ("OrgnlEndToEndId", .originalEndToEndID), ("OrgnlTxId", .originalTransactionID), ("OrgnlUETR", .originalUETR),
        ("TxSts", .status),
    ]

    private static func amount(_ kind: ISOMessage.Kind) -> String {
        kind == .return ? "RtrdIntrBkSttlmAmt" : "OrgnlIntrBkSttlmAmt"
    }

    /// What `reference` was of the original.
    private func originalReference(_ fields: ISOFields) -> String? {
        if isPix, let end = fields.id(.originalEndToEndID) { return end }
        return fields.id(.originalUETR) ?? fields.id(.originalTransactionID) ?? fields.id(.originalEndToEndID)
    }

    /// The first reason that says fraud, wherever it stands among others, or else the first of all.
    private func reason(_ index: Int, _ information: String) -> String? {
        let reasons = tree.children(index, information).flatMap { tree.children($0, "Rsn") }.flatMap { tree.codes($0) }
        return reasons.first(where: PaymentOutcome.fraudReasons.contains) ?? reasons.first
    }
}
