import Records

/// One-hot shares that two parties draw from a common stream. Each has 32 bytes of the stream, by its number, so that no other
/// lookup's size moves it to masks that served before. A share of more bytes is the stream of those 32: a
/// key, and the counter that it begins at.
struct OneHotStream: ~Copyable {
    private static let segment = 32
    /// Segments that are drawn at once, so that they stay in the processor's cache.
    private static let piece = 64

    private let segments: UnsafeMutableRawBufferPointer
    private let wide: UnsafeMutableRawBufferPointer
    private var expansion = CounterStream()
    private var rest: Int
    private var at = 0
    private var filled = 0

    /// - Parameter count: lookups in all.
    init(count: Int) {
        rest = count
        segments = .allocate(byteCount: Self.piece * Self.segment, alignment: 64)
        wide = .allocate(byteCount: (CountDomain.mostEvents + 1) / 8, alignment: 64)
    }

    deinit {
        segments.deallocate()
        wide.deallocate()
    }

    /// The next lookup's share; nil uses none of its stream.
    ///
    /// - Parameter stream: in common with the other party, from its beginning.
    mutating func next(
        _ stream: inout CounterStream, _ domain: CountDomain?, _ body: (UnsafeMutableRawBufferPointer) -> Void
    ) {
        if at == filled {
            filled = min(rest, Self.piece) * Self.segment
            rest -= filled / Self.segment
            at = 0
            stream.fill(UnsafeMutableRawBufferPointer(rebasing: segments[..<filled]))
        }
        let own = UnsafeMutableRawBufferPointer(rebasing: segments[at..<at + Self.segment])
        at += Self.segment
        guard let bytes = domain?.oneHotBytes else { return }
        guard bytes > Self.segment else { return body(UnsafeMutableRawBufferPointer(rebasing: own[..<bytes])) }
        expansion.restart(
            UnsafeRawBufferPointer(rebasing: own[..<16]), from: UInt128(bigEndianBytes: own[16...]))
        let share = UnsafeMutableRawBufferPointer(rebasing: wide[..<bytes])
        expansion.fill(share)
        body(share)
    }
}
