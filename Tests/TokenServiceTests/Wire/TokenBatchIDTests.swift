import Keys
import Records
import Support
import Testing
import TokenService

@Suite("The names of batches, and a member's sessions")
struct TokenBatchIDTests {
    @Test(
        "an id has the time that it was made at, to the millisecond",
        arguments: [0, 1, 255, 256, 1_735_689_600_123, (1 << 48) - 1] as [Int64])
    func time(time: Int64) throws {
        var generator = SplitMix64(UInt64(time))
        let id = TokenBatchID(time: time, using: &generator)
        #expect(id.time == time && id.bytes.count == TokenBatchID.byteCount)
        #expect(TokenBatchID(bytes: id.bytes) == id)
    }

    @Test("later ids come later in order of bytes, and two of one time differ")
    func order() {
        var generator = SplitMix64(7)
        let times = (0..<200).map { _ in Int64.random(in: 0..<1 << 48, using: &generator) }.sorted()
        let ids = times.map { TokenBatchID(time: $0, using: &generator) }
        for (earlier, later) in zip(ids, ids.dropFirst()) where earlier.time < later.time {
            #expect(earlier.bytes.lexicographicallyPrecedes(later.bytes))
        }
        let same = (0..<200).map { _ in TokenBatchID(time: 5, using: &generator) }
        #expect(Set(same).count == 200)
    }

    @Test("of another length are none", arguments: [0, 1, 15, 17, 32])
    func length(count: Int) { #expect(TokenBatchID(bytes: [UInt8](repeating: 1, count: count)) == nil) }

    @Test("sessions are complete, of one member and one epoch, each with its own party")
    func sessions() throws {
        let (own, _) = try TokenWorld.agree(bankA, epoch: 1)
        func sessions(_ sessions: [PartyID: Session]) throws -> TokenSessions? {
            TokenSessions(sessions, identity: try TokenWorld.identity(bankA))
        }
        let whole = try sessions(own)
        let complete = try #require(whole)
        #expect(complete.member == bankA && complete.epoch == 1)
        for party in PartyID.allCases {
            #expect(complete[party].party == party)
            var fewer = own
            fewer[party] = nil
            #expect(try sessions(fewer) == nil)
            for other in [try TokenWorld.agree(bankB, epoch: 1).member, try TokenWorld.agree(bankA, epoch: 2).member] {
                var mixed = own
                mixed[party] = other[party]
                #expect(try sessions(mixed) == nil)
            }
            var twisted = own
            twisted[party] = own[party.next]
            #expect(try sessions(twisted) == nil)
        }
        #expect(try sessions([:]) == nil)
    }
}
