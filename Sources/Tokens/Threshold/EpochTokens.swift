/// Tokens of one epoch's key.
package struct EpochTokens: Sendable {
    package var epoch: TokenEpoch
    package var tokens: [EntityToken]

    package init(epoch: TokenEpoch, tokens: [EntityToken]) {
        self.epoch = epoch
        self.tokens = tokens
    }
}
