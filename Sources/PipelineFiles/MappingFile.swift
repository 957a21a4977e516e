package import Formats

/// Reads a member's mapping: `pipelines/mappings/*.yaml`.
package func readMapping(file: String) throws(ConfigurationError) -> Mapping {
    try readMapping(YAMLNode(file: file))
}

/// Reads a mapping that stands in a file of its own or in another one.
func readMapping(_ root: YAMLNode) throws(ConfigurationError) -> Mapping {
    try root.allow(
        "format", "encoding", "delimiter", "quote", "columns", "type", "fields", "labels", "outcome")
    return try MappingReader(root).mapping()
}

/// Reads one mapping file, by its format.
private struct MappingReader {
    private let root: YAMLNode
    private let fields: FieldReader

    init(_ root: YAMLNode) throws(ConfigurationError) {
        self.root = root
        fields = FieldReader(format: try recordFormat(root))
    }

    func mapping() throws(ConfigurationError) -> Mapping {
        let node = try root.child("fields")
        try node.allow(["id", "time", "customer", "terminal", "amount"] + Mapping.Extra.allCases.map(\.name))
        let id = try fields.id(node.child("id"))
        let (time, timeForm) = try fields.time(node.child("time"))
        let customer = try fields.source(node.child("customer"))
        let terminal = try fields.source(node.child("terminal"))
        let (amount, amountForm) = try fields.amount(node.child("amount"))
        var mapping = Mapping(
            format: fields.format, id: id, time: time, timeForm: timeForm, customer: customer, terminal: terminal,
            amount: amount, amountForm: amountForm, type: nil, labels: nil)
        for extra in Mapping.Extra.allCases {
            guard let node = node.optional(extra.name) else { continue }
            mapping.extras[extra] = try fields.source(node, codes: extra.codes)
        }
        if case .iso20022 = fields.format { return try message(mapping) }
        mapping.encoding = try encoding()
        try readLabels(&mapping)
        mapping.outcome = try root.optional("outcome").map { node throws(ConfigurationError) in try outcome(node) }
        return mapping
    }

    /// A message of ISO 20022 says itself what it is, and in which encoding.
    private func message(_ mapping: Mapping) throws(ConfigurationError) -> Mapping {
        for key in ["labels", "type", "outcome"] {
            if let node = root.optional(key) { throw node.wrong("ISO 20022 has messages of its own for outcomes") }
        }
        if let node = root.optional("encoding") { throw node.wrong("a message of ISO 20022 says its encoding itself") }
        return mapping
    }

    private func encoding() throws(ConfigurationError) -> TextEncoding {
        guard let node = root.optional("encoding") else { return .utf8 }
        guard let encoding = TextEncoding(rawValue: try node.string.lowercased()) else {
            throw node.wrong(
                "unknown encoding; known are \(TextEncoding.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return encoding
    }

    private func readLabels(_ mapping: inout Mapping) throws(ConfigurationError) {
        mapping.type = try root.optional("type").map { node throws(ConfigurationError) in try fields.known(node) }
        guard let node = root.optional("labels") else { return }
        try node.allow("type", "value", "transaction", "fraud")
        if let type = node.optional("type") {
            guard mapping.type == nil else { throw type.wrong("`type` is given above, too") }
            mapping.type = try fields.known(type)
        }
        let value = try node.optional("value").map { node throws(ConfigurationError) in try node.string }
        guard value == nil || mapping.type != nil else {
            throw node.wrong("`value` needs `type`, the field that has it")
        }
        // Where there is a `type`, labels are told by it.
        if mapping.type != nil, value == nil { _ = try node.child("value") }
        mapping.labels = Labels(
            value: value, transaction: try fields.known(node.child("transaction")),
            fraud: try fields.flag(node.child("fraud")))
    }

    private func outcome(_ node: YAMLNode) throws(ConfigurationError) -> OutcomeFields {
        try node.allow("fraud", "scenario")
        return OutcomeFields(
            fraud: try fields.flag(node.child("fraud")),
            scenario: try node.optional("scenario").map { node throws(ConfigurationError) in try fields.known(node) })
    }
}

private func recordFormat(_ root: YAMLNode) throws(ConfigurationError) -> Mapping.Format {
    let format = try root.child("format")
    let name = try format.string
    if name != "csv" {
        for key in ["delimiter", "quote", "columns"] {
            if let node = root.optional(key) { throw node.wrong("only CSV records have \(key)") }
        }
    }
    switch name {
    case "json": return .json
    case "iso20022_xml": return .iso20022(.xml)
    case "iso20022_json": return .iso20022(.json)
    case "csv": return .csv(try csvForm(root))
    default: throw format.wrong("json, csv, iso20022_xml or iso20022_json belongs here")
    }
}

private func csvForm(_ root: YAMLNode) throws(ConfigurationError) -> Mapping.CSVForm {
    var form = Mapping.CSVForm()
    if let node = root.optional("quote") {
        let text = try node.string
        guard let byte = text.utf8.first, text.utf8.count == 1, byte > 32, byte < 127 else {
            throw node.wrong("one character such as \" or ' belongs here")
        }
        form.quote = byte
    }
    if let node = root.optional("delimiter") {
        let text = try node.string
        let byte = text == "tab" ? 9 : text.utf8.first
        guard let byte, text == "tab" || text.utf8.count == 1, byte != form.quote, byte != 10, byte != 13 else {
            throw node.wrong("one character other than a quote belongs here, or `tab`")
        }
        form.delimiter = byte
    }
    for node in try root.optional("columns")?.list ?? [] {
        let name = try node.string
        guard !form.columns.contains(name) else { throw node.wrong("the column is named twice") }
        form.columns.append(name)
    }
    if let node = root.optional("columns"), form.columns.isEmpty {
        throw node.wrong("at least one column belongs here")
    }
    return form
}
