import Records

/// Texts, and beginnings of texts, that a field is compared with. Found by hash, however many there are: once for the
/// texts, and once for each length of the beginnings.
///
/// Texts and beginnings compare alike, by the bytes of Unicode's composed form: case counts, and what Unicode calls
/// canonically equivalent is one text. The spelling of accounts and the like is `Spelling`'s.
package struct ValueSet: Sendable, Hashable {
    private var texts: Set<String> = []
    /// By their length in bytes.
    private var prefixes: [Int: Set<String>] = [:]

    /// - Parameters:
    ///   - texts: whole values.
    ///   - prefixes: beginnings, without a `*`; the empty one is the beginning of every text.
    package init(texts: some Sequence<String> = [], prefixes: some Sequence<String> = []) {
        self.texts = Set(texts.lazy.map(\.composed))
        for prefix in prefixes.lazy.map(\.composed) { self.prefixes[prefix.utf8.count, default: []].insert(prefix) }
    }

    /// Whether the text is one of the texts, or begins with one of the beginnings.
    package func contains(_ text: String) -> Bool {
        let text = text.composed
        return texts.contains(text)
            || prefixes.contains { length, prefixes in
                String(text.utf8.prefix(length)).map(prefixes.contains) ?? false
            }
    }
}
