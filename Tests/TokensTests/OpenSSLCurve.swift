import Copenssl

/// What the module computes, once more by OpenSSL's own hashes, integers and points: slow, and with none of our arithmetic.
/// Numbers are 32 bytes with the most significant first, points are compressed.
enum OpenSSLCurve {
    typealias Point = [UInt8]

    private nonisolated(unsafe) static let group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1)

    static func sha256(_ message: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        precondition(EVP_Digest(message, message.count, &digest, nil, EVP_sha256(), nil) == 1, "a hash")
        return digest
    }

    /// RFC 9380, section 5.3.1, as the section's pseudocode has it.
    static func expand(_ message: [UInt8], tag: [UInt8], count: Int) -> [UInt8] {
        let tagPrime = tag + [UInt8(tag.count)]
        let lengths = [UInt8(count >> 8), UInt8(count & 255)]
        let b0 = sha256([UInt8](repeating: 0, count: 64) + message + lengths + [0] + tagPrime)
        var blocks = [sha256(b0 + [1] + tagPrime)]
        while blocks.count * 32 < count {
            let mixed = zip(b0, blocks[blocks.count - 1]).map { $0 ^ $1 }
            blocks.append(sha256(mixed + [UInt8(blocks.count + 1)] + tagPrime))
        }
        return Array(blocks.joined().prefix(count))
    }

    /// RFC 9497, section 4.3: `HashToScalar`.
    static func hashToScalar(_ message: [UInt8], tag: [UInt8]) -> [UInt8] {
        reduce(expand(message, tag: tag, count: 48), by: order)
    }

    static let order: [UInt8] = {
        let number = BN_new()
        defer { BN_free(number) }
        precondition(EC_GROUP_get_order(group, number, nil) == 1, "P-256 has an order")
        return padded(number)
    }()

    /// The field's modulus.
    static let modulus: [UInt8] = {
        let number = BN_new()
        defer { BN_free(number) }
        precondition(EC_GROUP_get_curve(group, number, nil, nil, nil) == 1, "P-256 has a field")
        return padded(number)
    }()

    private static func padded(_ number: OpaquePointer?) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 32)
        precondition(BN_bn2binpad(number, &bytes, 32) == 32, "a number of 256 bits")
        return bytes
    }

    /// A number of any length modulo another.
    static func reduce(_ number: [UInt8], by modulus: [UInt8]) -> [UInt8] {
        let context = BN_CTX_new()
        let (whole, divisor) = (BN_bin2bn(number, Int32(number.count), nil), BN_bin2bn(modulus, 32, nil))
        defer {
            BN_free(whole)
            BN_free(divisor)
            BN_CTX_free(context)
        }
        precondition(BN_div(nil, whole, whole, divisor, context) == 1, "a division")
        return padded(whole)
    }

    static func add(_ a: [UInt8], _ b: [UInt8]) -> [UInt8] { modular(a, b, BN_mod_add) }
    static func subtract(_ a: [UInt8], _ b: [UInt8]) -> [UInt8] { modular(a, b, BN_mod_sub) }
    static func multiply(_ a: [UInt8], _ b: [UInt8]) -> [UInt8] { modular(a, b, BN_mod_mul) }

    static func invert(_ a: [UInt8]) -> [UInt8] {
        modular(a, a) { result, number, _, modulus, context in
            BN_mod_inverse(result, number, modulus, context) == nil ? 0 : 1
        }
    }

    private static func modular(
        _ a: [UInt8], _ b: [UInt8],
        _ operation: (OpaquePointer?, OpaquePointer?, OpaquePointer?, OpaquePointer?, OpaquePointer?) -> Int32
    ) -> [UInt8] {
        let context = BN_CTX_new()
        let numbers = [a, b, order].map { (bytes: [UInt8]) in BN_bin2bn(bytes, Int32(bytes.count), nil) }
        let result = BN_new()
        defer {
            (numbers + [result]).forEach { BN_free($0) }
            BN_CTX_free(context)
        }
        precondition(operation(result, numbers[0], numbers[1], numbers[2], context) == 1, "modular arithmetic")
        return padded(result)
    }

    /// The sum of multiples of points; nil for the identity.
    static func sum(_ terms: [(scalar: [UInt8], point: Point)]) -> Point? {
        let total = EC_POINT_new(group)
        let context = BN_CTX_new()
        defer {
            EC_POINT_free(total)
            BN_CTX_free(context)
        }
        EC_POINT_set_to_infinity(group, total)
        for (scalar, bytes) in terms {
            let point = EC_POINT_new(group)
            let number = BN_bin2bn(scalar, Int32(scalar.count), nil)
            precondition(EC_POINT_oct2point(group, point, bytes, bytes.count, context) == 1, "a point")
            precondition(EC_POINT_mul(group, point, nil, point, number, context) == 1, "a multiple")
            precondition(EC_POINT_add(group, total, total, point, context) == 1, "a sum")
            BN_free(number)
            EC_POINT_free(point)
        }
        guard EC_POINT_is_at_infinity(group, total) == 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: 33)
        precondition(
            EC_POINT_point2oct(group, total, POINT_CONVERSION_COMPRESSED, &bytes, 33, context) == 33, "33 bytes")
        return bytes
    }

    static let generator: Point = {
        var bytes = [UInt8](repeating: 0, count: 33)
        precondition(
            EC_POINT_point2oct(
                group, EC_GROUP_get0_generator(group), POINT_CONVERSION_COMPRESSED, &bytes, 33, nil) == 33, "33 bytes")
        return bytes
    }()

    static func generator(times scalar: [UInt8]) -> Point? { sum([(scalar, generator)]) }

    /// Whether a compressed encoding is a point by OpenSSL's reading, other than the identity.
    static func isPoint(_ bytes: [UInt8]) -> Bool {
        let point = EC_POINT_new(group)
        defer { EC_POINT_free(point) }
        return EC_POINT_oct2point(group, point, bytes, bytes.count, nil) == 1
            && EC_POINT_is_at_infinity(group, point) == 0
    }
}
