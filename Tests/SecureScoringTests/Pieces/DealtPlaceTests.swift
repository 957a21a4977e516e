import Counters
import EventLogs
import Foundation
import LocalStore
import Records
import SecureScoring
import Support
import Testing
import ThreeParty

@Suite("How far two parties are on a partition, as a new host takes it")
struct DealtPlaceTests {
    private static let sealed = TopicPartition(Topics.sealed, 3)
    /// The tables that a place is of, and one that it is not of.
    private static let switches = ["activations", "epochs", "next-specs", "share-generations"]

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func empty() throws -> any StateStore {
        try SQLiteStateStore(path: "\(folder.path)/\(UUID().uuidString).sqlite")
    }

    /// A party's state: its position, rows of one partition and of another.
    ///
    /// - Parameter switches: the offsets at which something was switched.
    private func state(
        _ position: Int64, sources: [UInt8] = [1], asked: [UInt8] = [2], switches: [Int64] = [4, 9]
    ) throws -> any StateStore {
        let state = try empty()
        var writes: [StateWrite] = [
            .put(table: "sources-3", StateEntry(key: Array("bank-a/0".utf8), value: sources, order: 7)),
            .put(table: "sources-4", StateEntry(key: Array("bank-a/0".utf8), value: [99], order: 7)),
            .put(table: "asked-3", StateEntry(key: [], value: asked, order: 0)),
            .put(table: "asked-3", StateEntry(key: [0, 1], value: asked + [5], order: 0)),
            .put(table: "evidence", StateEntry(key: [1], value: [98], order: 0)),
        ]
        for table in Self.switches {
            for offset in switches {
                for partition in [3, 31] {
                    let key = Array("\(TopicPartition(Topics.sealed, partition))@\(offset)".utf8)
                    writes.append(
                        .put(table: table, StateEntry(key: key, value: [UInt8(partition)], order: offset)))
                }
            }
        }
        try state.commit(writes, positions: [Position(Self.sealed, position)])
        return state
    }

    private func place(_ state: any StateStore) throws -> HostDeal.Place {
        try HostDeal.Place(partition: 3, state: state)
    }

    @Test("is written to another state as it was, of its partition alone, and reads back from bytes")
    func written() throws {
        let place = try place(state(12))
        let read = try #require(HostDeal.Place(decoding: place.encoded, partition: 3))
        #expect(read == place && read.position == 12)
        let other = try empty()
        try read.write(to: other)
        #expect(try self.place(other) == place)
        #expect(try other.position(Self.sealed) == 12)
        #expect(try other.value("sources-3", Array("bank-a/0".utf8)) == [1])
        #expect(try other.value("asked-3", []) == [2] && other.value("asked-3", [0, 1]) == [2, 5])
        for table in Self.switches {
            #expect(try other.value(table, Array("\(Self.sealed)@9".utf8)) == [3])
            #expect(try other.value(table, Array("consortium.sealed/31@9".utf8)) == nil)
        }
        #expect(try Set(other.tables()) == Set(["sources-3", "asked-3"] + Self.switches))
    }

    @Test("is that of the dealer that is less far, without switches behind it")
    func lower() throws {
        let (near, far) = (try place(state(9)), try place(state(12, sources: [8], asked: [9])))
        let wanted = try place(state(9, switches: [4]))
        #expect(HostDeal.Place(joining: near, far) == wanted)
        #expect(HostDeal.Place(joining: far, near) == wanted)
        // A dealer that has not read a switch yet, behind all that it has scored.
        let unread = try place(state(9, switches: [4]))
        #expect(HostDeal.Place(joining: unread, far) == wanted)
    }

    @Test("is none where what both have is not alike")
    func different() throws {
        let place = try place(state(12))
        #expect(HostDeal.Place(joining: place, try self.place(state(12))) == place)
        #expect(HostDeal.Place(joining: place, try self.place(state(12, sources: [3]))) == nil)
        #expect(HostDeal.Place(joining: place, try self.place(state(12, asked: [3]))) == nil)
        #expect(HostDeal.Place(joining: place, try self.place(state(12, switches: [9]))) == nil)
        #expect(HostDeal.Place(joining: place, try self.place(state(11, switches: [9]))) == nil)
        let elsewhere = try #require(HostDeal.Place(decoding: place.encoded, partition: 2))
        #expect(HostDeal.Place(joining: place, elsewhere) == nil)
    }

    @Test("is none of bytes that were cut, or have another behind them, or name no table")
    func damaged() throws {
        let bytes = try place(state(12)).encoded
        for count in bytes.indices {
            #expect(HostDeal.Place(decoding: Array(bytes[..<count]), partition: 3) == nil)
        }
        #expect(HostDeal.Place(decoding: bytes + [0], partition: 3) == nil)
        var other = bytes
        other[12] = 7
        #expect(HostDeal.Place(decoding: other, partition: 3) == nil)
        other = bytes
        other[0] = 0x80
        #expect(HostDeal.Place(decoding: other, partition: 3) == nil)
    }

    @Test("comes with the keys of generations, which have to be alike")
    func keys() throws {
        let deal = Digest32(of: [[6]])
        func take(_ keys: [PartyID: [RefreshKey]]) throws -> [RefreshKey]? {
            let sources = try keys.map { dealer, keys in
                try HostDeal.sources(
                    of: HostDeal.Content(counts: [], models: [], places: [], keys: keys), from: dealer, to: .two,
                    deal: deal, keys: PartySeeds.pairKeys(dealer))
            }
            var taking = HostTakeOver(party: .two, deal: deal, members: 2)
            while taking.taken == nil {
                for (ask, _) in taking.asks {
                    for answer in sources.joined().compactMap({ $0.answer(ask) }) { try taking.receive(answer) }
                }
            }
            return taking.taken?.keys
        }
        let (one, two) = (World.refreshKey(1, of: .zero), World.refreshKey(2, of: .zero))
        let taken = try take([
            .zero: [two, one], .one: [World.refreshKey(1, of: .one), World.refreshKey(2, of: .one)],
        ])
        #expect(taken?.map(\.kept) == [one.kept, two.kept])
        #expect(throws: TakeOverError.differ("counts, models or shares")) {
            try take([.zero: [one], .one: [one, two]])
        }
    }

    @Test("is refused by the leader's new host where nothing shows that its last batch was decided, and by no other")
    func undecided() throws {
        let deal = Digest32(of: [[6]])
        let content = HostDeal.Content(counts: [], models: [], places: [try place(state(12))])
        func take(_ receiver: PartyID, _ content: HostDeal.Content) throws -> HostDeal.Content? {
            let sources = try [receiver.previous, receiver.next].map { dealer in
                try HostDeal.sources(
                    of: content, from: dealer, to: receiver, deal: deal, keys: PartySeeds.pairKeys(dealer))
            }
            var taking = HostTakeOver(party: receiver, deal: deal, members: 2)
            while taking.taken == nil {
                for (ask, _) in taking.asks {
                    for answer in sources.joined().compactMap({ $0.answer(ask) }) { try taking.receive(answer) }
                }
            }
            return taking.taken
        }
        #expect(throws: TakeOverError.undecided(partition: 3)) { try take(.zero, content) }
        for receiver in [PartyID.one, .two] { #expect(try take(receiver, content)?.places == content.places) }
        // Nothing is scored yet.
        let nothing = HostDeal.Content(counts: [], models: [], places: [try place(state(0))])
        #expect(try take(.zero, nothing)?.places.first?.position == 0)
    }
}
