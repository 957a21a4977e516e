/// Elements as they travel: little-endian, one behind the other.
enum Message {
    static func bytes<E: RingElement>(_ elements: [E]) -> [UInt8] {
        #if _endian(little)
            elements.withUnsafeBytes { Array($0) }
        #else
            E.pack(elements)
        #endif
    }

    /// - Parameter bytes: of whole elements.
    static func elements<E: RingElement>(_ bytes: ArraySlice<UInt8>, of type: E.Type = E.self) -> [E] {
        let count = bytes.count / E.byteCount
        precondition(count * E.byteCount == bytes.count, "a message has whole elements")
        return [E](unsafeUninitializedCapacity: count) { elements, filled in
            bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(elements).copyMemory(from: $0) }
            #if !_endian(little)
                for at in 0..<count { elements[at] = E(littleEndian: elements[at]) }
            #endif
            filled = count
        }
    }
}

extension CounterStream {
    /// The stream's next elements.
    mutating func elements<E: RingElement>(_ count: Int, of type: E.Type = E.self) -> [E] {
        [E](unsafeUninitializedCapacity: count) { elements, filled in
            fill(
                UnsafeMutableRawBufferPointer(
                    rebasing: UnsafeMutableRawBufferPointer(elements)[..<(count * E.byteCount)]))
            #if !_endian(little)
                for at in 0..<count { elements[at] = E(littleEndian: elements[at]) }
            #endif
            filled = count
        }
    }

    /// Adds the stream's next elements to all of `elements`, in pieces that stay in the processor's cache.
    mutating func add<E: RingElement, G: ShareGroup>(to elements: inout [E], in group: G.Type) {
        combine(with: &elements) { group.add($0, $1) }
    }

    /// Subtracts the stream's next elements.
    mutating func subtract<E: RingElement, G: ShareGroup>(from elements: inout [E], in group: G.Type) {
        combine(with: &elements) { group.subtract($0, $1) }
    }

    @inline(__always)
    private mutating func combine<E: RingElement>(with elements: inout [E], _ body: (E, E) -> E) {
        let most = min(elements.count, 2048)
        withUnsafeTemporaryAllocation(of: E.self, capacity: max(most, 1)) { piece in
            elements.withUnsafeMutableBufferPointer { elements in
                var begin = 0
                while begin < elements.count {
                    let count = min(most, elements.count - begin)
                    fill(UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: piece[..<count])))
                    for at in 0..<count {
                        elements[begin + at] = body(elements[begin + at], E(littleEndian: piece[at]))
                    }
                    begin += count
                }
            }
        }
    }
}
