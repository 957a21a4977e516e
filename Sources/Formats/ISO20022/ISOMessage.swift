/// A message of ISO 20022 that is read: what it is, and its transactions or outcomes in order.
struct ISOMessage {
    /// Raw values are business area and message number, as a namespace has them.
    enum Kind: String, CaseIterable {
        /// A credit transfer between banks; each of its items is a transaction.
        case creditTransfer = "pacs.008"
        /// A customer's order of credit transfers; each of its items is a transaction.
        case initiation = "pain.001"
        /// A bank's word on what became of credit transfers or orders.
        case status = "pacs.002"
        /// The money of earlier transfers, sent back.
        case `return` = "pacs.004"
        /// A request to send the money of earlier transfers back.
        case recall = "camt.056"
    }

    /// One transaction of a pacs.008 or pain.001, or one outcome of the others.
    struct Item {
        /// Texts by the raw values of `ISOField`.
        var fields: [String: String]
        /// Where the item begins, in bytes of the text.
        var at: Int
        /// The first thing that is wrong with this item alone; the message's other items stand.
        var rejection: Rejection?

        /// What no other transaction of a record may have; nil where the message gives none.
        var reference: String? { fields[ISOField.reference.rawValue] }
    }

    var kind: Kind
    /// The message's items in document order, at least one.
    var items: [Item]
    /// What is not right and was let in: see `ISOReader`.
    var notes: [RejectionReason]
}

extension ISOMessage.Kind {
    /// The message's own element, which is below `Document` where there is one.
    var element: String {
        switch self {
        case .creditTransfer: "FIToFICstmrCdtTrf"
        case .initiation: "CstmrCdtTrfInitn"
        case .status: "FIToFIPmtStsRpt"
        case .return: "PmtRtr"
        case .recall: "FIToFIPmtCxlReq"
        }
    }

    /// The element of a transaction or outcome.
    var item: String {
        switch self {
        case .creditTransfer, .initiation: "CdtTrfTxInf"
        case .status: "TxInfAndSts"
        case .return, .recall: "TxInf"
        }
    }

    /// The element that names the message.
    var header: String { self == .recall ? "Assgnmt" : "GrpHdr" }

    /// Whether its items are payments, rather than what became of earlier ones.
    var isTransfer: Bool { self == .creditTransfer || self == .initiation }

    /// The versions that this code knows; all have the same elements where we look.
    var versions: ClosedRange<Int> {
        switch self {
        case .creditTransfer: 1...13
        case .initiation: 1...13
        case .status: 1...15
        case .return: 1...14
        case .recall: 1...12
        }
    }

    /// Subsets of a message that a community published as variants of its own: Germany's of the pain.001.
    var variants: ClosedRange<Int> { self == .initiation ? 1...3 : 1...1 }

    /// The kind whose own element this is, also with a scheme's suffix (`FIToFIPmtStsRptS2`).
    ///
    /// Tazama shortens the status report's name; the first versions named the element like the type
    /// (`pain.001.001.02`).
    init?(element name: String) {
        // Most elements are none: the shortest such names begin like `PmtRtr`, the others have twelve bytes.
        guard name.utf8.count >= 12 || name == "PmtRtr" || name == "PmtRtrS2" else { return nil }
        guard let first = name.utf8.first, [70, 67, 80, 112].contains(first) else { return nil }
        if name == "FIToFIPmtSts" {
            self = .status
        } else if let kind = Self.allCases.first(where: { name.hasPrefix($0.element) }) {
            let suffix = name.dropFirst(kind.element.count)
            guard suffix.isEmpty || (suffix.first == "S" && Int(digits: suffix.dropFirst()) != nil) else { return nil }
            self = kind
        } else if name.utf8.first == UInt8(ascii: "p"), case .message(let kind, isPix: false) = ISONamespace(name) {
            self = kind
        } else {
            return nil
        }
    }
}
