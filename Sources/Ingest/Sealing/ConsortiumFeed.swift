/// The source of what the parties of a spec with features of the consortium get beside the shares of a member's own: tokens
/// and labels.
package struct ConsortiumFeed {
    package var tokens: BoxTokens
    package var labels: LabelSealer

    package init(tokens: BoxTokens, labels: LabelSealer) {
        self.tokens = tokens
        self.labels = labels
    }
}
