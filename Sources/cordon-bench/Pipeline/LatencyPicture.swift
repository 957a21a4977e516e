import Foundation
import Plots
import Terminal

/// The secure pipeline's latency against its load, on a logarithmic scale.
struct LatencyPicture {
    let pipeline: PipelineFigures.Pipeline

    /// The curve's rates, and the one that latency is stated at.
    private var points: [PipelineFigures.Point] {
        let latency = pipeline.latency_ms
        let stated = PipelineFigures.Point(
            rate: pipeline.latency_rate, p50: latency.p50, p99: latency.p99, p999: latency.p999, max: latency.max,
            generator_late_ms_p99: pipeline.generator_late_ms_p99)
        return ((pipeline.latency_curve ?? []).filter { $0.rate != stated.rate } + [stated]).sorted {
            $0.rate < $1.rate
        }
    }

    var svg: String {
        let lines: [(name: String, value: (PipelineFigures.Point) -> Double)] = [
            ("p50", \.p50), ("p99", \.p99), ("p99.9", \.p999),
        ]
        let values = points.flatMap { point in lines.map { max($0.value(point), 0.1) } }
        let yTicks = Self.ticks(values.min() ?? 1, values.max() ?? 1)
        let xTicks = Plot.Tick.round(upTo: Double(points.last?.rate ?? 1))
        var plot = Plot(
            xs: 0...(xTicks.last?.value ?? 1), xTicks: xTicks, xTitle: "transactions/s due",
            ys: (yTicks.first?.value ?? 0)...(yTicks.last?.value ?? 1), yTicks: yTicks,
            yTitle: "ms from due to a visible decision",
            legend: lines.enumerated().map { ($1.name, Palette.colour($0)) })
        for (number, line) in lines.enumerated() {
            let curve = points.map { (Double($0.rate), log10(max(line.value($0), 0.1))) }
            plot.curve(curve, Palette.colour(number))
            for (rate, value) in curve { plot.dot(rate, value, Palette.colour(number)) }
        }
        return plot.svg.element(title: "Latency of the secure pipeline against its load")
    }

    /// 1, 2 and 5 times powers of ten, from below the least to above the greatest value, at their logarithms.
    private static func ticks(_ least: Double, _ greatest: Double) -> [Plot.Tick] {
        let all = (-1...6).flatMap { power in [1.0, 2, 5].map { $0 * pow(10, Double(power)) } }
        let low = all.last { $0 <= least } ?? all[0]
        let high = all.first { $0 >= greatest } ?? all[all.count - 1]
        return all.filter { (low...max(high, low)).contains($0) }.map {
            Plot.Tick(value: log10($0), label: $0 < 1 ? decimals($0, 1) : grouped(Int($0.rounded())))
        }
    }
}
