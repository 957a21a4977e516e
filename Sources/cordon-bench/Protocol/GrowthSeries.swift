import Foundation
import Plots
import Terminal

/// The protocol's figures along one variable, all others as usual.
struct GrowthSeries: Codable {
    enum Variable: String, Codable, CaseIterable {
        case trees, depth, bits, batch

        var values: [Int] {
            switch self {
            case .trees: [10, 30, 100, 300, 1000]
            case .depth: [3, 4, 5, 6, 7, 8]
            case .bits: [100, 590, 1500, 5000]
            case .batch: [1, 8, 64, 256, 1024, 4096]
            }
        }

        func shape(_ value: Int) -> ProtocolRun.Shape {
            var shape = ProtocolRun.Shape()
            switch self {
            case .trees: shape.trees = value
            case .depth: shape.depth = value
            case .bits: shape.bits = value
            case .batch: shape.batch = value
            }
            return shape
        }
    }

    struct Point: Codable {
        var value: Int
        var figures: ProtocolFigures
    }

    var variable: Variable
    var points: [Point]
}

extension [GrowthSeries] {
    var table: String {
        let head = [
            "varied", "value", "tx/s", "CPU µs/tx/party", "bytes sent/tx/party", "batch p50 ms", "peak MB", "rounds",
        ]
        let rows = flatMap { series in
            series.points.map { point in
                let figures = point.figures
                return [
                    series.variable.rawValue, "\(point.value)", decimals(figures.transactionsPerSecond, 0),
                    decimals(figures.processorMicrosecondsPerTransactionAndParty, 1),
                    decimals(figures.sentBytesPerTransactionAndParty, 0), decimals(figures.batchMilliseconds.p50, 2),
                    "\(figures.peakMegabytes)", decimals(figures.rounds, 0),
                ]
            }
        }
        return ([head] + rows).map { row in
            zip(row, head).enumerated().map { column($1.0, Swift.max($1.1.count, 6), left: $0 == 0) }
                .joined(separator: "  ")
        }.joined(separator: "\n")
    }

    /// A row of panels for each figure, a column for each variable.
    var picture: String {
        func row(_ title: String, _ value: (ProtocolFigures) -> Double) -> SmallMultiples.Row {
            SmallMultiples.Row(
                yTitle: title,
                panels: map { series in
                    series.points.map { point in
                        // A tree has 2^depth leaves: they are what depth is on a logarithmic axis.
                        let x = series.variable == .depth ? pow(2, Double(point.value)) : Double(point.value)
                        return .init(x: x, y: Swift.max(value(point.figures), 1e-3), label: grouped(point.value))
                    }
                })
        }
        return SmallMultiples(
            xTitles: map(\.variable.rawValue),
            rows: [
                row("transactions/s", \.transactionsPerSecond),
                row("CPU µs a transaction and party", \.processorMicrosecondsPerTransactionAndParty),
                row("bytes sent a transaction and party", \.sentBytesPerTransactionAndParty),
                row("batch p50, ms", \.batchMilliseconds.p50),
                row("peak MB of a party") { Double($0.peakMegabytes) },
            ]
        ).svg(title: "The protocol's cost by trees, depth, bits and batch, each varied alone")
    }
}
