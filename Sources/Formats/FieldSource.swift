/// Where a field of ours comes from: the first of some fields of the record that is there, through a list of codes where
/// one is given, or else a fixed value.
package struct FieldSource: Sendable, Hashable, ExpressibleByStringLiteral {
    /// Fields of the record in order of preference; one that is missing, null or blank counts as not there.
    package var names: [String]
    /// The record's codes and ours. Empty where values are taken as they are.
    package var codes: [String: String]
    /// What counts where no field is there or no code fits. Nil where a missing field is missing, and a code that the
    /// list has not is `value_invalid`.
    package var otherwise: String?
    /// Whether the value is the record's place (`RecordPlace`), for an id that records don't have.
    package private(set) var isPlace = false

    /// - Parameter names: at least one for a field that is to be read from records.
    package init(_ names: [String], codes: [String: String] = [:], otherwise: String? = nil) {
        self.names = names
        self.codes = codes
        self.otherwise = otherwise
    }

    /// A single field, taken as it is.
    package init(stringLiteral name: String) { self.init([name]) }

    /// The place that a record was read at.
    package static let place = {
        var source = FieldSource([])
        source.isPlace = true
        return source
    }()

    /// What a rejection names.
    package var name: String { names.first ?? "" }
}

/// Where a record was read, as a text that is the same whenever it is read again, and of no other record of the member:
/// topic, partition and offset in the stream, name and line in a file.
package struct RecordPlace: Sendable, Hashable {
    /// 1 to 128 bytes.
    package let text: String

    package init(_ text: String) { self.text = text }
}
