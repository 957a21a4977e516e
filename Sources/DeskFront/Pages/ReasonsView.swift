import Desk
import DeskStore
import Policy
import Records

/// Why the payment was an alert: the features that added most to its score, in words.
struct ReasonsView {
    let page: AlertPage

    private var language: DeskLanguage { page.language }

    var html: HTML? {
        guard let said = page.picture.reasons?.data, page.showsReasons else { return nil }
        return """
            <section class="reasons"><h2>\(Phrase("Why", "Warum")(language))</h2>\(content(said))</section>
            """
    }

    private func content(_ said: ReasonsEvent.Detail) -> HTML {
        switch said.state {
        case .wanted: return line(Phrase("The parties are being asked.", "Die Parteien werden gefragt."))
        case .noCard:
            return line(
                Phrase(
                    "Model \(said.modelVersion) has no scorecard, so there are no reasons.",
                    "Das Modell \(said.modelVersion) hat keine Scorecard, also gibt es keine Gründe."))
        case .refused:
            return line(
                Phrase(
                    "The parties gave no reasons (\(said.code ?? "")).",
                    "Die Parteien nennen keine Gründe (\(said.code ?? ""))."))
        case .given:
            let reasons = said.reasons ?? []
            let hidden = (said.hidden ?? []).map { entity in
                let words = Phrase(
                    "Consortium: contributed (\(ReasonWords.entity(entity)(.english)); too few members know it to say more)",
                    "Konsortium: trug bei (\(ReasonWords.entity(entity)(.german)); zu wenige Mitglieder kennen sie für mehr)"
                )
                return "<li class=\"small\">\(words(language))</li>" as HTML
            }
            guard !reasons.isEmpty || !hidden.isEmpty else {
                return line(
                    Phrase(
                        "No single feature stands out; the score comes of many small ones.",
                        "Kein einzelnes Merkmal ragt heraus; der Score kommt aus vielen kleinen."))
            }
            let rows = reasons.map { "<li>\(ReasonWords(reason: $0, language: language).sentence)</li>" as HTML }
            return "<ol class=\"steps\">\(rows)\(hidden)</ol>"
        }
    }

    private func line(_ words: Phrase) -> HTML { "<p class=\"small\">\(words(language))</p>" }
}

/// The words of one reason: what it is of, its value and what is usual for the member's own, and for the consortium's the window as
/// the model has it, without any number of it.
struct ReasonWords {
    let reason: Reason
    let language: DeskLanguage

    var sentence: String {
        guard reason.isConsortium else {
            guard let value = reason.value else { return subject }
            guard let usual = reason.usual, usual.count == 2 else { return "\(subject): \(number(value))" }
            let words = Phrase(
                "\(number(value)), usually \(number(usual[0])) to \(number(usual[1]))",
                "\(number(value)), sonst \(number(usual[0])) bis \(number(usual[1]))")
            return "\(subject): \(words(language))"
        }
        let entity = Self.entity(reason.entity ?? "")
        let what: Phrase
        switch reason.kind {
        case "frauds":
            what = Phrase(
                "Confirmed frauds in the consortium with this \(entity.english)",
                "Bestätigte Betrugsfälle im Konsortium: \(entity.german)")
        case "fraud_rate":
            what = Phrase(
                "The share of confirmed frauds in the consortium with this \(entity.english)",
                "Der Anteil bestätigter Betrugsfälle im Konsortium: \(entity.german)")
        case "members":
            what = Phrase(
                "How many members of the consortium meet this \(entity.english)",
                "Bei wie vielen Mitgliedern des Konsortiums sie vorkommt: \(entity.german)")
        default:
            what = Phrase(
                "How busy this \(entity.english) is in the consortium",
                "Wie viel im Konsortium los ist: \(entity.german)")
        }
        return "\(what(language)), \(window)"
    }

    /// "7 to 37 days before", by the model's own window.
    private var window: String {
        let (from, to) = (reason.delay ?? 0, (reason.delay ?? 0) + (reason.over ?? 0))
        let unit: (seconds: Int64, words: Phrase) =
            to % EventTime.day == 0 && from % EventTime.day == 0
            ? (EventTime.day, Phrase("days", "Tage"))
            : to % 3600 == 0 && from % 3600 == 0
                ? (3600, Phrase("hours", "Stunden")) : (60, Phrase("minutes", "Minuten"))
        let (near, far) = (from / unit.seconds, to / unit.seconds)
        return Phrase(
            "\(near) to \(far) \(unit.words.english) before", "\(near) bis \(far) \(unit.words.german) davor")(language)
    }

    private var subject: String {
        let entity = reason.entity.map { Self.entity($0)(language) }
        let over = (reason.over ?? 0) > 0 ? " (\(span(reason.over ?? 0)))" : ""
        let of = Self.entity(reason.of ?? "")(language)
        let words: Phrase? =
            switch reason.kind {
            case "amount": Phrase("Amount", "Betrag")
            case "weekend": Phrase("On a weekend", "Am Wochenende")
            case "night": Phrase("At night", "In der Nacht")
            case "hour": Phrase("Hour of the day", "Stunde des Tages")
            case "weekday": Phrase("Day of the week", "Wochentag")
            case "day_of_month": Phrase("Day of the month", "Tag des Monats")
            case "count": Phrase("Payments", "Zahlungen")
            case "sum_amount": Phrase("Amounts together", "Beträge zusammen")
            case "mean_amount": Phrase("Mean amount", "Mittlerer Betrag")
            case "max_amount": Phrase("Largest amount", "Größter Betrag")
            case "distinct": Phrase("Different ones: \(of)", "Verschiedene: \(of)")
            case "seconds_since_last": Phrase("Seconds since the one before", "Sekunden seit der vorigen")
            case "amount_over_mean": Phrase("Amount over the mean", "Betrag im Verhältnis zum Mittel")
            case "amount_over_max": Phrase("Amount over the largest", "Betrag im Verhältnis zum größten")
            case "count_over_mean": Phrase("Payments over the usual", "Zahlungen im Verhältnis zu sonst")
            case "max_over_mean": Phrase("Largest over the mean before", "Größter im Verhältnis zum Mittel davor")
            case "frauds": Phrase("Own confirmed frauds", "Eigene bestätigte Betrugsfälle")
            case "fraud_rate": Phrase("Share of own confirmed frauds", "Anteil eigener bestätigter Betrugsfälle")
            default: nil
            }
        guard let words else { return reason.feature }
        return words(language) + (entity.map { ", \($0)" } ?? "") + over
    }

    private func span(_ seconds: Int64) -> String {
        if seconds % EventTime.day == 0 {
            let days = seconds / EventTime.day
            return days == 1 ? Phrase("a day", "ein Tag")(language) : Phrase("\(days) days", "\(days) Tage")(language)
        }
        return seconds % 3600 == 0 ? "\(seconds / 3600) h" : "\(seconds / 60) min"
    }

    /// At most two digits behind the point.
    private func number(_ value: Double) -> String {
        let hundredths = (value * 100).rounded()
        guard hundredths.isFinite, abs(hundredths) < 1e15 else { return "…" }
        let whole = Int64(hundredths)
        let digits = abs(whole) % 100
        let sign = whole < 0 ? "-" : ""
        guard digits != 0 else { return "\(sign)\(abs(whole) / 100)" }
        let point = language == .german ? "," : "."
        return "\(sign)\(abs(whole) / 100)\(point)\(digits < 10 ? "0" : "")\(digits)"
    }

    static func entity(_ name: String) -> Phrase {
        switch name {
        case "customer": Phrase("customer", "Kunde")
        case "terminal": Phrase("terminal", "Terminal")
        case "account": Phrase("account", "Konto")
        case "card": Phrase("card", "Karte")
        case "payee": Phrase("payee", "Empfänger")
        case "merchant": Phrase("merchant", "Händler")
        case "merchant_category": Phrase("trade", "Branche")
        case "device": Phrase("device", "Gerät")
        case "ip": Phrase("address", "Adresse")
        case "country": Phrase("country", "Land")
        default: Phrase(name, name)
        }
    }
}
