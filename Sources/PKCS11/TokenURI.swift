import Foundation

/// A key in a token, by its PKCS #11 URI (RFC 7512), such as
/// `pkcs11:token=party-0;object=identity?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=/etc/cordon/pin`.
package struct TokenURI: Sendable, Hashable {
    /// The token's label.
    package let token: String?
    /// The token's serial number.
    package let serial: String?
    /// The key's label.
    package let object: String
    /// The module's library.
    package let modulePath: String
    /// The file of the PIN; nil where it comes as a credential.
    package let pinSource: String?

    /// What is wrong with a URI.
    package enum Mistake: Error, Sendable, Hashable, CustomStringConvertible {
        case scheme
        case encoding(String)
        case unknown(String)
        case twice(String)
        case missing(String)
        case pinValue
        case path(String)

        package var description: String {
            switch self {
            case .scheme: "it does not begin with pkcs11:"
            case .encoding(let part): "`\(part)` is no attribute and its value"
            case .unknown(let name): "`\(name)` is not used here: token, serial, object, module-path and pin-source are"
            case .twice(let name): "`\(name)` stands in it twice"
            case .missing(let name): "it lacks `\(name)`"
            case .pinValue: "a PIN stands in no URI; name its file with pin-source"
            case .path(let name): "`\(name)` is not the absolute path of a file"
            }
        }
    }

    package init(_ text: String) throws(Mistake) {
        guard text.hasPrefix("pkcs11:") else { throw .scheme }
        let parts = text.dropFirst("pkcs11:".count).split(
            separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var values: [String: String] = [:]
        try Self.read(parts[0], separator: ";", known: ["token", "serial", "object"], into: &values)
        if parts.count > 1 {
            try Self.read(parts[1], separator: "&", known: ["module-path", "pin-source"], into: &values)
        }
        guard let object = values["object"] else { throw .missing("object") }
        guard values["token"] != nil || values["serial"] != nil else { throw .missing("token") }
        guard let module = values["module-path"] else { throw .missing("module-path") }
        token = values["token"]
        serial = values["serial"]
        self.object = object
        modulePath = try Self.path(module, "module-path")
        pinSource = try values["pin-source"].map { (value) throws(Mistake) in try Self.path(value, "pin-source") }
    }

    /// A URI as it is shown: up to a PIN that should not stand in it.
    static func shown(_ text: String) -> String {
        text.range(of: "pin-value", options: .caseInsensitive).map { text[..<$0.upperBound] + "..." } ?? text
    }

    private static func read(
        _ text: Substring, separator: Character, known: Set<String>, into values: inout [String: String]
    ) throws(Mistake) {
        for part in text.split(separator: separator) {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard !part.lowercased().hasPrefix("pin-value") else { throw .pinValue }
            guard pair.count == 2, let value = pair[1].removingPercentEncoding, !value.isEmpty else {
                throw .encoding(String(part))
            }
            guard known.contains(pair[0]) else { throw .unknown(pair[0]) }
            guard values.updateValue(value, forKey: pair[0]) == nil else { throw .twice(pair[0]) }
        }
    }

    /// A path, or the path of a `file:` URI; never a command, which the RFC also knows.
    private static func path(_ value: String, _ name: String) throws(Mistake) -> String {
        var path = Substring(value)
        if path.hasPrefix("file:") { path = path.dropFirst("file:".count) }
        if path.hasPrefix("//") { path = path.dropFirst(2) }
        guard path.hasPrefix("/"), path.count > 1 else { throw .path(name) }
        return String(path)
    }
}
