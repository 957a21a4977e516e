import Foundation
import Plots
import Records

/// The pictures of a report, each an SVG element.
struct Charts {
    let statistics: WorldStatistics
    private let members: [MemberID]

    init(_ statistics: WorldStatistics) {
        self.statistics = statistics
        members = statistics.members
    }

    private var memberLegend: [(name: String, colour: String)] {
        members.enumerated().map { ($1.name, Palette.colour($0)) }
    }

    private var kinds: [(kind: PaymentKind, colour: String)] {
        PaymentKind.allCases.enumerated().filter { statistics.hours[$1] != nil }.map { ($1, Palette.colour($0)) }
    }

    private var kindLegend: [(name: String, colour: String)] { kinds.map { (words($0.kind.rawValue), $0.colour) } }

    /// Transactions a day, the banks' on top of each other.
    func days() -> String {
        let counts = members.map { member in statistics.days.mapValues { $0[member]?.count ?? 0 } }
        return daily(counts, "transactions a day", memberLegend, title: "Transactions a day by bank")
    }

    /// Frauds a day, the typologies' on top of each other.
    func frauds() -> String {
        let present = Typology.allCases.filter { statistics.incidents[$0] != nil }
        let counts = present.map { typology in
            let steps = (statistics.incidents[typology] ?? [:]).values.joined()
            return Dictionary(grouping: steps) { $0.time.dayNumber }.mapValues(\.count)
        }
        let legend = present.map { (words($0.rawValue), Palette.colour($0.number - 1)) }
        return daily(counts, "fraudulent payments a day", legend, title: "Fraudulent payments a day by typology")
    }

    /// A bar a day, made of as many parts as there are lists of counts by day.
    private func daily(
        _ counts: [[Int: Int]], _ yTitle: String, _ legend: [(name: String, colour: String)], title: String
    ) -> String {
        guard let span = statistics.span else { return "" }
        let greatest = span.map { day in counts.reduce(0) { $0 + ($1[day] ?? 0) } }.max() ?? 0
        let yTicks = Plot.Tick.round(upTo: Double(max(greatest, 4)))
        var ticks: [Plot.Tick] = []
        for day in span {
            let time = EventTime(seconds: Int64(day) * EventTime.day)
            guard span.count > 180 ? time.date.day == 1 : time.weekday == 0 else { continue }
            ticks.append(Plot.Tick(value: Double(day) + 0.5, label: String(time.rfc3339.prefix(10).suffix(5))))
        }
        let xTitle = "day (UTC), ticks on " + (span.count > 180 ? "a month's first" : "Mondays")
        var plot = Plot(
            xs: Double(span.lowerBound)...Double(span.upperBound + 1), xTicks: ticks, xTitle: xTitle,
            ys: 0...(yTicks.last?.value ?? 1), yTicks: yTicks, yTitle: yTitle, legend: legend)
        for day in span {
            var below = 0.0
            for (own, entry) in zip(counts, legend) {
                let count = Double(own[day] ?? 0)
                if count > 0 {
                    plot.bar(
                        from: below, to: below + count, left: Double(day) + 0.08, right: Double(day) + 0.92,
                        entry.colour)
                }
                below += count
            }
        }
        return plot.svg.element(title: title)
    }

    /// When in the day each kind of payment is made.
    func hours() -> String {
        let shares = kinds.map { kind, colour in (colour, Self.percent(statistics.hours[kind] ?? [])) }
        let yTicks = Plot.Tick.round(upTo: shares.flatMap(\.1).max() ?? 0, unit: " %")
        var plot = Plot(
            xs: 0...24,
            xTicks: stride(from: 0, through: 24, by: 3).map { Plot.Tick(value: Double($0), label: "\($0):00") },
            xTitle: "hour of the day (UTC)", ys: 0...(yTicks.last?.value ?? 1), yTicks: yTicks,
            yTitle: "share of the kind's payments in an hour", legend: kindLegend)
        for (colour, values) in shares { plot.curve(values.enumerated().map { (Double($0) + 0.5, $1) }, colour) }
        return plot.svg.element(title: "Payments by hour of the day and kind")
    }

    /// How large payments are, on a scale of 1, 2, 5, 10.
    func amounts() -> String {
        let shares = kinds.map { kind, colour in (colour, Self.percent(statistics.amounts[kind] ?? [])) }
        let yTicks = Plot.Tick.round(upTo: shares.flatMap(\.1).max() ?? 0, unit: " %")
        let bounds = WorldStatistics.amountBounds
        let ticks = bounds.enumerated().map {
            Plot.Tick(value: Double($0) + 1, label: $1 < 100_000 ? "\($1 / 100)" : "\($1 / 100_000)k")
        }
        var plot = Plot(
            xs: 0...Double(bounds.count + 1), xTicks: ticks, xTitle: "amount, up to (EUR; steps of 1, 2, 5, 10)",
            ys: 0...(yTicks.last?.value ?? 1), yTicks: yTicks, yTitle: "share of the kind's payments in a step",
            legend: kindLegend)
        for (colour, values) in shares { plot.curve(values.enumerated().map { (Double($0) + 0.5, $1) }, colour) }
        return plot.svg.element(title: "Payments by amount and kind")
    }

    /// One incident: each payment at its time, as high as its amount, in its bank's colour.
    func timeline(_ steps: [WorldStatistics.Step], title: String) -> String {
        guard let first = steps.first?.time.seconds, let last = steps.last?.time.seconds else { return "" }
        let span = Double(max(last - first, 60))
        let (unit, seconds): (String, Double) =
            span < 7200 ? ("minutes", 60) : span < 259_200 ? ("hours", 3600) : ("days", 86_400)
        let ticks = Plot.Tick.round(upTo: span / seconds)
        let logs = steps.map { log10(Double(max($0.amount, 1)) / 100) }
        let low = (logs.min() ?? 0).rounded(.down)
        let high = max((logs.max() ?? 0).rounded(.up), low + 1)
        let powers = Array(Int(low)...Int(high)).map { power in
            Plot.Tick(
                value: Double(power),
                label: power < 0 ? String(format: "%.1f", pow(10, Double(power))) : grouped(Int(pow(10, Double(power))))
            )
        }
        let own = Set(steps.map(\.member))
        let width = (ticks.last?.value ?? 1) * 0.02
        var plot = Plot(
            width: 470, height: 210, xs: -width...(ticks.last?.value ?? 1) + width, xTicks: ticks,
            xTitle: "\(unit) since the first payment", ys: low...high, yTicks: powers, yTitle: "amount (EUR)",
            legend: members.enumerated().filter { own.contains($1) }.map { ($1.name, Palette.colour($0)) })
        for (step, amount) in zip(steps, logs) {
            let head: Plot.Head =
                switch step.kind {
                case .transfer, .instantTransfer: .square
                case .cashOut: .triangle
                case .card, nil: .circle
                }
            let colour = Palette.colour(members.firstIndex(of: step.member) ?? 0)
            plot.stalk(Double(step.time.seconds - first) / seconds, max(amount, low + 0.02), colour, head)
        }
        return plot.svg.element(title: title)
    }

    private static func percent(_ counts: [Int]) -> [Double] {
        let total = Double(max(counts.reduce(0, +), 1))
        return counts.map { Double($0) / total * 100 }
    }
}

/// `cash_out` as `cash out`.
func words(_ name: String) -> String { name.replacing("_", with: " ") }
