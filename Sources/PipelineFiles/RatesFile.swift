package import Records

/// Reads what currencies are worth: `pipelines/rates.yaml`.
package func readRates(file: String) throws(ConfigurationError) -> RateTable {
    let root = try YAMLNode(file: file)
    try root.allow("currency", "rates")
    let own = try root.child("currency")
    let currency = try currency(own)
    guard currency.decimals <= 2 else { throw own.wrong("a currency of at most two decimals belongs here") }
    var table = RateTable(currency: currency)
    var days = Set<Int>()
    for node in try root.child("rates").list {
        let from = try node.child("from")
        guard let day = EventTime(rfc3339: try from.string), try from.string.utf8.count == 10 else {
            throw from.wrong("a date such as 2026-03-01 belongs here")
        }
        guard days.insert(day.dayNumber).inserted else { throw from.wrong("the date is given twice") }
        for (name, value) in try node.entries where try name.string != "from" {
            let code = try PipelineFiles.currency(name)
            guard code != currency else { throw name.wrong("the consortium's currency has no rate") }
            guard let rate = RateTable.Rate(try value.string) else {
                throw value.wrong("a plain decimal above zero with at most 8 decimals belongs here")
            }
            table.add(rate, of: code, from: day.dayNumber)
        }
    }
    return table
}

private func currency(_ node: YAMLNode) throws(ConfigurationError) -> Currency {
    guard let currency = Currency(try node.string) else { throw node.wrong("a currency code of ISO 4217 belongs here") }
    return currency
}
