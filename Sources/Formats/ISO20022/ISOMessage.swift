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

        /// The element below `Document`.
        var element: String {
            switch self {
            case .creditTransfer: "FIToFICstmrCdtTrf"
            case .initiation: "CstmrCdtTrfInitn"
            case .status: "FIToFIPmtStsRpt"
            case .return: "PmtRtr"
            case .recall: "FIToFIPmtCxlReq"
            }
        }

        /// The newest version that this code knows; all before it have the same elements where we look.
        var versions: ClosedRange<Int> {
            switch self {
            case .creditTransfer: 1...13
            case .initiation: 1...13
            case .status: 1...15
            case .return: 1...14
            case .recall: 1...12
            }
        }
    }

    /// One transaction of a pacs.008 or pain.001, or one outcome of the others.
    struct Item {
        /// Values by the raw values of `ISOField`; all of them are strings.
        var fields: [String: JSONScalar]
        /// Where the item begins, in bytes of the text.
        var at: Int
        /// The first thing that is wrong with this item alone; the message's other items stand.
        var rejection: Rejection?
    }

    var kind: Kind
    /// The message's items in document order, at least one.
    var items: [Item]
    /// What is not right and was let in: see `ISOReader`.
    var notes: [RejectionReason]
}

extension ISOMessage.Kind {
    /// The type that a namespace names, such as `urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08`, or one with a suffix, as
    /// national guidelines have it; nil where it is of another type, variant or version.
    init?(namespace: String) {
        let last = namespace.utf8.split { $0 == 58 || $0 == 47 || $0 == 36 }.last ?? Substring().utf8
        let parts = (String(last) ?? "").split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count >= 4, let kind = Self(rawValue: "\(parts[0]).\(parts[1])"), parts[2] == "001",
            parts[3].utf8.count == 2, let version = Int(digits: parts[3]), kind.versions.contains(version)
        else { return nil }
        self = kind
    }
}

extension Int {
    /// A number of decimal digits alone; nil for a text with a sign, too.
    init?(digits text: some StringProtocol) {
        guard text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        self.init(text)
    }
}
