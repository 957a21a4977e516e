import Foundation
package import Model

/// Reads a file of public bins (`bins.json`); a mistake names the file.
package func readBins(_ file: String) throws(ModelFileError) -> BinnedSpec {
    guard let data = FileManager.default.contents(atPath: file) else { throw .unreadable(file) }
    do { return try BinnedSpec(json: Array(data)) } catch { throw .malformed(file, error) }
}

/// A spec's digest as people compare it: 16 hexadecimal digits.
package func specDigest(_ id: UInt64) -> String {
    let digits = String(id, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
}

/// Writes a model (secret) and its public bins, as they lie in a folder: `model.json` and `bins.json`.
package func writeModel(_ model: ClearModel, to directory: String) throws(ModelFileError) {
    for (name, bytes) in [("model.json", model.json()), ("bins.json", model.binned.json())] {
        let path = directory + "/" + name
        do {
            if !directory.isEmpty {
                try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            }
            try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch { throw .unwritable(path) }
    }
}

/// What is wrong with a model's file.
package enum ModelFileError: Error, Sendable, CustomStringConvertible {
    case unreadable(String)
    case unwritable(String)
    case malformed(String, BinnedSpec.FileError)

    package var description: String {
        switch self {
        case .unreadable(let file): "\(file) can't be read"
        case .unwritable(let file): "\(file) can't be written"
        case .malformed(let file, let error): "\(file): \(error)"
        }
    }
}
