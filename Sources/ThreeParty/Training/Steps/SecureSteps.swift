package import Records

/// The building blocks of training on shares, at one party: each is an `Interaction` over whole arrays. None fails with some
/// probability and none rounds at random, so that training on shares equals training in the clear.
package struct SecureSteps: Sendable {
    package let party: PartyID

    package init(party: PartyID) { self.party = party }
}

// MARK: Products

extension SecureSteps {
    /// Additive shares, one a party, as replicated ones. One round, one element a party.
    ///
    /// Each party adds its part of a zero-share and tells the previous party, so each component is known to two (Araki et al.
    /// 2016).
    ///
    /// - Parameter share: this party's.
    package func reshare<E: RingElement, G: ShareGroup>(
        _ share: [E], in group: G.Type = G.self, _ step: TrainingStep
    ) -> Interaction<Shares<E, G>> {
        .round { masks in
            var own = share
            var plus = masks.stream(step, .zero, with: .previous)
            var minus = masks.stream(step, .zero, with: .next)
            plus.add(to: &own, in: G.self)
            minus.subtract(from: &own, in: G.self)
            return (
                RoundMessages(
                    toPrevious: Message.bytes(own), toNext: [], fromNextBytes: own.count * E.byteCount,
                    fromPreviousBytes: 0),
                { [own] in Shares(first: own, second: Message.elements($0.fromNext)) }
            )
        }
    }

    /// This party's additive shares of products: x_i (y_i + y_{i+1}) + x_{i+1} y_i, of which the parties' sum is xy. Local.
    package func products<E: RingElement, G: ShareGroup>(_ x: Shares<E, G>, _ y: Shares<E, G>) -> [E] {
        precondition(x.count == y.count)
        return [E](unsafeUninitializedCapacity: x.count) { out, count in
            for at in 0..<x.count {
                let mixed = G.multiply(x.first[at], G.add(y.first[at], y.second[at]))
                out.initializeElement(at: at, to: G.add(mixed, G.multiply(x.second[at], y.first[at])))
            }
            count = x.count
        }
    }

    /// Products of ring elements, or conjunctions of bits. One round, one element a party.
    package func product<E: RingElement, G: ShareGroup>(
        _ x: Shares<E, G>, _ y: Shares<E, G>, _ step: TrainingStep
    ) -> Interaction<Shares<E, G>> {
        reshare(products(x, y), step)
    }

    /// Opens values to all three parties. One round, one element a party.
    package func open<E: RingElement, G: ShareGroup>(_ value: Shares<E, G>) -> Interaction<[E]> {
        .round { _ in
            // The previous party has components i - 1 and i, and lacks i + 1.
            (
                RoundMessages(
                    toPrevious: Message.bytes(value.second), toNext: [], fromNextBytes: value.count * E.byteCount,
                    fromPreviousBytes: 0),
                { received in
                    let third: [E] = Message.elements(received.fromNext)
                    return third.indices.map { G.add(G.add(value.first[$0], value.second[$0]), third[$0]) }
                }
            )
        }
    }
}
