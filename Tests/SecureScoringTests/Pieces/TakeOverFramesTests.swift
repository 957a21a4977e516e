import EventLogs
import Foundation
import LocalStore
import Records
import SecureScoring
import Support
import Testing
import ThreeParty

/// A new host's questions and the dealers' answers over links that lose, repeat and reorder frames.
@Suite("A take-over over bad links")
struct TakeOverFramesTests {
    private let folder: TemporaryFolder
    private let deal = Digest32(of: [[8]])

    init() throws { folder = try TemporaryFolder() }

    /// A place of many rows, so that it comes in several pieces.
    private func place(_ partition: Int, rows: Int) throws -> HostDeal.Place {
        let state = try SQLiteStateStore(path: "\(folder.path)/\(UUID().uuidString).sqlite")
        let writes = (0..<rows).map { row in
            StateWrite.put(
                table: "asked-\(partition)",
                StateEntry(
                    key: Array("row \(row)".utf8), value: [UInt8](repeating: UInt8(row % 256), count: 4000), order: 0))
        }
        try state.commit(writes, positions: [Position(TopicPartition(Topics.sealed, partition), 5)])
        return try HostDeal.Place(partition: partition, state: state)
    }

    private func content(of dealer: PartyID) throws -> HostDeal.Content {
        HostDeal.Content(
            counts: [], models: [], places: [try place(0, rows: 1), try place(1, rows: 200), try place(2, rows: 0)],
            keys: (1...3).map { World.refreshKey($0, of: dealer) })
    }

    private func sources(to receiver: PartyID) throws -> [DealSource] {
        try [receiver.previous, receiver.next].flatMap { dealer in
            try HostDeal.sources(
                of: content(of: dealer), from: dealer, to: receiver, deal: deal, keys: PartySeeds.pairKeys(dealer))
        }
    }

    @Test(
        "all comes as it was dealt, whatever is lost, comes twice, late, or from another deal",
        arguments: 0..<12 as Range<UInt64>)
    func links(seed: UInt64) throws {
        var random = SplitMix64(seed)
        let receiver: PartyID = seed % 2 == 0 ? .one : .two
        let sources = try sources(to: receiver)
        let others = try HostDeal.sources(
            of: content(of: receiver.next), from: receiver.next, to: receiver, deal: Digest32(of: [[9]]),
            keys: PartySeeds.pairKeys(receiver.next))
        var taking = HostTakeOver(party: receiver, deal: deal, members: 2)
        var (late, rounds, last): ([Frame], Int, (Int, Int)?) = ([], 0, nil)
        while taking.taken == nil {
            rounds += 1
            try #require(rounds < 5000)
            var frames = taking.asks.flatMap { ask, _ in sources.compactMap { $0.answer(ask) } }
            frames += others.prefix(2).compactMap { source in taking.asks.first.flatMap { source.answer($0.frame) } }
            // Half is lost or comes late, some of it twice.
            for frame in frames + late {
                switch random.next() % 4 {
                case 0: break
                case 1: late.append(frame)
                case 2: for _ in 0..<2 { try taking.receive(frame) }
                default: try taking.receive(frame)
                }
            }
            late = Array(late.shuffled(using: &random).prefix(8))
            // Progress never goes back, and ends where all is there.
            if let progress = taking.progress {
                #expect(progress.of == 6 && progress.taken >= last?.0 ?? 0)
                last = progress
            }
        }
        let taken = try #require(taking.taken)
        #expect(taken.places == (try content(of: receiver).places) && taken.places.count == 3)
        #expect(taken.keys.map(\.generation.number) == [1, 2, 3])
        #expect(taking.asks.isEmpty && last?.0 == 6)
    }

    @Test("a host that begins anew asks from the first piece on, and has the same at the end")
    func anew() throws {
        let sources = try sources(to: .two)
        func answers(_ taking: HostTakeOver) -> [Frame] {
            taking.asks.flatMap { ask, _ in sources.compactMap { $0.answer(ask) } }
        }
        var whole = HostTakeOver(party: .two, deal: deal, members: 2)
        var steps = 0
        while whole.taken == nil {
            for frame in answers(whole) { try whole.receive(frame) }
            steps += 1
        }
        for cut in [1, 2, steps - 1] {
            var taking = HostTakeOver(party: .two, deal: deal, members: 2)
            for _ in 0..<cut { for frame in answers(taking) { try taking.receive(frame) } }
            #expect(taking.taken == nil)
            taking = HostTakeOver(party: .two, deal: deal, members: 2)
            #expect(taking.progress == nil && taking.asks.count == 2)
            while taking.taken == nil { for frame in answers(taking) { try taking.receive(frame) } }
            #expect(taking.taken?.places == whole.taken?.places)
        }
    }
}
