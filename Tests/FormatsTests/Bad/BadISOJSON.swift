import EventLogs
import Formats

/// Messages of ISO 20022 in JSON that must be refused, or of which one transaction must be.
enum BadISOJSON {
    static func transfer(_ number: Int) -> String {
        #"{"PmtId":{"EndToEndId":"E2E-\#(number)","TxId":"T\#(number)"},"IntrBkSttlmAmt":{"Ccy":"EUR","amt":"125.40"},"#
            + #""IntrBkSttlmDt":"2026-03-02","Dbtr":{"Nm":"Ada"},"DbtrAcct":{"Id":{"IBAN":"NL91ABNA0417164300"}},"#
            + #""Cdtr":{"Nm":"Cedar"},"CdtrAcct":{"Id":{"IBAN":"DE89370400440532013000"}}}"#
    }

    static func message(_ old: String = "", _ new: String = "", header: (String, String) = ("", "")) -> String {
        let second = old.isEmpty ? transfer(2) : transfer(2).replacing(old, with: new)
        let head =
            #""GrpHdr":{"MsgId":"M-1","CreDtTm":"2026-03-02T10:15:00Z","NbOfTxs":"2","SttlmInf":{"SttlmMtd":"CLRG"}}"#
        let group = header.0.isEmpty ? head : head.replacing(header.0, with: header.1)
        return #"{"Document":{"@xmlns":"urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08","FIToFICstmrCdtTrf":{"#
            + #"\#(group),"CdtTrfTxInf":[\#(transfer(1)),\#(second)]}}}"#
    }

    static var cases: [BadCase] {
        var out: [BadCase] = []
        for (name, old, new, reason, field) in [
            ("amount negative", "125.40", "-1", RejectionReason.amountNegative, "amount"),
            ("amount zero", "125.40", "0", .amountZero, "amount"),
            ("amount precise", "125.40", "1.001", .amountTooPrecise, "amount"),
            ("amount with an exponent", "\"125.40\"", "1e3", .amountNotANumber, "amount"),
            ("amount empty", "125.40", "", .amountNotANumber, "amount"),
            ("amount null", "\"125.40\"", "null", .amountNotANumber, "amount"),
            ("amount missing", #""IntrBkSttlmAmt":{"Ccy":"EUR","amt":"125.40"},"#, "", .missingField, "amount"),
            ("amount without currency", #"{"Ccy":"EUR","amt":"125.40"}"#, "\"125.40\"", .missingField, "currency"),
            ("currency in small letters", "\"EUR\"", "\"eur\"", .currencyUnknown, "currency"),
            ("no rate", "\"EUR\"", "\"GBP\"", .rateMissing, "currency"),
            ("a date that is none", "2026-03-02", "2026-02-30", .timeInvalid, "settlement_date"),
            ("an IBAN's digits", "DE89", "DE98", .accountInvalid, "creditor_account"),
            ("no end-to-end id", "\"EndToEndId\":\"E2E-2\",", "", .missingField, "end_to_end_id"),
            ("no creditor's account", "\"CdtrAcct\"", "\"Other\"", .missingField, "creditor_account"),
        ] {
            let text = message(old, new)
            let at = text.offset(of: "{\"PmtId\":") + transfer(1).utf8.count + 1
            out.append(BadCase(name, .isoJSON, text, reason, field, index: 1, at: at))
        }
        for (name, old, new, reason, field) in [
            ("another count", #""NbOfTxs":"2""#, #""NbOfTxs":"3""#, RejectionReason.countMismatch, "NbOfTxs"),
            ("another sum", #""NbOfTxs":"2""#, #""CtrlSum":"1""#, .controlSumMismatch, "CtrlSum"),
            ("no message id", #""MsgId":"M-1","#, "", .missingField, "message_id"),
            ("no header", "GrpHdr", "Header", .missingField, "GrpHdr"),
        ] {
            out.append(BadCase(name, .isoJSON, message(header: (old, new)), reason, field))
        }
        let whole = message()
        for (name, old, new) in [
            ("another type", "pacs.008.001.08", "pacs.009.001.08"),
            ("another version", "pacs.008.001.08", "pacs.008.001.99"),
            ("another message", "FIToFICstmrCdtTrf", "CstmrPmtStsRpt"),
        ] {
            out.append(BadCase(name, .isoJSON, whole.replacing(old, with: new), .unsupportedMessage))
        }
        out.append(BadCase("nothing", .isoJSON, "", .emptyRecord))
        out.append(BadCase("no message", .isoJSON, "{}", .unsupportedMessage))
        out.append(BadCase("XML", .isoJSON, "<Document/>", .malformedJSON, at: 0))
        let twice = message("T2", "T1")
        let at = twice.offset(of: "{\"PmtId\":") + transfer(1).utf8.count + 1
        out.append(BadCase("one reference twice", .isoJSON, twice, .duplicateInMessage, "reference", at: at))
        for cut in stride(from: 1, to: whole.utf8.count, by: 47) {
            out.append(BadCase("first \(cut) bytes", .isoJSON, String(whole.prefix(cut)), .malformedJSON, at: cut))
        }
        return out
    }
}
