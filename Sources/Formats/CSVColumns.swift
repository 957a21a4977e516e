/// Which fields of a CSV line a mapping reads, by their places.
struct CSVColumns: Sendable {
    private let form: Mapping.CSVForm
    /// Columns of a line, those that nobody reads among them.
    private let count: Int
    private let wanted: [(place: Int, name: String)]

    /// - Parameter names: what the mapping reads; each is a column.
    init(_ form: Mapping.CSVForm, names: Set<String>) {
        self.init(
            form, count: form.columns.count,
            places: Dictionary(
                uniqueKeysWithValues: form.columns.enumerated().filter { names.contains($1) }.map { ($1, $0) }))
    }

    private init(_ form: Mapping.CSVForm, count: Int, places: [String: Int]) {
        self.form = form
        self.count = count
        wanted = places.map { ($0.value, $0.key) }.sorted { $0.0 < $1.0 }
    }

    /// The line's values by the mapping's names: strings, or `undecoded` for one that is not UTF-8.
    ///
    /// - Throws: `malformedCSV` for a line that is none, or has another number of values.
    func row(_ bytes: [UInt8]) throws(MessageFault) -> [String: JSONScalar] {
        guard let values = CSVLine.split(bytes, delimiter: form.delimiter, quote: form.quote), values.count == count
        else { throw MessageFault(.malformedCSV) }
        var fields = [String: JSONScalar](minimumCapacity: wanted.count)
        for (place, name) in wanted {
            fields[name] = String(validating: values[place], as: UTF8.self).map { .string($0) } ?? .undecoded
        }
        return fields
    }

    /// The columns of a file whose first line names them; nil where the line names less than two that the mapping reads.
    ///
    /// - Throws: names that the mapping needs and the line has not, or has twice.
    func reading(header line: [UInt8], _ mapping: Mapping) throws(HeaderFault) -> CSVColumns? {
        guard let values = CSVLine.split(line, delimiter: form.delimiter, quote: form.quote) else { return nil }
        let header = values.map { String(decoding: $0, as: UTF8.self).trimmed }
        let names = mapping.names
        guard Set(header).intersection(names.map(Self.bare)).count >= min(2, names.count) else { return nil }
        var places: [String: Int] = [:]
        for name in names.sorted() { places[name] = try Self.place(of: name, in: header) }
        let isThere = { (name: String) in places[name] != nil }
        // A file without labels has none of their columns.
        let labels = mapping.labelSources.contains { $0.contains(where: isThere) } ? mapping.labelSources : []
        let missing = (mapping.sources + labels).filter { !$0.contains(where: isThere) }.map { $0[0] }
        guard missing.isEmpty else { throw .missing(Set(missing).sorted()) }
        return CSVColumns(form, count: header.count, places: places)
    }

    /// The name without the number that tells it from others of its kind, such as `Account` of `Account#2`.
    private static func bare(_ name: String) -> String { numbered(name)?.bare ?? name }

    private static func numbered(_ name: String) -> (bare: String, number: Int)? {
        guard let mark = name.lastIndex(of: "#"), let number = Int(digits: name[name.index(after: mark)...]), number > 0
        else { return nil }
        return (String(name[..<mark]), number)
    }

    /// - Throws: `twice` for a name that stands there so and is told without a number.
    private static func place(of name: String, in header: [String]) throws(HeaderFault) -> Int? {
        let places = header.indices.filter { header[$0] == name }
        guard places.isEmpty, let (bare, number) = numbered(name) else {
            guard places.count <= 1 else { throw .twice(name) }
            return places.first
        }
        let all = header.indices.filter { header[$0] == bare }
        return number <= all.count ? all[number - 1] : nil
    }
}

/// What is wrong with the first line of a file.
package enum HeaderFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// Names that the mapping reads, and that the line does not have.
    case missing([String])
    /// A name that the mapping reads, and that two columns have.
    case twice(String)
    /// A line further down that names other columns than the file's, or in another order; nil where these are the mapping's.
    case another(first: Int?)

    package var description: String {
        switch self {
        case .missing(let names):
            "the header lacks \(names.map { "`\($0)`" }.joined(separator: ", ")), which the mapping reads; columns are found by "
                + "their names, in any order"
        case .twice(let name):
            "the header has `\(name)` twice; a mapping names the second of both `\(name)#2`, and the first `\(name)#1`"
        case .another(let first):
            "a header with other columns, or in another order, than \(first.map { "line \($0)" } ?? "the mapping") has: "
                + "what was put together here belongs in files of its own"
        }
    }
}
