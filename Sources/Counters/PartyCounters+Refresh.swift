package import Records
package import ThreeParty

/// The refresh of a party's counts: all shares of the counts of tokens, and of what was said of events, come to another generation
/// (docs/design/refresh.md). Parties that begin it after the same records hold shares of the same counts throughout.
extension PartyCounters {
    /// The generation of the shares in force.
    package var generation: ShareGeneration { counters.shares.current }

    /// Whether rows of the generation before are left.
    package var isRefreshing: Bool { needsRefreshKey || counters.shares.refresh != nil }

    /// Puts a generation in force. Rows of the last one that are left come to it first: seconds, for millions, where they were not
    /// brought there slice by slice.
    package mutating func refresh(by key: RefreshKey, of party: PartyID) {
        precondition(key.generation > generation && !needsRefreshKey, "generations go up, each from a whole one")
        finishRefresh()
        counters.shares.begin(key, of: party)
        ledger.shares.begin(key, of: party)
        waiting.refresh(by: key, of: party)
        needsRefreshKey = false
    }

    /// Begins with a generation: of nothing that was counted there are no shares to refresh.
    package mutating func begin(in generation: ShareGeneration) {
        precondition(counters.count == 0 && eventCount == 0, "counts begin once")
        counters.shares = RowGeneration(kind: counters.shares.kind, current: generation)
        ledger.shares = RowGeneration(kind: ledger.shares.kind, current: generation)
    }

    /// Goes on with a refresh that was under way when rows were written; before anything else is done with them.
    package mutating func resumeRefresh(by key: RefreshKey, of party: PartyID) {
        guard needsRefreshKey else { return }
        counters.shares.resume(key, of: party)
        ledger.shares.resume(key, of: party)
        needsRefreshKey = false
    }

    /// Brings the rows of the next `limit` tokens and of as many events to the generation in force; false where none is left.
    package mutating func refreshNext(_ limit: Int) -> Bool {
        let isLeft = (counters.refreshNext(limit), ledger.refreshNext(limit))
        if isLeft == (false, false) { (counters.shares.refresh, ledger.shares.refresh) = (nil, nil) }
        return isRefreshing
    }

    /// Brings tokens' rows to the generation in force, so that they can be read.
    package mutating func refresh(_ tokens: some Sequence<CountedEntity>) {
        guard isRefreshing else { return }
        for token in tokens { counters.number(of: token).map { counters.settle($0) } }
    }

    /// Brings all rows to the generation in force.
    mutating func finishRefresh() { while refreshNext(4096) {} }
}

extension TokenCounters {
    /// Brings a token's row to the generation in force.
    mutating func settle(_ number: UInt32) {
        guard marks[Int(number)] != shares.mark else { return }
        settle([number])
    }

    private mutating func settle(_ numbers: [UInt32]) {
        if numbers.isEmpty { return }
        var addresses: [CountZeros.Address] = []
        for number in numbers { buckets[Int(number)].addresses(origins[Int(number)], onto: &addresses) }
        var zeros = shares.zeros(addresses)[...]
        for number in numbers {
            buckets[Int(number)].add(taking: &zeros)
            marks[Int(number)] = shares.mark
            change(number)
        }
    }

    /// False where no row is left.
    mutating func refreshNext(_ limit: Int) -> Bool {
        let slice = shares.takeSlice(limit, of: keys.count)
        settle(slice.filter { keys[$0] != .none && marks[$0] != shares.mark }.map { UInt32($0) })
        return slice.upperBound < keys.count
    }
}

extension LabelLedger {
    mutating func settle(_ number: Int) {
        guard events[number].mark != shares.mark else { return }
        settle([number])
    }

    private mutating func settle(_ numbers: [Int]) {
        if numbers.isEmpty { return }
        let zeros = shares.zeros(
            numbers.map { CountZeros.Address(row: keyed[$0].id.number, place: UInt64(keyed[$0].member.value)) })
        for (number, zero) in zip(numbers, zeros) {
            events[number].label += zero
            events[number].mark = shares.mark
            change(number)
        }
    }

    /// False where no event is left.
    mutating func refreshNext(_ limit: Int) -> Bool {
        let slice = shares.takeSlice(limit, of: events.count)
        settle(slice.filter { events[$0].isKnown && events[$0].mark != shares.mark })
        return slice.upperBound < events.count
    }
}
