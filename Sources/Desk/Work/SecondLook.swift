/// A second person's verdict on an item that was drawn for one: it measures, and changes nothing of the item's own verdict.
package struct SecondLook: Hashable, Sendable {
    /// The verdict that closed the item, which the second person is not shown, and whose it is.
    package var first: Judgement
    package var by: Actor
    /// The second person's; nil while it waits.
    package var second: Judgement?
    package var secondBy: Actor?

    package init(_ first: Judgement, by actor: Actor, second: Judgement? = nil, by other: Actor? = nil) {
        self.first = first
        by = actor
        self.second = second
        secondBy = other
    }

    package var isWaiting: Bool { second == nil }
}

extension Work {
    /// Whether its verdict is kept from somebody, who may give a second one without knowing the first.
    package func isBlind(to actor: Actor?) -> Bool {
        guard state == .closed, let second, second.isWaiting, let actor else { return false }
        return actor.isSecond(to: second.by) && actor != confirmedBy
    }
}
