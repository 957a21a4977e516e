import Foundation
import Keys
import Records
import Sealing
import Support
import Testing
import ThreeParty

@Suite("A member's request for reasons, and the parties' answers")
struct ReasonRequestTests {
    private let sessions: Sessions
    private let model = Digest32(of: [[9]])

    init() throws { sessions = try Sessions() }

    private func session(_ party: PartyID) throws -> Session { try #require(sessions.parties[party]) }

    private func sealed(_ chosen: [Int], rows: Int = 21, seed: UInt64 = 1, order: UInt64 = 7) -> [UInt8] {
        let random = Bytes(seed)
        return ReasonRequest.sealed(
            member: sessions.member, partition: 0, range: 5..<90, rows: rows, model: model, order: order,
            chosen: chosen,
            epoch: 1, sessions: sessions.members, random: random.next)
    }

    /// A generator that closures share.
    private final class Bytes {
        private var generator: SplitMix64

        init(_ seed: UInt64) { generator = SplitMix64(state: seed) }

        func next(_ count: Int) -> [UInt8] { generator.bytes(count) }
    }

    @Test("what it chooses is shared among the parties: a bit a row, in eight choices", arguments: [1, 8, 9, 21])
    func shared(rows: Int) throws {
        let chosen = [0, rows - 1, rows / 2]
        let request = try #require(ReasonRequest(decoding: sealed(chosen, rows: rows)))
        #expect(request.range == 5..<90 && request.rows == rows && request.model == model && request.order == 7)
        let shares = try PartyID.allCases.map { party -> [BitShares] in
            let choices = try request.choices(for: party, session(party))
            return try #require(choices)
        }
        for party in PartyID.allCases {
            #expect(shares[party.rawValue].count == ReasonRequest.choices)
            for choice in 0..<ReasonRequest.choices {
                // Neighbours hold the same component between them.
                #expect(shares[party.rawValue][choice].second == shares[party.next.rawValue][choice].first)
            }
        }
        for choice in 0..<ReasonRequest.choices {
            var bits = [UInt8](repeating: 0, count: (rows + 7) / 8)
            for party in shares { for at in bits.indices { bits[at] ^= party[choice].first[at] } }
            let set = (0..<8 * bits.count).filter { bits[$0 / 8] >> UInt8($0 % 8) & 1 == 1 }
            #expect(set == (choice < chosen.count ? [chosen[choice]] : []))
        }
    }

    @Test("has the same length and open part, whatever and however much it chooses")
    func alike() throws {
        func open(_ bytes: [UInt8]) throws -> (Data, [Int]) {
            let wire = try #require(WireReasonRequest(decoding: bytes))
            return (wire.header, wire.boxes.map(\.count))
        }
        let base = try open(sealed([]))
        for chosen in [[0], [20], Array(0..<8)] {
            let other = try open(sealed(chosen, seed: 2))
            #expect(other.0 == base.0 && other.1 == base.1)
        }
        #expect(try open(sealed([], rows: 200)).1 != base.1)
    }

    @Test("a party opens its own box of its own session, of the record as it was sealed, and nothing else")
    func others() throws {
        let record = sealed([3])
        let request = try #require(ReasonRequest(decoding: record))
        let stranger = try Sessions("bank-b")
        for party in PartyID.allCases {
            let other = try #require(stranger.parties[party])
            #expect(request.choices(for: party, other) == nil)
            #expect(try request.choices(for: party, session(party.next)) == nil)
        }
        var wire = try #require(WireReasonRequest(decoding: record))
        var header = try #require(WireReasonRequestHeader(decoding: Array(wire.header)))
        header.end += 1
        wire.header = Data(header.encoded)
        let moved = try #require(ReasonRequest(decoding: wire.encoded))
        #expect(try moved.choices(for: .zero, session(.zero)) == nil)
        #expect(moved.digest != request.digest)
    }

    @Test("what is no request is none")
    func malformed() throws {
        #expect(ReasonRequest(decoding: []) == nil && ReasonRequest(decoding: [1, 2, 3]) == nil)
        let wire = try #require(WireReasonRequest(decoding: sealed([3])))
        func changed(_ change: (inout WireReasonRequestHeader) -> Void) throws -> ReasonRequest? {
            var other = wire
            var header = try #require(WireReasonRequestHeader(decoding: Array(wire.header)))
            change(&header)
            other.header = Data(header.encoded)
            return ReasonRequest(decoding: other.encoded)
        }
        #expect(try changed { _ in } != nil)
        #expect(try changed { $0.schema = 2 } == nil && changed { $0.member = "" } == nil)
        #expect(try changed { $0.rows = 0 } == nil && changed { $0.rows = 65_537 } == nil)
        #expect(try changed { $0.first = $0.end } == nil && changed { $0.first = -1 } == nil)
        #expect(try changed { $0.model = Data() } == nil && changed { $0.session = Data([1]) } == nil)
        var fewer = wire
        fewer.boxes.removeLast()
        #expect(ReasonRequest(decoding: fewer.encoded) == nil)
    }

    @Test("an answer opens at its member alone; a refusal has its name")
    func answers() throws {
        let request = try #require(ReasonRequest(decoding: sealed([3])))
        let other = try #require(ReasonRequest(decoding: sealed([3], seed: 2)))
        let session = try session(.one)
        let share = ReasonAnswer.Share(plan: Digest32(of: [[8]]), bytes: [1, 2, 3])
        let record = ReasonAnswer.sealed(.success(share), to: request, by: .one, session)
        #expect(record == ReasonAnswer.sealed(.success(share), to: request, by: .one, session))
        #expect(record != ReasonAnswer.sealed(.success(share), to: other, by: .one, session))
        let answer = try #require(ReasonAnswer(record, member: sessions.member, sessions: sessions.find))
        #expect(answer.party == .one && answer.request == request.digest && answer.word == .success(share))
        #expect(!"\(answer)".contains("1, 2, 3"))
        let stranger = try Sessions("bank-b")
        #expect(ReasonAnswer(record, member: stranger.member, sessions: stranger.find) == nil)
        #expect(ReasonAnswer(record, member: sessions.member, sessions: stranger.find) == nil)
        for refusal in ReasonRefusal.allCases {
            let record = ReasonAnswer.sealed(.failure(refusal), to: request, by: .one, session)
            let answer = try #require(ReasonAnswer(record, member: sessions.member, sessions: sessions.find))
            #expect(answer.word == .failure(refusal))
        }
        // Nobody else can say that a party refuses.
        var wire = try #require(WireReasonAnswer(decoding: record))
        var header = try #require(WireReasonAnswerHeader(decoding: Array(wire.header)))
        header.refusal = "expired"
        wire.header = Data(header.encoded)
        #expect(ReasonAnswer(wire.encoded, member: sessions.member, sessions: sessions.find) == nil)
    }
}
