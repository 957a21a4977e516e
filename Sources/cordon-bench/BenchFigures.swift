import Foundation
import Terminal

/// Writes a bench's figures as JSON, keys in order.
func writeFigures(_ figures: some Encodable, to file: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
    try writeFile(Array(encoder.encode(figures)), to: file)
}
