package import Records

/// Bytes shared among three parties at the price of one copy: components 0 and 1 are expanded from 16-byte seeds,
/// component 2 is explicit. Members share thermometer bits so, dealers models.
package struct SeededComponents: ~Copyable {
    package enum Group: Sendable {
        case xor
        /// Little-endian elements of Z_2^16 or Z_2^32.
        case addition(ringBits: Int)
    }

    package static let seedBytes = 16

    private let seeds: [[UInt8]]
    private let explicit: [UInt8]

    /// Each seed is 16 fresh random bytes, used for nothing else.
    package init(_ secret: [UInt8], group: Group, seeds: (zero: [UInt8], one: [UInt8])) {
        precondition(seeds.zero.count == Self.seedBytes && seeds.one.count == Self.seedBytes)
        self.seeds = [seeds.zero, seeds.one]
        var rest = secret
        for seed in self.seeds {
            let component = Self.component(seed, bytes: secret.count)
            switch group {
            case .xor: for i in rest.indices { rest[i] ^= component[i] }
            case .addition(ringBits: 16): rest = Self.subtract(component, from: rest, in: UInt16.self)
            case .addition: rest = Self.subtract(component, from: rest, in: UInt32.self)
            }
        }
        explicit = rest
    }

    private static func subtract<R: RingElement>(_ b: [UInt8], from a: [UInt8], in ring: R.Type) -> [UInt8] {
        R.pack(zip(R.unpack(a), R.unpack(b)).map { $0 &- $1 })
    }

    /// Components `i` and `i + 1` as party `i` is sent them: a seed or the explicit bytes.
    package borrowing func parts(for party: PartyID) -> (first: [UInt8], second: [UInt8]) {
        let components = [seeds[0], seeds[1], explicit]
        return (components[party.rawValue], components[party.next.rawValue])
    }

    /// The `bytes` bytes of component `index` from what a party was sent; nil where its length is wrong.
    package static func expand(_ part: [UInt8], component index: Int, bytes: Int) -> [UInt8]? {
        if index < 2 {
            guard part.count == seedBytes else { return nil }
            return component(part, bytes: bytes)
        }
        return part.count == bytes ? part : nil
    }

    private static func component(_ seed: [UInt8], bytes: Int) -> [UInt8] {
        CounterStream.bytes(of: SecretKey(bytes: seed), count: bytes)
    }
}
