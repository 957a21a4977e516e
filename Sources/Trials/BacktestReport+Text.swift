package import Desk
import Formats
import Policy
import Records
import Terminal

extension BacktestReport {
    /// The report for people, in a terminal's columns.
    package var text: String {
        var out = "\(total.rows) transactions in \(days.count) days, \(total.frauds) of them known as fraud"
        for (count, name) in [(unscored, "without a score"), (repeats, "repeats"), (rejected, "rejected")]
        where count > 0 {
            out += ", \(count) \(name)"
        }
        if differing > 0 { out += "\nof \(differing) the present policy says something else than was decided then" }
        out += "\n\n" + column("", 14, left: true)
        out += ["alerts", "fraud", "value", "legitimate", "unknown", "precision", "recall"].map { column($0, 13) }
            .joined()
        for (name, side) in [("present", total.present), ("candidate", total.candidate)] {
            out += "\n" + column(name, 14, left: true) + cells(side, total).map { column($0, 13) }.joined()
        }
        out += "\n\n\(total.changed) decisions would have been others"
        out += "\n\n" + column("day", 14, left: true)
        out += ["rows", "alerts", "alerts then", "caught", "caught then", "false", "false then"].map { column($0, 13) }
            .joined()
        for (day, count) in days.sorted(by: { $0.key < $1.key }) {
            let (now, then) = (count.present, count.candidate)
            out += "\n" + column(String(EventTime(seconds: day * 86_400).rfc3339.prefix(10)), 14, left: true)
            out += [count.rows, now.alerts, then.alerts, now.caught, then.caught, now.falseAlarms, then.falseAlarms]
                .map { column("\($0)", 13) }.joined()
        }
        if !examples.isEmpty { out += "\n\nalerts that the candidate alone would have given:" }
        for example in examples {
            let known = example.fraud.map { $0 ? "fraud" : "legitimate" } ?? "unknown"
            out += "\n  \(example.transaction)  \(example.band.rawValue)  \(known)"
        }
        return out
    }

    private func cells(_ side: Side, _ count: Count) -> [String] {
        func percent(_ part: Int, _ whole: Int) -> String {
            whole == 0 ? "-" : "\((Double(part) / Double(whole) * 1000).rounded() / 10) %"
        }
        return [
            "\(side.alerts)", "\(side.caught)", MinorUnits(side.caughtValue).decimal, "\(side.falseAlarms)",
            "\(side.unknown)",
            percent(side.caught, side.caught + side.falseAlarms), percent(side.caught, count.frauds),
        ]
    }
}

extension BacktestReport {
    /// The report as one line of JSON.
    package var json: String {
        var out = JSONObjectWriter()
        out.put("days", days.sorted { $0.key < $1.key }) { day, out in
            out.put("day", String(EventTime(seconds: day.key * 86_400).rfc3339.prefix(10)))
            day.value.write(to: &out)
        }
        out.put("differing", differing)
        out.put("rejected", rejected)
        out.put("repeats", repeats)
        out.put("total") { total.write(to: &$0) }
        out.put("unscored", unscored)
        return String(decoding: out.end(), as: UTF8.self)
    }
}

extension BacktestReport.Count {
    fileprivate func write(to out: inout JSONObjectWriter) {
        out.put("candidate") { candidate.write(to: &$0) }
        out.put("changed", changed)
        out.put("fraudValue", MinorUnits(fraudValue).decimal)
        out.put("frauds", frauds)
        out.put("present") { present.write(to: &$0) }
        out.put("rows", rows)
    }
}

extension BacktestReport.Side {
    fileprivate func write(to out: inout JSONObjectWriter) {
        out.put("alerts", alerts)
        out.put("caught", caught)
        out.put("caughtValue", MinorUnits(caughtValue).decimal)
        out.put("falseAlarms", falseAlarms)
        out.put("unknown", unknown)
    }
}
