/// What one party computes together with the two others: local work, and rounds of messages in between. A value that does nothing
/// until it is run, so that a protocol reads top-down and its driver (`TrainingSession`, or a test) owns all messages.
///
/// All three parties run the same interaction, each from its own shares. In every round each party sends one message to each of
/// the two others, and waits for theirs; lengths are public.
package struct Interaction<Result>: Unprinted {
    /// Where a party stands once it has the messages of all rounds before.
    package enum Outcome: Unprinted {
        case finished(Result)
        /// It sends these, and goes on with what it receives and the masks of the round after this one.
        case waiting(RoundMessages, resume: (ReceivedMessages, RoundMasks) -> Outcome)
    }

    /// Begins, with the masks of the first round.
    package let run: (RoundMasks) -> Outcome

    init(_ run: @escaping (RoundMasks) -> Outcome) { self.run = run }

    /// A result that needs no message.
    static func finished(_ result: Result) -> Interaction { Interaction { _ in .finished(result) } }

    /// One round. What a party sends may depend on the round's masks; what it makes of what it receives may not.
    static func round(
        _ begin: @escaping (RoundMasks) -> (RoundMessages, finish: (ReceivedMessages) -> Result)
    ) -> Interaction {
        Interaction { masks in
            let (messages, finish) = begin(masks)
            return .waiting(messages, resume: { received, _ in .finished(finish(received)) })
        }
    }

    /// Goes on with what this one ends with. The rounds of both follow one another.
    package func then<Next>(_ body: @escaping (Result) -> Interaction<Next>) -> Interaction<Next> {
        func go(on outcome: Outcome, _ masks: RoundMasks) -> Interaction<Next>.Outcome {
            switch outcome {
            case .finished(let result): body(result).run(masks)
            case .waiting(let messages, let resume): .waiting(messages, resume: { go(on: resume($0, $1), $1) })
            }
        }
        return Interaction<Next> { go(on: run($0), $0) }
    }

    package func map<Next>(_ body: @escaping (Result) -> Next) -> Interaction<Next> {
        then { .finished(body($0)) }
    }

    /// Two interactions at once, in common messages: as many rounds as the longer has. Their steps have different names, or one
    /// mask would serve twice (`RoundMasks` stops at that).
    package func beside<Other>(_ other: Interaction<Other>) -> Interaction<(Result, Other)> {
        func join(
            _ one: Outcome, _ other: Interaction<Other>.Outcome
        ) -> Interaction<(Result, Other)>.Outcome {
            switch (one, other) {
            case (.finished(let one), .finished(let other)): .finished((one, other))
            case (.waiting(let messages, let resume), .finished):
                .waiting(messages, resume: { join(resume($0, $1), other) })
            case (.finished, .waiting(let messages, let resume)):
                .waiting(messages, resume: { join(one, resume($0, $1)) })
            case (.waiting(let messages, let resume), .waiting(let behind, let resumeOther)):
                .waiting(
                    messages.followed(by: behind),
                    resume: { received, masks in
                        let (own, rest) = received.divided(behind: messages)
                        return join(resume(own, masks), resumeOther(rest, masks))
                    })
            }
        }
        return Interaction<(Result, Other)> { join(run($0), other.run($0)) }
    }
}
