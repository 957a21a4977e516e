import Foundation
package import Model

/// Reads a file of public bins (`bins.json`); a mistake names the file.
package func readBins(_ file: String) throws(BinsFileError) -> BinnedSpec {
    guard let data = FileManager.default.contents(atPath: file) else { throw .unreadable(file) }
    do { return try BinnedSpec(json: Array(data)) } catch { throw .malformed(file, error) }
}

/// A spec's digest as people compare it: 16 hexadecimal digits.
package func specDigest(_ id: UInt64) -> String {
    let digits = String(id, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
}

/// The reasons why a file of bins can't be used.
package enum BinsFileError: Error, Sendable, CustomStringConvertible {
    case unreadable(String)
    case malformed(String, BinnedSpec.FileError)

    package var description: String {
        switch self {
        case .unreadable(let file): "\(file) can't be read"
        case .malformed(let file, let error): "\(file): \(error)"
        }
    }
}
