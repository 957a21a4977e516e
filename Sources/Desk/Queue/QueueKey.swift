/// An alert's place in the queue: payments that wait before those that were stopped, then by expected loss, then by what is due
/// first. No two alerts have one place, so a page goes on behind the last place of the one before, whatever came in between.
package struct QueueKey: Hashable, Sendable, Comparable {
    package var isHeld: Bool
    /// Hundredths of the consortium's currency.
    package var loss: Int64
    /// Microseconds since 1970.
    package var due: Int64
    package var item: ItemID

    package init(isHeld: Bool, loss: Int64, due: Int64, item: ItemID) {
        self.isHeld = isHeld
        self.loss = loss
        self.due = due
        self.item = item
    }

    package init(_ facts: AlertFacts, levels: ServiceLevels) {
        self.init(isHeld: facts.isHeld, loss: facts.expectedLoss, due: levels.due(facts), item: facts.item)
    }

    package static func < (left: QueueKey, right: QueueKey) -> Bool {
        if left.isHeld != right.isHeld { return left.isHeld }
        if left.loss != right.loss { return left.loss > right.loss }
        if left.due != right.due { return left.due < right.due }
        return left.item < right.item
    }

    /// The place as a link has it: `1.5716.1769162400123456.<item>`.
    package var text: String { "\(isHeld ? 1 : 0).\(loss).\(due).\(item)" }

    /// Nil where the text is no place.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "0" || parts[0] == "1", let loss = Int64(parts[1]),
            let due = Int64(parts[2]),
            let item = ItemID(parts[3])
        else { return nil }
        self.init(isHeld: parts[0] == "1", loss: loss, due: due, item: item)
        // One spelling a place.
        guard self.text == text else { return nil }
    }
}

/// An alert's place among those with a verdict: the latest verdict first.
package struct ClosedKey: Hashable, Sendable, Comparable {
    /// Microseconds since 1970.
    package var closedAt: Int64
    package var item: ItemID

    package init(closedAt: Int64, item: ItemID) {
        self.closedAt = closedAt
        self.item = item
    }

    package static func < (left: ClosedKey, right: ClosedKey) -> Bool {
        left.closedAt == right.closedAt ? left.item < right.item : left.closedAt > right.closedAt
    }

    package var text: String { "\(closedAt).\(item)" }

    /// Nil where the text is no place.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let closedAt = Int64(parts[0]), let item = ItemID(parts[1]) else { return nil }
        self.init(closedAt: closedAt, item: item)
        guard self.text == text else { return nil }
    }
}
