/// How long a mapped field may be.
package enum FieldLimit {
    /// At most 128 bytes of UTF-8.
    case standard
    /// At most 140 characters, the length of ISO 20022's longest names and identifiers (`Max140Text`): up to 560 bytes.
    case iso20022

    package func takes(_ text: String) -> Bool {
        switch self {
        case .standard: text.utf8.count <= RecordParser.fieldLimit
        // As a rule the bytes are few enough not to count characters.
        case .iso20022: text.utf8.count <= 140 || text.unicodeScalars.count <= 140
        }
    }
}
