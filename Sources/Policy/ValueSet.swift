/// Texts, and beginnings of texts, that a field is compared with. Found by hash, however many there are.
package struct ValueSet: Sendable, Hashable {
    private var texts: Set<String> = []
    /// By their length in bytes.
    private var prefixes: [Int: Set<String>] = [:]

    package init(texts: some Sequence<String> = [], prefixes: some Sequence<String> = []) {
        self.texts = Set(texts)
        for prefix in prefixes { self.prefixes[prefix.utf8.count, default: []].insert(prefix) }
    }

    package func contains(_ text: String) -> Bool {
        texts.contains(text)
            || prefixes.contains { length, prefixes in
                String(text.utf8.prefix(length)).map(prefixes.contains) ?? false
            }
    }
}
