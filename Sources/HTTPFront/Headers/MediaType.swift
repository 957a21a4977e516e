/// A media type with its parameters, as Content-Type has it (RFC 9110, section 8.3.1).
package struct MediaType: Sendable, Hashable {
    /// `type/subtype` in small letters. Other names of JSON, NDJSON, XML and CSV are the one that routes know them by, and so
    /// are types that are JSON or XML by their suffix (RFC 6838, section 4.2.8).
    package let name: String
    /// Names in small letters; values without quotes.
    package let parameters: [String: String]

    /// Nil where the header is no media type, or gives one parameter two values.
    package init?(_ header: String) {
        var scanner = FieldScanner(header)
        guard let type = scanner.token(), scanner.take("/"), let subtype = scanner.token() else { return nil }
        var parameters: [String: String] = [:]
        scanner.blanks()
        while scanner.take(";") {
            scanner.blanks()
            guard let name = scanner.token()?.lowercased() else { continue }
            guard scanner.take("="), let value = scanner.quoted() ?? scanner.token() else { return nil }
            guard parameters.updateValue(value, forKey: name) ?? value == value else { return nil }
            scanner.blanks()
        }
        guard scanner.isAtEnd else { return nil }
        name = Self.known("\(type)/\(subtype)".lowercased())
        self.parameters = parameters
    }

    /// The character set in small letters, by one of its names; nil where there is none.
    package var charset: String? {
        parameters["charset"].map { $0.lowercased() }.map { Self.charsets[$0] ?? $0 }
    }

    /// Names of types that differ in nothing but their name.
    private static let names = [
        "text/json": "application/json", "text/xml": "application/xml", "application/csv": "text/csv",
        "application/ndjson": "application/x-ndjson", "application/jsonl": "application/x-ndjson",
        "application/x-jsonl": "application/x-ndjson", "application/jsonlines": "application/x-ndjson",
        "application/x-jsonlines": "application/x-ndjson", "application/stream+json": "application/x-ndjson",
    ]

    private static func known(_ name: String) -> String {
        if let known = names[name] { return known }
        if name.hasSuffix("+json") { return "application/json" }
        return name.hasSuffix("+xml") ? "application/xml" : name
    }

    /// Of the names that IANA lists for a character set, and what is often written for them, those that are not the
    /// preferred one.
    private static let charsets = [
        "utf8": "utf-8", "ascii": "us-ascii", "latin1": "iso-8859-1", "iso_8859-1": "iso-8859-1", "l1": "iso-8859-1",
        "iso8859-1": "iso-8859-1", "latin-9": "iso-8859-15", "cp1252": "windows-1252",
    ]

    /// Whether a character set is one that answers may name: nothing else of a request is repeated in them.
    static func isKnown(charset: String) -> Bool {
        charsets.values.contains(charset) || ["utf-16", "utf-16le", "utf-16be", "utf-32"].contains(charset)
    }
}
