package import Records

/// Bytes shared among three parties at the price of one copy: components 0 and 1 are expanded from 16-byte seeds,
/// component 2 is explicit. Members share thermometer bits so, dealers models.
package struct SeededComponents: ~Copyable {
    package enum Group: Sendable {
        case xor
        /// Little-endian elements of Z_2^16 or Z_2^32.
        case addition(ringBits: Int)
    }

    /// Bytes of a seed, which is an AES-128 key (`CounterStream`).
    package static let seedBytes = 16

    private let zero: [UInt8]
    private let one: [UInt8]
    private let explicit: [UInt8]

    /// Each seed is 16 fresh random bytes, used for nothing else.
    ///
    /// - Parameters:
    ///   - counter: where the seeds' streams begin; public, and another for each secret (`CounterStream`).
    ///   - streams: expands the seeds.
    package init(
        _ secret: [UInt8], group: Group, seeds: (zero: [UInt8], one: [UInt8]), from counter: UInt128,
        _ streams: inout CounterStream
    ) {
        precondition(seeds.zero.count == Self.seedBytes && seeds.one.count == Self.seedBytes)
        (zero, one) = seeds
        var rest = secret
        for seed in [zero, one] {
            switch group {
            case .xor:
                seed.withUnsafeBytes { streams.restart($0, from: counter) }
                rest.withUnsafeMutableBytes { streams.mask($0) }
            case .addition(ringBits: 16): rest = Self.subtract(seed, counter, from: rest, in: UInt16.self, &streams)
            case .addition: rest = Self.subtract(seed, counter, from: rest, in: UInt32.self, &streams)
            }
        }
        explicit = rest
    }

    package init(
        _ secret: [UInt8], group: Group, seeds: (zero: [UInt8], one: [UInt8]), from counter: UInt128
    ) {
        var streams = CounterStream()
        self.init(secret, group: group, seeds: seeds, from: counter, &streams)
    }

    private static func subtract<R: RingElement>(
        _ seed: [UInt8], _ counter: UInt128, from a: [UInt8], in ring: R.Type, _ streams: inout CounterStream
    ) -> [UInt8] {
        let component = seed.withUnsafeBytes { Self.component($0, from: counter, bytes: a.count, &streams) }
        return R.pack(zip(R.unpack(a), R.unpack(component)).map { $0 &- $1 })
    }

    /// Components `i` and `i + 1` as party `i` is sent them: a seed or the explicit bytes.
    package borrowing func parts(for party: PartyID) -> (first: [UInt8], second: [UInt8]) {
        switch party {
        case .zero: (zero, one)
        case .one: (one, explicit)
        case .two: (explicit, zero)
        }
    }

    /// The `bytes` bytes of component `index` from what a party was sent; nil where its length is wrong.
    package static func expand(
        _ part: UnsafeRawBufferPointer, component index: Int, from counter: UInt128, bytes: Int,
        _ streams: inout CounterStream
    ) -> [UInt8]? {
        var isWhole = false
        let out = [UInt8](unsafeUninitializedCapacity: bytes) { buffer, filled in
            isWhole = expand(
                part, component: index, from: counter, into: UnsafeMutableRawBufferPointer(buffer), &streams)
            filled = isWhole ? bytes : 0
        }
        return isWhole ? out : nil
    }

    /// Fills `out` with component `index` from what a party was sent; false, and nothing, where its length is wrong.
    static func expand(
        _ part: UnsafeRawBufferPointer, component index: Int, from counter: UInt128,
        into out: UnsafeMutableRawBufferPointer, _ streams: inout CounterStream
    ) -> Bool {
        guard part.count == (index < 2 ? seedBytes : out.count) else { return false }
        if index < 2 {
            streams.restart(part, from: counter)
            streams.fill(out)
        } else {
            out.copyMemory(from: part)
        }
        return true
    }

    package static func expand(
        _ part: [UInt8], component index: Int, from counter: UInt128, bytes: Int
    ) -> [UInt8]? {
        var streams = CounterStream()
        return part.withUnsafeBytes { expand($0, component: index, from: counter, bytes: bytes, &streams) }
    }

    private static func component(
        _ seed: UnsafeRawBufferPointer, from counter: UInt128, bytes: Int, _ streams: inout CounterStream
    ) -> [UInt8] {
        streams.restart(seed, from: counter)
        return [UInt8](unsafeUninitializedCapacity: bytes) { buffer, filled in
            streams.fill(UnsafeMutableRawBufferPointer(buffer))
            filled = bytes
        }
    }
}
