/// A verdict that waits for a second person.
package struct Proposal: Hashable, Sendable {
    /// Nil for a case's end without one.
    package var judgement: Judgement?
    package var by: Actor

    package init(_ judgement: Judgement?, by actor: Actor) {
        self.judgement = judgement
        by = actor
    }
}
