import Records

/// The label records of a batch as they enter it at one party: its refusals, what it found in its boxes, and its shares of
/// outcomes.
///
/// Never printed.
package struct LabelInputs: Sendable, CustomStringConvertible, CustomReflectable {
    /// A refusal code for each record; 0 where there is none.
    package private(set) var codes: [UInt8] = []
    /// The number of outcomes that each record shares, as its header says: the same at all three parties.
    package private(set) var counts: [Int] = []
    /// Digests of each record's public content and of both components, 32 bytes each; zeros where refused.
    private(set) var content: [UInt8] = []
    private(set) var first: [UInt8] = []
    private(set) var second: [UInt8] = []
    /// The shares of all records' outcomes; zeros where refused.
    private(set) var outcomes: [CountShare] = []

    package init() {}

    /// A record that this party can't use.
    ///
    /// - Parameters:
    ///   - code: why, 1 to 255.
    ///   - count: of the outcomes that its header names.
    package mutating func append(refused code: UInt8, outcomes count: Int) {
        append(code: code, .zero, .zero, .zero, [CountShare](repeating: .zero, count: count))
    }

    /// A record that this party can use.
    ///
    /// - Parameter content: all in its box that is public among the parties.
    package mutating func append(content: [UInt8], outcomes: [CountShare]) {
        append(
            code: 0, Digest32(of: [content]), Digest32(of: [UInt16.pack(outcomes.map(\.first))]),
            Digest32(of: [UInt16.pack(outcomes.map(\.second))]), outcomes)
    }

    private mutating func append(
        code: UInt8, _ content: Digest32, _ first: Digest32, _ second: Digest32, _ outcomes: [CountShare]
    ) {
        codes.append(code)
        counts.append(outcomes.count)
        self.content += content.bytes
        self.first += first.bytes
        self.second += second.bytes
        self.outcomes += outcomes
    }

    package var description: String { "LabelInputs(\(codes.count) records)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
