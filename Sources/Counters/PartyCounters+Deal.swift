package import Records
package import ThreeParty

/// Which component of the party that is dealt to a dealer gives it (docs/design/refresh.md).
package enum DealtComponent: Sendable, Hashable {
    /// Its first, which is the second of the party before it.
    case first
    /// Its second, which is the first of the party behind it.
    case second

    /// The component that `dealer` gives `receiver`; nil where they are one.
    package init?(from dealer: PartyID, to receiver: PartyID) {
        switch dealer {
        case receiver.previous: self = .first
        case receiver.next: self = .second
        default: return nil
        }
    }

    /// What the receiver gets of a dealer's share: 0 in the place of its other component.
    package func dealt(_ share: CountShare) -> CountShare {
        self == .first ? CountShare(first: share.second, second: 0) : CountShare(first: 0, second: share.first)
    }

    /// The component of a dealer's share that the receiver must not get, and that the other dealer has, too.
    package func withheld(_ share: CountShare) -> UInt16 { self == .first ? share.first : share.second }
}

/// Why counts can't be dealt, or what was dealt can't be taken.
package enum DealError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Rows are under way to another token key, or to another generation.
    case underWay
    /// What is public of them is not alike at the two dealers.
    case differs

    package var description: String {
        switch self {
        case .underWay:
            "counts are on the way to another token key, or to another generation of shares: when they are there, deal again"
        case .differs: "the two other parties deal different counts"
        }
    }
}

/// Counts dealt by two parties to the host that takes the third one's place.
extension PartyCounters {
    /// The same counts with rows in an order that is alike at all parties, without what is seen no more and with no trace of what
    /// they were called before; all of them to be written.
    package func inOrder() -> PartyCounters {
        var copy = self
        let (tokens, numbers) = counters.inOrder()
        copy.counters = tokens
        copy.ledger = ledger.inOrder(counters.clock) { numbers[$0] ?? .max }
        return copy
    }

    /// What this party deals: the same counts, with one component of the receiver's shares and zeros in the place of the other.
    ///
    /// - Throws: `underWay`.
    package func dealt(_ component: DealtComponent) throws(DealError) -> PartyCounters {
        guard !isRotating, !isRenewing, !isRefreshing else { throw .underWay }
        var dealt = inOrder()
        dealt.counters.mapShares { component.dealt($0) }
        dealt.ledger.mapShares { component.dealt($0) }
        dealt.waiting.mapShares { component.dealt($0) }
        return dealt
    }

    /// The digest of the component that both dealers have and the receiver must not get. Where it is told to anybody it has to be
    /// keyed: of counts that can be guessed it would tell whether the guess is right.
    package func withheld(_ component: DealtComponent) throws(DealError) -> Digest32 {
        guard !isRotating, !isRenewing, !isRefreshing else { throw .underWay }
        var bytes: [UInt8] = []
        var ordered = inOrder()
        let append = { (share: CountShare) in
            withUnsafeBytes(of: component.withheld(share).littleEndian) { bytes.append(contentsOf: $0) }
            return share
        }
        ordered.counters.mapShares(append)
        ordered.ledger.mapShares(append)
        ordered.waiting.mapShares(append)
        return Digest32(of: [Array("cordon/deal/withheld/v1".utf8), bytes])
    }

    /// The counts that two parties dealt.
    ///
    /// - Throws: `differs` where they are not of the same counts.
    package init(joining first: PartyCounters, _ second: PartyCounters) throws(DealError) {
        self = first.inOrder()
        let other = second.inOrder()
        guard counters.join(other.counters), ledger.join(other.ledger), waiting.join(other.waiting),
            Self.withoutShares(first) == Self.withoutShares(second)
        else { throw .differs }
    }

    /// All that is public, in order: header and rows with zeros for shares.
    private static func withoutShares(_ counters: PartyCounters) -> [[UInt8]] {
        var plain = counters.inOrder()
        plain.counters.mapShares { _ in .zero }
        plain.ledger.mapShares { _ in .zero }
        plain.waiting.mapShares { _ in .zero }
        let changes = plain.takeChanges()
        return [changes.header] + changes.tokens.map { Array($0.row ?? []) }
            + changes.events.map { $0.key.bytes + $0.bytes }
    }
}

extension TokenCounters {
    /// - Returns: with the number that each row has now, by that before.
    fileprivate func inOrder() -> (counters: TokenCounters, numbers: [UInt32: UInt32]) {
        var ordered = TokenCounters(spec: spec)
        ordered.clock = clock
        ordered.shares = shares
        let old = keys.indices.filter { keys[$0] != .none && buckets[$0].isSeen(clock) }.sorted { keys[$0] < keys[$1] }
        ordered.reserve(old.count)
        var numbers: [UInt32: UInt32] = [:]
        for (number, at) in old.enumerated() {
            numbers[UInt32(at)] = UInt32(number)
            ordered.keys[number] = keys[at]
            ordered.buckets[number] = buckets[at]
            ordered.buckets[number].trim(clock)
            ordered.origins[number] = origins[at]
            ordered.marks[number] = marks[at]
            ordered.index.insert(UInt32(number), ordered.keys)
            ordered.change(UInt32(number))
        }
        return (ordered, numbers)
    }

    fileprivate mutating func mapShares(_ body: (CountShare) -> CountShare) {
        for at in keys.indices where keys[at] != .none { buckets[at].mapShares(body) }
    }

    /// Adds the other dealer's components; false where rows are not of the same tokens and buckets.
    fileprivate mutating func join(_ other: TokenCounters) -> Bool {
        guard keys == other.keys else { return false }
        for at in keys.indices {
            var shares: [CountShare] = []
            var theirs = other.buckets[at]
            theirs.mapShares {
                shares.append($0)
                return $0
            }
            var mine = shares[...]
            guard buckets[at].partCount == shares.count else { return false }
            buckets[at].mapShares { $0 + (mine.popFirst() ?? .zero) }
        }
        return true
    }
}

extension TokenBuckets {
    /// Parts that have shares.
    var partCount: Int { count(.window) }
}

extension LabelLedger {
    fileprivate func inOrder(_ clock: CounterClock, _ number: (UInt32) -> UInt32) -> LabelLedger {
        var ordered = LabelLedger()
        ordered.positions = positions
        ordered.shares = shares
        let old = events.indices.filter { events[$0].isKnown && isSeen(events[$0], clock) }
            .map { (key: keyed[$0], event: events[$0]) }
            .sorted { $0.key.bytes.lexicographicallyPrecedes($1.key.bytes) }
        for (key, event) in old {
            var renumbered = event
            renumbered.isChanged = false
            for place in event.tokens.indices where event.tokens[place] != .max {
                renumbered.tokens[place] = number(event.tokens[place])
            }
            ordered.add(key, renumbered, clock)
        }
        return ordered
    }

    fileprivate mutating func mapShares(_ body: (CountShare) -> CountShare) {
        for at in events.indices where events[at].isKnown { events[at].label = body(events[at].label) }
    }

    /// Adds the other dealer's components; false where they are of other events.
    fileprivate mutating func join(_ other: LabelLedger) -> Bool {
        guard keyed == other.keyed else { return false }
        for at in events.indices { events[at].label += other.events[at].label }
        return true
    }
}
