import Records

/// What a party says of a batch's records at the beginning of its first frames: its word. Both others get it.
///
/// Layout: a refusal code a record, 0 for none; then, of records that are checked, 8 bytes each by which the parties compare their
/// boxes; then of transactions 8 bytes each, of labels 2 bytes an outcome, by which they check what is shared. The three parties'
/// values of a record that holds XOR, outcomes' add up, to zero. What this party refused has zeros and uses no mask. Of
/// transactions with bits of a second spec the same follows once more, of these.
package struct Word: Sendable {
    package let shape: WordShape
    package let bytes: [UInt8]

    /// A word of refusals alone.
    package init(codes: [UInt8]) {
        shape = WordShape(records: codes.count, checks: .none)
        bytes = codes
    }

    init(shape: WordShape, bytes: [UInt8]) {
        precondition(bytes.count == shape.bytes)
        self.shape = shape
        self.bytes = bytes
    }

    /// This word on transactions, and another on their bits of a second spec behind it.
    func followed(by shadow: Word) -> Word {
        precondition(shape == shadow.shape && shape.checks == .transactions)
        return Word(
            shape: WordShape(records: shape.records, checks: .transactions, hasShadow: true),
            bytes: bytes + shadow.bytes)
    }
}

/// The public form of a batch's words: the same at all three parties.
package struct WordShape: Sendable, Hashable {
    package enum Checks: Sendable, Hashable {
        case none
        case transactions
        /// By record, the number of outcomes that it shares.
        case labels(outcomes: [Int])
    }

    package let records: Int
    package let checks: Checks
    /// Whether transactions' bits of a second spec are spoken of, too.
    package let hasShadow: Bool

    package init(records: Int, checks: Checks, hasShadow: Bool = false) {
        self.records = records
        self.checks = checks
        self.hasShadow = hasShadow
    }

    /// Bytes of a word.
    package var bytes: Int { hasShadow ? 2 * firstBytes : firstBytes }

    /// Bytes of what it says of that which is scored or counted.
    private var firstBytes: Int {
        switch checks {
        case .none: records
        case .transactions: records * 17
        case .labels(let outcomes): records * 9 + 2 * outcomes.reduce(0, +)
        }
    }

    /// What the parties' words say together of records that nobody refused: a `CheckFailure`'s code, or 0.
    package func found(_ words: (zero: [UInt8], one: [UInt8], two: [UInt8])) -> [UInt8] {
        var found = [UInt8](repeating: 0, count: records)
        guard checks != .none else { return found }
        var outcome = records * 9
        for record in 0..<records {
            let outcomes = outcomes(record)
            defer { outcome += 2 * outcomes }
            guard words.zero[record] | words.one[record] | words.two[record] == 0 else { continue }
            let failure: CheckFailure? =
                if !cancels(words, records + 8 * record) {
                    .boxesDiffer
                } else if checks == .transactions {
                    cancels(words, records * 9 + 8 * record) ? nil : .notThermometer
                } else {
                    areBits(words, outcome, outcomes) ? nil : .notABit
                }
            found[record] = failure?.rawValue ?? 0
        }
        return found
    }

    /// By record, whether all three parties can use its bits of a second spec, which passed the same checks as those that are
    /// scored; nil where there is none.
    package func shadow(_ words: (zero: [UInt8], one: [UInt8], two: [UInt8])) -> [Bool]? {
        guard hasShadow else { return nil }
        let own = WordShape(records: records, checks: checks)
        func part(_ word: [UInt8]) -> [UInt8] { Array(word[firstBytes...]) }
        let words = (zero: part(words.zero), one: part(words.one), two: part(words.two))
        return own.found(words).enumerated().map { record, found in
            found == 0 && words.zero[record] | words.one[record] | words.two[record] == 0
        }
    }

    private func outcomes(_ record: Int) -> Int {
        if case .labels(let outcomes) = checks { outcomes[record] } else { 0 }
    }

    /// Whether eight bytes of the three words XOR to zero.
    private func cancels(_ words: (zero: [UInt8], one: [UInt8], two: [UInt8]), _ at: Int) -> Bool {
        func value(_ word: [UInt8]) -> UInt64 {
            word.withUnsafeBytes { UnsafeRawBufferPointer(rebasing: $0[at..<at + 8]).loadUnaligned(as: UInt64.self) }
        }
        return value(words.zero) ^ value(words.one) ^ value(words.two) == 0
    }

    private func areBits(
        _ words: (zero: [UInt8], one: [UInt8], two: [UInt8]), _ at: Int, _ count: Int
    ) -> Bool {
        let range = at..<at + 2 * count
        let (zero, one, two) = (
            UInt16.unpack(Array(words.zero[range])), UInt16.unpack(Array(words.one[range])),
            UInt16.unpack(Array(words.two[range]))
        )
        return zero.indices.allSatisfy { zero[$0] &+ one[$0] &+ two[$0] == 0 }
    }
}

/// Why the parties refuse a record together, though each could open its box. The codes are among those of refusals
/// (`AgreedRefusal`), and never change their meaning.
package enum CheckFailure: UInt8, Sendable {
    /// The three boxes do not hold the same.
    case boxesDiffer = 32
    /// A thermometer bit is set behind one of the same feature that is not.
    case notThermometer = 33
    /// A label's outcome is neither 0 nor 1.
    case notABit = 34
}
