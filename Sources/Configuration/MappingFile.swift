package import Ingest

/// Reads a member's mapping: `pipelines/mappings/*.yaml`.
package func readMapping(file: String) throws(ConfigurationError) -> Mapping {
    let root = try YAMLNode(file: file)
    try root.allow("format", "delimiter", "columns", "fields", "labels")
    let fields = try root.child("fields")
    try fields.allow("id", "time", "customer", "terminal", "amount")
    let labels = try root.child("labels")
    try labels.allow("type", "value", "transaction", "fraud")
    let mapping = Mapping(
        format: try format(root), id: try fields.child("id").string, time: try fields.child("time").string,
        customer: try fields.child("customer").string, terminal: try fields.child("terminal").string,
        amount: try fields.child("amount").string, type: try labels.child("type").string,
        labelType: try labels.child("value").string, labelTransaction: try labels.child("transaction").string,
        labelFraud: try labels.child("fraud").string)
    guard case .csv(_, let columns) = mapping.format else { return mapping }
    for (node, keys) in [
        (fields, ["id", "time", "customer", "terminal", "amount"]), (labels, ["type", "transaction", "fraud"]),
    ] {
        for key in keys {
            let child = try node.child(key)
            guard columns.contains(try child.string) else { throw child.wrong("`columns` has no such column") }
        }
    }
    return mapping
}

private func format(_ root: YAMLNode) throws(ConfigurationError) -> Mapping.Format {
    let format = try root.child("format")
    switch try format.string {
    case "json":
        for key in ["delimiter", "columns"] {
            if let node = root.optional(key) { throw node.wrong("JSON records have no \(key)") }
        }
        return .json
    case "csv":
        let delimiter = root.optional("delimiter")
        let text = try delimiter?.string ?? ","
        guard let byte = text.utf8.first, text.utf8.count == 1, byte != UInt8(ascii: "\""), byte != 10, byte != 13
        else {
            throw (delimiter ?? root).wrong("one character other than a quote belongs here")
        }
        var columns: [String] = []
        for node in try root.child("columns").list {
            let name = try node.string
            guard !columns.contains(name) else { throw node.wrong("the column is named twice") }
            columns.append(name)
        }
        return .csv(delimiter: byte, columns: columns)
    default: throw format.wrong("json or csv belongs here")
    }
}
