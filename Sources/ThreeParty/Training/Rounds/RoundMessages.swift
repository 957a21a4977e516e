/// The two messages that a party sends in a round, and how many bytes it will receive.
package struct RoundMessages: Sendable, Unprinted {
    package var toPrevious: [UInt8]
    package var toNext: [UInt8]
    package var fromNextBytes: Int
    package var fromPreviousBytes: Int

    /// Both rounds in one: the messages of `other` behind these.
    func followed(by other: RoundMessages) -> RoundMessages {
        RoundMessages(
            toPrevious: toPrevious + other.toPrevious, toNext: toNext + other.toNext,
            fromNextBytes: fromNextBytes + other.fromNextBytes,
            fromPreviousBytes: fromPreviousBytes + other.fromPreviousBytes)
    }
}

/// The two messages that a party receives in a round.
package struct ReceivedMessages: Sendable, Unprinted {
    package var fromNext: ArraySlice<UInt8>
    package var fromPrevious: ArraySlice<UInt8>

    package init(fromNext: ArraySlice<UInt8>, fromPrevious: ArraySlice<UInt8>) {
        self.fromNext = fromNext
        self.fromPrevious = fromPrevious
    }

    /// Those of the round `messages`, and what is behind them.
    func divided(behind messages: RoundMessages) -> (ReceivedMessages, ReceivedMessages) {
        let (next, previous) = (messages.fromNextBytes, messages.fromPreviousBytes)
        return (
            ReceivedMessages(fromNext: fromNext.prefix(next), fromPrevious: fromPrevious.prefix(previous)),
            ReceivedMessages(fromNext: fromNext.dropFirst(next), fromPrevious: fromPrevious.dropFirst(previous))
        )
    }
}
