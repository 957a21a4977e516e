package import EventLogs
package import Records
package import Tokens

/// The terms that a party counts on: where, whom, by which tokens, and by whose decisions.
package struct CountingTerms {
    /// The consortium's name in the roster.
    let consortium: String
    /// The store of snapshots, which nothing else is in.
    let state: any StateStore
    /// The roster's members.
    let members: [MemberID]
    /// The most events of a member that count for a token in a bucket.
    let limit: Int
    /// The most events of a member's history that count of a day.
    let history: Int
    /// The rotations of the token key that this party knows of; it may learn of others while this runs.
    let updates: TokenUpdates
    /// The maker of the leader's tags, and their checker.
    let tag: DecisionTag
    /// Where scored rows are kept, and for how long; nil where they are not.
    let rows: RowTerms?
    /// The party's number and its store of generations' keys; nil where counts are never refreshed.
    let shares: (party: PartyID, store: ShareStore)?
    /// Whether reasons are opened to members now, for which it is kept how many members know each token of a row.
    let opensReasons: @Sendable () -> Bool

    package init(
        consortium: String, state: any StateStore, members: [MemberID], limit: Int, history: Int, updates: TokenUpdates,
        tag: DecisionTag, rows: RowTerms? = nil, shares: (party: PartyID, store: ShareStore)? = nil,
        opensReasons: @escaping @Sendable () -> Bool = { true }
    ) {
        self.consortium = consortium
        self.state = state
        self.limit = limit
        self.history = history
        self.members = members
        self.updates = updates
        self.tag = tag
        self.rows = rows
        self.shares = shares
        self.opensReasons = opensReasons
    }
}
