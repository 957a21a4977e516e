import Records

/// Who does what with which values of a step that has a dealer. Of term k, the *client* k + 1 knows components k + 1 and k + 2, and
/// the *servers* k and k - 1 both know component k (`LeafLookup` is such a step). Values are in three parts, one a term, so that
/// parties' roles are balanced.
struct DealtTerms {
    /// Values that this party knows component i + (i + 1) of: it is the client of term i - 1.
    let asClient: Range<Int>
    /// Values that it knows component i of as the first server, of term i.
    let asFirst: Range<Int>
    /// Values that it knows component i + 1 of as the second server, of term i + 1.
    let asSecond: Range<Int>

    init(_ count: Int, at party: PartyID) {
        func range(_ term: PartyID) -> Range<Int> {
            count * term.rawValue / 3..<count * (term.rawValue + 1) / 3
        }
        asClient = range(party.previous)
        asFirst = range(party)
        asSecond = range(party.next)
    }
}

/// What two servers got of a client's values: this party's shares of those that it serves.
struct Deal<E>: Unprinted {
    /// Of the values of `asFirst`.
    let first: [E]
    /// Of the values of `asSecond`.
    let second: [E]
}

extension SecureSteps {
    func terms(_ count: Int) -> DealtTerms { DealtTerms(count, at: party) }

    /// What the client of a step knows of its values: the sum, or XOR, of both its components.
    func clientSums<E: RingElement, G: ShareGroup>(_ value: Shares<E, G>) -> [E] {
        terms(value.count).asClient.map { G.add(value.first[$0], value.second[$0]) }
    }

    /// Shares a client's values between its two servers. One round; the first server's share is a stream, the second one's a
    /// message.
    ///
    /// - Parameters:
    ///   - own: this party's as a client: `width` for each value of `asClient`.
    ///   - count: values of the step.
    ///   - width: elements a value.
    func deal<E: RingElement, G: ShareGroup>(
        _ own: [E], of count: Int, width: Int = 1, in group: G.Type, _ step: TrainingStep,
        _ use: TrainingStep.Use = .deal
    ) -> Interaction<Deal<E>> {
        let terms = terms(count)
        precondition(own.count == terms.asClient.count * width)
        return .round { masks in
            var message = own
            var stream = masks.stream(step, use, with: .previous)
            stream.subtract(from: &message, in: G.self)
            var served = masks.stream(step, use, with: .next)
            let first: [E] = served.elements(terms.asFirst.count * width)
            return (
                RoundMessages(
                    toPrevious: [], toNext: Message.bytes(message), fromNextBytes: 0,
                    fromPreviousBytes: terms.asSecond.count * width * E.byteCount),
                { Deal(first: first, second: Message.elements($0.fromPrevious)) }
            )
        }
    }

    /// Shares a client's values among all three: component k is zero. One round.
    func share<E: RingElement, G: ShareGroup>(
        _ own: [E], of count: Int, in group: G.Type, _ step: TrainingStep
    ) -> Interaction<Shares<E, G>> {
        let terms = terms(count)
        precondition(own.count == terms.asClient.count)
        return .round { masks in
            var message = own
            var stream = masks.stream(step, .part, with: .previous)
            let common: [E] = stream.elements(own.count)
            for at in message.indices { message[at] = G.subtract(message[at], common[at]) }
            var served = masks.stream(step, .part, with: .next)
            let first: [E] = served.elements(terms.asFirst.count)
            return (
                RoundMessages(
                    toPrevious: [], toNext: Message.bytes(message), fromNextBytes: 0,
                    fromPreviousBytes: terms.asSecond.count * E.byteCount),
                { [message] received in
                    let second: [E] = Message.elements(received.fromPrevious)
                    var out = Shares<E, G>(zeros: count)
                    out.first.replaceSubrange(terms.asClient, with: common)
                    out.second.replaceSubrange(terms.asClient, with: message)
                    out.second.replaceSubrange(terms.asFirst, with: first)
                    out.first.replaceSubrange(terms.asSecond, with: second)
                    return out
                }
            )
        }
    }

    /// The servers' two shares of each value as replicated ones. One round: components k + 1 and k + 2 are streams that a server
    /// has in common with the client, and component k is what the servers tell each other.
    ///
    /// - Parameter answers: this party's shares as a server.
    func exchange<E: RingElement, G: ShareGroup>(
        _ answers: Deal<E>, of count: Int, in group: G.Type, _ step: TrainingStep
    ) -> Interaction<Shares<E, G>> {
        let terms = terms(count)
        precondition(answers.first.count == terms.asFirst.count && answers.second.count == terms.asSecond.count)
        return .round { masks in
            var withNext = masks.stream(step, .first, with: .next)
            let nextOfFirst: [E] = withNext.elements(terms.asFirst.count)
            var withPrevious = masks.stream(step, .second, with: .previous)
            let nextOfSecond: [E] = withPrevious.elements(terms.asSecond.count)
            var firstClient = masks.stream(step, .first, with: .previous)
            var secondClient = masks.stream(step, .second, with: .next)
            let clientFirst: [E] = firstClient.elements(terms.asClient.count)
            let clientSecond: [E] = secondClient.elements(terms.asClient.count)
            var (ours, theirs) = (answers.first, answers.second)
            for at in ours.indices { ours[at] = G.subtract(ours[at], nextOfFirst[at]) }
            for at in theirs.indices { theirs[at] = G.subtract(theirs[at], nextOfSecond[at]) }
            return (
                RoundMessages(
                    toPrevious: Message.bytes(ours), toNext: Message.bytes(theirs),
                    fromNextBytes: terms.asSecond.count * E.byteCount,
                    fromPreviousBytes: terms.asFirst.count * E.byteCount),
                { [ours, theirs] received in
                    let others: (first: [E], second: [E]) = (
                        Message.elements(received.fromPrevious), Message.elements(received.fromNext)
                    )
                    var out = Shares<E, G>(zeros: count)
                    out.first.replaceSubrange(terms.asClient, with: clientFirst)
                    out.second.replaceSubrange(terms.asClient, with: clientSecond)
                    for at in ours.indices {
                        out.first[terms.asFirst.lowerBound + at] = G.add(ours[at], others.first[at])
                    }
                    out.second.replaceSubrange(terms.asFirst, with: nextOfFirst)
                    out.first.replaceSubrange(terms.asSecond, with: nextOfSecond)
                    for at in theirs.indices {
                        out.second[terms.asSecond.lowerBound + at] = G.add(theirs[at], others.second[at])
                    }
                    return out
                }
            )
        }
    }
}
