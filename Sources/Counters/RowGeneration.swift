import Records
import ThreeParty

/// The generation of the shares in rows of one kind, and how far older ones have come to it.
///
/// All rows belong to the generation in force from one moment on, by definition: a row that has not come to it yet does so before
/// anything is read of it or added to it. The rest follow slice by slice. So parties that are at different slices hold shares of
/// one generation all the same, and a slice is each party's own affair.
struct RowGeneration: Sendable {
    /// What older rows come to the generation by; nil where there are none.
    struct Refresh: Sendable {
        let key: RefreshKey
        let party: PartyID
        /// Rows of lower numbers have come to it.
        var cursor = 0
    }

    let kind: String
    private(set) var current = ShareGeneration.dealt
    var refresh: Refresh?

    init(kind: String) { self.kind = kind }

    init(kind: String, current: ShareGeneration) {
        self.kind = kind
        self.current = current
    }

    /// The byte in a row that has come to the generation in force. Another one is of the one before, since no generation begins
    /// before all rows have come to the last.
    var mark: UInt8 { UInt8(truncatingIfNeeded: current.number) }

    mutating func begin(_ key: RefreshKey, of party: PartyID) {
        current = key.generation
        refresh = Refresh(key: key, party: party)
    }

    /// Goes on with a refresh that was under way when rows were written.
    mutating func resume(_ key: RefreshKey, of party: PartyID) {
        precondition(key.generation == current, "rows come to the generation in force")
        refresh = Refresh(key: key, party: party)
    }

    /// The next `limit` of so many rows; none where none is left, or no refresh is under way.
    mutating func takeSlice(_ limit: Int, of count: Int) -> Range<Int> {
        guard let cursor = refresh?.cursor, cursor < count else { return count..<count }
        let end = min(cursor + limit, count)
        refresh?.cursor = end
        return cursor..<end
    }

    /// This party's shares of zeros for counts that come to the generation.
    func zeros(_ addresses: [CountZeros.Address]) -> [CountShare] {
        guard let refresh else { preconditionFailure("rows of an older generation come to this one by its key") }
        return refresh.key.countZeros(kind, of: refresh.party).shares(addresses)
    }
}
