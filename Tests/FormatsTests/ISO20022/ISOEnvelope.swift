import Formats
import Records
import Support

/// A record of several messages by hand, in XML or JSON, and what wraps them.
struct ISOEnvelope {
    /// A type such as `pacs.008.001.08`, and its own element.
    typealias Message = (type: String, body: ISOSample)

    static func record(_ messages: [Message], _ syntax: Mapping.Syntax) -> [UInt8] {
        let texts = messages.map { String(decoding: $0.body.message($0.type, syntax), as: UTF8.self) }
        switch syntax {
        case .xml: return Array("<Envelope xmlns=\"urn:example:box\">\(texts.joined())</Envelope>".utf8)
        case .json: return Array("{\"messages\":[\(texts.joined(separator: ","))]}".utf8)
        }
    }

    static func parts(_ messages: [Message], _ syntax: Mapping.Syntax) throws -> [RecordPart] {
        RecordParser(mapping: try isoMapping(syntax)).parts(record(messages, syntax))
    }

    /// What a record tells by its parts' ids: of payments, of outcomes, and of what is refused its reason.
    static func said(_ parts: [RecordPart]) -> [String] {
        parts.map { $0.transaction?.id ?? $0.outcome?.transaction ?? $0.rejection?.reason.rawValue ?? "none" }
    }

    /// A credit transfer between banks of transactions with these ids.
    static func transfer(_ ids: [String], message: String = "M") -> Message {
        let transfers = ids.map { id in
            ISOSample.transfer(
                ids: [.leaf("EndToEndId", id), .leaf("TxId", id)],
                [.iban("DbtrAcct", "NL91ABNA0417164300"), .iban("CdtrAcct", "DE89370400440532013000")])
        }
        return ("pacs.008.001.08", .creditTransfer(transfers, header: header(message, ids.count)))
    }

    /// A customer's order, whose ids are within the payment information `P` and the message's name.
    static func order(_ ids: [String], message: String = "M") -> Message {
        let orders = ids.map { id in
            ISOSample.order([.leaf("EndToEndId", id)], [.iban("CdtrAcct", "DE89370400440532013000")])
        }
        let block = [ISOSample.leaf("PmtInfId", "P\(message)"), .iban("DbtrAcct", "NL91ABNA0417164300")] + orders
        return (
            "pain.001.001.09",
            .branch("CstmrCdtTrfInitn", [header(message, ids.count), .branch("PmtInf", block)])
        )
    }

    /// A return for fraud of transactions with these ids.
    static func fraud(_ ids: [String], message: String = "M") -> Message {
        let returns = ids.map { id in
            ISOSample.branch(
                "TxInf",
                [
                    .leaf("OrgnlTxId", id), .amount("RtrdIntrBkSttlmAmt", currency: "EUR", "125.40"),
                    .branch("RtrRsnInf", [ISOSample.coded("Rsn", "FRAD")]),
                ])
        }
        return ("pacs.004.001.09", .branch("PmtRtr", [header(message, ids.count)] + returns))
    }

    /// A status of transactions with these ids.
    static func status(_ ids: [String], message: String = "M") -> Message {
        let outcomes = ids.map { ISOSample.branch("TxInfAndSts", [.leaf("OrgnlTxId", $0), .leaf("TxSts", "ACSC")]) }
        return ("pacs.002.001.10", .branch("FIToFIPmtStsRpt", [header(message, ids.count)] + outcomes))
    }

    /// A recall of transactions with these ids, each in a block of its own.
    static func recall(_ ids: [String], message: String = "M") -> Message {
        let header = ISOSample.branch("Assgnmt", [.leaf("Id", message), .leaf("CreDtTm", "2026-03-02T10:15:00Z")])
        let blocks = ids.map { ISOSample.branch("Undrlyg", [.branch("TxInf", [.leaf("OrgnlTxId", $0)])]) }
        return ("camt.056.001.08", .branch("FIToFIPmtCxlReq", [header] + blocks))
    }

    /// A message of another type: a bank statement.
    static var statement: Message {
        ("camt.053.001.08", .branch("BkToCstmrStmt", [header("S", 1), .branch("Stmt", [.leaf("Id", "1")])]))
    }

    private static func header(_ message: String, _ count: Int) -> ISOSample {
        .branch(
            "GrpHdr",
            [.leaf("MsgId", message), .leaf("CreDtTm", "2026-03-02T10:15:00Z"), .leaf("NbOfTxs", "\(count)")])
    }
}
