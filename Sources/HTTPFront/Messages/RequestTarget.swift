/// The target of a request line (RFC 9112, section 3.2).
package enum RequestTarget {
    /// Most bytes of a target.
    package static let limit = 8192

    /// The target in origin-form, or `*`; nil where it is none that a server of its own resources is sent.
    ///
    /// - Parameter options: whether the method is OPTIONS, which alone may ask for `*`.
    package static func origin(of target: String, options: Bool) -> String? {
        guard target.utf8.allSatisfy({ (33...126).contains($0) && $0 != UInt8(ascii: "#") }) else { return nil }
        if target.utf8.first == UInt8(ascii: "/") { return target }
        if target == "*" { return options ? target : nil }
        return absolute(target, options: options)
    }

    /// What follows the authority of absolute-form; a server must take that form, too.
    private static func absolute(_ target: String, options: Bool) -> String? {
        guard let colon = target.firstRange(of: "://"),
            ["http", "https"].contains(target[..<colon.lowerBound].lowercased())
        else { return nil }
        let rest = target[colon.upperBound...]
        let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
        guard end > rest.startIndex, HostField.isValid(String(rest[..<end])) else { return nil }
        let path = String(rest[end...])
        if path.isEmpty { return options ? "*" : "/" }
        return path.utf8.first == UInt8(ascii: "?") ? "/" + path : path
    }
}
