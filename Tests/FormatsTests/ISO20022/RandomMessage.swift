import Formats
import Support

/// Random messages of ISO 20022, whose texts hold what each syntax has to escape.
struct RandomMessage {
    private var random: SplitMix64

    init(seed: UInt64) { random = SplitMix64(seed) }

    private static let pieces = [
        "a", "Z", "0", " ", "&", "<", ">", "]", "]]>", "\"", "'", "/", "\\", "é", "ß", "€", "Ž", "店", "😀",
        "&amp;",
    ]

    /// A message of one to four items; its count may be one too many, which is a note.
    mutating func next() -> ISOEnvelope.Message {
        let count = Int.random(in: 1...4, using: &random)
        let ids = (0..<count).map { "I\($0)\(text())" }
        let header = ISOSample.header(count: Bool.random(using: &random) ? count : count + 1)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: return ("pacs.008.001.08", .creditTransfer(ids.map { transfer($0) }, header: header))
        case 1:
            let blocks = [ids.prefix(1), ids.dropFirst()].filter { !$0.isEmpty }.map { block($0) }
            return ("pain.001.001.09", .branch("CstmrCdtTrfInitn", [header] + blocks))
        case 2:
            let group = ISOSample.branch("OrgnlGrpInfAndSts", [.leaf("OrgnlMsgId", text()), .leaf("GrpSts", "RJCT")])
            let items = ids.map { outcome("TxInfAndSts", $0, some(.leaf("TxSts", "ACSC")), "StsRsnInf") }
            return ("pacs.002.001.10", .branch("FIToFIPmtStsRpt", [header, group] + items))
        case 3:
            let items = ids.map { outcome("TxInf", $0, some(amount("RtrdIntrBkSttlmAmt")), "RtrRsnInf") }
            return ("pacs.004.001.09", .branch("PmtRtr", [header] + items))
        default:
            let header = ISOSample.branch("Assgnmt", [.leaf("Id", text()), .leaf("CreDtTm", "2026-04-01T08:00:00Z")])
            let items = ids.map { outcome("TxInf", $0, some(amount("OrgnlIntrBkSttlmAmt")), "CxlRsnInf") }
            return ("camt.056.001.08", .branch("FIToFIPmtCxlReq", [header] + items.map { .branch("Undrlyg", [$0]) }))
        }
    }

    /// A text that neither begins nor ends with white space, which only XML drops.
    private mutating func text() -> String {
        let count = Int.random(in: 0...8, using: &random)
        return "x\((0..<count).map { _ in Self.pieces.randomElement(using: &random) ?? "" }.joined())y"
    }

    private mutating func some(_ sample: ISOSample) -> [ISOSample] { Bool.random(using: &random) ? [sample] : [] }

    private mutating func amount(_ name: String) -> ISOSample {
        let units = Int.random(in: 1...999, using: &random)
        return .amount(name, currency: Bool.random(using: &random) ? "EUR" : "DKK", "\(units).5")
    }

    private mutating func party(_ name: String) -> [ISOSample] {
        let country = ISOSample.branch("PstlAdr", [.leaf("Ctry", "DE")])
        let number = ISOSample.branch("Id", [.branch("Othr", [.leaf("Id", text())])])
        return [.branch(name, [.leaf("Nm", text())] + some(country)), .branch(name + "Acct", [number])]
    }

    private mutating func details() -> [ISOSample] {
        some(ISOSample.coded("Purp", "GDDS"))
            + some(.branch("RmtInf", [.leaf("Ustrd", text()), .leaf("Ustrd", text())]))
    }

    private mutating func transfer(_ id: String) -> ISOSample {
        .transfer(
            ids: some(.leaf("InstrId", text())) + [.leaf("EndToEndId", text()), .leaf("TxId", id)],
            amount: amount("IntrBkSttlmAmt"), party("Dbtr") + party("Cdtr") + details())
    }

    private mutating func block(_ ids: ArraySlice<String>) -> ISOSample {
        let orders = ids.map { id in
            ISOSample.branch(
                "CdtTrfTxInf",
                [.branch("PmtId", [.leaf("EndToEndId", id)]), .branch("Amt", [amount("InstdAmt")])] + party("Cdtr")
                    + details())
        }
        return .branch("PmtInf", some(.leaf("PmtInfId", text())) + party("Dbtr") + orders)
    }

    private mutating func outcome(_ name: String, _ id: String, _ more: [ISOSample], _ reason: String) -> ISOSample {
        .branch(
            name,
            some(.leaf("OrgnlEndToEndId", text())) + [.leaf("OrgnlTxId", id)] + more
                + some(.branch(reason, [ISOSample.coded("Rsn", "FRAD")])))
    }
}

extension ISOSample {
    /// The names of all items of messages.
    static let items: Set<String> = ["CdtTrfTxInf", "TxInfAndSts", "TxInf"]

    /// The same with other texts.
    func texts(_ change: (String) -> String) -> ISOSample {
        switch self {
        case .leaf(let name, let text): .leaf(name, change(text))
        case .amount(let name, let currency, let text): .amount(name, currency: currency, change(text))
        case .branch(let name, let children): .branch(name, children.map { $0.texts(change) })
        }
    }

    /// The same with the children of each element in another order; those of one name keep theirs.
    func shuffled(_ random: inout SplitMix64) -> ISOSample {
        guard case .branch(let name, let children) = self else { return self }
        var named = Dictionary(grouping: children, by: \.name)
        let order = children.map(\.name).shuffled(using: &random)
        return .branch(name, order.compactMap { named[$0]?.removeFirst().shuffled(&random) })
    }

    /// The message with its texts escaped as the syntax asks for.
    func escaped(_ type: String, _ syntax: Mapping.Syntax) -> String {
        let sample = texts { text in
            syntax == .xml
                ? text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
                : text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        }
        return String(decoding: sample.message(type, syntax), as: UTF8.self)
    }
}

/// What a part says, without its place.
struct SaidPart: Equatable {
    var index: Int
    var result: Result<ParsedRecord, Rejection>
    var message: [String: String]
    var notes: [RejectionReason]

    init(_ part: RecordPart) {
        (index, result, message, notes) = (part.index, part.result, part.message, part.notes)
    }
}
