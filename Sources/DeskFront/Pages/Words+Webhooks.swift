import DeskStore
import Webhooks

/// Words of the endpoints' page.
extension Phrase {
    static let webhooks = Phrase("Webhooks", "Webhooks")
    static let webhookHint = Phrase(
        "The feed's events go to these addresses, signed by Standard Webhooks. What can't be delivered is tried again for three days; "
            + "an endpoint that takes nothing for five days is disabled, and nothing of what waits is lost.",
        "Die Ereignisse des Feeds gehen an diese Adressen, signiert nach Standard Webhooks. Was nicht ankommt, wird drei Tage lang "
            + "wieder versucht; wer fünf Tage nichts annimmt, wird abgeschaltet, und nichts von dem, was wartet, geht verloren."
    )
    static let webhookMissing = Phrase("There is no such endpoint.", "Diesen Empfänger gibt es nicht.")
    static let webhookNone = Phrase("Nothing is sent anywhere yet.", "Noch wird nirgendwohin gesendet.")
    static let webhookOff = Phrase(
        "This desk sends no webhooks; it is started with `--webhooks FILE` for that.",
        "Dieser Arbeitsplatz sendet keine Webhooks; dafür wird er mit `--webhooks DATEI` gestartet.")
    static let webhookSecret = Phrase(
        "The receiver's key. It is shown this once.",
        "Der Schlüssel des Empfängers. Er wird nur dieses eine Mal gezeigt.")
    static let webhookName = Phrase("Name", "Name")
    static let webhookAddress = Phrase("Address (https)", "Adresse (https)")
    static let webhookKinds = Phrase("Events", "Ereignisse")
    static let webhookFilter = Phrase("Filter, as a list's address has it", "Filter, wie in der Adresse einer Liste")
    static let webhookSigned = Phrase("Signed by", "Signiert mit")
    static let webhookAdd = Phrase("Add", "Hinzufügen")
    static let webhookPause = Phrase("Pause", "Anhalten")
    static let webhookResume = Phrase("Go on", "Fortsetzen")
    static let webhookRotate = Phrase("New key", "Neuer Schlüssel")
    static let webhookRemove = Phrase("Remove", "Entfernen")
    static let webhookResend = Phrase("Send those given up again", "Aufgegebene noch einmal senden")
    static let webhookReplay = Phrase("Send all again since (UTC)", "Alles noch einmal senden seit (UTC)")
    static let webhookGivenUp = Phrase("Given up", "Aufgegeben")
    static let webhookWaiting = Phrase("Waiting, with their last answer", "Wartend, mit der letzten Antwort")
    static let webhookState = Phrase("State", "Zustand")
    static let webhookFailures = Phrase("failures in a row", "Fehlschläge nacheinander")
}

extension EndpointQueue.State {
    var phrase: Phrase {
        switch self {
        case .active: Phrase("active", "aktiv")
        case .paused: Phrase("paused", "angehalten")
        case .disabled: Phrase("disabled", "abgeschaltet")
        }
    }
}

extension EndpointQueue.Reason {
    var phrase: Phrase {
        switch self {
        case .gone: Phrase("its receiver is gone (410)", "den Empfänger gibt es nicht mehr (410)")
        case .silent: Phrase("nothing taken for five days", "fünf Tage nichts angenommen")
        }
    }
}
