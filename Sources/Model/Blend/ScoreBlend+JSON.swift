import Foundation

/// The file of a blend, which a member keeps beside its own model: JSON, UTF-8, keys sorted, one line.
extension ScoreBlend {
    package enum FileError: Error, Sendable, Hashable, CustomStringConvertible {
        /// Not JSON, or not of the file's shape or version, or a weight that is no number.
        case malformed
        /// It was learnt with another model's scores.
        case otherModel

        package var description: String {
            switch self {
            case .malformed: "not a blend of scores (JSON, \(File.currentFormat)); `cordon model blend` writes one"
            case .otherModel:
                "it was learnt with another version of the own model: learn it anew with `cordon model blend`"
            }
        }
    }

    /// Reads a file.
    ///
    /// - Parameter model: the version of the own model that the blend is to go with.
    package init(json: [UInt8], of model: String) throws(FileError) {
        guard let file = try? JSONDecoder().decode(File.self, from: Data(json)), file.format == File.currentFormat,
            let blend = try? ScoreBlend(checking: file.intercept, own: file.own, consortium: file.consortium)
        else { throw .malformed }
        guard file.ownModel == model else { throw .otherModel }
        self = blend
    }

    /// The file, with a line feed at its end.
    ///
    /// - Parameter model: the version of the own model whose scores it was learnt with.
    package func json(of model: String) -> [UInt8] {
        let file = File(
            format: File.currentFormat, ownModel: model, intercept: intercept, own: own, consortium: consortium)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(file) else {
            preconditionFailure("weights are finite, so they can be encoded")
        }
        return Array(data) + [UInt8(ascii: "\n")]
    }
}

private struct File: Codable {
    static let currentFormat = "cordon/score-blend/v1"

    var format: String
    var ownModel: String
    var intercept: Double
    var own: Double
    var consortium: Double
}
