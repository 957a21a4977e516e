/// What a mapping may name of an ISO 20022 message, whatever its version: docs/CANONICAL.md says where each comes from.
package enum ISOField: String, Sendable, Hashable, CaseIterable {
    /// `GrpHdr/MsgId`; in a camt.056 `Assgnmt/Id`. A message without it is refused.
    case messageID = "message_id"
    /// `CreDtTm` of the header, or `CreDt`. A message without it is refused.
    case created
    /// The transaction's id: its UETR, else its transaction id, else its end-to-end id; in a pain.001 that is told from
    /// others by its payment information's, and made where there is none.
    case reference
    /// `PmtId/InstrId`.
    case instructionID = "instruction_id"
    /// `PmtId/EndToEndId`, which every credit transfer has; `NOTPROVIDED` where the customer gave none.
    case endToEndID = "end_to_end_id"
    /// `PmtId/TxId`.
    case transactionID = "transaction_id"
    /// `PmtId/UETR`, the unique end-to-end transaction reference, the same at all banks of a payment.
    case uetr
    /// `PmtInf/PmtInfId`, in a pain.001 alone.
    case paymentInformationID = "payment_information_id"
    /// The amount's text and its attribute `Ccy`: of `IntrBkSttlmAmt`, in a pain.001 of `Amt/InstdAmt` or else
    /// `Amt/EqvtAmt/Amt`, in a pacs.004 of `RtrdIntrBkSttlmAmt`, in a camt.056 of `OrgnlIntrBkSttlmAmt`.
    case amount, currency
    /// `AccptncDtTm`: when the order met the conditions of the debtor's bank to be processed.
    case acceptanceTime = "acceptance_time"
    /// `IntrBkSttlmDt` of the transaction, or else of the group header.
    case settlementDate = "settlement_date"
    /// `ReqdExctnDt`, or its `Dt` or `DtTm`; in a pain.001 the payment information's.
    case executionDate = "execution_date"
    /// `PmtTpInf/LclInstrm`, its `Cd` or else its `Prtry`, as with the two fields after it. A transaction's own
    /// `PmtTpInf` overrides that of its payment information, and that the group header's, field by field.
    case localInstrument = "local_instrument"
    /// `PmtTpInf/SvcLvl`, such as `SEPA`.
    case serviceLevel = "service_level"
    /// `PmtTpInf/CtgyPurp`.
    case categoryPurpose = "category_purpose"
    /// `Purp/Cd`, or else `Purp/Prtry`.
    case purpose
    /// `Dbtr/Nm`; in a pain.001 the debtor is the payment information's.
    case debtorName = "debtor_name"
    /// `Dbtr/PstlAdr/Ctry`, or else `Dbtr/CtryOfRes`.
    case debtorCountry = "debtor_country"
    /// `DbtrAcct/Id`: its `IBAN`, else `Othr/Id`, else `BBAN`, `UPIC` or `PrtryAcct/Id` of the first versions; else the
    /// alias that stands for it, `DbtrAcct/Prxy/Id`.
    case debtorAccount = "debtor_account"
    /// `DbtrAgt/FinInstnId`: its BIC, else the clearing system's member id, else `Othr/Id`.
    case debtorAgent = "debtor_agent"
    /// `Cdtr/Nm`.
    case creditorName = "creditor_name"
    /// `Cdtr/PstlAdr/Ctry`, or else `Cdtr/CtryOfRes`.
    case creditorCountry = "creditor_country"
    /// `CdtrAcct/Id`, as the debtor's. A SEPA transfer through a clearing system has to have it.
    case creditorAccount = "creditor_account"
    /// `CdtrAgt/FinInstnId`, as the debtor's.
    case creditorAgent = "creditor_agent"
    /// `RmtInf/Ustrd`, the first where there are several.
    case remittance
    /// `OrgnlGrpInf/OrgnlMsgId` of the transaction, or else of the group around it.
    case originalMessageID = "original_message_id"
    /// The earlier transaction's id: its UETR, else its transaction id, else its end-to-end id.
    case originalReference = "original_reference"
    /// `OrgnlEndToEndId`.
    case originalEndToEndID = "original_end_to_end_id"
    /// `OrgnlTxId`.
    case originalTransactionID = "original_transaction_id"
    /// `OrgnlUETR`.
    case originalUETR = "original_uetr"
    /// `TxSts`, such as `RJCT`, or else `GrpSts` of the group, one of which every pacs.002 has to have; and `Rsn/Cd` or
    /// else `Rsn/Prtry` of `StsRsnInf`, `RtrRsnInf` or `CxlRsnInf`.
    case status, reason
}
