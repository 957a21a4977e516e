/// What somebody may do at the desk. A raw value stands in the users' file.
package enum DeskRole: String, Sendable, Hashable, CaseIterable {
    /// Follows the work, and changes nothing.
    case viewer
    /// Works on alerts.
    case analyst
    /// Also gives alerts to others, and tries rules.
    case supervisor
    /// Reads, also who looked at what, and changes nothing.
    case auditor
    /// Keeps the desk's connections, and sees no alert.
    case admin

    /// Kinds of things to do: each route needs one of them. A raw value is a scope of an API key.
    package enum Deed: String, Sendable, Hashable, CaseIterable {
        case look
        /// See the names of customers, cards, accounts and payees in full.
        case names
        /// Ask for one alert's names in full, with a reason.
        case unmask
        /// Claims, notes, verdicts, cases.
        case work
        case reopen
        case assign
        /// Dashboards and the regulator's figures.
        case figures
        /// Try rules on the past, snooze them.
        case rules
        /// Receivers of webhooks and the like.
        case manage
        /// Read who looked at what.
        case audit
    }

    package var deeds: Set<Deed> {
        switch self {
        case .viewer: [.look]
        // A verdict given by mistake is its giver's to take back.
        case .analyst: [.look, .names, .work, .reopen, .figures]
        case .supervisor: [.look, .names, .work, .reopen, .assign, .figures, .rules]
        case .auditor: [.look, .unmask, .figures, .audit]
        case .admin: [.manage, .audit]
        }
    }

    package func may(_ deed: Deed) -> Bool { deeds.contains(deed) }
}
