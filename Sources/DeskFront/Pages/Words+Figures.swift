/// Words of the dashboard. Each definition says what is counted, over what, and what is left out.
extension Phrase {
    static let dashboard = Phrase("Figures", "Kennzahlen")
    static let dashboardHint = Phrase(
        "Days are of UTC, of the decision where nothing else is said. Verdicts count as they stand now.",
        "Tage gelten in UTC und sind, wo nichts anderes steht, die der Entscheidung. Urteile zählen, wie sie jetzt sind."
    )
    static let ownTeamAlone = Phrase("Of your team's alerts alone.", "Nur von den Alarmen Ihres Teams.")
    static let whatItMeans = Phrase("What this counts", "Was das zählt")
    static let asTable = Phrase("As a table", "Als Tabelle")
    static let days = Phrase("days", "Tage")
    static let day = Phrase("Day", "Tag")
    static let all = Phrase("all", "alle")
    static let alerts = Phrase("Alerts", "Alarme")
    static let fraud = Phrase("fraud", "Betrug")
    static let legitimate = Phrase("legitimate", "in Ordnung")
    static let suspicious = Phrase("suspicious", "verdächtig")
    static let undecidable = Phrase("undecidable", "nicht zu klären")
    static let stillOpen = Phrase("open", "offen")
    static let notJudged = Phrase("not judged", "ohne Urteil")
    static let unjudged = Phrase("Not judged", "Ohne Urteil")
    static let alertRate = Phrase("Alerts of 1,000 payments", "Alarme von 1.000 Zahlungen")
    static let reopens = Phrase("Opened again", "Wieder geöffnet")
    static let byCount = Phrase("Precision by count", "Trefferquote nach Anzahl")
    static let byValue = Phrase("Precision by value", "Trefferquote nach Betrag")
    static let insultRate = Phrase("Legitimate and declined", "In Ordnung und abgelehnt")
    static let alertsByDay = Phrase("Alerts by day and state", "Alarme nach Tag und Stand")
    static let alertsByDayMeans = Phrase(
        "Alerts that the policy raised, by the day of their decision and by how they stand now. What people or samples put before the desk is not counted. An alert that was opened again is open. The rate is alerts by decided payments of the same days, by the day of the payment.",
        "Alarme, die die Regeln ausgelöst haben, nach dem Tag ihrer Entscheidung und ihrem jetzigen Stand. Was Menschen oder Stichproben vorgelegt haben, zählt nicht. Ein wieder geöffneter Alarm ist offen. Die Quote ist Alarme durch entschiedene Zahlungen derselben Tage, nach dem Tag der Zahlung."
    )
    static let precisionTitle = Phrase("Precision of alerts", "Trefferquote der Alarme")
    static let precisionMeans = Phrase(
        "Frauds of those alerts that have a verdict of fraud or legitimate, by count and by amount. The others (open, suspicious, undecidable) are in the part that is not judged; where it is large, precision says little. Legitimate and declined: payments that were stopped and judged legitimate, of all alerts that were judged legitimate.",
        "Betrugsfälle unter den Alarmen mit Urteil Betrug oder in Ordnung, nach Anzahl und Betrag. Die übrigen (offen, verdächtig, nicht zu klären) stehen im Anteil ohne Urteil; ist er groß, sagt die Trefferquote wenig. In Ordnung und abgelehnt: gestoppte Zahlungen mit Urteil in Ordnung, von allen Alarmen mit diesem Urteil."
    )
    static let valueTitle = Phrase("Value of frauds", "Beträge von Betrug")
    static let valueMeans = Phrase(
        "Amounts of payments whose newest label says fraud, whoever gave it, also of payments without an alert; by the day of the payment. Prevented: declined at once. Lost: everything else, also what was held first, whatever came back later. Came back: what verdicts on alerts of these days say was recovered. Detection is prevented by both. Frauds become known late: the last weeks look better than they are.",
        "Beträge von Zahlungen, deren neueste Kennzeichnung Betrug sagt, von wem auch immer, auch ohne Alarm; nach dem Tag der Zahlung. Verhindert: sofort abgelehnt. Verloren: alles andere, auch zuerst Angehaltenes, was immer später zurückkam. Zurückgeholt: was Urteile zu Alarmen dieser Tage sagen. Die Erkennung ist Verhindertes durch beides. Betrug wird spät bekannt: Die letzten Wochen sehen besser aus, als sie sind."
    )
    static let prevented = Phrase("prevented", "verhindert")
    static let lost = Phrase("lost", "verloren")
    static let valueDetection = Phrase("Detection by value", "Erkennung nach Betrag")
    static let cameBack = Phrase("Came back", "Zurückgeholt")
    static let timesTitle = Phrase("Time to verdict", "Zeit bis zum Urteil")
    static let timesMeans = Phrase(
        "Of alerts whose verdict was given on these days and stands: half of them took no longer than the first time, nine of ten no longer than the second. Times are counted by classes, so each is the upper end of its class. To the first touch is from the decision to the first claim or verdict; from touch to verdict is how long somebody had it, pauses included.",
        "Von Alarmen, deren Urteil an diesen Tagen fiel und gilt: Die Hälfte brauchte höchstens die erste Zeit, neun von zehn höchstens die zweite. Gezählt wird in Klassen; jede Zeit ist das obere Ende ihrer Klasse. Bis zur Übernahme: von der Entscheidung bis zur ersten Übernahme oder zum Urteil; Bearbeitung: von da bis zum Urteil, mit Pausen."
    )
    static let toTouch = Phrase("To the first touch", "Bis zur Übernahme")
    static let toVerdict = Phrase("To the verdict", "Bis zum Urteil")
    static let handling = Phrase("From touch to verdict", "Bearbeitung")
    static let verdicts = Phrase("Verdicts", "Urteile")
    static let claims = Phrase("Claims", "Übernahmen")
    static let backlogTitle = Phrase("Backlog by age", "Rückstand nach Alter")
    static let backlogMeans = Phrase(
        "Everything open now, of any day and whoever put it before the desk, by days of UTC since its decision. Hours of work: open ones times the time from touch to verdict that half of these days' verdicts did not pass.",
        "Alles, was jetzt offen ist, von jedem Tag und von wem auch immer vorgelegt, nach Tagen (UTC) seit der Entscheidung. Arbeitsstunden: Offene mal der Bearbeitungszeit, die die Hälfte der Urteile dieser Tage nicht überschritt."
    )
    static let hoursOfWork = Phrase("Hours of work", "Arbeitsstunden")
    static let age = Phrase("Age", "Alter")
    static let ageToday = Phrase("of today", "von heute")
    static let ageDay = Phrase("1 day", "1 Tag")
    static let age3 = Phrase("2 to 3 days", "2 bis 3 Tage")
    static let age7 = Phrase("4 to 7 days", "4 bis 7 Tage")
    static let age30 = Phrase("8 to 30 days", "8 bis 30 Tage")
    static let ageMore = Phrase("older", "älter")
    static let rulesTitle = Phrase("Rules", "Regeln")
    static let rulesMean = Phrase(
        "Alerts on which a live rule matched, and what was found of them. An alert with several rules counts at each, so parts add up to more than all. A rule's precision is not what it adds: others may have found the same frauds.",
        "Alarme, bei denen eine scharfe Regel zutraf, und was sich herausstellte. Ein Alarm mit mehreren Regeln zählt bei jeder; die Anteile ergeben zusammen mehr als alle. Die Trefferquote einer Regel ist nicht ihr Beitrag: Andere können denselben Betrug gefunden haben."
    )
    static let ofAlerts = Phrase("Of all alerts", "Von allen Alarmen")
    static let peopleTitle = Phrase("Work", "Arbeit")
    static let peopleMean = Phrase(
        "Claims and verdicts (also proposed and agreed ones) by the day on which they were given, in order of names. These are no measure of people: alerts differ in what they ask for, and who takes the hard ones gives fewer verdicts. Analysts see the sum and their own line; readers of one team's alerts see none, since acts are not counted by what they were on.",
        "Übernahmen und Urteile (auch vorgeschlagene und bestätigte) nach dem Tag, an dem sie gegeben wurden, in der Reihenfolge der Namen. Sie messen keine Menschen: Alarme verlangen Verschiedenes, und wer die schweren nimmt, urteilt seltener. Wer Alarme bearbeitet, sieht die Summe und die eigene Zeile; wer nur die Alarme eines Teams sieht, sieht keine, denn gezählt wird nicht nach Alarmen."
    )
    static let peopleAtWork = Phrase("People at work", "Personen bei der Arbeit")
}
