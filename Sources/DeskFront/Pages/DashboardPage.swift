import Desk
import Policy
import Records

/// The dashboard: what a team did and found, by the definitions that stand beside each figure.
struct DashboardPage {
    var frame: PageFrame
    var figures: DeskFigures
    /// The day of the log's clock now.
    var today: Int64

    /// Numbers of days that there is a page of.
    static let spans: [Int64] = [7, 30, 90]
    private var language: DeskLanguage { frame.language }

    var html: HTML {
        let all: [FigureView?] = [byDay, precision, value, times, backlog, rules, people]
        return frame.page(
            title: frame.text(.dashboard), place: "dashboard",
            """
            <div class="head"><h1>\(frame.text(.dashboard))</h1></div>
            <p class="tabs">\(Self.spans.map(tab))</p>
            <p class="small">\(frame.text(.dashboardHint))\(
                isByAmount ? nil : " <a href=\"/reports\">\(frame.text(.reports))</a>" as HTML)</p>
            \(frame.scope == .everything ? nil : "<p class=\"small\">\(frame.text(.ownTeamAlone))</p>" as HTML)
            <div class="figures">\(all.compactMap { $0?.html(frame) })</div>
            """)
    }

    private func tab(_ days: Int64) -> HTML {
        let current: HTML = days == Int64(figures.days.count) ? " aria-current=\"page\"" : ""
        return "<a href=\"/dashboard?days=\(days)\"\(current)>\(days) \(frame.text(.days))</a> "
    }

    /// Whether the team goes by amounts, by which payments are not summed.
    private var isByAmount: Bool { frame.scope.atLeast != nil || frame.scope.atMost != nil }

    // MARK: How values are written

    private func day(_ day: Int64) -> String { String(EventTime(seconds: day * 86_400).rfc3339.prefix(10)) }
    private func shortDay(_ day: Int64) -> String { String(self.day(day).suffix(5)) }
    private func count(_ number: Int64) -> String { frame.count(number) }
    private func part(_ part: Double?) -> String { part.map { frame.percent($0) } ?? "–" }
    private func money(_ sum: Int64) -> String { frame.amount(MinorUnits(sum)) }
    private func link(_ words: String, _ query: [(name: String, value: String)]) -> HTML {
        frame.may(.look) ? "<a href=\"/queue?\(FormText.query(query))\">\(words)</a>" : "\(words)"
    }

    private func duration(_ seconds: Int64?) -> String {
        guard let seconds else { return "> 7 d" }
        return "≤ "
            + (seconds < 3600
                ? "\(seconds / 60) min" : seconds < 86_400 ? "\(seconds / 3600) h" : "\(seconds / 86_400) d")
    }

    /// A part of a bar, with its count as words.
    private func piece(_ name: Phrase, _ kind: String, _ value: Int64) -> Chart.Part {
        Chart.Part(name: frame.text(name), kind: kind, value: Double(value), words: count(value))
    }

    /// What was found of a tally's judged alerts.
    private func found(_ tally: AlertTally) -> [Chart.Part] {
        [piece(.fraud, "fraud", tally.fraud), piece(.legitimate, "legitimate", tally.legitimate)]
    }

    // MARK: Figures

    private static var states: [(KeyPath<AlertTally, Int64>, String, Phrase)] {
        [
            (\.fraud, "fraud", .fraud), (\.suspicious, "suspicious", .suspicious),
            (\.undecidable, "undecidable", .undecidable), (\.legitimate, "legitimate", .legitimate),
            (\.open, "open", .stillOpen), (\.kept, "kept", .kept),
        ]
    }

    private var byDay: FigureView {
        let bars = figures.byDay.map { row in
            Chart.Bar(
                name: shortDay(row.day),
                parts: Self.states.map { path, kind, name in piece(name, kind, row.tally[keyPath: path]) })
        }
        let total = figures.total
        let rate = (frame.text(.alertRate), figures.alertRate.map { frame.decimal($0) } ?? "–")
        let numbers =
            [(frame.text(.alerts), count(total.alerts))] + (isByAmount ? [] : [rate])
            + [(frame.text(.reopens), count(total.reopens))]
        return FigureView(
            id: "by-day", title: .alertsByDay, definition: .alertsByDayMeans, numbers: numbers,
            legend: Self.states.map { (frame.text($0.2), $0.1) },
            picture: Chart(title: frame.text(.alertsByDay), bars: bars).columns { count(Int64($0)) },
            heads: [frame.text(.day), frame.text(.alerts)] + Self.states.map { frame.text($0.2) },
            rows: figures.byDay.reversed().map { row in
                ["\(day(row.day))", "\(count(row.tally.alerts))"]
                    + Self.states.map { "\(count(row.tally[keyPath: $0.0]))" }
            })
    }

    private var precision: FigureView {
        let bands = [Band.review, .decline]
        let bars = bands.map { Chart.Bar(name: $0.phrase(language), parts: found(figures.tally(of: $0))) }
        let total = figures.total
        func row(_ name: HTML, _ tally: AlertTally) -> [HTML] {
            [
                name, "\(count(tally.alerts))", "\(count(tally.fraud))", "\(count(tally.legitimate))",
                "\(part(tally.precision))", "\(part(tally.valuePrecision))", "\(part(tally.unjudged))",
            ]
        }
        return FigureView(
            id: "precision", title: .precisionTitle, definition: .precisionMeans,
            numbers: [
                (frame.text(.byCount), part(total.precision)), (frame.text(.byValue), part(total.valuePrecision)),
                (frame.text(.unjudged), part(total.unjudged)), (frame.text(.insultRate), part(figures.insultRate)),
            ], legend: [(frame.text(.fraud), "fraud"), (frame.text(.legitimate), "legitimate")],
            picture: Chart(title: frame.text(.precisionTitle), bars: bars).rows,
            heads: [
                frame.text(.decision), frame.text(.alerts), frame.text(.fraud), frame.text(.legitimate),
                frame.text(.byCount), frame.text(.byValue), frame.text(.unjudged),
            ],
            rows: bands.map { band in
                row(
                    link(band.phrase(language), [("shown", "closed"), ("band", band.rawValue)]), figures.tally(of: band)
                )
            } + [row("\(frame.text(.all))", total)])
    }

    private var value: FigureView? {
        guard let days = figures.fraudSumsByDay, let sums = figures.fraudSums else { return nil }
        let bars = days.map { row in
            Chart.Bar(
                name: shortDay(row.day),
                parts: [
                    Chart.Part(
                        name: frame.text(.lost), kind: "fraud", value: Double(row.lost), words: money(row.lost)),
                    Chart.Part(
                        name: frame.text(.prevented), kind: "legitimate", value: Double(row.prevented),
                        words: money(row.prevented)),
                ])
        }
        return FigureView(
            id: "value", title: .valueTitle, definition: .valueMeans,
            numbers: [
                (frame.text(.prevented), money(sums.prevented)), (frame.text(.lost), money(sums.lost)),
                (frame.text(.valueDetection), part(figures.valueDetection)),
                (frame.text(.cameBack), money(figures.alerts.reduce(0) { $0 + $1.tally.recovered })),
            ], legend: [(frame.text(.prevented), "legitimate"), (frame.text(.lost), "fraud")],
            picture: Chart(title: frame.text(.valueTitle), bars: bars).columns { money(Int64($0)) },
            heads: [frame.text(.day), frame.text(.prevented), frame.text(.lost)],
            rows: days.reversed().map { ["\(day($0.day))", "\(money($0.prevented))", "\(money($0.lost))"] })
    }

    private var times: FigureView {
        let names = DeskFigures.spanLimits.map { duration($0) } + [duration(nil)]
        let counts = figures.spans[.verdict] ?? []
        let bars = zip(names, counts).map { Chart.Bar(name: $0, parts: [piece(.verdicts, "plain", $1)]) }
        func limit(_ span: DeskFigures.Span, _ part: Double) -> String {
            (figures.spans[span] ?? []).allSatisfy { $0 == 0 } ? "–" : duration(figures.limit(of: span, part: part))
        }
        let spans: [(DeskFigures.Span, Phrase)] = [(.touch, .toTouch), (.verdict, .toVerdict), (.handling, .handling)]
        return FigureView(
            id: "times", title: .timesTitle, definition: .timesMeans,
            numbers: spans.map { (frame.text($0.1), "\(limit($0.0, 0.5)); 90 %: \(limit($0.0, 0.9))") },
            picture: Chart(title: frame.text(.timesTitle), bars: bars).rows,
            heads: [frame.text(.time)] + spans.map { frame.text($0.1) },
            rows: names.enumerated().map { place, name in
                ["\(name)"] + spans.map { "\(count(figures.spans[$0.0]?[place] ?? 0))" }
            })
    }

    private var backlog: FigureView {
        let counts = figures.backlogByAge(today: today)
        let names = [Phrase.ageToday, .ageDay, .age3, .age7, .age30, .ageMore].map { frame.text($0) }
        let bars = zip(names, counts).map { Chart.Bar(name: $0, parts: [piece(.stillOpen, "open", $1)]) }
        let open = counts.reduce(0, +)
        return FigureView(
            id: "backlog", title: .backlogTitle, definition: .backlogMeans,
            numbers: [
                (frame.text(.stillOpen), count(open)),
                (
                    frame.text(.hoursOfWork),
                    figures.limit(of: .handling, part: 0.5).map { "≤ \(count((open * $0 + 3599) / 3600))" } ?? "–"
                ),
            ], picture: Chart(title: frame.text(.backlogTitle), bars: bars).rows,
            heads: [frame.text(.age), frame.text(.stillOpen)],
            rows: zip(names, counts).map { ["\($0)", link(count($1), [("whose", "anyone")])] })
    }

    private var rules: FigureView? {
        guard !figures.rules.isEmpty else { return nil }
        let most = figures.rules.sorted { $0.tally.alerts > $1.tally.alerts }
        let bars = most.prefix(12).map { name, tally in
            Chart.Bar(
                name: name.count > 16 ? name.prefix(15) + "…" : name,
                parts: found(tally) + [piece(.notJudged, "open", tally.alerts - tally.judged)])
        }
        let alerts = figures.total.alerts
        return FigureView(
            id: "rules", title: .rulesTitle, definition: .rulesMean,
            legend: [
                (frame.text(.fraud), "fraud"), (frame.text(.legitimate), "legitimate"),
                (frame.text(.notJudged), "open"),
            ], picture: Chart(title: frame.text(.rulesTitle), bars: Array(bars)).rows,
            heads: [
                frame.text(.rule), frame.text(.alerts), frame.text(.ofAlerts), frame.text(.fraud),
                frame.text(.legitimate),
                frame.text(.byCount), frame.text(.byValue), frame.text(.unjudged),
            ],
            rows: most.map { name, tally in
                [
                    link(name, [("rule", name), ("whose", "anyone")]), "\(count(tally.alerts))",
                    "\(part(alerts == 0 ? nil : Double(tally.alerts) / Double(alerts)))", "\(count(tally.fraud))",
                    "\(count(tally.legitimate))", "\(part(tally.precision))", "\(part(tally.valuePrecision))",
                    "\(part(tally.unjudged))",
                ]
            })
    }

    /// Who did how much, by name: to who gives alerts to others all, to others the team's sum and their own.
    private var people: FigureView? {
        guard let people = figures.people else { return nil }
        let shown = people.filter { frame.may(.assign) || $0.actor == frame.me }
        let verdicts = people.reduce(0) { $0 + $1.verdicts }
        func row(_ name: String, _ claims: Int64, _ verdicts: Int64) -> [HTML] {
            ["\(name)", "\(count(claims))", "\(count(verdicts))"]
        }
        return FigureView(
            id: "people", title: .peopleTitle, definition: .peopleMean,
            numbers: [
                (frame.text(.peopleAtWork), count(Int64(people.count { $0.actor.kind == .person }))),
                (frame.text(.verdicts), count(verdicts)),
            ],
            heads: [frame.text(.who), frame.text(.claims), frame.text(.verdicts)],
            rows: [row(frame.text(.all), people.reduce(0) { $0 + $1.claims }, verdicts)]
                + shown.map { row($0.actor.name, $0.claims, $0.verdicts) })
    }
}
