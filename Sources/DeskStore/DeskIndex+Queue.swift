package import Desk
import LocalStore
import Policy
import Records

/// A page of a list of alerts.
package struct DeskPage: Sendable {
    package var rows: [QueueRow]
    /// What the next page begins behind; nil at the list's end.
    package var next: String?
    /// Whether the search was ended before the page was full: the next page goes on from where it came to.
    package var isCut: Bool
}

extension DeskIndex {
    /// Most alerts on a page.
    package static let pageSize = 50
    /// Most entries of a list that one page looks through. A filter that lets little through so ends after some milliseconds, too,
    /// and says how far it came.
    package static let openBudget = 40_000
    package static let closedBudget = 40_000
    /// Alerts of a condition that are so few that they are looked through themselves, in place of the list.
    package static let fewAlerts = 2000
    /// Most alerts of one name, the newest, that are looked through.
    package static let linkBudget = 2000

    /// A page of the alerts that a filter lets through: open ones in the queue's order, closed ones by the latest verdict.
    ///
    /// - Parameters:
    ///   - place: what the page begins behind (`QueueKey`, `ClosedKey`); nil for the first one.
    ///   - now: by the log's clock, in microseconds: claims that have run out are free.
    /// - Throws: `QueueFilter.Fault` where `place` is none of the list.
    package func page(
        _ filter: QueueFilter, me: Actor?, now: Int64, behind place: String? = nil, limit: Int = pageSize
    ) throws -> DeskPage {
        try read { db in
            try DeskSearch(filter, me: me, now: now, list: List(filter.shown, behind: place), db).page(limit: limit)
        }
    }

    /// An order of alerts, and where in it a page begins.
    enum List {
        case open(behind: QueueKey?)
        case closed(behind: ClosedKey?)

        /// - Throws: `QueueFilter.Fault` where the text is no place of the list.
        init(_ shown: QueueFilter.Shown, behind text: String?) throws {
            let fault = QueueFilter.Fault(field: "after", reason: .noPlace)
            switch shown {
            case .open, .snoozed, .kept:
                let key = text.flatMap { QueueKey($0) }
                guard text == nil || key != nil else { throw fault }
                self = .open(behind: key)
            case .closed:
                let key = text.flatMap { ClosedKey($0) }
                guard text == nil || key != nil else { throw fault }
                self = .closed(behind: key)
            }
        }
    }
}
