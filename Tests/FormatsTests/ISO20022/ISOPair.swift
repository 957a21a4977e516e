import Formats
import Testing

/// A message that is taken and the same with one change, for which it or some of its items are refused.
struct ISOPair: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var type: String
    var taken: ISOSample
    var changed: ISOSample
    var rejection: Rejection
    /// Which parts of the changed message are refused.
    var refused = [true]
    /// The element that the first refused part is at; nil where the message as a whole is at fault.
    var place: String?

    private init(
        _ name: String, _ type: String, _ taken: ISOSample, _ changed: ISOSample, _ reason: RejectionReason,
        _ field: String?, refused: [Bool] = [true], at place: String? = nil
    ) {
        (testDescription, self.type, self.taken, self.changed) = (name, type, taken, changed)
        (rejection, self.refused, self.place) = (Rejection(reason: reason, field: field), refused, place)
    }

    static let all = headers + references + places + repeated

    // MARK: Messages

    private static let clearing = ISOSample.branch("SttlmInf", [.leaf("SttlmMtd", "CLRG")])
    private static let debtor = ISOSample.branch("DbtrAcct", [.branch("Id", [.branch("Othr", [.leaf("Id", "77")])])])
    private static let creditor = ISOSample.branch("CdtrAcct", [.branch("Id", [.branch("Othr", [.leaf("Id", "88")])])])

    private static func header(_ more: [ISOSample], count: Int = 2) -> ISOSample { .header(more, count: count) }

    private static func returns(_ header: ISOSample) -> ISOSample {
        let items = ["R1", "R2"].map { id in
            ISOSample.branch("TxInf", [.leaf("OrgnlTxId", id), .amount("RtrdIntrBkSttlmAmt", currency: "EUR", "7.35")])
        }
        return .branch("PmtRtr", [header] + items)
    }

    private static func statuses(_ header: ISOSample, _ more: [ISOSample] = [], group: [ISOSample] = []) -> ISOSample {
        let items = ["S1", "S2"].map { id in
            ISOSample.branch(
                "TxInfAndSts", [.leaf("TxSts", "ACSC"), .leaf("OrgnlTxId", id)] + (id == "S1" ? more : []))
        }
        return .branch("FIToFIPmtStsRpt", [header, .branch("OrgnlGrpInfAndSts", group)] + items)
    }

    private static func recall(_ undrlyg: [ISOSample], _ more: [ISOSample] = [], id: [ISOSample] = []) -> ISOSample {
        let header = ISOSample.branch("Assgnmt", id + [.leaf("Id", "A"), .leaf("CreDtTm", "2026-05-04T03:02:01Z")])
        return .branch("FIToFIPmtCxlReq", [header, .branch("Undrlyg", undrlyg)] + more)
    }

    private static let recalled = ISOSample.branch("TxInf", [.leaf("OrgnlTxId", "C1")])

    /// Two transfers, of which the second has these ids and elements.
    private static func transfers(_ header: ISOSample, ids: [ISOSample], _ more: [ISOSample] = []) -> ISOSample {
        let first = ISOSample.transfer(ids: [.leaf("EndToEndId", "E"), .leaf("TxId", "T1")], [debtor, creditor])
        return .creditTransfer([first, .transfer(ids: ids, [debtor, creditor] + more)], header: header)
    }

    private static let second: [ISOSample] = [.leaf("EndToEndId", "E"), .leaf("TxId", "T2")]

    /// Two blocks of two orders and one, of which the first has these elements more.
    private static func orders(
        _ first: [ISOSample] = [], blocks: [String] = ["P", "Q"], ids: [String] = ["E1", "E2", "E1"],
        _ more: [ISOSample] = []
    ) -> ISOSample {
        let orders = ids.map { ISOSample.order([.leaf("EndToEndId", $0)], [creditor]) }
        return .branch(
            "CstmrCdtTrfInitn",
            [
                .header(count: 3),
                .branch("PmtInf", [.leaf("PmtInfId", blocks[0]), debtor] + first + orders.prefix(2)),
                .branch("PmtInf", [.leaf("PmtInfId", blocks[1]), debtor, orders[2]]),
            ] + more)
    }

    // MARK: Pairs

    private static let headers: [ISOPair] = [
        ISOPair(
            "a return's count", "pacs.004.001.09", returns(header([clearing])), returns(header([clearing], count: 1)),
            .countMismatch, "NbOfTxs"),
        ISOPair(
            "a status report's count", "pacs.002.001.10", statuses(header([clearing])),
            statuses(header([clearing], count: 3)), .countMismatch, "NbOfTxs"),
        ISOPair(
            "a return's sum", "pacs.004.001.09", returns(header([clearing, .leaf("CtrlSum", "14.7")])),
            returns(header([clearing, .leaf("CtrlSum", "7.35")])), .controlSumMismatch, "CtrlSum"),
        ISOPair(
            "two days of settlement", "pacs.008.001.08",
            transfers(header([.leaf("IntrBkSttlmDt", "2026-05-04")]), ids: second),
            transfers(header([.leaf("IntrBkSttlmDt", "2026-05-04"), .leaf("IntrBkSttlmDt", "")]), ids: second),
            .repeatedField, "settlement_date"),
        ISOPair(
            "two times of creation", "pacs.002.001.10", statuses(header([.leaf("CreDt", "2026-05-04")])),
            statuses(header([.leaf("CreDtTm", "2026-03-02T10:15:00Z")])), .repeatedField, "created"),
        ISOPair(
            "two ids of a recall", "camt.056.001.08", recall([recalled]), recall([recalled], id: [.leaf("Id", "A")]),
            .repeatedField, "message_id"),
        ISOPair(
            "a recall of a whole message", "camt.056.001.08",
            recall([recalled, .branch("OrgnlGrpInfAndCxl", [.leaf("OrgnlMsgId", "O")])]),
            recall([.branch("OrgnlGrpInfAndCxl", [.leaf("OrgnlMsgId", "O")])]), .noTransactions, nil),
    ]

    private static let references: [ISOPair] = [
        ISOPair(
            "one id in two payment informations of one name", "pain.001.001.09", orders(),
            orders(blocks: ["P", "P"]), .duplicateInMessage, "reference", at: "CdtTrfTxInf"),
        ISOPair(
            "one id in one payment information", "pain.001.001.09", orders(), orders(ids: ["E1", "E1", "E1"]),
            .duplicateInMessage, "reference", at: "CdtTrfTxInf"),
        ISOPair(
            "an end-to-end id that is the transaction id of another", "pacs.008.001.08",
            transfers(header([]), ids: [.leaf("EndToEndId", "T2")]),
            transfers(header([]), ids: [.leaf("EndToEndId", "T1")]), .duplicateInMessage, "reference",
            at: "CdtTrfTxInf"),
    ]

    /// The changed message has an element of this name where the other has one that nobody reads.
    private static func misplaced(_ name: String, _ type: String, _ message: (String) -> ISOSample) -> ISOPair {
        ISOPair("\(name) in a \(type)", type, message("Xtra"), message(name), .misplacedElement, name, at: name)
    }

    private static let places: [ISOPair] = [
        misplaced("TxInf", "camt.056.001.08") { recall([recalled], [.branch($0, [.leaf("CxlId", "C2")])]) },
        ISOPair(
            "a block of a recall in another", "camt.056.001.08", recall([recalled], [.branch("Undrlyg", [recalled])]),
            recall([recalled, .branch("Undrlyg", [recalled])]), .misplacedElement, "TxInf", at: "TxInf"),
        misplaced("GrpHdr", "pain.001.001.09") { orders([.branch($0, [.leaf("MsgId", "M")])]) },
        misplaced("GrpHdr", "camt.056.001.08") { recall([recalled], [.branch($0, [.leaf("MsgId", "M")])]) },
        misplaced("Assgnmt", "pacs.004.001.09") {
            .branch(
                "PmtRtr", [.header(), .branch("TxInf", [.leaf("OrgnlTxId", "R1")]), .branch($0, [.leaf("Id", "A")])])
        },
        misplaced("PmtId", "pain.001.001.09") { orders([.branch($0, [.leaf("InstrId", "I")])]) },
        misplaced("CdtTrfTxInf", "pain.001.001.09") { orders([], [.branch($0, [.leaf("InstrId", "I")])]) },
        misplaced("OrgnlEndToEndId", "pacs.002.001.10") { statuses(header([]), group: [.leaf($0, "E")]) },
        misplaced("TxInfAndSts", "pacs.004.001.09") {
            .branch("PmtRtr", [.header(), .branch("TxInf", [.leaf("OrgnlTxId", "R1"), .leaf($0, "")])])
        },
        misplaced("FIToFIPmtStsRptS2", "pacs.008.001.08") { transfers(header([]), ids: second, [.leaf($0, "x")]) },
    ]

    /// The second transfer has something once and twice.
    private static func twice(_ sample: ISOSample, _ field: String, isID: Bool = false) -> ISOPair {
        func message(_ samples: [ISOSample]) -> ISOSample {
            transfers(header([]), ids: second + (isID ? samples : []), isID ? [] : samples)
        }
        return ISOPair(
            "two of \(sample.name) of one transfer", "pacs.008.001.08", message([sample]), message([sample, sample]),
            .repeatedField, field, refused: [false, true], at: "CdtTrfTxInf")
    }

    private static let repeated: [ISOPair] = [
        twice(.leaf("UETR", "5f0c4d5e-8a6b-4c1d-9e2f-3a4b5c6d7e8f"), "uetr", isID: true),
        twice(.leaf("InstrId", "I"), "instruction_id", isID: true),
        twice(.branch("PmtTpInf", [ISOSample.coded("SvcLvl", "SDVA")]), "PmtTpInf"),
        ISOPair(
            "two ids of one transfer", "pacs.008.001.08", transfers(header([]), ids: second),
            transfers(header([]), ids: second, [.branch("PmtId", [])]), .repeatedField, "PmtId",
            refused: [false, true], at: "CdtTrfTxInf"),
        ISOPair(
            "two accounts of a block's debtor", "pain.001.001.09", orders(), orders([debtor]), .repeatedField,
            "debtor_account", refused: [true, true, false], at: "CdtTrfTxInf"),
        ISOPair(
            "two days of execution", "pain.001.001.09", orders([.leaf("ReqdExctnDt", "2026-05-04")]),
            orders([.leaf("ReqdExctnDt", "2026-05-04"), .leaf("ReqdExctnDt", "2026-05-04")]), .repeatedField,
            "execution_date", refused: [true, true, false], at: "CdtTrfTxInf"),
        ISOPair(
            "two UETRs of an outcome", "pacs.002.001.10", statuses(header([]), [.leaf("OrgnlUETR", "u")]),
            statuses(header([]), [.leaf("OrgnlUETR", "u"), .leaf("OrgnlUETR", "v")]), .repeatedField, "original_uetr",
            refused: [true, false], at: "TxInfAndSts"),
        ISOPair(
            "two end-to-end ids of an outcome", "pacs.002.001.10",
            statuses(header([]), [.leaf("OrgnlEndToEndId", "e")]),
            statuses(header([]), [.leaf("OrgnlEndToEndId", "e"), .leaf("OrgnlEndToEndId", "e")]), .repeatedField,
            "original_end_to_end_id", refused: [true, false], at: "TxInfAndSts"),
    ]
}
