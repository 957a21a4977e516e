import Desk

extension Phrase {
    static let trials = Phrase("Rules on trial", "Regeln auf Probe")
    static let trialsHint = Phrase(
        "What a rule would have made of the past, before it goes live: by the scores that the payments had then, and beside the rules in force. It changes nothing.",
        "Was eine Regel aus der Vergangenheit gemacht hätte, bevor sie gilt: nach den damaligen Wahrscheinlichkeiten und neben den geltenden Regeln. Es ändert nichts."
    )
    static let trialsOff = Phrase(
        "This desk does not know the policy: it was started without `--policy`.",
        "Dieser Arbeitsplatz kennt die Regeln nicht: Er wurde ohne `--policy` gestartet.")
    static let trialsFull = Phrase(
        "Too many trials wait already; try again in a moment.",
        "Es warten schon zu viele Proben; versuchen Sie es gleich noch einmal.")
    static let noTrial = Phrase("There is no such trial.", "Diese Probe gibt es nicht.")
    static let noTrials = Phrase("Nothing was tried yet.", "Noch nichts wurde erprobt.")
    static let noRule = Phrase(
        "A rule is 1 to \(TriedRule.limit) bytes of YAML.", "Eine Regel hat 1 bis \(TriedRule.limit) Bytes YAML.")
    static let ruleText = Phrase(
        "The rule, as it would stand in the policy (YAML)", "Die Regel, wie sie in den Regeln stünde (YAML)")
    static let tryIt = Phrase("Try it", "Erproben")
    static let waits = Phrase("waits", "wartet")
    static let failedTrial = Phrase("failed", "gescheitert")
    static let endTrial = Phrase("End the trial", "Probe abbrechen")
    static let inForce = Phrase("in force", "geltend")
    static let withRule = Phrase("with the rule", "mit der Regel")
    static let byRule = Phrase("the rule's own", "die Regel selbst")
    static let matchedRows = Phrase("alerts", "Alarme")
    static let perDay = Phrase("a day", "je Tag")
    static let caught = Phrase("fraud caught", "Betrug erkannt")
    static let falseAlarms = Phrase("legitimate hit", "Legitime getroffen")
    static let unknownRows = Phrase("nothing known", "nichts bekannt")
    static let precision = Phrase("precision", "Trefferquote")
    static let overlap = Phrase("Overlap with the rules in force", "Überschneidung mit geltenden Regeln")
    static let overlapAlerted = Phrase("alerted on already", "schon Alarm")
    static let trialExamples = Phrase("Would be new alerts, for example", "Neue Alarme wären zum Beispiel")
    static let trialRows = Phrase("payments in", "Zahlungen an")
    static let trialDays = Phrase("days", "Tagen")
    static let differingRows = Phrase(
        "of them the rules in force say another thing of than was decided then: lists and rules were others",
        "davon beurteilen die geltenden Regeln anders als damals: Listen und Regeln waren andere")
}
