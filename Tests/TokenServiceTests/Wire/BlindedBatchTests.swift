import Crypto
import Foundation
import Keys
import Records
import Support
import Testing
import TokenService
import Tokens

@Suite("A member's batch as a record")
struct BlindedBatchTests {
    private let sessions: AgreedSessions

    init() throws { sessions = try AgreedSessions() }

    private func request(_ count: Int, epoch: UInt64 = 1, seed: UInt64 = 1) throws -> TokenRequest {
        var generator = SplitMix64(seed)
        return TokenRequest(epoch: TokenEpoch(epoch), blinded: try elements(count, using: &generator))
    }

    private func id(_ seed: UInt64 = 1) -> TokenBatchID {
        var generator = SplitMix64(seed)
        return TokenBatchID(time: 1_735_689_600_000, using: &generator)
    }

    private static let consortium = Array("test".utf8)

    private func read(_ value: [UInt8]) throws -> BlindedBatch {
        try UnverifiedBlindedBatch(reading: value, from: bankA).verified(
            by: TokenWorld.identity(bankA).verifyingKey, in: Self.consortium)
    }

    private func fault(_ value: [UInt8]) throws -> RecordFault? {
        do {
            _ = try read(value)
            return nil
        } catch let error as RecordFault { return error }
    }

    /// A body as the member makes it, changed.
    private func body(_ change: (inout WireBlindedBody) -> Void) throws -> [UInt8] {
        let (value, _) = try BlindedBatch.record(
            try request(2), id: id(), sessions: sessions.member, consortium: Self.consortium)
        let record = try #require(WireBlindedBatch(decoding: value))
        var body = try #require(WireBlindedBody(decoding: Array(record.body)))
        change(&body)
        return body.encoded
    }

    @Test("is read as it was made", arguments: [1, 2, 17, 64])
    func roundTrip(count: Int) throws {
        let request = try request(count, epoch: UInt64(count) << 40, seed: UInt64(count))
        let id = id(UInt64(count))
        let (value, digest) = try BlindedBatch.record(
            request, id: id, sessions: sessions.member, consortium: Self.consortium)
        let batch = try read(value)
        #expect(batch.member == bankA && batch.sessionEpoch == 1 && batch.id == id && batch.epoch == request.epoch)
        #expect(batch.kind == BlindedBatch.evaluate)
        let read = try batch.request()
        #expect(read.epoch == request.epoch && read.blinded.map(\.compressed) == request.blinded.map(\.compressed))
        let body = try #require(WireBlindedBatch(decoding: value)).body
        #expect(digest == Array(SHA256.hash(data: body)) && batch.digest == digest)
    }

    @Test("that is cut off anywhere is unreadable")
    func truncated() throws {
        let (value, _) = try BlindedBatch.record(
            try request(3), id: id(), sessions: sessions.member, consortium: Self.consortium)
        for count in 0..<value.count {
            #expect(try fault(Array(value.prefix(count))) == .unreadable, "after \(count) bytes")
        }
    }

    @Test("whose body was cut off before it was signed never asks for anything")
    func truncatedBody() throws {
        let whole = try body { _ in }
        var asked = 0
        for count in 0..<whole.count {
            let value = try sessions.record(Array(whole.prefix(count))).encoded
            do {
                _ = try read(value).request()
                asked += 1
            } catch let error as RecordFault {
                #expect(error == .unreadable || error == .misdirected, "after \(count) bytes")
            } catch let error as TokenError {
                #expect(error == .unknownKind || error == .wrongBatchSize, "after \(count) bytes")
            }
        }
        #expect(asked == 0)
        #expect(try read(try sessions.record(whole).encoded).request().blinded.count == 2)
    }

    @Test("with a bit changed anywhere is refused, so that no party charges what another one drops")
    func changed() throws {
        let (value, _) = try BlindedBatch.record(
            try request(1), id: id(), sessions: sessions.member, consortium: Self.consortium)
        for at in value.indices {
            var changed = value
            changed[at] ^= UInt8(1 << (at % 8))
            #expect(try fault(changed) != nil, "byte \(at)")
        }
    }

    @Test(
        "of another schema, or with an id of another length, is unreadable",
        arguments: [0, 1, 3, .max] as [UInt32], [0, 15, 16, 17])
    func unreadable(schema: UInt32, bytes: Int) throws {
        let body = try body {
            $0.schema = schema
            $0.batchID = Data(repeating: 1, count: bytes)
        }
        #expect(try fault(try sessions.record(body).encoded) == .unreadable)
        let other = try self.body { $0.batchID = Data(repeating: 1, count: bytes) }
        #expect(try fault(try sessions.record(other).encoded) == (bytes == 16 ? nil : .unreadable))
    }

    @Test("has a signature of its member, of 64 bytes, and of no other length")
    func signature() throws {
        var record = try sessions.record(try body { _ in })
        let whole = Array(record.signature)
        for length in [0, 1, 32, 63, 65] {
            record.signature = Data((whole + [0]).prefix(length))
            #expect(try fault(record.encoded) == .unreadable, "a signature of \(length) bytes")
        }
        record.signature = Data(try TokenWorld.identity(bankA).sign(Array(record.body), context: "cordon/session/v1"))
        #expect(try fault(record.encoded) == .notAuthentic)
    }

    @Test("is its member's alone: for another's topic, by another identity, or for another consortium, it is refused")
    func owner() throws {
        let (value, _) = try BlindedBatch.record(
            try request(1), id: id(), sessions: sessions.member, consortium: Self.consortium)
        #expect(throws: RecordFault.misdirected) { try UnverifiedBlindedBatch(reading: value, from: bankB) }
        let batch = try UnverifiedBlindedBatch(reading: value, from: bankA)
        for (identity, consortium) in [(bankB, "test"), (bankA, "tes"), (bankA, "")] {
            let key = try TokenWorld.identity(identity).verifyingKey
            #expect(throws: RecordFault.notAuthentic) { try batch.verified(by: key, in: Array(consortium.utf8)) }
        }
        #expect(try fault(value) == nil)
    }

    @Test("is read up to the limit of bytes, and not beyond")
    func limit() throws {
        let most = PartialEvaluation.batch.upperBound
        let one = GroupElement.generator.compressed
        func batch(_ count: Int) throws -> [UInt8] {
            let body = try body { $0.elements = Data((0..<count).flatMap { _ in one }) }
            return try sessions.record(body).encoded
        }
        let largest = try batch(most)
        #expect(largest.count < UnverifiedBlindedBatch.byteLimit)
        #expect(try read(largest).request().blinded.count == most)
        let limit = UnverifiedBlindedBatch.byteLimit
        #expect(try fault([UInt8](repeating: 0xFF, count: limit)) == .unreadable)
        #expect(try fault([UInt8](repeating: 0xFF, count: limit + 1)) == .oversized)
    }

    /// What is asked for, and why it is no request.
    private static let wrong: [(kind: UInt32, elements: [UInt8], error: TokenError)] = {
        let one = GroupElement.generator.compressed
        return [
            (0, one, .unknownKind), (2, one, .unknownKind), (.max, [], .unknownKind),
            (1, [], .wrongBatchSize), (1, (0..<1025).flatMap { _ in one }, .wrongBatchSize),
            (1, Array(one.dropLast()), .malformed), (1, one + [2], .malformed),
            (1, [5] + one.dropFirst(), .malformed),
            (1, one + [UInt8](repeating: 0, count: 33), .pointIsIdentity),
            (1, [3] + [UInt8](repeating: 0xFF, count: 32), .coordinateNotCanonical),
            // x = 1 has no y on P-256.
            (1, one + [3] + [UInt8](repeating: 0, count: 31) + [1], .pointNotOnCurve),
        ]
    }()

    @Test("that asks for what can't be done says why", arguments: wrong)
    func wrongRequest(kind: UInt32, elements: [UInt8], error: TokenError) throws {
        let body = try body {
            $0.kind = kind
            $0.elements = Data(elements)
        }
        let batch = try read(try sessions.record(body).encoded)
        #expect(throws: error) { try batch.request() }
    }
}
