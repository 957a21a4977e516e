import Formats
import Records

/// Reads where a mapping's fields come from, and how they are written.
struct FieldReader {
    let format: Mapping.Format

    /// `name`, `[name, name]`, `{ value: text }` or `{ field: …, codes: { theirs: ours }, otherwise: text }`.
    ///
    /// - Parameters:
    ///   - codes: what the values must be among.
    ///   - others: keys that may stand beside these, for whoever else reads the node.
    func source(
        _ node: YAMLNode, codes: [String]? = nil, beside others: [String] = []
    ) throws(ConfigurationError) -> FieldSource {
        guard node.isMapping else { return FieldSource(try names(node)) }
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
        try node.allow(["field", "codes", "otherwise"] + others)
        var source = FieldSource(try names(node.child("field")))
        for (theirs, value) in try node.optional("codes")?.entries ?? [] {
            source.codes[try theirs.string] = try ours(value)
        }
        source.otherwise = try node.optional("otherwise").map { node throws(ConfigurationError) in try ours(node) }
        return source
    }

    /// As `source`, or `{ place: true }`.
    func id(_ node: YAMLNode) throws(ConfigurationError) -> FieldSource {
        guard let place = node.optional("place") else { return try source(node) }
        try node.allow("place")
        if case .iso20022 = format { throw place.wrong("a message of ISO 20022 has ids of its own") }
        guard try place.bool else { throw place.wrong("`true` belongs here, or a field in place of it") }
        return .place
    }

    /// A yes or no: as `source`, with codes whose letters may be large or small.
    func flag(_ node: YAMLNode) throws(ConfigurationError) -> FieldSource {
        var source = try source(node, codes: ["true", "false"])
        var codes: [String: String] = [:]
        for (theirs, ours) in source.codes.sorted(by: { $0.key < $1.key }) {
            guard codes.updateValue(ours, forKey: theirs.lowercased()) ?? ours == ours else {
                throw node.wrong("`\(theirs)` is there in other letters with another meaning")
            }
        }
        source.codes = codes
        return source
    }

    private func names(_ node: YAMLNode) throws(ConfigurationError) -> [String] {
        guard node.isList else { return [try known(node)] }
        var names: [String] = []
        for entry in try node.list { names.append(try known(entry)) }
        guard !names.isEmpty else { throw node.wrong("at least one field belongs here") }
        return names
    }

    /// A field's name, which records of the format can have.
    func known(_ node: YAMLNode) throws(ConfigurationError) -> String {
        let name = try node.string
        switch format {
        case .json:
            guard Self.hasIndexes(name) else {
                throw node.wrong("in [ ] belongs a number from 0, or nothing where the array has one entry alone")
            }
        case .csv(let form):
            guard form.columns.isEmpty || form.columns.contains(name) else {
                throw node.wrong("`columns` has no such column")
            }
        case .iso20022:
            guard ISOField(rawValue: name) != nil else {
                throw node.wrong(
                    "unknown field `\(name)`; known here: \(ISOField.allCases.map(\.rawValue).joined(separator: ", "))")
            }
        }
        return name
    }

    /// Whether all that stands in brackets of a JSON path is an index or nothing; a backslash makes any character its own.
    private static func hasIndexes(_ path: String) -> Bool {
        let plain = path.replacing(/\\./, with: "").replacing(/\[[0-9]{0,4}\]/, with: "")
        return !plain.contains("[") && !plain.contains("]")
    }
}
