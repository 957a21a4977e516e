import Foundation
import Plots

/// The pictures of a model's page, each an SVG element.
package enum ModelCharts {
    /// Colours of legitimate transactions and of frauds, and of a version and the one beside it.
    package static let colours = (legitimate: Palette.colour(0), fraud: Palette.colour(4))
    package static let versions = (own: Palette.colour(0), other: Palette.colour(1))

    /// Counts of both classes a bin on a logarithmic scale; bins are equally wide, whatever scores they span.
    package static func histogram(_ histogram: ScoreHistogram, title: String) -> String {
        let greatest = max(10, (histogram.legitimate + histogram.frauds).max() ?? 0)
        let decades = Int(log10(Double(greatest)).rounded(.up))
        let unit = pow(2, Double(histogram.fractionBits))
        var plot = Plot(
            xs: 0...Double(histogram.bins),
            xTicks: histogram.thresholds.enumerated().map { bin, threshold in
                Plot.Tick(value: Double(bin + 1), label: String(format: "%.2g", Double(threshold) / unit))
            }, xTitle: "score, ticks at thresholds",
            // A count of one has a bar, too.
            ys: log10(0.5)...Double(decades),
            yTicks: (0...decades).map {
                Plot.Tick(value: Double($0), label: grouped(Int(pow(10, Double($0)).rounded())))
            }, yTitle: "transactions a bin", legend: [("legitimate", colours.legitimate), ("fraud", colours.fraud)])
        for bin in 0..<histogram.bins {
            let left = Double(bin)
            for (count, from, to, colour) in [
                (histogram.legitimate[bin], left + 0.06, left + 0.5, colours.legitimate),
                (histogram.frauds[bin], left + 0.5, left + 0.94, colours.fraud),
            ] where count > 0 {
                plot.bar(from: log10(0.5), to: log10(Double(count)), left: from, right: to, colour)
            }
        }
        return plot.svg.element(title: title)
    }

    /// One version's curve of precision over recall, with what bootstrap leaves open of it.
    package struct Curve {
        var name: String
        var bootstrap: HistogramBootstrap
        var colour: String

        package init(name: String, bootstrap: HistogramBootstrap, colour: String) {
            self.name = name
            self.bootstrap = bootstrap
            self.colour = colour
        }
    }

    /// Precision over recall, with the band that holds `ModelFigures.confidence` of the replicates at each recall.
    package static func precisionRecall(_ curves: [Curve], title: String) -> String {
        let ticks = [0, 0.25, 0.5, 0.75, 1].map { Plot.Tick(value: $0, label: String(format: "%.2f", $0)) }
        var plot = Plot(
            height: 320, xs: 0...1, xTicks: ticks, xTitle: "recall: the part of frauds that is flagged", ys: 0...1,
            yTicks: ticks, yTitle: "precision: the part of flagged transactions that are frauds",
            legend: curves.count > 1 ? curves.map { ($0.name, $0.colour) } : [])
        for curve in curves {
            let band = (1...50).compactMap { step -> (at: Double, low: Double, high: Double)? in
                let recall = Double(step) / 50
                let values = curve.bootstrap.replicates.compactMap { $0.precision(atRecall: recall) }
                guard !values.isEmpty else { return nil }
                let found = interval(of: values, around: 0, confidence: ModelFigures.confidence)
                return (recall, found.low, found.high)
            }
            if band.count > 1 { plot.band(band, curve.colour) }
        }
        for curve in curves {
            let points = (1...200).compactMap { step -> (Double, Double)? in
                let recall = Double(step) / 200
                return curve.bootstrap.original.precision(atRecall: recall).map { (recall, $0) }
            }
            if !points.isEmpty { plot.curve(points, curve.colour) }
        }
        return plot.svg.element(title: title)
    }

    /// What each step of a calibration says, and what came of its transactions, on logarithmic scales.
    package static func calibration(_ check: CalibrationCheck, title: String) -> String {
        let least = -4.0
        func place(_ probability: Double) -> Double { probability > 0 ? max(least, log10(probability)) : least }
        let ticks = [(-4, "0.01 %"), (-3, "0.1 %"), (-2, "1 %"), (-1, "10 %"), (0, "100 %")].map {
            Plot.Tick(value: $0.0, label: $0.1)
        }
        var plot = Plot(
            height: 320, xs: least...0, xTicks: ticks, xTitle: "probability of fraud that the calibration says",
            ys: least...0, yTicks: ticks, yTitle: "frauds among those transactions, with 95 % intervals")
        plot.line((least, least), (0, 0), Palette.axis)
        for step in check.steps {
            guard let observed = step.observed else { continue }
            let x = place(step.probability)
            plot.interval(x, from: place(observed.low), to: place(observed.high), versions.own)
            plot.dot(x, place(observed.value), versions.own)
        }
        return plot.svg.element(title: title)
    }

    /// The index of each week, beside the rule's bands and what chance brings about.
    package static func drift(_ weeks: [(name: String, verdict: DriftVerdict)], rule: DriftRule, title: String)
        -> String
    {
        let found = weeks.map(\.verdict.index)
        let levels = found.compactMap { $0?.level(ofChance: rule.chance) }
        let yTicks = Plot.Tick.round(
            upTo: max(rule.trigger * 1.1, (found.compactMap { $0?.value } + levels).max() ?? 0))
        var plot = Plot(
            xs: 0...Double(max(weeks.count, 1)),
            xTicks: weeks.enumerated().map { Plot.Tick(value: Double($0) + 0.5, label: $1.name) }, xTitle: "week",
            ys: 0...(yTicks.last?.value ?? 1), yTicks: yTicks, yTitle: "population stability index",
            legend: [
                ("index", versions.own), ("within chance", Palette.grid), ("alert", Palette.colour(1)),
                ("train anew", Palette.colour(4)),
            ])
        for (week, index) in found.enumerated() {
            guard let index else { continue }
            plot.bar(
                from: 0, to: index.level(ofChance: rule.chance), left: Double(week) + 0.15, right: Double(week) + 0.85,
                Palette.grid)
        }
        let right = Double(max(weeks.count, 1))
        plot.line((0, rule.alert), (right, rule.alert), Palette.colour(1))
        plot.line((0, rule.trigger), (right, rule.trigger), Palette.colour(4))
        let places = found.enumerated().compactMap { week, index in index.map { (Double(week) + 0.5, $0.value) } }
        plot.curve(places, versions.own)
        for place in places { plot.dot(place.0, place.1, versions.own) }
        return plot.svg.element(title: title)
    }
}
