import Foundation
import Keys
import Records
import Sealing
import Support
import Testing

/// What a party answers a member's choices with, field by field.
@Suite("A party's answer with reasons")
struct ReasonAnswerTests {
    private let sessions: Sessions
    private let request: ReasonRequest
    private let share = ReasonAnswer.Share(plan: Digest32(of: [[8]]), bytes: [1, 2, 3])

    init() throws {
        sessions = try Sessions()
        var random = SplitMix64(4)
        let record = ReasonRequest.sealed(
            member: sessions.member, partition: 2, range: 5..<90, rows: 30, model: Digest32(of: [[9]]), order: 7,
            chosen: [3], epoch: 1, sessions: sessions.members, random: { random.bytes($0) })
        request = try #require(ReasonRequest(decoding: record))
    }

    private func session(_ party: PartyID) throws -> Session { try #require(sessions.parties[party]) }

    private func read(_ record: [UInt8]) -> ReasonAnswer? {
        ReasonAnswer(record, member: sessions.member, sessions: sessions.find)
    }

    /// A party's answer with a header that it made itself, and sealed under its own key as it ought to.
    private func record(
        _ change: (inout WireReasonAnswerHeader) -> Void, bytes: [UInt8] = [1], party: PartyID = .one
    ) throws -> [UInt8] {
        let sound = ReasonAnswer.sealed(.success(share), to: request, by: party, try session(party))
        var wire = try #require(WireReasonAnswer(decoding: sound))
        var header = try #require(WireReasonAnswerHeader(decoding: Array(wire.header)))
        change(&header)
        let headerBytes = header.encoded
        wire.header = Data(headerBytes)
        wire.box = Data(
            SealedBox.seal(
                bytes, salted: [Array("cordon/reasons/answer/v1".utf8), Array(header.request)], from: [],
                under: try session(party).contributionBoxes, associated: headerBytes))
        return wire.encoded
    }

    @Test("of a word says the same again, whatever the word and its length are", arguments: PartyID.allCases)
    func roundTrip(party: PartyID) throws {
        var random = SplitMix64(1)
        for count in [0, 1, 32, 5000] {
            let share = ReasonAnswer.Share(plan: Digest32(of: [random.bytes(3)]), bytes: random.bytes(count))
            let record = ReasonAnswer.sealed(.success(share), to: request, by: party, try session(party))
            let answer = try #require(read(record))
            #expect(answer.party == party && answer.request == request.digest && answer.word == .success(share))
        }
        for refusal in ReasonRefusal.allCases {
            let record = ReasonAnswer.sealed(.failure(refusal), to: request, by: party, try session(party))
            #expect(read(record)?.word == .failure(refusal))
        }
    }

    @Test("is none where a field says what none may, also under the party's own key")
    func fields() throws {
        #expect(try read(record { _ in }) != nil, "the box is made as the party does")
        for change in [
            { $0.schema = 0 }, { $0.schema = 2 }, { $0.member = "bank-b" }, { $0.member = "" }, { $0.party = 3 },
            { $0.request = Data() }, { $0.request = Data($0.request.dropLast()) }, { $0.plan = Data() },
            { $0.plan = Data([1]) }, { $0.refusal = "bored" }, { $0.refusal = "Expired" }, { $0.sessionEpoch = 2 },
            // Another party's word, under this one's key.
            { $0.party = 2 },
        ] as [(inout WireReasonAnswerHeader) -> Void] {
            #expect(try read(record(change)) == nil)
        }
        // A refusal has no plan, and needs none.
        #expect(try read(record { ($0.refusal, $0.plan) = ("expired", Data()) })?.word == .failure(.expired))
    }

    @Test("holds with each bit: changed, cut or lengthened it is nobody's, or says the same")
    func damaged() throws {
        for word in [.success(share), .failure(.noCard)] as [Result<ReasonAnswer.Share, ReasonRefusal>] {
            let record = ReasonAnswer.sealed(word, to: request, by: .two, try session(.two))
            for at in record.indices {
                for bit in 0..<8 {
                    var changed = record
                    changed[at] ^= 1 << UInt8(bit)
                    let read = read(changed)
                    #expect(read == nil || read?.word == word && read?.party == .two, "byte \(at), bit \(bit)")
                }
                #expect(read(Array(record.prefix(at))) == nil)
            }
        }
    }

    @Test("of two words on one request has two keys: their boxes have nothing in common")
    func keys() throws {
        let session = try session(.zero)
        var boxes: Set<ArraySlice<UInt8>> = []
        for byte in 0..<64 as Range<UInt8> {
            let word = ReasonAnswer.Share(plan: share.plan, bytes: [byte] + [UInt8](repeating: 0, count: 15))
            let record = ReasonAnswer.sealed(.success(word), to: request, by: .zero, session)
            let wire = try #require(WireReasonAnswer(decoding: record))
            // Behind salt and first byte the plaintexts are all alike.
            boxes.insert(Array(wire.box)[17..<32])
        }
        #expect(boxes.count == 64)
    }

    @Test("a refusal's name is one of its own, and its sentence too")
    func names() {
        let all = ReasonRefusal.allCases
        #expect(Set(all.map(\.rawValue)).count == all.count && Set(all.map(\.description)).count == all.count)
        #expect(all.allSatisfy { $0.rawValue.allSatisfy { $0.isLowercase || $0 == "_" } })
    }
}

/// Boxes of choices that a member seals wrongly, or on purpose.
@Suite("A party's box of choices")
struct ChoiceBoxTests {
    private let sessions: Sessions

    init() throws { sessions = try Sessions() }

    @Test("that holds another length than the rows ask for is none, at each party")
    func lengths() throws {
        var random = SplitMix64(8)
        let rows = 21
        let record = ReasonRequest.sealed(
            member: sessions.member, partition: 0, range: 0..<9, rows: rows, model: Digest32(of: [[9]]), order: 1,
            chosen: [0, 20], epoch: 1, sessions: sessions.members, random: { random.bytes($0) })
        let wire = try #require(WireReasonRequest(decoding: record))
        let header = Array(wire.header)
        let width = (rows + 7) / 8 * ReasonRequest.choices
        for party in PartyID.allCases {
            let session = try #require(sessions.parties[party])
            let length = party == .zero ? 32 : 16 + width
            for count in 0...length + 17 {
                var changed = wire
                changed.boxes[party.rawValue] = Data(
                    SealedBox.seal(
                        random.bytes(count), under: session.choiceBoxes,
                        associated: boxAssociatedData(header: header, party: party)))
                let request = try #require(ReasonRequest(decoding: changed.encoded))
                #expect((request.choices(for: party, session) != nil) == (count == length), "\(count) at \(party)")
            }
        }
    }

    @Test("is bound to its header and party: moved to another's place it does not open")
    func moved() throws {
        var random = SplitMix64(9)
        let record = ReasonRequest.sealed(
            member: sessions.member, partition: 0, range: 0..<9, rows: 5, model: Digest32(of: [[9]]), order: 1,
            chosen: [], epoch: 1, sessions: sessions.members, random: { random.bytes($0) })
        var wire = try #require(WireReasonRequest(decoding: record))
        wire.boxes.swapAt(1, 2)
        let swapped = try #require(ReasonRequest(decoding: wire.encoded))
        for (party, isOpen) in [(PartyID.zero, true), (.one, false), (.two, false)] {
            let session = try #require(sessions.parties[party])
            #expect((swapped.choices(for: party, session) != nil) == isOpen)
        }
    }
}
