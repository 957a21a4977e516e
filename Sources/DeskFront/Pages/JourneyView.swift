import Desk
import Records

/// How far a verdict's label has come on its way to the model, and what it meets there.
struct JourneyView {
    let page: AlertPage
    let journey: LabelJourney

    private var language: DeskLanguage { page.language }

    var html: HTML {
        let steps = [
            step(Phrase("verdict recorded", "Urteil festgehalten"), isDone: true),
            step(Phrase("label on the member's topic", "Label im Topic der Bank"), isDone: journey.stage != .recorded),
            leaving,
            step(
                Phrase("counted by all three parties", "von allen drei Parteien gezählt"),
                isDone: journey.stage == .counted),
            step(
                Phrase(
                    "in the windows of trainings that are ordered from then on",
                    "in den Fenstern von Trainings, die danach angeordnet werden"), isDone: false),
        ]
        return "<ol class=\"journey small\">\(steps)</ol>\(warning)"
    }

    private func step(_ words: Phrase, isDone: Bool) -> HTML {
        "<li>\(isDone ? "✓ " : "")\(words(language))</li>"
    }

    private var leaving: HTML {
        switch journey.stage {
        case .waits(let moment):
            let words = Phrase("leaves with all labels of its bucket", "geht mit allen Labels seines Zeitraums")
            let why = Phrase(
                "by the payments' time, and not before: so the time of a label tells nobody of a fraud",
                "nach der Zeit der Zahlungen, und nicht früher: So verrät der Zeitpunkt eines Labels niemandem einen Betrug"
            )
            return "<li>\(words(language)): \(page.frame.time(moment)) (\(why(language)))</li>"
        case .recorded, .sealed, .counted:
            return step(
                Phrase("sealed for the parties", "für die Parteien versiegelt"),
                isDone: journey.stage == .sealed || journey.stage == .counted)
        }
    }

    /// What an earlier label has done already.
    private var warning: HTML? {
        guard journey.isCorrection, let before = journey.before else { return nil }
        let was = (before ? Finding.fraud : .legitimate).phrase(language)
        let words = Phrase(
            "A label that says “\(was)” had left before. This one goes as a correction at once: the parties see that there is one and of which payment, not what it says; counts take it in its place, and a model that was trained in between has learnt from the earlier one.",
            "Ein Label „\(was)“ ist schon vorher gegangen. Dieses geht sofort als Korrektur: Die Parteien sehen, dass es eine gibt und zu welcher Zahlung, nicht was sie sagt; gezählt wird sie statt des früheren, und ein Modell, das dazwischen trainiert wurde, hat vom früheren gelernt."
        )
        return "<p class=\"notice small\">\(words(language))</p>"
    }
}
