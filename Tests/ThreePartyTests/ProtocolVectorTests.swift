import Foundation
import Records
import Testing
import ThreeParty

/// Our steps against an independent NumPy computation of the same protocol (scripts/vectors/protocol_steps.py).
@Suite("Protocol steps against vectors")
struct ProtocolVectorTests {
    struct File: Decodable {
        var cases: [Case]
    }

    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        struct Answer: Decodable, Sendable {
            var server: [UInt32]
            var previous_server: [UInt32]
        }

        var trees: Int
        var depth: Int
        var bits: Int
        var ring_bits: Int
        var events: Int
        var selection: [String]
        var leaves: [[UInt32]]
        var input: [[String]]
        var zero_share: [[String]]
        var masked_conditions: [[String]]
        var stream: [[[UInt32]]]
        var deal: [[[UInt32]]]
        var answer: [Answer]
        var score_share: [[UInt32]]
        var score: [Int64]

        var testDescription: String { "\(trees) trees of depth \(depth), \(bits) bits, ring of \(ring_bits)" }

        func shape() throws -> ForestShape {
            try #require(ForestShape(bits: bits, trees: trees, depth: depth, ringBits: ring_bits))
        }

        func model(_ party: PartyID, _ shape: ForestShape) throws -> ModelComponents {
            func table(_ component: PartyID) -> [UInt8] {
                let values = leaves[component.rawValue]
                return ring_bits == 16 ? UInt16.pack(values.map { UInt16($0) }) : UInt32.pack(values)
            }
            let components = ModelComponents(
                shape: shape, selectionFirst: bytes(selection[party.rawValue]),
                selectionSecond: bytes(selection[party.next.rawValue]), leavesFirst: table(party),
                leavesSecond: table(party.next))
            guard let components else { throw Malformed() }
            return components
        }
    }

    struct Malformed: Error {}

    static let cases: [Case] = {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Vectors/protocol-v1/steps.json")
        guard let data = try? Data(contentsOf: file), let read = try? JSONDecoder().decode(File.self, from: data) else {
            return []
        }
        return read.cases
    }()

    @Test("the vectors are there")
    func present() { #expect(Self.cases.count == 4) }

    @Test("round 1: masked condition bits", arguments: cases)
    func conditionBits(_ vector: Case) throws {
        let shape = try vector.shape()
        for party in PartyID.allCases {
            let step = ConditionBits(shape: shape, model: try vector.model(party, shape))
            let inputs = (0..<vector.events).map { event in
                BitShares(
                    first: bytes(vector.input[party.rawValue][event]),
                    second: bytes(vector.input[party.next.rawValue][event]))
            }
            let zero = vector.zero_share[party.rawValue].flatMap { bytes($0) }
            let expected = vector.masked_conditions[party.rawValue].flatMap { bytes($0) }
            #expect(step.masked(BatchInputs(inputs, bits: shape.bits), zeroShare: zero) == expected)
        }
    }

    @Test("round 2: deals and answers", arguments: cases)
    func lookup(_ vector: Case) throws {
        if vector.ring_bits == 16 { try lookup(vector, UInt16.self) } else { try lookup(vector, UInt32.self) }
    }

    private func lookup<R: RingElement>(_ vector: Case, _ ring: R.Type) throws {
        let shape = try vector.shape()
        let conditions = vector.masked_conditions.map { $0.map { bytes($0) } }
        var totals = [[R]](repeating: [R](repeating: 0, count: vector.events), count: 3)
        for term in PartyID.allCases {
            let client = term.next
            let server = LeafLookup<R>(shape: shape, model: try vector.model(term, shape))
            let previous = LeafLookup<R>(shape: shape, model: try vector.model(term.previous, shape))
            for event in 0..<vector.events {
                let known = zip(conditions[client.rawValue][event], conditions[client.next.rawValue][event]).map {
                    $0 ^ $1
                }
                var (dealt, shared) = (LeafIndices(shape: shape), LeafIndices(shape: shape))
                dealt.read(known, event: 0)
                shared.read(conditions[term.rawValue][event], event: 0)
                // As elements travel.
                let stream = vector.stream[term.rawValue][event].map { R($0).littleEndian }
                var deal = stream
                deal.withUnsafeMutableBufferPointer { server.deal(dealt, into: $0) }
                #expect(deal == vector.deal[term.rawValue][event].map { R($0).littleEndian })
                let first = stream.withUnsafeBufferPointer { server.answer($0, indices: shared, second: false) }
                let second = deal.withUnsafeBufferPointer { previous.answer($0, indices: shared, second: true) }
                #expect(first == R(vector.answer[term.rawValue].server[event]))
                #expect(second == R(vector.answer[term.rawValue].previous_server[event]))
                totals[term.rawValue][event] &+= first
                totals[term.previous.rawValue][event] &+= second
            }
        }
        #expect(totals == vector.score_share.map { $0.map { R($0) } })
        for event in 0..<vector.events {
            #expect(signed(totals[0][event] &+ totals[1][event] &+ totals[2][event]) == vector.score[event])
        }
    }
}

private func bytes(_ hex: String) -> [UInt8] {
    let digits = Array(hex.utf8).map { UInt8($0 > 57 ? $0 - 87 : $0 - 48) }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}
