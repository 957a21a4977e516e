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

    private func read(_ value: [UInt8], at party: PartyID = .zero) throws -> BlindedBatch {
        try UnverifiedBlindedBatch(reading: value, from: bankA).verified(by: sessions.party(party))
    }

    private func fault(_ value: [UInt8], at party: PartyID = .zero) throws -> RecordFault? {
        do {
            _ = try read(value, at: party)
            return nil
        } catch let error as RecordFault { return error }
    }

    /// A body as the member makes it, changed.
    private func body(_ change: (inout WireBlindedBody) -> Void) throws -> [UInt8] {
        let (value, _) = BlindedBatch.record(try request(2), id: id(), sessions: sessions.member)
        let record = try #require(WireBlindedBatch(decoding: value))
        var body = try #require(WireBlindedBody(decoding: Array(record.body)))
        change(&body)
        return body.encoded
    }

    @Test("is read by each of the three parties as it was made", arguments: [1, 2, 17, 64], PartyID.allCases)
    func roundTrip(count: Int, party: PartyID) throws {
        let request = try request(count, epoch: UInt64(count) << 40, seed: UInt64(count))
        let id = id(UInt64(count))
        let (value, digest) = BlindedBatch.record(request, id: id, sessions: sessions.member)
        let batch = try read(value, at: party)
        #expect(batch.member == bankA && batch.sessionEpoch == 1 && batch.id == id && batch.epoch == request.epoch)
        #expect(batch.kind == BlindedBatch.evaluate)
        let read = try batch.request()
        #expect(read.epoch == request.epoch && read.blinded.map(\.compressed) == request.blinded.map(\.compressed))
        let body = try #require(WireBlindedBatch(decoding: value)).body
        #expect(digest == Array(SHA256.hash(data: body)) && batch.digest == digest)
    }

    @Test("that is cut off anywhere is unreadable")
    func truncated() throws {
        let (value, _) = BlindedBatch.record(try request(3), id: id(), sessions: sessions.member)
        for count in 0..<value.count {
            #expect(try fault(Array(value.prefix(count))) == .unreadable, "after \(count) bytes")
        }
    }

    @Test("whose body was cut off before it was tagged never asks for anything")
    func truncatedBody() throws {
        let whole = try body { _ in }
        var asked = 0
        for count in 0..<whole.count {
            let value = sessions.record(Array(whole.prefix(count))).encoded
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
        #expect(try read(sessions.record(whole).encoded).request().blinded.count == 2)
    }

    @Test("with a bit changed anywhere is refused by a party, and who takes it takes what was asked")
    func changed() throws {
        let (value, digest) = BlindedBatch.record(try request(1), id: id(), sessions: sessions.member)
        for at in value.indices {
            var changed = value
            changed[at] ^= UInt8(1 << (at % 8))
            var refusals = 0
            for party in PartyID.allCases {
                do {
                    #expect(try read(changed, at: party).digest == digest, "byte \(at)")
                } catch is RecordFault { refusals += 1 }
            }
            #expect(refusals > 0, "byte \(at)")
        }
    }

    @Test(
        "of another schema, or with an id of another length, is unreadable",
        arguments: [0, 2, .max] as [UInt32], [0, 15, 16, 17])
    func unreadable(schema: UInt32, bytes: Int) throws {
        let body = try body {
            $0.schema = schema
            $0.batchID = Data(repeating: 1, count: bytes)
        }
        #expect(try fault(sessions.record(body).encoded) == .unreadable)
        let other = try self.body { $0.batchID = Data(repeating: 1, count: bytes) }
        #expect(try fault(sessions.record(other).encoded) == (bytes == 16 ? nil : .unreadable))
    }

    @Test("has a tag for each party, each in its place")
    func tags() throws {
        var record = sessions.record(try body { _ in })
        let tags = record.tags
        for fewer in [[], [tags[0]], Array(tags[..<2]), tags + [tags[0]]] {
            record.tags = fewer
            #expect(try fault(record.encoded) == .unreadable)
        }
        record.tags = [tags[0], tags[2], tags[1]]
        #expect(try fault(record.encoded, at: .zero) == nil)
        for party in [PartyID.one, .two] { #expect(try fault(record.encoded, at: party) == .notAuthentic) }
        for length in [0, 1, 31, 33] {
            record.tags = tags.map { Data((Array($0) + [0]).prefix(length)) }
            #expect(try fault(record.encoded) == .notAuthentic, "tags of \(length) bytes")
        }
    }

    @Test("is its member's alone: for another's topic, or of another session, it is refused")
    func owner() throws {
        let (value, _) = BlindedBatch.record(try request(1), id: id(), sessions: sessions.member)
        #expect(throws: RecordFault.misdirected) { try UnverifiedBlindedBatch(reading: value, from: bankB) }
        for other in [try AgreedSessions(bankB), try AgreedSessions(bankA, epoch: 2), try AgreedSessions()] {
            let session = try other.party(.zero)
            #expect(throws: RecordFault.notAuthentic) {
                try UnverifiedBlindedBatch(reading: value, from: bankA).verified(by: session)
            }
        }
    }

    @Test("is read up to the limit of bytes, and not beyond")
    func limit() throws {
        let most = PartialEvaluation.batch.upperBound
        let one = GroupElement.generator.compressed
        func batch(_ count: Int) throws -> [UInt8] {
            let body = try body { $0.elements = Data((0..<count).flatMap { _ in one }) }
            return sessions.record(body).encoded
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
        let batch = try read(sessions.record(body).encoded)
        #expect(throws: error) { try batch.request() }
    }
}
