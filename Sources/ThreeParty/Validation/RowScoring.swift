import Records

/// The scoring of some rows by one model at one party, up to where they are counted in bins: the lookups that serve
/// (`BatchSession`), then one comparison key a row.
struct RowScoring<R: RingElement>: Unprinted {
    let steps: SecureSteps
    let model: PreparedModel
    let lookup: LeafLookup<R>
    let names: ValidationSteps

    private var shape: ForestShape { model.shape }

    /// All of it: four rounds.
    ///
    /// - Parameters:
    ///   - labels: a bit a row.
    ///   - members: of each row.
    ///   - sums: takes what the rows add to bins.
    func count(
        _ inputs: BatchInputs, _ labels: XORShares<UInt8>, members: ArraySlice<UInt16>, into sums: BinSums
    ) -> Interaction<Void> {
        conditions(inputs)
            .then { leaves($0, rows: inputs.count) }
            .then { steps.reshare($0, in: Addition.self, names.scores) }
            .then { compare($0, labels, members: members, into: sums) }
    }

    /// What each condition says of each row. One round, a bit a condition and party.
    private func conditions(_ inputs: BatchInputs) -> Interaction<XORShares<UInt8>> {
        .round { masks in
            var withPrevious = masks.stream(names.conditions, .zero, with: .previous)
            var withNext = masks.stream(names.conditions, .zero, with: .next)
            var zero: [UInt8] = withPrevious.elements(inputs.count * shape.conditionBytes)
            withNext.add(to: &zero, in: ExclusiveOr.self)
            let own = model.conditions.masked(inputs, zeroShare: zero)
            return (
                RoundMessages(toPrevious: own, toNext: [], fromNextBytes: own.count, fromPreviousBytes: 0),
                { XORShares(first: own, second: Array($0.fromNext)) }
            )
        }
    }

    /// This party's additive share of each row's score. One round, `dealBytes` a row and party.
    private func leaves(_ conditions: XORShares<UInt8>, rows: Int) -> Interaction<[R]> {
        .round { masks in
            var withPrevious = masks.stream(names.leaves, .deal, with: .previous)
            var withNext = masks.stream(names.leaves, .deal, with: .next)
            let message = deal(conditions, rows: rows, &withPrevious)
            var own = [R](repeating: 0, count: rows)
            let scratch = UnsafeMutableBufferPointer<R>.allocate(capacity: min(rows, Self.block) * shape.leaves)
            defer { scratch.deallocate() }
            for begin in stride(from: 0, to: rows, by: Self.block) {
                let range = begin..<min(begin + Self.block, rows)
                let share = UnsafeMutableBufferPointer(rebasing: scratch[..<(range.count * shape.leaves)])
                withNext.fill(UnsafeMutableRawBufferPointer(share))
                answer(UnsafeBufferPointer(share), range, by: conditions.first, second: false, into: &own)
            }
            return (
                RoundMessages(
                    toPrevious: [], toNext: message, fromNextBytes: 0, fromPreviousBytes: rows * shape.dealBytes),
                { [own] received in
                    var sums = own
                    received.fromPrevious.withUnsafeBytes { dealt in
                        let share = dealt.bindMemory(to: R.self)
                        answer(share, 0..<rows, by: conditions.second, second: true, into: &sums)
                    }
                    return sums
                }
            )
        }
    }

    /// Rows whose streams stay in the processor's cache together.
    private static var block: Int { 64 }

    private func deal(_ conditions: XORShares<UInt8>, rows: Int, _ stream: inout CounterStream) -> [UInt8] {
        let both = zip(conditions.first, conditions.second).map { $0 ^ $1 }
        var indices = LeafIndices(shape: shape)
        let row = shape.dealBytes
        return [UInt8](unsafeUninitializedCapacity: rows * row) { message, filled in
            for begin in stride(from: 0, to: rows, by: Self.block) {
                let range = begin..<min(begin + Self.block, rows)
                stream.fill(
                    UnsafeMutableRawBufferPointer(
                        rebasing: UnsafeMutableRawBufferPointer(message)[begin * row..<range.upperBound * row]))
                for at in range {
                    indices.read(both, event: at)
                    UnsafeMutableBufferPointer(rebasing: message[at * row..<(at + 1) * row])
                        .withMemoryRebound(to: R.self) { lookup.deal(indices, into: $0) }
                }
            }
            filled = rows * row
        }
    }

    /// Adds a server's part of each row's score.
    ///
    /// - Parameter share: of the one-hots of the rows of `range`.
    private func answer(
        _ share: UnsafeBufferPointer<R>, _ range: Range<Int>, by conditions: [UInt8], second: Bool, into sums: inout [R]
    ) {
        var indices = LeafIndices(shape: shape)
        for row in range {
            let begin = (row - range.lowerBound) * shape.leaves
            indices.read(conditions, event: row)
            sums[row] &+= lookup.answer(
                UnsafeBufferPointer(rebasing: share[begin..<begin + shape.leaves]), indices: indices, second: second)
        }
    }

    /// Compares each score with all thresholds, and counts rows in bins. One round: each client deals both servers one key a row.
    ///
    /// The payload is a one-hot of what the client knows of the label; servers turn it by what they know, so that it is
    /// one of the row's class.
    private func compare(
        _ scores: AdditiveShares<R>, _ labels: XORShares<UInt8>, members: ArraySlice<UInt16>, into sums: BinSums
    ) -> Interaction<Void> {
        .round { masks in
            let terms = steps.terms(scores.count)
            func seeds(_ use: TrainingStep.Use, _ neighbour: RoundMasks.Neighbour, _ count: Int) -> [UInt128] {
                var stream = masks.stream(names.keys, use, with: neighbour)
                let words: [UInt64] = stream.elements(2 * count)
                return (0..<count).map { UInt128(words[2 * $0]) | UInt128(words[2 * $0 + 1]) << 64 }
            }
            let toFirst = seeds(.first, .previous, terms.asClient.count)
            let toSecond = seeds(.second, .next, terms.asClient.count)
            let asFirst = seeds(.first, .next, terms.asFirst.count)
            let asSecond = seeds(.second, .previous, terms.asSecond.count)
            let cipherKey = Digest32(of: [Array("cordon/validate/cipher/v1".utf8), masks.digest.bytes]).bytes[..<16]
            let comparison = PayloadComparison(width: R.bitWidth, cipherKey: cipherKey)
            let keyBytes = PayloadComparison.keyBytes(width: R.bitWidth)
            var message: [UInt8] = []
            message.reserveCapacity(terms.asClient.count * keyBytes)
            for (place, row) in terms.asClient.enumerated() {
                let isFraud = (labels.first[row] ^ labels.second[row]) & 1 == 1
                comparison.deal(
                    UInt64(scores.first[row] &+ scores.second[row]),
                    isFraud ? PayloadComparison.Payload(0, 1) : PayloadComparison.Payload(1, 0),
                    seeds: (toFirst[place], toSecond[place]), into: &message)
            }
            return (
                RoundMessages(
                    toPrevious: message, toNext: message, fromNextBytes: terms.asFirst.count * keyBytes,
                    fromPreviousBytes: terms.asSecond.count * keyBytes),
                { received in
                    let server = ComparisonServer(
                        width: R.bitWidth, cipherKey: cipherKey, members: members, sums: sums)
                    server.count(
                        received.fromNext, seeds: asFirst, isSecond: false,
                        betas: scores.first[terms.asFirst].map { UInt64($0) }, labels: labels.first[terms.asFirst])
                    server.count(
                        received.fromPrevious, seeds: asSecond, isSecond: true,
                        betas: scores.second[terms.asSecond].map { UInt64($0) },
                        labels: labels.second[terms.asSecond])
                }
            )
        }
    }
}

/// A server's part of the comparisons of some rows.
private struct ComparisonServer {
    let width: Int
    let cipherKey: ArraySlice<UInt8>
    let members: ArraySlice<UInt16>
    let sums: BinSums

    /// - Parameters:
    ///   - keys: one a row.
    ///   - labels: what both servers know of them, at their rows' places.
    func count(
        _ keys: ArraySlice<UInt8>, seeds: [UInt128], isSecond: Bool, betas: [UInt64], labels: ArraySlice<UInt8>
    ) {
        let comparison = PayloadComparison(width: width, cipherKey: cipherKey)
        let keyBytes = PayloadComparison.keyBytes(width: width)
        keys.withUnsafeBytes { keys in
            for (place, row) in labels.indices.enumerated() {
                let places = sums.bins.places(betas[place])
                let key = UnsafeRawBufferPointer(rebasing: keys[place * keyBytes..<(place + 1) * keyBytes])
                let answers = comparison.answer(key, isSecond: isSecond, seed: seeds[place], at: places.numbers)
                sums.add(
                    answers, at: places, turned: labels[row] & 1 == 1, member: Int(members[members.startIndex + row]))
            }
        }
    }
}

/// This party's share of how many rows of each class and member are in each bin, as rows come. In one place, since rows are counted
/// piece by piece.
final class BinSums: Unprinted {
    let bins: ScoreBins
    /// By member and bin, two elements: rows that are no frauds, and frauds.
    private(set) var elements: [UInt32]

    init(_ bins: ScoreBins, members: Int) {
        self.bins = bins
        elements = [UInt32](repeating: 0, count: 2 * bins.count * members)
    }

    func add(_ answers: [PayloadComparison.Payload], at places: ScoreBins.Places, turned: Bool, member: Int) {
        let range = 2 * bins.count * member..<2 * bins.count * (member + 1)
        elements.withUnsafeMutableBufferPointer {
            bins.add(answers, at: places, turned: turned, to: UnsafeMutableBufferPointer(rebasing: $0[range]))
        }
    }
}

/// The steps of one model's scoring and counting. Those of two models differ, so that both go in common messages.
struct ValidationSteps {
    let conditions: TrainingStep
    let leaves: TrainingStep
    let scores: TrainingStep
    let keys: TrainingStep
    let sums: TrainingStep

    /// Of the plan's models, in its order.
    static let all = [
        ValidationSteps(
            conditions: .firstConditions, leaves: .firstLeaves, scores: .firstScores, keys: .firstKeys,
            sums: .firstSums),
        ValidationSteps(
            conditions: .secondConditions, leaves: .secondLeaves, scores: .secondScores, keys: .secondKeys,
            sums: .secondSums),
    ]
}
