/// Media types as headers name them (RFC 9110, section 8.3 and 12.5.1).
package enum MediaType {
    /// `type/subtype` of a Content-Type, in small letters; nil where it is none, or names another character set than UTF-8.
    package static func of(contentType header: String) -> String? {
        let parts = header.split(separator: ";", omittingEmptySubsequences: false).map(trimmed)
        guard let type = parts.first?.lowercased(), type.split(separator: "/").count == 2 else { return nil }
        for parameter in parts.dropFirst() {
            let pair = parameter.lowercased().split(separator: "=", maxSplits: 1)
            if pair.first == "charset", pair.count < 2 || !["utf-8", "\"utf-8\""].contains(pair[1]) { return nil }
        }
        return type
    }

    /// Whether an Accept header takes JSON.
    package static func takesJSON(accept header: String) -> Bool {
        // The most specific range that fits counts.
        var best: (rank: Int, takes: Bool)?
        for range in header.split(separator: ",") {
            let parts = range.split(separator: ";").map(trimmed)
            guard
                let rank = ["*/*", "application/*", "application/json"].firstIndex(of: parts.first?.lowercased() ?? "")
            else { continue }
            let quality = parts.dropFirst().first { $0.lowercased().hasPrefix("q=") }.map {
                Double($0.dropFirst(2)) ?? 0
            }
            if rank >= best?.rank ?? 0 { best = (rank, quality ?? 1 > 0) }
        }
        return best?.takes ?? trimmed(header[...]).isEmpty
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return String(text)
    }
}
