import Model
import Terminal

/// The protocol alone at a model's shape.
func measureProtocol(_ forest: Forest, seconds: Double) throws -> PipelineFigures.Alone {
    let progress = Progress("protocol alone")
    let shape = ProtocolRun.Shape(trees: forest.trees.count, depth: forest.depth, bits: forest.bits)
    let figures = try ProtocolRun(shape: shape, seconds: seconds).figures()
    progress.done("\(Int(figures.transactionsPerSecond)) transactions/s")
    return PipelineFigures.Alone(tx_per_s: figures.transactionsPerSecond)
}
