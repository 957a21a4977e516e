import Foundation
import Model
import Plots

/// A page about the versions of a consortium's model, with pictures in the page itself: nothing from elsewhere, no script, light
/// or dark as its reader has it, and light on paper.
package struct ModelReport {
    private let history: ModelHistory

    package init(_ history: ModelHistory) { self.history = history }

    /// HTML, the newest version first.
    package var html: String {
        let title = "Models of \(history.consortium)"
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <title>\(SVG.escape(title))</title>
            <style>
            \(Self.style)
            </style>
            </head>
            <body>
            <h1>\(SVG.escape(title))</h1>
            \(versions)
            \(history.versions.reversed().map { VersionSection($0, history).html }.joined())
            <h2>Drift</h2>
            \(drift)
            <h2>What is not here</h2>
            <p>Card precision (of the hundred cards that score highest on a day, the part that is defrauded that day) can't be had
            from counts of transactions: it takes each card's highest score of a day. Only the card's own member has that, and can
            compute the figure of its own decisions. To have it of all members, parties would have to find each card's highest score
            of a day on shares.</p>
            </body>
            </html>

            """
    }

    private static let style = """
        :root { color-scheme: light dark; }
        body { background: #fff; color: #222; font: 15px/1.45 sans-serif; max-width: 980px; margin: 2em auto; padding: 0 1em; }
        table { border-collapse: collapse; margin: 0.6em 0; }
        th, td { padding: 0.2em 0.8em; text-align: right; border-bottom: 1px solid #ddd; overflow-wrap: anywhere; }
        th:first-child, td:first-child { text-align: left; }
        .words td, .words th { text-align: left; }
        figure { margin: 0.6em 0; break-inside: avoid; }
        figcaption { max-width: 46em; }
        svg { max-width: 100%; height: auto; }
        h2 { border-top: 1px solid #ddd; padding-top: 0.8em; }
        h2, h3 { break-after: avoid; }
        @media screen and (prefers-color-scheme: dark) {
          body { background: #16181c; color: #ddd; }
          th, td, h2 { border-color: #444; }
          svg [fill="#ffffff"] { fill: #16181c; }
          svg [fill="\(Palette.text)"] { fill: #ddd; }
          svg [fill="\(Palette.grid)"] { fill: #33373d; }
          svg [stroke="\(Palette.grid)"] { stroke: #33373d; }
          svg [fill="\(Palette.colour(0))"] { fill: #56b4e9; }
          svg [stroke="\(Palette.colour(0))"] { stroke: #56b4e9; }
        }
        """

    private var versions: String {
        guard !history.versions.isEmpty else { return "<p>There is no model yet.</p>" }
        let rows = history.versions.reversed().map { version in
            [
                version.version, version.standing.words, version.previous ?? "-",
                version.training.map { grouped($0.rows) } ?? "-", version.training.map { grouped($0.frauds) } ?? "-",
                version.decision?.reason ?? "-",
            ]
        }
        return HTMLTable.table(
            ["version", "standing", "replaces", "rows", "frauds", "decision"], rows, style: "words")
    }

    private var drift: String {
        guard let drift = history.drift, let rule = drift.rule, !drift.weeks.isEmpty else {
            return "<p>No week has been compared yet.</p>"
        }
        let weeks = drift.weeks.map { week in
            (name: week.week, verdict: rule.judge(reference: week.scores.reference, current: week.scores.current))
        }
        var out = "<figure>\(ModelCharts.drift(weeks, rule: rule, title: "Drift of scores by week"))"
        out +=
            "<figcaption>Scores of both classes beside those of an earlier window. Below \(decimal(rule.alert, 2)) nothing has "
        out +=
            "changed; from \(decimal(rule.trigger, 2)) on a model is trained anew. What lies within the grey bars chance may "
        out += "bring about.</figcaption></figure>\n"
        out += HTMLTable.table(["week", "scores"], weeks.map { [$0.name, "\($0.verdict)"] }, style: "words")
        let features = drift.weeks.last { !$0.features.isEmpty }.map { week in
            week.features.map { feature in
                (
                    name: feature.feature,
                    verdict: rule.judge(reference: feature.counts.reference, current: feature.counts.current)
                )
            }.sorted { ($0.verdict.index?.value ?? -1) > ($1.verdict.index?.value ?? -1) }
        }
        guard let features, !features.isEmpty else { return out }
        return out + "<p>Features of the last week, those that changed most first:</p>\n"
            + HTMLTable.table(["feature", "change"], features.map { [$0.name, "\($0.verdict)"] }, style: "words")
    }
}

/// Tables of a page.
enum HTMLTable {
    static func table(_ head: [String], _ rows: [[String]], style: String = "") -> String {
        func row(_ cells: [String], _ tag: String) -> String {
            "<tr>" + cells.map { "<\(tag)>\(SVG.escape($0))</\(tag)>" }.joined() + "</tr>\n"
        }
        return "<table\(style.isEmpty ? "" : " class=\"\(style)\"")>\n" + row(head, "th")
            + rows.map { row($0, "td") }.joined() + "</table>\n"
    }
}

extension ModelHistory.Version.Standing {
    /// Such as "rolled back".
    var words: String { rawValue.replacing("_", with: " ") }
}

/// `0.648`, or a dash where there is no figure.
func decimal(_ value: Double?, _ places: Int = 3) -> String {
    value.map { String(format: "%.\(places)f", $0) } ?? "-"
}
