import Formats
import Support

/// A message of ISO 20022 written by hand, as XML or as JSON.
indirect enum ISOSample: Sendable {
    case leaf(String, String)
    case amount(String, currency: String, String)
    case branch(String, [ISOSample])

    static let syntaxes: [Mapping.Syntax] = [.xml, .json]

    var name: String {
        switch self {
        case .leaf(let name, _), .amount(let name, _, _), .branch(let name, _): name
        }
    }

    var xml: String {
        switch self {
        case .leaf(let name, let text): "<\(name)>\(text)</\(name)>"
        case .amount(let name, let currency, let text): "<\(name) Ccy=\"\(currency)\">\(text)</\(name)>"
        case .branch(let name, let children): "<\(name)>\(children.map(\.xml).joined())</\(name)>"
        }
    }

    /// The value of the element's member.
    private var value: String {
        switch self {
        case .leaf(_, let text): "\"\(text)\""
        case .amount(_, let currency, let text): "{\"Ccy\":\"\(currency)\",\"amt\":\"\(text)\"}"
        case .branch(_, let children): Self.object(children)
        }
    }

    /// Elements of one name become an array.
    private static func object(_ children: [ISOSample]) -> String {
        var names: [String] = []
        for child in children where !names.contains(child.name) { names.append(child.name) }
        let members = names.map { name in
            let values = children.filter { $0.name == name }.map(\.value)
            return "\"\(name)\":" + (values.count == 1 ? values[0] : "[\(values.joined(separator: ","))]")
        }
        return "{\(members.joined(separator: ","))}"
    }

    /// The message of a type such as `pacs.008.001.08`, whose own element this is.
    func message(_ type: String, _ syntax: Mapping.Syntax) -> [UInt8] {
        let namespace = "urn:iso:std:iso:20022:tech:xsd:\(type)"
        switch syntax {
        case .xml: return Array("<Document xmlns=\"\(namespace)\">\(xml)</Document>".utf8)
        case .json:
            return Array("{\"Document\":{\"@xmlns\":\"\(namespace)\",\"\(name)\":\(value)}}".utf8)
        }
    }

    func parts(_ type: String, _ syntax: Mapping.Syntax) throws -> [RecordPart] {
        RecordParser(mapping: try isoMapping(syntax)).parts(message(type, syntax))
    }

    // MARK: Pieces

    static func header(_ more: [ISOSample] = [], count: Int = 1) -> ISOSample {
        .branch(
            "GrpHdr",
            [.leaf("MsgId", "M-1"), .leaf("CreDtTm", "2026-03-02T10:15:00Z"), .leaf("NbOfTxs", "\(count)")] + more)
    }

    static func iban(_ name: String, _ iban: String) -> ISOSample {
        .branch(name, [.branch("Id", [.leaf("IBAN", iban)])])
    }

    static func coded(_ name: String, _ code: String) -> ISOSample { .branch(name, [.leaf("Cd", code)]) }

    /// A credit transfer between banks with no more than it must have, and `more`.
    static func transfer(
        ids: [ISOSample] = [.leaf("EndToEndId", "E2E-1")],
        amount: ISOSample = .amount("IntrBkSttlmAmt", currency: "EUR", "125.40"), _ more: [ISOSample] = []
    ) -> ISOSample {
        .branch("CdtTrfTxInf", [.branch("PmtId", ids), amount] + more)
    }

    static func creditTransfer(_ transfers: [ISOSample], header: ISOSample = header()) -> ISOSample {
        .branch("FIToFICstmrCdtTrf", [header] + transfers)
    }

    /// A customer's order: payment information with what stands before its transfers.
    static func initiation(_ blocks: [[ISOSample]], count: Int = 1) -> ISOSample {
        .branch("CstmrCdtTrfInitn", [header(count: count)] + blocks.map { .branch("PmtInf", $0) })
    }

    static func order(_ ids: [ISOSample] = [.leaf("EndToEndId", "E2E-1")], _ more: [ISOSample] = []) -> ISOSample {
        .branch(
            "CdtTrfTxInf",
            [.branch("PmtId", ids), .branch("Amt", [.amount("InstdAmt", currency: "EUR", "125.40")])] + more)
    }
}
