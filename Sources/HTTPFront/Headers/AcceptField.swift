/// What a client takes for an answer (RFC 9110, section 12.5.1).
package enum AcceptField {
    /// Whether it takes JSON.
    package static func takesJSON(_ header: String) -> Bool {
        // The most specific range that fits counts.
        var best: (rank: Int, takes: Bool)?
        for range in header.split(separator: ",") {
            let parts = range.split(separator: ";").map(\.trimmingBlanks)
            guard
                let rank = ["*/*", "application/*", "application/json"].firstIndex(of: parts.first?.lowercased() ?? "")
            else { continue }
            let quality = parts.dropFirst().first { $0.lowercased().hasPrefix("q=") }.map {
                Double($0.dropFirst(2)) ?? 0
            }
            if rank >= best?.rank ?? 0 { best = (rank, quality ?? 1 > 0) }
        }
        return best?.takes ?? header[...].trimmingBlanks.isEmpty
    }
}
