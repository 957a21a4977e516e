import Foundation

/// `0.648`, or a dash where there is no figure.
package func decimals(_ value: Double?, _ places: Int = 3) -> String {
    value.map { String(format: "%.\(places)f", $0) } ?? "-"
}

/// A text in a column of this width.
package func column(_ text: String, _ width: Int, left: Bool = false) -> String {
    let space = String(repeating: " ", count: max(0, width - text.count))
    return left ? text + space : space + text
}

/// The value below which this part of sorted values lies (nearest rank); nil where there is none.
package func percentile<T>(_ sorted: [T], _ part: Double) -> T? {
    guard !sorted.isEmpty else { return nil }
    return sorted[min(sorted.count - 1, max(0, Int((part * Double(sorted.count)).rounded(.up)) - 1))]
}

/// Figures as JSON to read: sorted keys, a line each.
package func encodeJSON(_ value: some Encodable) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    // Finite numbers and strings always encode.
    return Array((try? encoder.encode(value)) ?? Data()) + [UInt8(ascii: "\n")]
}
