import Foundation
import Model

/// Runs `cordon bench protocol` at a model's shape.
func measureProtocol(_ forest: Forest, seconds: Double, folder: DemoFolder) throws -> PipelineFigures.Alone {
    struct Figures: Decodable {
        var transactionsPerSecond: Double
        var equalToClear: Bool
    }
    let progress = Progress("protocol alone")
    let file = folder.path + "/protocol.json"
    defer { try? FileManager.default.removeItem(atPath: file) }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try ownProgram())
    process.arguments = [
        "bench", "protocol", "--bits", "\(forest.bits)", "--trees", "\(forest.trees.count)", "--depth",
        "\(forest.depth)", "--seconds", "\(seconds)", "--json", file,
    ]
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure("`cordon bench protocol` failed") }
    guard let figures = try? JSONDecoder().decode(Figures.self, from: Data(try readFile(file))), figures.equalToClear
    else { throw Failure("`cordon bench protocol` wrote figures of another form than this bench knows") }
    progress.done("\(Int(figures.transactionsPerSecond)) transactions/s")
    return PipelineFigures.Alone(tx_per_s: figures.transactionsPerSecond)
}
