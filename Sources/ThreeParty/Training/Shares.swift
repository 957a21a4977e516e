import Records

/// The group in which values are shared, and what a product of shared values is there.
package protocol ShareGroup {
    static func add<E: RingElement>(_ a: E, _ b: E) -> E
    static func subtract<E: RingElement>(_ a: E, _ b: E) -> E
    static func multiply<E: RingElement>(_ a: E, _ b: E) -> E
}

/// Elements of Z_2^n: sums wrap.
package enum Addition: ShareGroup {
    @inlinable package static func add<E: RingElement>(_ a: E, _ b: E) -> E { a &+ b }
    @inlinable package static func subtract<E: RingElement>(_ a: E, _ b: E) -> E { a &- b }
    @inlinable package static func multiply<E: RingElement>(_ a: E, _ b: E) -> E { a &* b }
}

/// Words of bits, each bit by itself.
package enum ExclusiveOr: ShareGroup {
    @inlinable package static func add<E: RingElement>(_ a: E, _ b: E) -> E { a ^ b }
    @inlinable package static func subtract<E: RingElement>(_ a: E, _ b: E) -> E { a ^ b }
    @inlinable package static func multiply<E: RingElement>(_ a: E, _ b: E) -> E { a & b }
}

/// Secret values as one party holds them: components `i` and `i + 1` (mod 3) of a replicated sharing (Araki et al. 2016), of which
/// the third is uniformly random beside them.
///
/// No `==`, no `Codable`, no description of the values.
package struct Shares<E: RingElement, G: ShareGroup>: Unprinted {
    /// Component `i` of party i.
    package var first: [E]
    /// Component `i + 1`, as many.
    package var second: [E]

    package init(first: [E], second: [E]) {
        precondition(first.count == second.count, "both components have all elements")
        self.first = first
        self.second = second
    }

    /// The sharing of zeros that everyone knows.
    package init(zeros count: Int) {
        first = [E](repeating: 0, count: count)
        second = first
    }

    package var count: Int { first.count }

    package var description: String { "Shares(\(count) elements of \(E.bitWidth) bits)" }
}

extension Shares: Sendable {}

package typealias AdditiveShares<E: RingElement> = Shares<E, Addition>
package typealias XORShares<E: RingElement> = Shares<E, ExclusiveOr>

extension Shares {
    /// Both components changed in the same way.
    func map<F: RingElement>(_ body: ([E]) -> [F]) -> Shares<F, G> {
        Shares<F, G>(first: body(first), second: body(second))
    }

    func zip<F: RingElement>(_ other: Shares<E, G>, _ body: ([E], [E]) -> [F]) -> Shares<F, G> {
        Shares<F, G>(first: body(first, other.first), second: body(second, other.second))
    }

    static func + (left: Self, right: Self) -> Self {
        left.zip(right) { a, b in a.indices.map { G.add(a[$0], b[$0]) } }
    }

    static func - (left: Self, right: Self) -> Self {
        left.zip(right) { a, b in a.indices.map { G.subtract(a[$0], b[$0]) } }
    }

    subscript(range: Range<Int>) -> Self { map { Array($0[range]) } }

    /// Calls `body` with component 0 where a party holds it: a public value is added there, and nowhere else.
    mutating func withComponentZero(of party: PartyID, _ body: (inout [E]) -> Void) {
        switch party {
        case .zero: body(&first)
        case .one: break
        case .two: body(&second)
        }
    }

    /// These values, each with the public `value` added.
    func adding(_ value: E, at party: PartyID) -> Self {
        var out = self
        out.withComponentZero(of: party) { for at in $0.indices { $0[at] = G.add($0[at], value) } }
        return out
    }
}
