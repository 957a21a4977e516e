package import Records

/// The transactions of a batch as they enter it at one party: a row of the party's two components of the input bits for each, in
/// two buffers for all, so that a batch of any size costs a handful of allocations. A refused transaction's row is zero.
///
/// Never printed.
package struct BatchInputs: Sendable, CustomStringConvertible, CustomReflectable {
    /// Of a component of one transaction's bits.
    let rowBytes: Int
    private var first: [UInt8] = []
    private var second: [UInt8] = []
    /// A refusal's raw value each; 0 where there is none.
    private(set) var codes: [UInt8] = []

    /// - Parameters:
    ///   - bits: of a transaction.
    ///   - capacity: how many transactions there is room for at first.
    package init(bits: Int, capacity: Int) {
        rowBytes = (bits + 7) / 8
        first.reserveCapacity(capacity * rowBytes)
        second.reserveCapacity(capacity * rowBytes)
        codes.reserveCapacity(capacity)
    }

    package init(_ shares: [BitShares], bits: Int) {
        self.init(bits: bits, capacity: shares.count)
        for shares in shares { append(shares) }
    }

    package var count: Int { codes.count }

    /// Why this party refuses a transaction; nil where it does not. Other parties may differ.
    package func refusal(_ index: Int) -> Refusal? { Refusal(rawValue: codes[index]) }

    package mutating func append(_ shares: BitShares) {
        precondition(shares.first.count == rowBytes && shares.second.count == rowBytes)
        first.append(contentsOf: shares.first)
        second.append(contentsOf: shares.second)
        codes.append(0)
    }

    /// A transaction that this party can't use, for a reason that goes to its member.
    package mutating func append(refused refusal: Refusal) {
        first.append(contentsOf: repeatElement(0, count: rowBytes))
        second.append(contentsOf: repeatElement(0, count: rowBytes))
        codes.append(refusal.rawValue)
    }

    /// Expands the parts that a member sent to `party` (see `SeededComponents`); where a length is wrong, the transaction is
    /// refused as `boxMalformed`.
    ///
    /// - Parameter streams: expands the seeds.
    package mutating func append(
        party: PartyID, first one: UnsafeRawBufferPointer, second other: UnsafeRawBufferPointer,
        _ streams: inout CounterStream
    ) {
        append(refused: .boxMalformed)
        let row = (count - 1) * rowBytes..<count * rowBytes
        func expand(_ part: UnsafeRawBufferPointer, _ component: PartyID, _ rows: inout [UInt8]) -> Bool {
            rows.withUnsafeMutableBytes {
                SeededComponents.expand(
                    part, component: component.rawValue, into: UnsafeMutableRawBufferPointer(rebasing: $0[row]),
                    &streams)
            }
        }
        guard expand(one, party, &first), expand(other, party.next, &second) else {
            first.replaceSubrange(row, with: repeatElement(0, count: rowBytes))
            return
        }
        codes[count - 1] = 0
    }

    /// Calls `body` with each transaction that is not refused: its number and its two components.
    package func forEach(_ body: (Int, UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<UInt8>) -> Void) {
        first.withUnsafeBufferPointer { first in
            second.withUnsafeBufferPointer { second in
                for index in codes.indices where codes[index] == 0 {
                    let row = index * rowBytes..<(index + 1) * rowBytes
                    body(index, UnsafeBufferPointer(rebasing: first[row]), UnsafeBufferPointer(rebasing: second[row]))
                }
            }
        }
    }

    package var description: String { "BatchInputs(\(count) transactions)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
