/// Local work over vectors of one element a row, whose components are padded with zeros to whole lanes. All sums wrap.
///
/// Vectors of one kind lie one behind the other, `stride` elements each.
enum RowVectors {
    private typealias Lanes = SIMD16<UInt32>

    /// Elements of a vector in memory.
    static func stride(rows: Int) -> Int { (rows + 15) & ~15 }

    /// Rows that are worked on at once, so that a level's vectors stay in the processor's cache.
    private static let block = 1024

    /// This party's additive shares of inner products: of each vector with each column, e_i (x_i + x_{i+1}) + e_{i+1} x_i summed
    /// over rows.
    ///
    /// - Parameters:
    ///   - vectors: from where on `count` vectors begin.
    ///   - columns: which vectors of `x`.
    ///   - out: `count` times as many as columns, by vector.
    static func inner(
        _ e: AdditiveShares<UInt32>, vectors: Int, count: Int, _ x: AdditiveShares<UInt32>, columns: [Int],
        stride: Int, into out: UnsafeMutableBufferPointer<UInt32>
    ) {
        e.first.withUnsafeBytes { e1 in
            e.second.withUnsafeBytes { e2 in
                x.first.withUnsafeBytes { x1 in
                    x.second.withUnsafeBytes { x2 in
                        for at in out.indices { out[at] = 0 }
                        for begin in Swift.stride(from: 0, to: stride, by: block) {
                            let bytes = (min(stride, begin + block) - begin) * 4
                            for (place, column) in columns.enumerated() {
                                let own = (column * stride + begin) * 4
                                var vector = 0
                                while vector < count {
                                    let at = ((vectors + vector) * stride + begin) * 4
                                    if vector + 1 < count {
                                        let sums = pair(
                                            e1, e2, at, at + stride * 4, x1, x2, own, bytes)
                                        out[vector * columns.count + place] &+= sums.0
                                        out[(vector + 1) * columns.count + place] &+= sums.1
                                        vector += 2
                                    } else {
                                        out[vector * columns.count + place] &+= single(
                                            e1, e2, at, x1, x2, own, bytes)
                                        vector += 1
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    @inline(__always)
    private static func load(_ bytes: UnsafeRawBufferPointer, _ at: Int) -> Lanes {
        bytes.loadUnaligned(fromByteOffset: at, as: Lanes.self)
    }

    private static func pair(
        _ e1: UnsafeRawBufferPointer, _ e2: UnsafeRawBufferPointer, _ first: Int, _ second: Int,
        _ x1: UnsafeRawBufferPointer, _ x2: UnsafeRawBufferPointer, _ own: Int, _ bytes: Int
    ) -> (UInt32, UInt32) {
        var sums = (Lanes.zero, Lanes.zero)
        var at = 0
        while at < bytes {
            let x = load(x1, own + at)
            let both = x &+ load(x2, own + at)
            sums.0 = sums.0 &+ load(e1, first + at) &* both &+ load(e2, first + at) &* x
            sums.1 = sums.1 &+ load(e1, second + at) &* both &+ load(e2, second + at) &* x
            at += 64
        }
        return (sums.0.wrappedSum(), sums.1.wrappedSum())
    }

    private static func single(
        _ e1: UnsafeRawBufferPointer, _ e2: UnsafeRawBufferPointer, _ first: Int, _ x1: UnsafeRawBufferPointer,
        _ x2: UnsafeRawBufferPointer, _ own: Int, _ bytes: Int
    ) -> UInt32 {
        var sum = Lanes.zero
        var at = 0
        while at < bytes {
            let x = load(x1, own + at)
            sum = sum &+ load(e1, first + at) &* (x &+ load(x2, own + at)) &+ load(e2, first + at) &* x
            at += 64
        }
        return sum.wrappedSum()
    }

    /// Adds this party's additive share of a combination of vectors: Σ c (x_i (s_i + s_{i+1}) + x_{i+1} s_i) over columns.
    ///
    /// - Parameters:
    ///   - factors: one a column.
    ///   - out: one vector.
    static func combine(
        _ x: AdditiveShares<UInt32>, columns: [Int], factors: AdditiveShares<UInt32>, stride: Int,
        into out: UnsafeMutableBufferPointer<UInt32>
    ) {
        let raw = UnsafeMutableRawBufferPointer(out)
        x.first.withUnsafeBytes { x1 in
            x.second.withUnsafeBytes { x2 in
                for begin in Swift.stride(from: 0, to: stride, by: block) {
                    let bytes = (min(stride, begin + block) - begin) * 4
                    for (place, column) in columns.enumerated() {
                        let own = factors.first[place]
                        let both = Lanes(repeating: own &+ factors.second[place])
                        let single = Lanes(repeating: own)
                        let source = (column * stride + begin) * 4
                        var at = 0
                        while at < bytes {
                            let sum = raw.loadUnaligned(fromByteOffset: begin * 4 + at, as: Lanes.self)
                            let more = load(x1, source + at) &* both &+ load(x2, source + at) &* single
                            raw.storeBytes(of: sum &+ more, toByteOffset: begin * 4 + at, as: Lanes.self)
                            at += 64
                        }
                    }
                }
            }
        }
    }

    /// This party's additive shares of the products of vectors with one other, row by row.
    static func multiply(
        _ vectors: AdditiveShares<UInt32>, _ range: Range<Int>, by factor: AdditiveShares<UInt32>, _ at: Int,
        stride: Int, into out: UnsafeMutableBufferPointer<UInt32>
    ) {
        vectors.first.withUnsafeBufferPointer { v1 in
            vectors.second.withUnsafeBufferPointer { v2 in
                factor.first.withUnsafeBufferPointer { b1 in
                    factor.second.withUnsafeBufferPointer { b2 in
                        for (place, vector) in range.enumerated() {
                            for row in 0..<stride {
                                let own = b1[at * stride + row]
                                let both = own &+ b2[at * stride + row]
                                out[place * stride + row] =
                                    v1[vector * stride + row] &* both &+ v2[vector * stride + row] &* own
                            }
                        }
                    }
                }
            }
        }
    }

    /// The sum of each vector's elements, of one component.
    static func sums(_ component: [UInt32], stride: Int) -> [UInt32] {
        component.withUnsafeBufferPointer { component in
            (0..<component.count / max(1, stride)).map { vector in
                var sum: UInt32 = 0
                for row in vector * stride..<(vector + 1) * stride { sum &+= component[row] }
                return sum
            }
        }
    }
}
