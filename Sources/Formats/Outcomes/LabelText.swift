import Foundation
package import Records

/// Writes labels as a member's records have them, so that its agent reads them from the member's own topic like any other.
///
/// What was written is read back before it is handed out: a mapping whose labels can't be written, such as one of ISO 20022, or an
/// id that its format can't hold, gives nothing rather than something else.
package struct LabelText: Sendable {
    private let mapping: Mapping
    private let parser: RecordParser

    /// Nil where the mapping's labels can't be written.
    package init?(mapping: Mapping) {
        self.mapping = mapping
        parser = RecordParser(mapping: mapping)
        for fraud in [true, false] {
            guard record(Verdict(transaction: "probe-1", fraud: fraud)) != nil else { return nil }
        }
    }

    /// A record of a label; nil where it can't be written so that it reads the same.
    package func record(_ verdict: Verdict) -> [UInt8]? {
        guard let labels = mapping.labels, let verdictField = labels.fraud.names.first else { return nil }
        var fields = [labels.transaction: verdict.transaction]
        if let value = labels.value, let type = mapping.type { fields[type] = value }
        for word in words(verdict.fraud, labels.fraud) {
            fields[verdictField] = word
            guard let bytes = written(fields), case .verdict(let read)? = try? parser.parse(bytes), read == verdict
            else { continue }
            return bytes
        }
        return nil
    }

    /// What may stand for a verdict: the mapping's own codes, then the words that need none.
    private func words(_ fraud: Bool, _ source: FieldSource) -> [String] {
        let own = source.codes.filter { $0.value == "\(fraud)" }.map(\.key).sorted()
        return own + ["\(fraud)", fraud ? "1" : "0"]
    }

    private func written(_ fields: [String: String]) -> [UInt8]? {
        guard mapping.encoding == .utf8 else { return nil }
        switch mapping.format {
        case .json: return json(fields)
        case .csv(let form): return csv(fields, form)
        case .iso20022: return nil
        }
    }

    /// Names with dots become objects in objects.
    private func json(_ fields: [String: String]) -> [UInt8]? {
        var root: [String: Any] = [:]
        for (name, value) in fields {
            root = Self.put(value, at: name.split(separator: ".").map(String.init)[...], in: root)
        }
        return (try? JSONSerialization.data(withJSONObject: root, options: [.sortedKeys, .withoutEscapingSlashes])).map
        { Array($0) }
    }

    private static func put(_ value: String, at path: ArraySlice<String>, in object: [String: Any]) -> [String: Any] {
        guard let first = path.first else { return object }
        var object = object
        object[first] =
            path.count == 1 ? value : put(value, at: path.dropFirst(), in: object[first] as? [String: Any] ?? [:])
        return object
    }

    private func csv(_ fields: [String: String], _ form: Mapping.CSVForm) -> [UInt8]? {
        guard Set(fields.keys).isSubset(of: form.columns) else { return nil }
        let quote = String(UnicodeScalar(form.quote))
        let cells = form.columns.map { column -> String in
            guard let value = fields[column] else { return "" }
            let needsQuotes = value.utf8.contains { $0 == form.delimiter || $0 == form.quote || $0 < 32 }
            return needsQuotes ? quote + value.replacingOccurrences(of: quote, with: quote + quote) + quote : value
        }
        return Array(cells.joined(separator: String(UnicodeScalar(form.delimiter))).utf8)
    }
}
