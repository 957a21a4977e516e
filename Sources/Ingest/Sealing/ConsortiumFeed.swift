/// The source of what the parties of a spec that tells labels get beside the shares of a member's own: labels, and tokens where it
/// has features of the consortium.
package struct ConsortiumFeed {
    /// Nil where nothing is counted: such an agent waits for no token key.
    package var tokens: BoxTokens?
    package var labels: LabelSealer

    package init(tokens: BoxTokens?, labels: LabelSealer) {
        self.tokens = tokens
        self.labels = labels
    }
}
