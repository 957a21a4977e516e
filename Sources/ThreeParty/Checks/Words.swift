package import Records
package import Secrets

extension BatchInputs {
    /// This party's word on its transactions.
    ///
    /// - Parameters:
    ///   - rule: of the bits' features; nil where nothing of them is known.
    ///   - key: of all three parties and no member's, for this plan.
    package func word(
        at party: PartyID, plan: Digest32, rule: ThermometerRule, key: borrowing SecretKey,
        keys: borrowing PairKeys
    ) -> Word {
        let comparison = ContentComparison(
            plan: plan, publicBytes: publicBytes, componentBytes: rowBytes, keys: keys)
        var stream = CounterStream(key)
        let hash = BinaryHash(bytes: rule.rowBytes, key: &stream)
        // Comparisons of all, then checks of all.
        var values = zeroShare(.recordZeroShare, plan, bytes: count * 16, keys)
        var products = [UInt8](repeating: 0, count: rowBytes)
        values.withUnsafeMutableBytes { values in
            products.withUnsafeMutableBufferPointer { products in
                // A table at a time, since one fits into the processor's first cache and all do not.
                forEachContent { index, content, one, _ in values.xor(comparison.ownPart(content, one), at: index * 8) }
                forEach { index, _, other in values.xor(comparison.nextPart(other), at: index * 8) }
                forEach { index, one, other in
                    rule.products(one, other, at: party, into: products)
                    values.xor(hash(UnsafeBufferPointer(products)), at: (count + index) * 8)
                }
            }
            for index in codes.indices where codes[index] != 0 {
                for place in [index, count + index] { values.clear(place * 8..<place * 8 + 8) }
            }
        }
        return Word(shape: WordShape(records: count, checks: .transactions), bytes: codes + values)
    }
}

extension LabelInputs {
    /// This party's word on its label records.
    package func word(plan: Digest32, keys: borrowing PairKeys) -> Word {
        let records = codes.count
        let comparison = ContentComparison(plan: plan, publicBytes: 32, componentBytes: 32, keys: keys)
        var values = zeroShare(.recordZeroShare, plan, bytes: records * 8, keys)
        var products = zip(
            UInt16.unpack(keys.withPrevious.bytes(.outcomeZeroShare, digest: plan, count: 2 * outcomes.count)),
            UInt16.unpack(keys.withNext.bytes(.outcomeZeroShare, digest: plan, count: 2 * outcomes.count))
        ).map { $0 &- $1 }
        var outcome = 0
        for record in 0..<records {
            let row = record * 32..<(record + 1) * 32
            let outcomes = outcome..<outcome + counts[record]
            outcome = outcomes.upperBound
            values.withUnsafeMutableBytes { values in
                guard codes[record] == 0 else { return values.clear(record * 8..<record * 8 + 8) }
                let value = Array(content[row]).withUnsafeBufferPointer { content in
                    Array(first[row]).withUnsafeBufferPointer { first in
                        Array(second[row]).withUnsafeBufferPointer { comparison.value(content, first, $0) }
                    }
                }
                values.xor(value, at: record * 8)
            }
            for index in outcomes {
                products[index] = codes[record] == 0 ? products[index] &+ BitRule.product(self.outcomes[index]) : 0
            }
        }
        return Word(
            shape: WordShape(records: records, checks: .labels(outcomes: counts)),
            bytes: codes + values + UInt16.pack(products))
    }
}

/// Bytes of which the three parties' XOR to zero.
private func zeroShare(_ label: StepLabel, _ plan: Digest32, bytes: Int, _ keys: borrowing PairKeys) -> [UInt8] {
    var own = keys.withPrevious.bytes(label, digest: plan, count: bytes)
    var next = keys.withNext.stream(label, digest: plan)
    own.withUnsafeMutableBytes { next.mask($0) }
    return own
}

extension UnsafeMutableRawBufferPointer {
    fileprivate func xor(_ value: UInt64, at place: Int) {
        let word = loadUnaligned(fromByteOffset: place, as: UInt64.self)
        storeBytes(of: word ^ value.littleEndian, toByteOffset: place, as: UInt64.self)
    }

    fileprivate func clear(_ range: Range<Int>) { for byte in range { self[byte] = 0 } }
}
