import Records

extension SecureSteps {
    /// Rows in an order that no party knows. Three rounds; two rows from the parties together in each (Laur, Willemson and Zhang
    /// 2011).
    ///
    /// In each of three passes the two parties of one key permute the rows by it, and share them anew; the third learns no part of
    /// that pass, so none knows the whole order.
    ///
    /// - Parameters:
    ///   - rows: `width` bytes each.
    ///   - width: at least 1.
    package func shuffle(_ rows: XORShares<UInt8>, width: Int) -> Interaction<XORShares<UInt8>> {
        pass(rows, width, .zero)
            .then { pass($0, width, .one) }
            .then { pass($0, width, .two) }
    }

    /// One pass: party `lead` and the next one permute. Component `lead` becomes a stream of `lead` and the third party, component
    /// `lead` + 2 one of the next and the third, and component `lead` + 1 what the two that permute tell each other.
    private func pass(
        _ rows: XORShares<UInt8>, _ width: Int, _ lead: PartyID
    ) -> Interaction<XORShares<UInt8>> {
        let count = rows.count
        return .round { masks in
            func bytes(_ use: TrainingStep.Use, _ neighbour: RoundMasks.Neighbour) -> [UInt8] {
                var stream = masks.stream(.shuffle, use, with: neighbour)
                return stream.elements(count)
            }
            func order(_ neighbour: RoundMasks.Neighbour) -> [Int] {
                var stream = masks.stream(.shuffle, .order, with: neighbour)
                return Self.order(of: count / width, &stream)
            }
            if party == lead {
                let own = bytes(.first, .previous)
                let both = (rows + XORShares(first: rows.second, second: rows.second)).first
                let told = Self.xor(Self.permuted(both, width, order(.next)), own)
                return (
                    RoundMessages(toPrevious: [], toNext: told, fromNextBytes: count, fromPreviousBytes: 0),
                    { XORShares(first: own, second: Self.xor(told, $0.fromNext)) }
                )
            }
            if party == lead.next {
                let last = bytes(.second, .next)
                let told = Self.xor(Self.permuted(rows.second, width, order(.previous)), last)
                return (
                    RoundMessages(toPrevious: told, toNext: [], fromNextBytes: 0, fromPreviousBytes: count),
                    { XORShares(first: Self.xor(told, $0.fromPrevious), second: last) }
                )
            }
            let (first, second) = (bytes(.second, .previous), bytes(.first, .next))
            return (
                RoundMessages(toPrevious: [], toNext: [], fromNextBytes: 0, fromPreviousBytes: 0),
                { _ in XORShares(first: first, second: second) }
            )
        }
    }

    /// A random order (Fisher and Yates; Durstenfeld 1964). A remainder of 64 bits is as good as even.
    private static func order(of count: Int, _ stream: inout CounterStream) -> [Int] {
        let words: [UInt64] = stream.elements(count)
        var order = Array(0..<count)
        for place in order.indices { order.swapAt(place, place + Int(words[place] % UInt64(count - place))) }
        return order
    }

    private static func permuted(_ rows: [UInt8], _ width: Int, _ order: [Int]) -> [UInt8] {
        order.flatMap { rows[$0 * width..<($0 + 1) * width] }
    }

    private static func xor(_ a: [UInt8], _ b: some Collection<UInt8>) -> [UInt8] { zip(a, b).map { $0 ^ $1 } }
}
