import Records
import Secrets
import Support
import Testing
import ThreeParty

private let plan = Digest32(of: [[1, 2, 3]])
private let kinds: [Frame.Kind] = [
    .proposal, .conditionBits, .refusals, .lookupDeal, .completed, .abort, .countDeal, .countBits, .countBitsHash,
]

private func frame(
    _ kind: Frame.Kind, _ sender: PartyID, _ payload: [UInt8] = [], digest: Digest32 = plan
) -> Frame {
    Frame(kind: kind, sender: sender, stream: .scoring(0), batch: 1, digest: digest, payload: payload)
}

@Suite("An agreement")
struct AgreementTests {
    @Test("hangs on the plan and on every code of every party")
    func digest() {
        var digests: Set<Digest32> = []
        func add(_ plan: Digest32, _ zero: [UInt8], _ one: [UInt8], _ two: [UInt8]) {
            let (isNew, _) = digests.insert(
                Agreement(plan: plan, codes: (zero, one, two), found: zero.map { _ in 0 }, transcript: .zero).digest)
            #expect(isNew)
        }
        add(plan, [0, 0], [0, 0], [0, 0])
        add(Digest32(of: [[4]]), [0, 0], [0, 0], [0, 0])
        for event in 0..<2 {
            for code in [1, 2, 255] as [UInt8] {
                var codes: [UInt8] = [0, 0]
                codes[event] = code
                add(plan, codes, [0, 0], [0, 0])
                add(plan, [0, 0], codes, [0, 0])
                add(plan, [0, 0], [0, 0], codes)
            }
        }
        add(plan, [0], [0], [0])
        add(plan, [], [], [])
        #expect(!digests.contains(plan))
    }

    @Test("names the first party that refused, with that party's reason", arguments: 1...10 as ClosedRange<UInt64>)
    func refusals(seed: UInt64) {
        var random = SplitMix64(state: seed)
        let codes = (0..<3).map { _ in (0..<40).map { _ in UInt8.random(in: 0...3, using: &random) / 2 * 7 } }
        let agreement = Agreement(
            plan: plan, codes: (codes[0], codes[1], codes[2]), found: codes[0].map { _ in 0 }, transcript: .zero)
        #expect(agreement.codes == codes && agreement.refusals.count == 40)
        for event in 0..<40 {
            let first = PartyID.allCases.first { codes[$0.rawValue][event] != 0 }
            #expect(agreement.refusals[event]?.party == first)
            #expect(agreement.refusals[event]?.code == first.map { codes[$0.rawValue][event] })
        }
    }
}

@Suite("A batch that is only agreed on")
struct AgreementSessionTests {
    private func failure(_ frames: Frame..., own: [UInt8] = [0, 6]) -> StepError? {
        var session = AgreementSession(party: .one, plan: plan, word: Word(codes: own))
        _ = session.start()
        do {
            for frame in frames { _ = try session.receive(frame) }
            return nil
        } catch { return error }
    }

    @Test("tells both peers its refusals")
    func start() {
        var session = AgreementSession(party: .one, plan: plan, word: Word(codes: [0, 6]))
        var told: [PartyID] = []
        for effect in session.start() {
            guard case .send(.refusals, let peer, plan, [0, 6]) = effect else {
                Issue.record("it said something else")
                continue
            }
            told.append(peer)
        }
        #expect(Set(told) == [.zero, .two] && told.count == 2)
    }

    @Test("ends when both have told theirs, in either order")
    func ends() throws {
        for order in [[PartyID.zero, .two], [.two, .zero]] {
            var session = AgreementSession(party: .one, plan: plan, word: Word(codes: [0, 6]))
            _ = session.start()
            #expect(try session.receive(frame(.refusals, order[0], [order[0] == .zero ? 9 : 0, 0])).isEmpty)
            let effects = try session.receive(frame(.refusals, order[1], [order[1] == .zero ? 9 : 0, 0]))
            guard case .finished(let agreement)? = effects.first, effects.count == 1 else {
                Issue.record("it did not end")
                continue
            }
            #expect(agreement.codes == [[9, 0], [0, 6], [0, 0]])
        }
    }

    @Test("refuses another plan, another length, a repeat, and what is not of it")
    func errors() {
        #expect(failure(frame(.refusals, .zero, [0, 0])) == nil)
        #expect(
            failure(frame(.refusals, .zero, [0, 0], digest: .zero)) == .disagreement(peer: .zero, kind: .refusals))
        for payload in [[], [0], [0, 0, 0]] as [[UInt8]] {
            let expected = StepError.wrongLength(peer: .two, kind: .refusals, expected: 2, got: payload.count)
            #expect(failure(frame(.refusals, .two, payload)) == expected)
        }
        #expect(
            failure(frame(.refusals, .zero, [0, 0]), frame(.refusals, .zero, [0, 0]))
                == .unexpected(peer: .zero, kind: .refusals))
        // A frame in its own name is nobody's.
        #expect(failure(frame(.refusals, .one, [0, 0])) == .unexpected(peer: .one, kind: .refusals))
        for kind in kinds where kind != .refusals {
            let expected = kind == .abort ? StepError.peerAborted(.two) : .unexpected(peer: .two, kind: kind)
            #expect(failure(frame(kind, .two)) == expected)
        }
    }
}

@Suite("A batch that is scored, with frames that should not come")
struct BatchSessionErrorTests {
    private static let events = 3

    /// A batch at party one up to where it has sent all of round 1, with what the others would send it.
    private struct Fixture {
        var cell: Cell
        let inputs: [PartyID: BatchInputs]
        /// What each party sends in a run that goes well, by kind and sender.
        let good: [Frame]

        init() throws {
            cell = try Cell(bits: 20, trees: 3, depth: 2, ringBits: 16, seed: 12)
            let (_, shared) = cell.inputs(BatchSessionErrorTests.events)
            inputs = cell.batch(shared)
            good = try cell.run(plan: plan, inputs: inputs).frames
        }

        func frame(_ kind: Frame.Kind, _ sender: PartyID) throws -> Frame {
            try #require(good.first { $0.kind == kind && $0.sender == sender })
        }

        /// What party one says to these frames, or why it stops.
        func outcome(_ frames: [Frame]) throws -> (effects: Int, finished: Bool, error: StepError?) {
            let inputs = inputs[.one]!
            let rule = ThermometerRule(features: [Int](repeating: 1, count: cell.shape.bits))
            let word = inputs.word(
                at: .one, plan: plan, rule: rule, key: Cell.checkKey(), keys: cell.keys(.one))
            var session = BatchSession(
                party: .one, plan: plan, model: cell.models[.one]!, inputs: inputs, word: word)
            _ = session.start(keys: cell.keys(.one))
            var outcome: (effects: Int, finished: Bool, error: StepError?) = (0, false, nil)
            do {
                for frame in frames {
                    for effect in try session.receive(frame, keys: cell.keys(.one)) {
                        outcome.effects += 1
                        if case .finished = effect { outcome.finished = true }
                    }
                }
            } catch { outcome.error = error }
            return outcome
        }
    }

    private let fixture: Fixture

    init() throws { fixture = try Fixture() }

    private func round1() throws -> [Frame] {
        [try fixture.frame(.conditionBits, .two), try fixture.frame(.refusals, .zero)]
    }

    @Test("ends with the frames that it needs, in any order")
    func anyOrder() throws {
        let frames = try round1() + [fixture.frame(.lookupDeal, .zero)]
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let outcome = try fixture.outcome(order.map { frames[$0] })
            #expect(outcome.effects == 2 && outcome.finished && outcome.error == nil, "\(order)")
        }
        for count in 0..<3 { #expect(try !fixture.outcome(Array(frames[..<count])).finished) }
    }

    @Test("takes each frame from one peer alone, and once")
    func senders() throws {
        for (kind, sender) in [(Frame.Kind.conditionBits, PartyID.two), (.refusals, .zero), (.lookupDeal, .zero)] {
            let good = try fixture.frame(kind, sender)
            for other in PartyID.allCases where other != sender {
                var frame = good
                frame.sender = other
                #expect(try fixture.outcome([frame]).error == .unexpected(peer: other, kind: kind))
            }
            #expect(try fixture.outcome([good, good]).error == .unexpected(peer: sender, kind: kind))
        }
    }

    @Test("stops at another plan, before anything is dealt")
    func otherPlan() throws {
        for (kind, sender) in [(Frame.Kind.conditionBits, PartyID.two), (.refusals, .zero)] {
            var frame = try fixture.frame(kind, sender)
            frame.digest = Digest32(of: [[9]])
            let outcome = try fixture.outcome([frame])
            #expect(outcome.error == .disagreement(peer: sender, kind: kind) && outcome.effects == 0)
        }
        // The deal hangs on what was agreed: the plan's own digest is another one.
        var deal = try fixture.frame(.lookupDeal, .zero)
        deal.digest = plan
        let outcome = try fixture.outcome(round1() + [deal])
        #expect(outcome.error == .disagreement(peer: .zero, kind: .lookupDeal) && !outcome.finished)
    }

    @Test("stops at a length that is not the batch's", arguments: [-1, 1, -100])
    func lengths(change: Int) throws {
        for (kind, sender) in [(Frame.Kind.conditionBits, PartyID.two), (.refusals, .zero), (.lookupDeal, .zero)] {
            var frame = try fixture.frame(kind, sender)
            let expected = frame.payload.count
            if change > 0 { frame.payload.append(0) } else { frame.payload.removeLast(min(-change, expected)) }
            let frames = kind == .lookupDeal ? try round1() + [frame] : [frame]
            let outcome = try fixture.outcome(frames)
            #expect(
                outcome.error
                    == .wrongLength(peer: sender, kind: kind, expected: expected, got: frame.payload.count))
        }
    }

    @Test("stops where a peer gives up, and at what is of no scoring")
    func otherKinds() throws {
        for sender in [PartyID.zero, .two] {
            #expect(try fixture.outcome([frame(.abort, sender)]).error == .peerAborted(sender))
            for kind in [Frame.Kind.proposal, .completed, .countDeal, .countBits, .countBitsHash] {
                #expect(try fixture.outcome([frame(kind, sender)]).error == .unexpected(peer: sender, kind: kind))
            }
        }
        let after = try round1() + [fixture.frame(.lookupDeal, .zero), frame(.abort, .zero)]
        let outcome = try fixture.outcome(after)
        #expect(outcome.finished && outcome.error == .peerAborted(.zero))
    }

    @Test("stops where a peer told the two others different refusals")
    func twoFaced() throws {
        // Party zero told party one that it refuses the first; party two dealt as if it did not.
        var refusals = try fixture.frame(.refusals, .zero)
        refusals.payload[0] = 6
        let frames = try [fixture.frame(.conditionBits, .two), refusals, fixture.frame(.lookupDeal, .zero)]
        #expect(try fixture.outcome(frames).error == .disagreement(peer: .zero, kind: .lookupDeal))
    }

    @Test("of any size and any refusals scores what all three took", arguments: 1...12 as ClosedRange<UInt64>)
    func anyBatch(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        let (bits, depth) = (Int.random(in: 1...70, using: &random), Int.random(in: 1...5, using: &random))
        var cell = try Cell(
            bits: bits, trees: Int.random(in: 1...20, using: &random), depth: depth,
            ringBits: Bool.random(using: &random) ? 16 : 32, seed: seed)
        // Around the pieces of 64 that a batch is worked on in.
        let events = [0, 1, 2, 63, 64, 65, 130].randomElement(using: &random)!
        let (plain, shared) = cell.inputs(events)
        var refused: Set<Int> = []
        var inputs: [PartyID: BatchInputs] = [:]
        for party in PartyID.allCases {
            var batch = BatchInputs(bits: bits, capacity: events)
            for event in 0..<events {
                if Int.random(in: 0..<8, using: &random) == 0 {
                    batch.append(refused: UInt8(party.rawValue) + 1)
                    refused.insert(event)
                } else {
                    batch.append(shared[party]![event])
                }
            }
            inputs[party] = batch
        }
        let run = try cell.run(plan: plan, inputs: inputs, order: seed)
        let opened = cell.open(run)
        #expect(opened.count == events)
        for event in 0..<events { #expect(opened[event] == (refused.contains(event) ? 0 : cell.plain(plain[event]))) }
        for party in PartyID.allCases {
            let result = try #require(run.results[party])
            #expect(Set(result.refusals.indices.filter { result.refusals[$0] != nil }) == refused)
            #expect(result.rounds == 2 && result.agreedDigest == run.results[.zero]?.agreedDigest)
        }
    }
}

@Suite("A batch at one party")
struct BatchRunErrorTests {
    @Test("that only agrees takes nothing of a scoring")
    func agreeing() throws {
        let cell = try Cell(bits: 3, trees: 1, depth: 1, ringBits: 16, seed: 1)
        for kind in kinds where kind != .refusals {
            var run = BatchRun(party: .zero, plan: plan, work: .agree(LabelInputs(refusals: [0])))
            _ = run.start(keys: cell.keys(.zero), checkKey: Cell.checkKey())
            var error: StepError?
            do { _ = try run.receive(frame(kind, .one), keys: cell.keys(.zero)) } catch let thrown { error = thrown }
            #expect(error == (kind == .abort ? .peerAborted(.one) : .unexpected(peer: .one, kind: kind)))
        }
    }

    @Test(
        "that looks counts up stops for a peer that gave up, and keeps early frames of the scoring",
        arguments: [1, 2, 3])
    func aborted(at step: Int) throws {
        let cell = try Cell(bits: 10, own: 8, trees: 2, depth: 2, ringBits: 16, seed: 2)
        let shape = try #require(CountShape(thresholds: [2]))
        var counts = CountInputs(shape: shape, openBits: 0)
        counts.append([CountShare(first: 1, second: 2)], of: [9], thresholds: [1, 2] as [UInt16])
        var own = BatchInputs(bits: 8, capacity: 1)
        own.append(BitShares(first: [1], second: [2]))
        var run = BatchRun(party: .zero, plan: plan, work: .count(cell.models[.zero]!, own, counts))
        let effects = run.start(keys: cell.keys(.zero), checkKey: Cell.checkKey())
        #expect(effects.count == 2)
        for _ in 1..<step {
            // A frame of the scoring, ahead of its time: no error, and nothing to say.
            #expect(try run.receive(frame(.lookupDeal, .two), keys: cell.keys(.zero)).isEmpty)
        }
        var error: StepError?
        do { _ = try run.receive(frame(.abort, .two), keys: cell.keys(.zero)) } catch let thrown { error = thrown }
        #expect(error == .peerAborted(.two))
        // A batch that failed takes nothing any more.
        do { _ = try run.receive(frame(.refusals, .one), keys: cell.keys(.zero)) } catch let thrown { error = thrown }
        #expect(error == .unexpected(peer: .one, kind: .refusals))
    }

    @Test("that failed scoring takes nothing any more")
    func afterFailure() throws {
        var cell = try Cell(bits: 10, trees: 2, depth: 2, ringBits: 16, seed: 2)
        let (_, shared) = cell.inputs(1)
        let inputs = try #require(cell.batch(shared)[.zero])
        var run = BatchRun(party: .zero, plan: plan, work: .score(cell.models[.zero]!, inputs))
        _ = run.start(keys: cell.keys(.zero), checkKey: Cell.checkKey())
        var errors: [StepError] = []
        for kind in [Frame.Kind.completed, .refusals] {
            do { _ = try run.receive(frame(kind, .two, [0]), keys: cell.keys(.zero)) } catch { errors.append(error) }
        }
        #expect(errors == [.unexpected(peer: .two, kind: .completed), .unexpected(peer: .two, kind: .refusals)])
    }
}
