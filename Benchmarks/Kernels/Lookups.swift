import ThreeParty
import Tokens

/// Round 2 at a server: one-hot shares times leaves in the order that an index gives.
func innerProducts(_ work: Workload) -> Kernel {
    let product = LeafLookup<UInt16>(shape: work.shape, model: work.components)
    let shares = UInt16.unpack(work.shares)
    let permuted = (0..<work.shape.trees).flatMap { tree in
        (0..<16).flatMap { index in (0..<16).map { work.leaves[tree * 16 + $0 ^ index] } }
    }
    return Kernel(
        name: "rotated inner products", input: [UInt8](repeating: 0, count: Workload.batch * 2),
        ways: [
            .init(name: "a leaf after the other") { out in
                work.sums(shares, out) { share, indices in
                    var sum: UInt16 = 0
                    work.leaves.withUnsafeBufferPointer { leaves in
                        for (tree, index) in indices.enumerated() {
                            for leaf in 0..<16 { sum &+= share[tree * 16 + leaf] &* leaves[tree * 16 + leaf ^ index] }
                        }
                    }
                    return sum
                }
            },
            .init(name: "permuted for every index, SIMD16<UInt16>", isProduct: true) { out in
                work.sums(shares, out) { wide($0, permuted, $1, SIMD16<UInt16>.self) }
            },
            .init(name: "permuted for every index, SIMD8<UInt16>") { out in
                work.sums(shares, out) { wide($0, permuted, $1, SIMD8<UInt16>.self) }
            },
        ],
        product: { out in
            var indices = LeafIndices(shape: work.shape)
            shares.withUnsafeBufferPointer { shares in
                for event in 0..<Workload.batch {
                    indices.read(work.conditions, event: event)
                    let share = shares[event * work.shape.leaves..<(event + 1) * work.shape.leaves]
                    let sum = product.answer(UnsafeBufferPointer(rebasing: share), indices: indices, second: false)
                    out.storeBytes(of: sum, toByteOffset: event * 2, as: UInt16.self)
                }
            }
        })
}

extension Workload {
    fileprivate func sums(
        _ shares: [UInt16], _ out: UnsafeMutableRawBufferPointer,
        _ body: (UnsafeBufferPointer<UInt16>, [Int]) -> UInt16
    ) {
        shares.withUnsafeBufferPointer { shares in
            for event in 0..<Self.batch {
                let share = UnsafeBufferPointer(rebasing: shares[event * shape.leaves..<(event + 1) * shape.leaves])
                out.storeBytes(of: body(share, indices[event]), toByteOffset: event * 2, as: UInt16.self)
            }
        }
    }
}

@inline(__always)
private func wide<Lanes: SIMD>(
    _ share: UnsafeBufferPointer<UInt16>, _ permuted: [UInt16], _ indices: [Int], _ lanes: Lanes.Type
) -> UInt16 where Lanes.Scalar == UInt16 {
    let share = UnsafeRawBufferPointer(share)
    var sum = Lanes.zero
    permuted.withUnsafeBytes { permuted in
        for (tree, index) in indices.enumerated() {
            for part in stride(from: 0, to: 32, by: MemoryLayout<Lanes>.size) {
                sum =
                    sum &+ share.loadUnaligned(fromByteOffset: tree * 32 + part, as: Lanes.self)
                    &* permuted.loadUnaligned(fromByteOffset: (tree * 16 + index) * 32 + part, as: Lanes.self)
            }
        }
    }
    return sum.wrappedSum()
}

/// Round 2 at a client: a pseudo-random stream, turned into the other share of one-hots.
func deals(_ work: Workload) -> Kernel {
    let product = LeafLookup<UInt16>(shape: work.shape, model: work.components)
    return Kernel(
        name: "dealing one-hots", input: work.shares,
        ways: [
            .init(name: "negate all, then add the ones", isProduct: true) { out in
                for event in 0..<Workload.batch {
                    let share = work.share(event, of: out)
                    for at in share.indices { share[at] = 0 &- share[at] }
                    for (tree, index) in work.indices[event].enumerated() { share[tree * 16 + index] &+= 1 }
                }
            },
            .init(name: "negate and add the one, a tree at a time") { out in
                for event in 0..<Workload.batch {
                    let share = work.share(event, of: out)
                    for (tree, index) in work.indices[event].enumerated() {
                        for at in tree * 16..<tree * 16 + 16 { share[at] = 0 &- share[at] }
                        share[tree * 16 + index] &+= 1
                    }
                }
            },
            .init(name: "a tree at a time in SIMD16<UInt16>, a lane changed") { out in
                for event in 0..<Workload.batch {
                    let share = UnsafeMutableRawBufferPointer(work.share(event, of: out))
                    for (tree, index) in work.indices[event].enumerated() {
                        var lanes =
                            SIMD16<UInt16>.zero
                            &- share.loadUnaligned(fromByteOffset: tree * 32, as: SIMD16<UInt16>.self)
                        lanes[index] &+= 1
                        share.storeBytes(of: lanes, toByteOffset: tree * 32, as: SIMD16<UInt16>.self)
                    }
                }
            },
        ],
        product: { out in
            var indices = LeafIndices(shape: work.shape)
            for event in 0..<Workload.batch {
                indices.read(work.conditions, event: event)
                product.deal(indices, into: work.share(event, of: out))
            }
        })
}

extension Workload {
    fileprivate func share(_ event: Int, of out: UnsafeMutableRawBufferPointer) -> UnsafeMutableBufferPointer<UInt16> {
        let all = out.bindMemory(to: UInt16.self)
        return UnsafeMutableBufferPointer(rebasing: all[event * shape.leaves..<(event + 1) * shape.leaves])
    }
}
