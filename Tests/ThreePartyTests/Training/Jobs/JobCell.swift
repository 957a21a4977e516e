import Model
import Records
import Support
import Synchronization
import Testing
import ThreeParty

/// Links that can be cut, as those of a process that is killed: then nothing goes out or comes in.
final class CutTransport: Transport {
    private let link: any Transport
    private let isCut = Mutex(false)

    init(_ link: any Transport) { self.link = link }

    var party: PartyID { link.party }
    var connected: Set<PartyID> { link.connected }
    var sent: TransportCount { link.sent }

    func cut() { isCut.withLock { $0 = true } }

    func send(_ frame: Frame, to peer: PartyID) {
        if !isCut.withLock({ $0 }) { link.send(frame, to: peer) }
    }

    func receive(stream: StreamID, timeout: Duration) throws(TransportError) -> Frame? {
        isCut.withLock { $0 } ? nil : try link.receive(stream: stream, timeout: timeout)
    }
}

/// A job of three parties: rows of some members, in the clear and in shares, and each party's state.
struct JobCell {
    let cell: TrainingCell
    var job: TrainingJob
    let members: [MemberID]
    let memberOf: [UInt16]
    let offsets: [Int64]
    /// What parties' rows are of; one may have others.
    var digests: [PartyID: Digest32] = [:]

    struct Killed: Error {}

    /// What a party has on its disk.
    typealias State = [TrainingEntry: [UInt8]]

    /// - Parameter sizes: rows of each member, one behind the other.
    init(
        _ sizes: [Int] = [14, 13, 13], bits: Int = 9, rule: TrainingRule, seed: UInt64 = 51,
        outcome: @escaping (_ bits: [Bool], _ chance: Int) -> Bool = { ($0[1] && !$0[$0.count - 2]) != ($1 == 0) }
    ) throws {
        cell = try TrainingCell(rows: sizes.reduce(0, +), bits: bits, rule: rule, seed: seed, outcome: outcome)
        job = TrainingJob(
            number: 7, order: Digest32(of: [[7]]), rule: rule, frequencies: cell.frequencies)
        members = try sizes.indices.map { try #require(MemberID("bank-\("abcdef".dropFirst($0).prefix(1))")) }
        memberOf = sizes.enumerated().flatMap { Array(repeating: UInt16($0), count: $1) }
        offsets = memberOf.indices.map { 1_000 + 3 * Int64($0) }
        job.admitted = Set(members)
    }

    static func rule(trees: Int = 6, stages: [Int] = [1, 1], group: Int = 2) throws -> TrainingRule {
        try TrainingRule(trees: trees, stages: stages, group: group, candidates: 3)
    }

    func source(_ party: PartyID) -> TrainingSource {
        TrainingSource(
            rows: cell.rows[party]!, members: members, memberOf: memberOf, offsets: offsets,
            digest: digests[party] ?? Digest32(of: [[1]]))
    }

    static func contribution(_ party: PartyID, life: UInt8 = 0) -> CoinContribution {
        CoinContribution([UInt8](repeating: UInt8(party.rawValue + 1) ^ life << 4, count: 32))!
    }

    func run(_ party: PartyID, _ state: State = [:], life: UInt8 = 0) throws -> TrainingRun {
        try TrainingRun(
            party: party, job: job, source: source(party), keys: TrainingKeys(cell.keys.pair(party)), state: state,
            random: Self.contribution(party, life: life))
    }

    // MARK: Three parties

    private static let clock = Mutex<UInt64>(0)
    /// A time that is later than all before.
    static var now: UInt64 {
        clock.withLock {
            $0 += 1_000
            return $0
        }
    }

    /// A party's way through a job: one life after the other, each of which ends where it can keep no more.
    ///
    /// - Parameter lives: what each life but the last can keep.
    func live(
        _ link: any Transport, lives: [Int] = [], left: @escaping @Sendable () -> Duration = { .seconds(50) },
        state: State = [:]
    ) throws -> (job: TrainedJob, state: State, progress: [TrainingProgress]) {
        var state = state
        for (life, most) in (lives + [.max]).enumerated() {
            let transport = CutTransport(link)
            var kept = 0
            var progress: [TrainingProgress] = []
            do {
                let trained = try run(link.party, state, life: UInt8(life)).run(
                    over: TrainingExchange(transport: transport, patience: .seconds(50)),
                    from: Self.now, left: left,
                    keep: { entry, bytes in
                        guard kept < most else {
                            transport.cut()
                            throw Killed()
                        }
                        kept += 1
                        state[entry] = bytes
                    }, progress: { progress.append($0) })
                return (trained, state, progress)
            } catch TrainingStop.notKept where most != .max { continue }
        }
        throw Killed()
    }

    /// Three parties on threads of their own, to the end of the job.
    func parties(lives: [PartyID: [Int]] = [:], states: [PartyID: State] = [:]) throws -> [PartyID: TrainedJob] {
        let workers = InProcessTransport.cell().values.map { link in
            Worker {
                (link.party, try live(link, lives: lives[link.party] ?? [], state: states[link.party] ?? [:]).job)
            }
        }
        return Dictionary(uniqueKeysWithValues: try workers.map { try $0.value() })
    }

    /// How a party's only life ends where there is no model.
    func stop(
        _ link: any Transport, left: @escaping @Sendable () -> Duration = { .seconds(50) }, state: State = [:]
    ) throws -> TrainingStop? {
        do { _ = try live(link, left: left, state: state) } catch let stop as TrainingStop { return stop }
        return nil
    }

    // MARK: What is right

    /// The reference trainer's forest on the rows that take part.
    func clear(_ trained: TrainedJob) throws -> Forest {
        let coin = TrainingCoin(digest: trained.coin)
        var rows: [MemberID: [Int64]] = [:]
        for (member, offset) in zip(memberOf, offsets) { rows[members[Int(member)], default: []].append(offset) }
        for member in trained.leftOut { rows[member] = nil }
        let taken = Set(TrainingCaps.thinned(rows, by: coin).values.joined())
        let places = offsets.indices.filter { taken.contains(offsets[$0]) }
        let columns = BitColumns(
            thermometers: places.map { cell.thermometers[$0] }, bits: cell.plan.bits,
            fraud: places.map { cell.columns.fraud[$0] })
        #expect(trained.rows == places.count && trained.frauds == columns.fraud.count { $0 })
        return try ReferenceTrainer(rule: job.rule, frequencies: job.frequencies, coin: coin).train(columns)
    }

    /// Holds three parties' models against the reference trainer's.
    func expectRight(_ trained: [PartyID: TrainedJob]) throws {
        let forest = try TrainingCell.opened(trained.mapValues(\.model))
        let clear = try clear(#require(trained[.zero]))
        #expect(forest.trees == clear.trees)
        #expect(Set(trained.values.map(\.plan)).count == 1 && Set(trained.values.map(\.coin)).count == 1)
    }

    static func bytes(_ trained: [PartyID: TrainedJob]) -> [[UInt8]] {
        PartyID.allCases.flatMap { party -> [[UInt8]] in
            guard let model = trained[party]?.model else { return [] }
            return [
                model.components.selectionFirst, model.components.selectionSecond, model.components.leavesFirst,
                model.components.leavesSecond,
            ]
        }
    }
}
