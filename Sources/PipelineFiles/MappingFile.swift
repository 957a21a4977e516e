package import Formats

/// Reads a member's mapping: `pipelines/mappings/*.yaml`.
package func readMapping(file: String) throws(ConfigurationError) -> Mapping {
    let root = try YAMLNode(file: file)
    try root.allow("format", "delimiter", "columns", "fields", "labels")
    let format = try format(root)
    let fields = try root.child("fields")
    try fields.allow(["id", "time", "customer", "terminal", "amount"] + Mapping.Extra.allCases.map(\.name))
    var mapping = Mapping(
        format: format, id: try source("id", fields, format), time: try source("time", fields, format),
        customer: try source("customer", fields, format), terminal: try source("terminal", fields, format),
        amount: try source("amount", fields, format))
    for extra in Mapping.Extra.allCases where fields.optional(extra.name) != nil {
        mapping.extras[extra] = try source(extra.name, fields, format, codes: extra.codes)
    }
    if case .iso20022 = format {
        if let labels = root.optional("labels") { throw labels.wrong("ISO 20022 has messages of its own for outcomes") }
        return mapping
    }
    let labels = try root.child("labels")
    try labels.allow("type", "value", "transaction", "fraud")
    mapping.type = try known(labels.child("type"), format)
    mapping.labelType = try labels.child("value").string
    mapping.labelTransaction = try known(labels.child("transaction"), format)
    mapping.labelFraud = try known(labels.child("fraud"), format)
    return mapping
}

/// `name`, `[name, name]`, `{ value: text }` or `{ field: …, codes: { theirs: ours }, otherwise: text }`.
///
/// - Parameter codes: what the values must be among.
private func source(
    _ key: String, _ fields: YAMLNode, _ format: Mapping.Format, codes: [String]? = nil
) throws(ConfigurationError) -> FieldSource {
    let node = try fields.child(key)
    guard node.isMapping else { return FieldSource(try names(node, format)) }
    func ours(_ node: YAMLNode) throws(ConfigurationError) -> String {
        let text = try node.string
        guard codes?.contains(text) ?? true else {
            throw node.wrong("unknown code `\(text)`; known here: \((codes ?? []).joined(separator: ", "))")
        }
        return text
    }
    if let value = node.optional("value") {
        try node.allow("value")
        return FieldSource([], otherwise: try ours(value))
    }
    try node.allow("field", "codes", "otherwise")
    var source = FieldSource(try names(node.child("field"), format))
    for (theirs, value) in try node.optional("codes")?.entries ?? [] {
        source.codes[try theirs.string] = try ours(value)
    }
    source.otherwise = try node.optional("otherwise").map { node throws(ConfigurationError) in try ours(node) }
    return source
}

private func names(_ node: YAMLNode, _ format: Mapping.Format) throws(ConfigurationError) -> [String] {
    guard node.isList else { return [try known(node, format)] }
    var names: [String] = []
    for entry in try node.list { names.append(try known(entry, format)) }
    guard !names.isEmpty else { throw node.wrong("at least one field belongs here") }
    return names
}

/// A field's name, which records of the format can have.
private func known(_ node: YAMLNode, _ format: Mapping.Format) throws(ConfigurationError) -> String {
    let name = try node.string
    switch format {
    case .json: break
    case .csv(_, let columns):
        guard columns.contains(name) else { throw node.wrong("`columns` has no such column") }
    case .iso20022:
        guard ISOField(rawValue: name) != nil else {
            throw node.wrong(
                "unknown field `\(name)`; known here: \(ISOField.allCases.map(\.rawValue).joined(separator: ", "))")
        }
    }
    return name
}

private func format(_ root: YAMLNode) throws(ConfigurationError) -> Mapping.Format {
    let format = try root.child("format")
    let name = try format.string
    if name != "csv" {
        for key in ["delimiter", "columns"] {
            if let node = root.optional(key) { throw node.wrong("only CSV records have \(key)") }
        }
    }
    switch name {
    case "json": return .json
    case "iso20022_xml": return .iso20022(.xml)
    case "iso20022_json": return .iso20022(.json)
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
    default: throw format.wrong("json, csv, iso20022_xml or iso20022_json belongs here")
    }
}
