import Records
import Secrets
import Support
import Testing
import ThreeParty

/// Three parties in one process that make generations of shares.
struct RefreshCell {
    /// Keys 0, 1 and 2: key k is that of parties k - 1 and k.
    var keys: [[UInt8]]

    init(seed: UInt64 = 1) {
        var generator = SplitMix64(state: seed)
        keys = (0..<3).map { _ in generator.bytes(32) }
    }

    func session(
        _ party: PartyID, generation: UInt32 = 1, order: Digest32 = .zero, consortium: String = "test"
    ) -> RefreshSession {
        let generation = ShareGeneration(generation)
        return RefreshSession(
            party: party, generation: generation,
            base: RefreshSession.base(consortium: consortium, generation: generation, order: order),
            keys: PairKeys(
                withPrevious: SecretKey(bytes: keys[party.rawValue]),
                withNext: SecretKey(bytes: keys[party.next.rawValue])))
    }

    /// The three parties' keys of a generation, each made of its own session by what the others' answer; with what each received.
    func made(
        generation: UInt32 = 1, order: Digest32 = .zero, consortium: String = "test"
    ) throws -> (keys: [RefreshKey], received: [[UInt8]], sentBytes: Int) {
        var keys: [RefreshKey] = []
        var received: [[UInt8]] = [[], [], []]
        var sentBytes = 0
        for party in PartyID.allCases {
            var own = session(party, generation: generation, order: order, consortium: consortium)
            for peer in own.missing {
                var other = session(peer, generation: generation, order: order, consortium: consortium)
                let ask = own.ask()
                let answer = try #require(try other.receive(ask))
                #expect(try own.receive(answer) == nil)
                received[party.rawValue] += answer.payload
                sentBytes += ask.encoded.count + answer.encoded.count
            }
            #expect(own.missing.isEmpty)
            keys.append(try #require(try own.key()))
        }
        return (keys, received, sentBytes)
    }

    /// The three parties' shares of a generation of the same values.
    static func refreshed<E: RingElement, G: ShareGroup>(
        _ shared: Shared<E, G>, by keys: [RefreshKey], object: Digest32 = .zero, place: String = "test"
    ) -> [Shares<E, G>] {
        PartyID.allCases.map { party in
            keys[party.rawValue].refreshed(shared.at(party), of: party, object: object, place: place)
        }
    }
}
