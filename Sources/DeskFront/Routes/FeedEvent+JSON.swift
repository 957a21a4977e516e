package import Desk
package import DeskStore
import Formats
import Policy
import Records

extension Act {
    /// What was done, for all who read the feed.
    fileprivate func feedPhrase(_ language: DeskLanguage) -> String {
        if case .judge = self { return Phrase("gave a verdict", "hat geurteilt")(language) }
        return phrase(language)
    }
}

extension FeedEvent {
    /// `alert` or `act`.
    package var name: String {
        switch what {
        case .alert: "alert"
        case .act: "act"
        }
    }

    /// Whether a filter lets it through: of alerts those that it asked for when they were new, whatever became of them since, and
    /// every act. So a reader that comes late has the same events as one that was there.
    package func isShown(by filter: QueueFilter) -> Bool {
        guard case .alert(var row) = what else { return true }
        row.work = Work()
        var everyone = filter
        everyone.whose = .anyone
        return everyone.matches(row, me: nil, now: 0)
    }

    /// The event in one line of JSON, the same in every feed. It has no name of a customer, and of a verdict not what it says: who
    /// wants to see one asks for the alert's page, which is a look that counts, and keeps a verdict from whom it is kept from.
    package func json(_ language: DeskLanguage) -> String {
        var data = JSONObjectWriter(capacity: 256)
        switch what {
        case .alert(let row):
            data.put("amount", row.facts.amount.decimal)
            data.put("band", row.facts.band.rawValue)
            data.put("cursor", "\(cursor)")
            data.put("decidedAt", row.facts.decidedAt)
            data.put("id", id)
            data.put("item", row.facts.item.hex)
            data.put("probability", row.facts.probability)
            data.put("rules", row.facts.rules)
        case .act(let done):
            data.put("act", done.record.act.word)
            data.put("actor", done.record.actor.name)
            data.put("at", done.at)
            data.put("cursor", "\(cursor)")
            if case .assign(let to, _) = done.record.act { data.put("holder", to.name) }
            data.put("id", id)
            data.put("item", done.record.item.hex)
            data.put("version", done.version)
            data.put("words", done.record.act.feedPhrase(language))
        }
        return String(decoding: data.end(), as: UTF8.self)
    }
}
