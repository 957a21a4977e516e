import Records

/// The comparison of what three boxes hold of a record: what is public among the parties, and each component of what is shared, of
/// which every pair of parties has one.
///
/// Party i sends h_i(public, x_i) ^ h_{i+1}(public, x_{i+1}) ^ zero-share, where h_i is a linear hash under a key of the parties i
/// - 1 and i. The three XOR to zero where each pair found the same, and else with probability 2^-64, whatever the member knows. To
/// a party the others' values say nothing more, since the zero-share masks them. No key of all three parties is needed.
struct ContentComparison {
    private let first: BinaryHash
    private let second: BinaryHash
    private let common: BinaryHash

    /// - Parameters:
    ///   - plan: whose keys these are.
    ///   - publicBytes: of a record's row of what is public.
    ///   - componentBytes: of a record's row of a component.
    init(plan: Digest32, publicBytes: Int, componentBytes: Int, keys: borrowing PairKeys) {
        var own = keys.withPrevious.stream(.contentKey, digest: plan)
        var next = keys.withNext.stream(.contentKey, digest: plan)
        common = BinaryHash(bytes: publicBytes, key: &own) ^ BinaryHash(bytes: publicBytes, key: &next)
        first = BinaryHash(bytes: componentBytes, key: &own)
        second = BinaryHash(bytes: componentBytes, key: &next)
    }

    /// This party's value of a record, before the zero-share.
    func value(
        _ shared: UnsafeBufferPointer<UInt8>, _ one: UnsafeBufferPointer<UInt8>, _ other: UnsafeBufferPointer<UInt8>
    ) -> UInt64 { ownPart(shared, one) ^ nextPart(other) }

    /// The part of that value of what is public and of the party's own component.
    func ownPart(_ shared: UnsafeBufferPointer<UInt8>, _ one: UnsafeBufferPointer<UInt8>) -> UInt64 {
        common(shared) ^ first(one)
    }

    /// The part of the next party's component.
    func nextPart(_ other: UnsafeBufferPointer<UInt8>) -> UInt64 { second(other) }
}
