import Copenssl

/// OpenSSL's P-256 and what its multiplications need; made once for a batch.
///
/// Multiples are taken by its constant-time ladder for this curve (nistz256 where the processor has it): time depends on
/// the count of points, not on scalars.
struct CurveWorkspace: ~Copyable {
    // Made once and then only read.
    private nonisolated(unsafe) static let group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1)

    private let context: OpaquePointer
    private let coordinates: (OpaquePointer, OpaquePointer, OpaquePointer)
    private let source: OpaquePointer
    private let result: OpaquePointer

    /// Points that share their doublings in one sum: their tables fill 96 KB.
    private static let chunk = 64

    /// Allocates OpenSSL's points and numbers. The process ends where there is no memory for them.
    init() {
        guard let context = BN_CTX_secure_new(), let x = BN_new(), let y = BN_new(), let z = BN_new(),
            let source = EC_POINT_new(Self.group), let result = EC_POINT_new(Self.group)
        else { preconditionFailure("no memory for points") }
        self.context = context
        coordinates = (x, y, z)
        self.source = source
        self.result = result
    }

    deinit {
        EC_POINT_clear_free(source)
        EC_POINT_clear_free(result)
        BN_clear_free(coordinates.0)
        BN_clear_free(coordinates.1)
        BN_clear_free(coordinates.2)
        BN_CTX_free(context)
    }

    /// `scalar·point`.
    borrowing func multiply(_ point: CurvePoint, by scalar: borrowing Multiplier) -> CurvePoint {
        write(point, to: source)
        Self.require(EC_POINT_mul(Self.group, result, nil, source, scalar.number, context))
        return read(result)
    }

    /// `scalar·G`, from OpenSSL's table.
    borrowing func multiplyGenerator(by scalar: borrowing Multiplier) -> CurvePoint {
        Self.require(EC_POINT_mul(Self.group, result, scalar.number, nil, nil, context))
        return read(result)
    }

    /// The sum of `scalars[i]·points[i]`, for about a third of the single products.
    borrowing func sum(_ points: [CurvePoint], times scalars: [Scalar]) -> CurvePoint {
        precondition(points.count == scalars.count, "a scalar for each point")
        var total = CurvePoint.identity
        for start in stride(from: 0, to: points.count, by: Self.chunk) {
            let range = start..<min(start + Self.chunk, points.count)
            total = total + chunkSum(points[range], times: scalars[range])
        }
        return total
    }

    /// One call to OpenSSL for at most `chunk` points, whose numbers are wiped afterwards.
    private borrowing func chunkSum(_ points: ArraySlice<CurvePoint>, times scalars: ArraySlice<Scalar>) -> CurvePoint {
        let numbers = scalars.map { Optional(Multiplier.bignum($0)) }
        let sources = points.map { point in
            let source = EC_POINT_new(Self.group)
            precondition(source != nil, "no memory for points")
            write(point, to: source!)
            return source
        }
        defer {
            numbers.forEach { BN_clear_free($0) }
            sources.forEach { EC_POINT_free($0) }
        }
        var (pointers, factors) = (sources, numbers)
        Self.require(EC_POINTs_mul(Self.group, result, nil, points.count, &pointers, &factors, context))
        return read(result)
    }

    /// Copies a point into OpenSSL's, in Jacobian coordinates and so without an inversion.
    private borrowing func write(_ point: CurvePoint, to target: OpaquePointer) {
        Self.set(coordinates.0, point.x.number)
        Self.set(coordinates.1, point.y.number)
        Self.set(coordinates.2, point.z.number)
        Self.require(
            EC_POINT_set_Jprojective_coordinates_GFp(
                Self.group, target, coordinates.0, coordinates.1, coordinates.2, context))
    }

    /// Copies a point out of OpenSSL's, with whatever Z it has there.
    private borrowing func read(_ point: OpaquePointer) -> CurvePoint {
        Self.require(
            EC_POINT_get_Jprojective_coordinates_GFp(
                Self.group, point, coordinates.0, coordinates.1, coordinates.2, context))
        return CurvePoint(
            x: Self.element(coordinates.0), y: Self.element(coordinates.1), z: Self.element(coordinates.2))
    }

    /// Copies a number of 256 bits into OpenSSL's, and wipes the bytes in between.
    fileprivate static func set(_ number: OpaquePointer, _ words: Words) {
        var limbs = (words.w0.littleEndian, words.w1.littleEndian, words.w2.littleEndian, words.w3.littleEndian)
        withUnsafeMutableBytes(of: &limbs) { limbs in
            let bytes = limbs.bindMemory(to: UInt8.self).baseAddress
            precondition(BN_lebin2bn(bytes, Int32(Words.byteCount), number) != nil, "no memory for a number")
            OPENSSL_cleanse(bytes, Words.byteCount)
        }
    }

    private static func element(_ number: OpaquePointer) -> FieldElement {
        var limbs: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        let written = withUnsafeMutableBytes(of: &limbs) {
            BN_bn2lebinpad(number, $0.bindMemory(to: UInt8.self).baseAddress, Int32(Words.byteCount))
        }
        precondition(written == Int32(Words.byteCount), "OpenSSL's coordinates are of 32 bytes")
        return FieldElement(
            reducing: Words(
                UInt64(littleEndian: limbs.0), UInt64(littleEndian: limbs.1), UInt64(littleEndian: limbs.2),
                UInt64(littleEndian: limbs.3)))
    }

    private static func require(_ outcome: Int32) {
        precondition(outcome == 1, "OpenSSL multiplies points of the curve")
    }
}

/// A scalar in OpenSSL's form, wiped when it goes.
struct Multiplier: ~Copyable {
    fileprivate let number: OpaquePointer

    init(_ scalar: Scalar) { number = Self.bignum(scalar) }

    deinit { BN_clear_free(number) }

    fileprivate static func bignum(_ scalar: Scalar) -> OpaquePointer {
        guard let number = BN_new() else { preconditionFailure("no memory for a number") }
        BN_set_flags(number, BN_FLG_CONSTTIME)
        CurveWorkspace.set(number, scalar.number)
        return number
    }
}
