package import Formats
import Records

/// The mapping of pipelines/mappings/iso20022.yaml, with every rate that the samples need.
package func isoMapping(_ syntax: Mapping.Syntax = .xml) throws -> Mapping {
    var rates = RateTable(currency: try currency("EUR"))
    guard let half = RateTable.Rate("0.5") else { throw NotAName(name: "0.5") }
    for code in ["USD", "DKK", "CHF"] { rates.add(half, of: try currency(code), from: 0) }
    return Mapping(
        format: .iso20022(syntax), id: "reference", time: FieldSource(["acceptance_time", "created"]),
        customer: FieldSource(["debtor_account", "debtor_name"]),
        terminal: FieldSource(["creditor_account", "creditor_name"]), amount: "amount",
        extras: [
            .currency: "currency",
            .kind: FieldSource(["local_instrument"], codes: ["INST": "instant_transfer"], otherwise: "transfer"),
            .entity(.account): "debtor_account", .entity(.payee): "creditor_account",
            .entity(.country): "creditor_country",
        ], rates: rates)
}

private func currency(_ code: String) throws -> Currency {
    guard let currency = Currency(code) else { throw NotAName(name: code) }
    return currency
}
