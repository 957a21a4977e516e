import Desk
import Records

/// The page with what a regulator asks for.
struct ReportsPage {
    var frame: PageFrame
    var quarter: ReportPeriod
    /// The half that the quarter is in.
    var half: ReportPeriod
    var rates: FraudRates
    var table: HalfYearReport
    var today: Int64

    var html: HTML {
        let isOver = today > quarter.days.upperBound
        return frame.page(
            title: frame.text(.reports), place: "dashboard",
            """
            <div class="head"><h1>\(frame.text(.reports))</h1></div>
            <p class="tabs">\(step(quarter.before))<strong>\(quarter.description)</strong> \(isOver ? step(quarter.next) : nil)</p>
            <p class="small">\(frame.text(.reportsHint)) <a href="/dashboard">\(frame.text(.dashboard))</a></p>
            \(frame.scope == .everything ? nil : "<p class=\"small\">\(frame.text(.ownTeamAlone))</p>" as HTML)
            \(isOver ? nil : "<p class=\"notice\">\(frame.text(.quarterRuns))</p>" as HTML)
            <div class="figures wide">\(rateView.html(frame))\(tableView.html(frame))</div>
            """)
    }

    private func step(_ period: ReportPeriod) -> HTML {
        "<a href=\"/reports?quarter=\(period.description)\">\(period.description)</a> "
    }

    private func money(_ sum: Int64) -> String { frame.amount(MinorUnits(sum)) }

    /// A rate in percent with as many digits as the references have.
    private func rate(_ part: Double?) -> String { part.map { frame.percent($0, decimals: 4) } ?? "–" }

    private func threshold(_ rate: FraudRate, _ part: Double?) -> String {
        guard let part else { return "–" }
        return rate.threshold(at: part).map { "≤ \(money($0))" } ?? frame.text(.noExemption)
    }

    private func file(_ path: String, _ query: String, _ words: String) -> HTML {
        "<a href=\"/reports/\(path)?\(query)\" download>\(words)</a> "
    }

    private var rateView: FigureView {
        var numbers: [(name: String, value: String)] = []
        for rate in rates.rates {
            let name = rate.instrument.phrase(frame.language)
            numbers.append(("\(name), \(frame.text(.byPaymentDate))", self.rate(rate.rate(byRegistration: false))))
            numbers.append(("\(name), \(frame.text(.byRegistration))", self.rate(rate.rate(byRegistration: true))))
        }
        var rows: [[HTML]] = []
        for rate in rates.rates {
            let name = rate.instrument.phrase(frame.language)
            for isByRegistration in [false, true] {
                let part = rate.rate(byRegistration: isByRegistration)
                rows.append([
                    "\(name), \(frame.text(isByRegistration ? .byRegistration : .byPaymentDate))", "\(money(rate.all))",
                    "\(money(isByRegistration ? rate.byRegistration : rate.byPayment))", "\(self.rate(part))",
                    "\(threshold(rate, part))",
                ])
            }
            for size in rate.allBySize.indices {
                let limit =
                    size < FraudRate.thresholds.count
                    ? "≤ \(money(FraudRate.thresholds[size]))" : "> \(money(FraudRate.thresholds.last ?? 0))"
                let reference =
                    size < FraudRate.thresholds.count
                    ? "\(frame.text(.reference)) \(self.rate(FraudRate.references(rate.instrument)[size]))" : "–"
                rows.append([
                    "\(name), \(limit)", "\(money(rate.allBySize[size]))", "\(money(rate.fraudBySize[size]))",
                    "\(self.rate(rate.rate(ofSize: size)))", "\(reference)",
                ])
            }
        }
        rows.append([
            "\(frame.text(.withoutChannel))", "\(money(rates.withoutChannel))", "\(money(rates.fraudWithoutChannel))",
            "–", "–",
        ])
        rows.append([
            "\(frame.text(.withoutInstrument))", "\(money(rates.withoutInstrument))",
            "\(money(rates.fraudWithoutInstrument))", "–", "–",
        ])
        return FigureView(
            id: "fraud-rate", title: .fraudRate, definition: .fraudRateMeans, numbers: numbers,
            picture: "<p>\(file("fraud-rate.json", "quarter=\(quarter.description)", "JSON"))</p>",
            heads: [
                frame.text(.instrument), frame.text(.remoteValue), frame.text(.remoteFraud), frame.text(.fraudRate),
                frame.text(.exemptionUpTo),
            ], rows: rows, isOpen: true)
    }

    private var tableView: FigureView {
        FigureView(
            id: "half-year", title: .halfYear, definition: .halfYearMeans,
            numbers: [(frame.text(.halfYear), half.description)],
            picture: """
                <p>\(file("half-year.csv", "half=\(half.description)", "CSV"))\(file("half-year.json", "half=\(half.description)", "JSON"))</p>
                <ul class="small">\(HalfYearReport.missing.map { "<li lang=\"en\">\($0)</li>" as HTML })</ul>
                """,
            heads: [
                frame.text(.instrument), frame.text(.paymentsCount), frame.text(.value), frame.text(.frauds),
                frame.text(.fraudValue), frame.text(.lossAfterRecovery),
            ],
            rows: table.rows.map { row in
                [
                    "<span lang=\"en\">\(row.instrument) · \(row.channel)\(row.fraudType == "all" ? "" : " · " + row.fraudType)</span>",
                    "\(row.payments.map { frame.count($0) } ?? "–")", "\(row.value ?? "–")",
                    "\(frame.count(row.frauds))",
                    "\(row.fraudValue)", "\(row.fraudsWithLoss == 0 ? "–" : row.loss)",
                ]
            }, isOpen: true)
    }
}

extension Instrument {
    func phrase(_ language: DeskLanguage) -> String {
        switch self {
        case .card: Phrase("cards", "Karten")(language)
        case .transfer: Phrase("credit transfers", "Überweisungen")(language)
        }
    }
}

/// Words of reports.
extension Phrase {
    static let reports = Phrase("Regulator's figures", "Zahlen für die Aufsicht")
    static let reportsHint = Phrase(
        "Quarters and halves are of UTC. Frauds are payments whose newest label says fraud, without what verdicts say the customer did.",
        "Quartale und Halbjahre gelten in UTC. Betrug sind Zahlungen, deren neueste Kennzeichnung Betrug sagt, ohne das, was nach einem Urteil der Kunde selbst getan hat."
    )
    static let quarterRuns = Phrase("The quarter is not over.", "Das Quartal läuft noch.")
    static let reportsNeedSums = Phrase(
        "These figures are of whole payments. A team that goes by amounts has none.",
        "Diese Zahlen gelten für alle Zahlungen. Ein Team, das nach Beträgen geht, hat keine.")
    static let fraudRate = Phrase("Fraud rate", "Betrugsrate")
    static let fraudRateMeans = Phrase(
        "Value of unauthorised or fraudulent remote payments by the value of all remote payments of an instrument in the quarter (Delegated Regulation (EU) 2018/389, article 19), whatever came back. Remote are payments online and by mobile; payments without a channel stand apart, and are in no rate. Frauds count by the day of the payment, or by the day on which they became known: both are shown, since the rule is disputed (EBA Q&A 2024_6989). Deceived customers count (EBA-Op-2018-04), customers' own frauds and mule accounts don't. The exemption is up to the highest threshold whose reference rate is kept; classes of amounts are shown beside it (EBA Q&A 2018_4043). Thresholds are in euro, sums in the consortium's currency.",
        "Wert nicht autorisierter oder betrügerischer Fernzahlungen durch den Wert aller Fernzahlungen eines Instruments im Quartal (Delegierte Verordnung (EU) 2018/389, Artikel 19), was immer zurückkam. Fernzahlungen sind solche online und mobil; Zahlungen ohne Kanal stehen daneben und gehen in keine Rate ein. Betrug zählt nach dem Tag der Zahlung oder nach dem Tag, an dem er bekannt wurde: Beides steht da, denn die Regel ist strittig (EBA Q&A 2024_6989). Getäuschte Kunden zählen mit (EBA-Op-2018-04), Betrug der Kunden selbst und Geldesel-Konten nicht. Die Ausnahme reicht bis zur höchsten Schwelle, deren Referenzrate eingehalten ist; daneben stehen Betragsklassen (EBA Q&A 2018_4043). Schwellen sind in Euro, Summen in der Währung des Konsortiums."
    )
    static let byPaymentDate = Phrase("by day of payment", "nach Tag der Zahlung")
    static let byRegistration = Phrase("by day of knowledge", "nach Tag des Bekanntwerdens")
    static let noExemption = Phrase("none", "keine")
    static let reference = Phrase("reference", "Referenz")
    static let withoutChannel = Phrase("without a channel", "ohne Kanal")
    static let withoutInstrument = Phrase("without an instrument", "ohne Instrument")
    static let instrument = Phrase("Instrument", "Instrument")
    static let remoteValue = Phrase("Remote payments", "Fernzahlungen")
    static let remoteFraud = Phrase("Of these fraud", "Davon Betrug")
    static let exemptionUpTo = Phrase("Exemption", "Ausnahme")
    static let halfYear = Phrase("Half-year's table", "Halbjahrestabelle")
    static let halfYearMeans = Phrase(
        "Payments and frauds by instrument, channel and kind of fraud, as EBA/GL/2018/05 breaks them down, by the day of the payment. The kind is that of the verdict on the alert, unknown where there is none. What verdicts say was lost less what came back, of those that say so. What the table can't fill is listed; which code a national form has for a row is that form's.",
        "Zahlungen und Betrug nach Instrument, Kanal und Art, wie EBA/GL/2018/05 sie gliedert, nach dem Tag der Zahlung. Die Art ist die des Urteils zum Alarm, sonst unbekannt. Verlust nach Urteilen abzüglich des Zurückgekommenen, soweit Urteile ihn nennen. Was die Tabelle nicht füllen kann, ist aufgezählt; welchen Code ein nationales Formular für eine Zeile hat, sagt dieses."
    )
    static let paymentsCount = Phrase("Payments", "Zahlungen")
    static let value = Phrase("Value", "Wert")
    static let frauds = Phrase("Frauds", "Betrugsfälle")
    static let fraudValue = Phrase("Their value", "Deren Wert")
    static let lossAfterRecovery = Phrase("Loss", "Verlust")
}
