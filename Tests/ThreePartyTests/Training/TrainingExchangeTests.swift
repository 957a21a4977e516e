import Model
import Records
import Support
import Testing
import ThreeParty

private func bytes(_ model: TrainedModel?) -> [[UInt8]] {
    guard let model else { return [] }
    return [
        model.components.selectionFirst, model.components.selectionSecond, model.components.leavesFirst,
        model.components.leavesSecond,
    ]
}

@Suite("The exchange of a training's frames")
struct TrainingExchangeTests {
    private let cell: TrainingCell

    init() throws {
        cell = try TrainingCell(
            rows: 40, bits: 17, rule: TrainingRule(trees: 6, stages: [1, 1], group: 2, candidates: 5), seed: 31)
    }

    /// What party zero gets in a whole run.
    private func script(_ run: TrainingCell.Run) -> [ScriptedTransport.Event] {
        // Before the attempt nothing has come.
        [.nothing] + run.frames.filter { $0.to == .zero }.map { .frame($0.frame) }
    }

    /// Party zero's attempt, of an hour, with a patience of a minute.
    private func train(
        _ transport: ScriptedTransport, attempt: UInt64 = 1, keep: (TrainingCheckpoint) throws -> Void = { _ in }
    ) throws -> TrainedModel {
        try TrainingExchange(transport: transport, patience: .seconds(60)).run(
            cell.session(.zero, attempt: attempt), left: { .seconds(3600) - transport.now }, keep: keep)
    }

    private func stop(_ script: [ScriptedTransport.Event], attempt: UInt64 = 1) -> TrainingStop? {
        #expect(throws: TrainingStop.self) { try train(ScriptedTransport(script), attempt: attempt) }
    }

    @Test("carries every frame there and back: what goes out and comes out is what the session alone gives")
    func whole() throws {
        let run = try cell.run()
        let transport = ScriptedTransport(script(run))
        var groups: [Int] = []
        let model = try train(transport) { groups.append($0.groups) }
        #expect(bytes(model) == bytes(run.models[.zero]) && groups == [1, 2, 3])
        for peer in [PartyID.one, .two] {
            let alone = run.frames.filter { $0.frame.sender == .zero && $0.to == peer }.map(\.frame.encoded)
            #expect(transport.frames.filter { $0.to == peer }.map(\.frame.encoded) == alone)
        }
    }

    @Test("ends an attempt in which a peer is silent for as long as the party waits, and names the peer alone")
    func silent() throws {
        var script = script(try cell.run())
        // Party one goes on until it needs the second group's first message.
        script.removeAll { event in
            guard case .frame(let frame) = event, let place = TrainingPiece(decoding: frame.payload)?.place else {
                return false
            }
            return place.group > 2 || place.group == 2 && (place.round > 0 || frame.sender == .two)
        }
        let transport = ScriptedTransport(script)
        #expect(throws: TrainingStop.peerSilent([.two])) { try train(transport) }
        #expect(transport.now == .seconds(60))
        #expect(stop([]) == .peerSilent([.two, .one]))
    }

    @Test("ends an attempt whose time is over, and frames of older attempts give it no more")
    func late() throws {
        let stale = try cell.run().frames.filter { $0.to == .zero }.map { ScriptedTransport.Event.frame($0.frame) }
        let transport = ScriptedTransport([.nothing] + stale)
        let exchange = TrainingExchange(transport: transport, patience: .seconds(60))
        #expect(throws: TrainingStop.late([.two, .one])) {
            try exchange.run(
                cell.session(.zero, attempt: 2), left: { .seconds(30) - transport.now }, keep: { _ in })
        }
        #expect(transport.now == .seconds(30))
    }

    @Test("ends a wait soon after its caller has no time left for it, however patient it is")
    func ended() throws {
        let transport = ScriptedTransport([])
        #expect(throws: TrainingStop.late([.two, .one])) {
            try TrainingExchange(transport: transport, patience: .seconds(60)).run(
                cell.session(.zero), left: { transport.now < .seconds(5) ? .seconds(3600) : .zero }, keep: { _ in })
        }
        #expect(transport.now < .seconds(6))
    }

    @Test("ends an attempt where a link is lost; one that was lost before is no matter, one that is not there is")
    func lost() throws {
        let run = try cell.run()
        #expect(stop(Array(script(run).prefix(9)) + [.lost(.two)]) == .peerMissing(.two))
        let model = try train(ScriptedTransport([.lost(.one), .lost(.two)] + script(run)))
        #expect(bytes(model) == bytes(run.models[.zero]))
        let alone = ScriptedTransport([], connected: [.one])
        #expect(throws: TrainingStop.peerMissing(.two)) { try train(alone) }
        #expect(alone.frames.isEmpty)
    }

    @Test("ends an attempt with a peer of another plan, and names it")
    func otherPlan() throws {
        let other = try TrainingCell(rows: 40, bits: 17, rule: cell.rule, seed: 32)
        let frames = try other.run().frames.filter { $0.to == .zero && $0.frame.sender == .one }
        #expect(
            stop([.nothing] + frames.map { .frame($0.frame) }) == .refused(.disagreement(peer: .one)))
    }

    @Test("takes frames that came before its attempt began, in order; a link lost behind them takes them away")
    func ahead() throws {
        let run = try cell.run()
        let begin = run.frames.filter { $0.to == .zero }
        let early = begin.prefix(2).map { ScriptedTransport.Event.frame($0.frame) }
        let rest = begin.dropFirst(2).map { ScriptedTransport.Event.frame($0.frame) }
        #expect(bytes(try train(ScriptedTransport(early + [.nothing] + rest))) == bytes(run.models[.zero]))
        // What party one sent alone is gone with its link, and missing again.
        let one = begin.filter { $0.frame.sender == .one }.prefix(1).map { ScriptedTransport.Event.frame($0.frame) }
        let two = begin.filter { $0.frame.sender == .two }.prefix(1).map { ScriptedTransport.Event.frame($0.frame) }
        #expect(stop(one + [.nothing]) == .peerSilent([.two]))
        #expect(stop(one + [.lost(.one), .nothing] + two) == .peerSilent([.one]))
    }

    @Test("ends an attempt whose checkpoint its caller can't keep: no frame behind it leaves")
    func notKept() throws {
        struct Full: Error, CustomStringConvertible { let description = "the disk is full" }
        let transport = ScriptedTransport(script(try cell.run()))
        #expect(throws: TrainingStop.notKept("the disk is full")) {
            try train(transport) { _ in throw Full() }
        }
        #expect(transport.frames.allSatisfy { TrainingPiece(decoding: $0.frame.payload)!.place.group < 2 })
    }

    @Test("takes no more frames of attempts to come than a peer that follows the protocol sends")
    func flood() throws {
        let frame = try #require(try cell.run().frames.first { $0.to == .zero }).frame
        let many = Array(repeating: ScriptedTransport.Event.frame(frame), count: TrainingPiece.mostOfRound + 1)
        #expect(stop(many) == .refused(.unexpected(peer: frame.sender)))
        var large = frame
        large.payload += [UInt8](repeating: 0, count: TrainingPiece.limit)
        #expect(stop([.frame(large)]) == .refused(.unexpected(peer: frame.sender)))
    }

    // MARK: Three parties

    /// What one party's thread does: a first attempt, which may end, and a second one from the first group.
    private func party(
        _ transport: InProcessTransport, givesUp: Bool
    ) throws -> (model: TrainedModel, stop: TrainingStop?) {
        let exchange = TrainingExchange(transport: transport, patience: .seconds(600))
        var kept: [TrainingCheckpoint] = []
        do {
            let model = try exchange.run(
                cell.session(transport.party), left: { givesUp && !kept.isEmpty ? .zero : .seconds(600) },
                keep: { kept.append($0) })
            return (model, nil)
        } catch {
            let stop = try #require(error as? TrainingStop)
            let first = try #require(kept.first)
            let model = try exchange.run(
                cell.session(transport.party, attempt: 2, from: first), left: { .seconds(600) },
                keep: { _ in })
            return (model, stop)
        }
    }

    @Test("among three threads gives the reference trainer's forest")
    func threads() throws {
        let links = InProcessTransport.cell()
        let parties = links.values.map { link in Worker { (link.party, try party(link, givesUp: false)) } }
        let models = try parties.map { try $0.value() }.map { ($0.0, $0.1.model) }
        let forest = try TrainingCell.opened(Dictionary(uniqueKeysWithValues: models))
        #expect(try forest.trees == cell.clear().trees)
    }

    @Test(
        "goes on in a second attempt from a checkpoint, where one party gave up the first; the others are told by its frames"
    )
    func resumed() throws {
        let links = InProcessTransport.cell()
        let parties = links.values.map { link in Worker { (link.party, try party(link, givesUp: link.party == .two)) } }
        let ends = Dictionary(uniqueKeysWithValues: try parties.map { try $0.value() })
        let forest = try TrainingCell.opened(ends.mapValues(\.model))
        #expect(try forest.trees == cell.clear().trees)
        guard case .late = ends[.two]?.stop else {
            Issue.record("party two gave up by \(String(describing: ends[.two]?.stop))")
            return
        }
        for peer in [PartyID.zero, .one] {
            guard case .newerAttempt(2, _) = ends[peer]?.stop else {
                Issue.record("\(peer) ended by \(String(describing: ends[peer]?.stop))")
                continue
            }
        }
    }
}
