import Copenssl

/// A secret integer modulo the group's order, never zero: a key, a share of one, a blind. It can't be copied, printed or
/// compared, and its bytes are wiped when it goes. What arithmetic and hashing leave in registers, on the stack and in buffers
/// of their own is not.
package struct TokenScalar: ~Copyable {
    private let scalars: TokenScalars

    /// Takes the only scalar of a batch of one, and with it the duty to wipe it.
    init(_ scalars: consuming TokenScalars) {
        precondition(scalars.count == 1, "one scalar, not a batch of them")
        self.scalars = scalars
    }

    /// Nil for zero.
    init?(_ scalar: Scalar) {
        guard !scalar.isZero else { return nil }
        scalars = TokenScalars(count: 1, each: { _ in scalar })
    }

    /// - Parameter bytes: 32, the most significant first.
    /// - Throws: `malformed`, `scalarOutOfRange`, and `scalarIsZero` (RFC 9497, sections 2.1 and 3.2).
    package init(bytes: [UInt8]) throws(TokenError) {
        guard let secret = TokenScalar(try Scalar(bytes: bytes)) else { throw .scalarIsZero }
        self = secret
    }

    /// Uniform from 1 to the order less 1, by rejection (RFC 9497, section 4.7.1).
    package init(using generator: inout some RandomNumberGenerator) {
        self.init(TokenScalars(count: 1, using: &generator))
    }

    /// Lends the number to one computation, which keeps no copy.
    borrowing func lend<R: ~Copyable, E: Error>(_ body: (Scalar) throws(E) -> R) throws(E) -> R { try body(scalars[0]) }

    /// For a key store and for the wire of a sub-share alone, both of which seal it.
    package borrowing func withSecretBytes<R>(_ body: ([UInt8]) throws -> R) rethrows -> R {
        var bytes = scalars[0].bytes
        defer { OPENSSL_cleanse(&bytes, bytes.count) }
        return try body(bytes)
    }

    /// A second holder of the same secret, which is wiped on its own.
    package borrowing func copy() -> TokenScalar { lend { TokenScalar($0)! } }

    /// Nil where the sum is zero.
    borrowing func added(to other: borrowing TokenScalar) -> TokenScalar? {
        let other = other.scalars[0]
        return lend { TokenScalar($0 + other) }
    }

    /// The inverse modulo the order, which exists since a secret is never zero.
    borrowing func inverted() -> TokenScalar { TokenScalar(scalars.inverted()) }

    /// Never zero, for the order is prime.
    package borrowing func multiplied(by other: borrowing TokenScalar) -> TokenScalar {
        let other = other.scalars[0]
        return lend { TokenScalar($0 * other)! }
    }
}

// Written by the initialiser and then only read; one owner, whose `deinit` ends it.
extension TokenScalar: @unchecked Sendable {}

/// Secret integers for a batch, in one buffer that is wiped when it goes; none is zero.
package struct TokenScalars: ~Copyable {
    /// How many secrets there are; public, as it is the size of a batch.
    package let count: Int
    private let numbers: UnsafeMutablePointer<Scalar>

    /// - Parameter number: gives the scalar at an index, never zero.
    init(count: Int, each number: (Int) -> Scalar) {
        self.count = count
        numbers = .allocate(capacity: max(count, 1))
        for at in 0..<count {
            (numbers + at).initialize(to: number(at))
            precondition(!numbers[at].isZero, "zero is no secret of the group")
        }
    }

    /// Draws `count` independent secrets, each uniform from 1 to the order less 1, by rejection (RFC 9497, section
    /// 4.7.1).
    package init(count: Int, using generator: inout some RandomNumberGenerator) {
        self.init(
            count: count,
            each: { _ in
                while true {
                    let drawn = Words(generator.next(), generator.next(), generator.next(), generator.next())
                    if Words.isLess(drawn, Modulus.order.words), !drawn.isZero { return Scalar(unchecked: drawn) }
                }
            })
    }

    /// - Throws: as `TokenScalar(bytes:)`.
    package init(bytes: [[UInt8]]) throws(TokenError) {
        var scalars: [Scalar] = []
        for bytes in bytes {
            let scalar = try Scalar(bytes: bytes)
            guard !scalar.isZero else { throw .scalarIsZero }
            scalars.append(scalar)
        }
        self.init(count: scalars.count, each: { scalars[$0] })
    }

    deinit {
        OPENSSL_cleanse(numbers, count * MemoryLayout<Scalar>.stride)
        numbers.deallocate()
    }

    /// A copy of one secret, which nobody wipes.
    subscript(_ at: Int) -> Scalar {
        precondition(at < count, "a scalar beyond the batch")
        return numbers[at]
    }

    /// `1 / (factor · number)` of each, for one inversion (Montgomery's trick).
    borrowing func inverted(times factor: Scalar = Scalar(1)) -> TokenScalars {
        let products = TokenScalars(count: count + 1, runningProductOf: self)
        var inverse = (products[count] * factor).inverse
        let unfactored = TokenScalars(
            count: count,
            backwards: { at in
                let number = inverse * products[at]
                inverse = inverse * self[at]
                return number
            })
        return unfactored
    }

    /// The product of the first `at` scalars at each place `at`, with 1 at place 0. It has one place more than
    /// `scalars`.
    private init(count: Int, runningProductOf scalars: borrowing TokenScalars) {
        self.count = count
        numbers = .allocate(capacity: count)
        numbers.initialize(to: Scalar(1))
        for at in 1..<max(count, 1) { (numbers + at).initialize(to: numbers[at - 1] * scalars[at - 1]) }
    }

    /// Fills the buffer from the last place to the first, as Montgomery's trick undoes a running product.
    private init(count: Int, backwards number: (Int) -> Scalar) {
        self.count = count
        numbers = .allocate(capacity: max(count, 1))
        for at in (0..<count).reversed() { (numbers + at).initialize(to: number(at)) }
    }
}

extension TokenScalars: @unchecked Sendable {}
