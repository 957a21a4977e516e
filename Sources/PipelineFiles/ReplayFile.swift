import Formats
import Records
package import Worlds

/// Reads how files of transactions are replayed: `pipelines/replays/*.yaml`.
///
/// - Parameter rates: the file of rates, read where the mapping has a currency.
package func readReplay(
    file: String, rates: String = "pipelines/rates.yaml"
) throws(ConfigurationError) -> ReplaySource {
    let root = try YAMLNode(file: file)
    try root.allow("mapping", "columns", "members", "truth")
    var source = ReplaySource(
        mapping: try mapping(root), members: try members(root.child("members")), truth: try truth(root))
    guard (source.truth == nil) != (source.mapping.outcome == nil) else {
        throw root.wrong("outcomes come either from the records (`outcome` of the mapping) or from a `truth` file")
    }
    guard case .csv = source.mapping.format else {
        throw root.wrong("a replay reads CSV files; the mapping is of another format")
    }
    if source.mapping.extras[.currency] != nil { source.mapping.rates = try readRates(file: rates) }
    return source
}

/// The mapping: a file's, one that stands here, or plain names of `columns`.
private func mapping(_ root: YAMLNode) throws(ConfigurationError) -> Mapping {
    guard let node = root.optional("mapping") else { return try columns(root.child("columns")) }
    if let columns = root.optional("columns") { throw columns.wrong("the `mapping` says which field is what") }
    return node.isMapping ? try readMapping(node) : try readMapping(file: node.string)
}

/// Fields by the names of their columns. Amounts are rounded, since data sets come through floating point.
private func columns(_ node: YAMLNode) throws(ConfigurationError) -> Mapping {
    let extras = Mapping.Extra.allCases.filter { $0 != .currency }
    try node.allow(["id", "time", "customer", "terminal", "amount", "fraud", "scenario"] + extras.map(\.name))
    func source(_ key: String) throws(ConfigurationError) -> FieldSource { FieldSource([try node.child(key).string]) }
    var mapping = Mapping(
        format: .csv(Mapping.CSVForm()), id: try source("id"), time: try source("time"),
        customer: try source("customer"), terminal: try source("terminal"), amount: try source("amount"), type: nil,
        labels: nil)
    mapping.amountForm.rounds = true
    for extra in extras where node.optional(extra.name) != nil { mapping.extras[extra] = try source(extra.name) }
    if let fraud = node.optional("fraud") {
        mapping.outcome = OutcomeFields(
            fraud: FieldSource([try fraud.string], codes: yesAndNo),
            scenario: try node.optional("scenario").map { node throws(ConfigurationError) in try node.string })
    }
    return mapping
}

/// How data sets write yes and no.
private let yesAndNo = [
    "1": "true", "1.0": "true", "true": "true", "yes": "true", "y": "true", "t": "true",
    "0": "false", "0.0": "false", "false": "false", "no": "false", "n": "false", "f": "false",
]

private func truth(_ root: YAMLNode) throws(ConfigurationError) -> ReplayTruth? {
    guard let node = root.optional("truth") else { return nil }
    try node.allow("file", "id", "fraud", "scenario")
    return ReplayTruth(
        file: try node.child("file").string, id: try node.child("id").string, fraud: try node.child("fraud").string,
        scenario: try node.optional("scenario").map { node throws(ConfigurationError) in try node.string })
}

private func members(_ node: YAMLNode) throws(ConfigurationError) -> ReplayMembers {
    try node.allow("by_last_digit", "of", "column", "all")
    if let column = node.optional("column") {
        try node.allow("column")
        return .column(try column.string)
    }
    if let one = node.optional("all") {
        try node.allow("all")
        return .one(try readMember(one, known: []))
    }
    let digits = try node.child("by_last_digit")
    var owners = [MemberID?](repeating: nil, count: 10)
    for (name, list) in try digits.entries {
        let member = try readMember(name, known: [])
        for digit in try list.list {
            let value = try digit.int(in: 0...9)
            guard owners[value] == nil else { throw digit.wrong("the digit is given twice") }
            owners[value] = member
        }
    }
    guard case let all = owners.compactMap({ $0 }), all.count == 10 else {
        throw digits.wrong("each of the digits 0 to 9 belongs to a member")
    }
    return .byLastDigit(all, of: try node.optional("of").map { node throws(ConfigurationError) in try node.string })
}
