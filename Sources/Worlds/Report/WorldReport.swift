import Foundation
import Plots
import Records

/// A page about a world: volumes, amounts, typologies, with pictures in the page itself.
package struct WorldReport {
    private let statistics: WorldStatistics
    private let title: String
    private let charts: Charts

    /// - Parameter title: which world it is.
    package init(_ statistics: WorldStatistics, title: String) {
        self.statistics = statistics
        self.title = title
        charts = Charts(statistics)
    }

    /// HTML without anything from elsewhere.
    package var html: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <title>\(SVG.escape(title))</title>
        <style>
        :root { color-scheme: light; }
        body { background: #fff; color: #222; font: 15px/1.45 sans-serif; max-width: 980px; margin: 2em auto; padding: 0 1em; }
        table { border-collapse: collapse; margin: 0.6em 0; }
        th, td { padding: 0.2em 0.8em; text-align: right; border-bottom: 1px solid #ddd; }
        th:first-child, td:first-child { text-align: left; }
        figure { margin: 0.6em 0; }
        svg { max-width: 100%; height: auto; }
        .incidents { display: grid; grid-template-columns: repeat(auto-fill, minmax(440px, 1fr)); gap: 1em 1.5em; }
        .incidents h3 { margin: 0; font-size: 1em; }
        .incidents p { margin: 0.2em 0; }
        </style>
        </head>
        <body>
        <h1>\(SVG.escape(title))</h1>
        <p>\(SVG.escape(overview))</p>
        <h2>Volumes</h2>
        <figure>\(charts.days())</figure>
        <figure>\(charts.hours())</figure>
        \(volumes)
        <h2>Amounts</h2>
        <figure>\(charts.amounts())</figure>
        \(categories)
        <h2>Frauds</h2>
        <figure>\(charts.frauds())</figure>
        \(typologies)
        <h2>An incident of each typology</h2>
        <p>Circles are card payments, squares transfers, triangles cash; the colour is the bank that the payer is with. Of each
        typology it is the incident with a middling number of payments.</p>
        <div class="incidents">
        \(incidents)</div>
        </body>
        </html>

        """
    }

    private var overview: String {
        let days = statistics.span.map { span in
            [span.lowerBound, span.upperBound].map { EventTime(seconds: Int64($0) * EventTime.day).rfc3339.prefix(10) }
                .joined(separator: " to ")
        }
        return "\(grouped(statistics.count)) transactions at \(statistics.members.count) banks, \(days ?? "no days"); "
            + "\(grouped(statistics.frauds)) of them are frauds (\(percent(statistics.frauds, statistics.count)))."
    }

    private var volumes: String {
        let members = statistics.members
        let rows = PaymentKind.allCases.compactMap { kind in
            statistics.kinds[kind].map { own in
                let total = own.values.reduce(0) { $0 + $1.count }
                let amount = own.values.reduce(0) { $0 + $1.amount }
                return [words(kind.rawValue)] + members.map { grouped(own[$0]?.count ?? 0) }
                    + [grouped(total), percent(total, statistics.count), euros(amount)]
            }
        }
        return table(["transactions"] + members.map(\.name) + ["all", "share", "EUR"], rows)
    }

    private var categories: String {
        let names = Dictionary(uniqueKeysWithValues: MerchantCategory.allCases.map { ($0.code, $0.label) })
        let rows = statistics.categories.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }.prefix(12)
            .map { code, total in
                [
                    "\(code) \(names[code] ?? "")", grouped(total.count),
                    MinorUnits(total.amount / Int64(max(total.count, 1))).decimal,
                ]
            }
        return rows.isEmpty ? "" : table(["merchant category (the twelve busiest)", "payments", "mean, EUR"], rows)
    }

    private var typologies: String {
        let rows = Typology.allCases.compactMap { typology -> [String]? in
            guard let incidents = statistics.incidents[typology] else { return nil }
            let total = statistics.total(of: typology)
            let banks = incidents.values.reduce(0) { $0 + Set($1.map(\.member)).count }
            return [
                words(typology.rawValue), grouped(incidents.count), grouped(total.count),
                String(format: "%.1f", Double(total.count) / Double(incidents.count)),
                String(format: "%.1f", Double(banks) / Double(incidents.count)), euros(total.amount),
            ]
        }
        let head = ["typology", "incidents", "payments", "an incident", "banks an incident", "EUR"]
        return rows.isEmpty ? "<p>There are none.</p>" : table(head, rows)
    }

    private var incidents: String {
        var out = ""
        for typology in Typology.allCases {
            guard let steps = statistics.example(of: typology) else { continue }
            let name = words(typology.rawValue)
            let people = Set(steps.map(\.customer)).count
            let amount = steps.reduce(0) { $0 + $1.amount }
            out +=
                "<div><h3>\(name)</h3>\n<p>\(steps.count) payments of \(people) \(people == 1 ? "customer" : "customers"), "
            out +=
                "\(MinorUnits(amount).decimal) EUR, from \(steps[0].time.rfc3339.prefix(16).replacing("T", with: " "))</p>\n"
            out += charts.timeline(steps, title: "An incident: \(name)") + "</div>\n"
        }
        return out
    }

    private func table(_ head: [String], _ rows: [[String]]) -> String {
        func row(_ cells: [String], _ tag: String) -> String {
            "<tr>" + cells.map { "<\(tag)>\(SVG.escape($0))</\(tag)>" }.joined() + "</tr>\n"
        }
        return "<table>\n" + row(head, "th") + rows.map { row($0, "td") }.joined() + "</table>"
    }

    private func euros(_ amount: Int64) -> String { grouped(Int(amount / 100)) }

    private func percent(_ part: Int, _ whole: Int) -> String {
        String(format: "%.2f %%", 100 * Double(part) / Double(max(whole, 1)))
    }
}

extension WorldReport {
    /// The same in a few lines for a terminal.
    package var summary: String {
        let total = statistics.count
        var lines = [overview]
        for kind in PaymentKind.allCases {
            guard let own = statistics.kinds[kind] else { continue }
            let count = own.values.reduce(0) { $0 + $1.count }
            let members = statistics.members.map { "\($0) \(grouped(own[$0]?.count ?? 0))" }.joined(separator: ", ")
            lines.append(
                "  \(padded(words(kind.rawValue), 24)) \(padded(percent(count, total), 8, left: true))  \(members)")
        }
        for typology in Typology.allCases {
            guard let incidents = statistics.incidents[typology] else { continue }
            let sum = statistics.total(of: typology)
            let count = padded(grouped(incidents.count), 8, left: true)
            lines.append(
                "  \(padded(words(typology.rawValue), 24)) \(count)  incidents, \(grouped(sum.count)) payments, "
                    + "\(euros(sum.amount)) EUR")
        }
        return lines.joined(separator: "\n")
    }

    private func padded(_ text: String, _ width: Int, left: Bool = false) -> String {
        let space = String(repeating: " ", count: max(0, width - text.count))
        return left ? space + text : text + space
    }
}
