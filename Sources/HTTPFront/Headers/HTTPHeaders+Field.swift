package import NIOHTTP1

extension HTTPHeaders {
    /// A field's value; that of a field that comes several times is the list of them all (RFC 9110, section 5.3).
    package subscript(field name: String) -> String? {
        get {
            let values = self[name]
            return values.isEmpty ? nil : values.map { $0[...].trimmingBlanks }.joined(separator: ", ")
        }
        set {
            remove(name: name)
            if let newValue { add(name: name, value: newValue) }
        }
    }
}
