import Foundation
import Records

extension EntityKind {
    /// Whether a text has the entity's form. Only codes have a form: a merchant category has four digits (ISO 18245), a
    /// country two capital letters (ISO 3166-1), neither held against the list of codes; an IP address is one of IPv4
    /// or IPv6 in its usual notation. Other entities are names of the member's own.
    package func takes(_ text: String) -> Bool {
        switch self {
        case .account, .card, .payee, .merchant, .device: return true
        case .merchantCategory: return text.utf8.count == 4 && text.utf8.allSatisfy { (48...57).contains($0) }
        case .country: return text.utf8.count == 2 && text.utf8.allSatisfy { (65...90).contains($0) }
        case .ip:
            var address = [UInt8](repeating: 0, count: 16)
            // C reads a text to its first NUL.
            return !text.utf8.contains(0)
                && (inet_pton(AF_INET, text, &address) == 1 || inet_pton(AF_INET6, text, &address) == 1)
        }
    }
}
