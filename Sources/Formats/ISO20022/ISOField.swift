/// What a mapping may name of an ISO 20022 message, whatever its version: docs/CANONICAL.md says where each comes from.
package enum ISOField: String, Sendable, Hashable, CaseIterable {
    case messageID = "message_id"
    case created
    /// The transaction's id: its UETR, else its transaction id, else its end-to-end id.
    case reference
    case instructionID = "instruction_id"
    case endToEndID = "end_to_end_id"
    case transactionID = "transaction_id"
    case uetr
    case paymentInformationID = "payment_information_id"
    case amount, currency
    case acceptanceTime = "acceptance_time"
    case settlementDate = "settlement_date"
    case executionDate = "execution_date"
    case localInstrument = "local_instrument"
    case serviceLevel = "service_level"
    case categoryPurpose = "category_purpose"
    case purpose
    case debtorName = "debtor_name"
    case debtorCountry = "debtor_country"
    case debtorAccount = "debtor_account"
    case debtorAgent = "debtor_agent"
    case creditorName = "creditor_name"
    case creditorCountry = "creditor_country"
    case creditorAccount = "creditor_account"
    case creditorAgent = "creditor_agent"
    case remittance
    case originalMessageID = "original_message_id"
    case originalReference = "original_reference"
    case originalEndToEndID = "original_end_to_end_id"
    case originalTransactionID = "original_transaction_id"
    case originalUETR = "original_uetr"
    case status, reason
}
