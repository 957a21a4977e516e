import Records
import Support
import Testing
import ThreeParty

/// Batches in which one thing goes wrong on the way: a frame comes twice, at the wrong party, in another's name, or with a byte
/// changed.
@Suite("A batch with one fault on its links")
struct BatchFaultTests {
    private static let plan = Digest32(of: [[3]])

    enum Kind: CaseIterable { case agree, score, rounded, again }

    private struct World {
        let cell: Cell
        let work: [PartyID: BatchWork]

        init(_ kind: Kind) throws {
            var cell = try Cell(
                bits: 9, trees: 2, depth: 2, ringBits: 16, thresholds: kind == .rounded ? [-500, 0, 900] : nil, seed: 4)
            let inputs = cell.batch(cell.inputs(3).shared)
            let models = cell.models
            self.cell = cell
            work = Dictionary(
                uniqueKeysWithValues: PartyID.allCases.map { party in
                    let (model, inputs) = (models[party]!, inputs[party]!)
                    switch kind {
                    case .agree: return (party, .agree(LabelInputs(refusals: [0, UInt8(party.rawValue)])))
                    case .score, .rounded: return (party, .score(model, inputs))
                    case .again: return (party, .again(model, inputs))
                    }
                })
        }

        /// What happens to the frame of a number, counted in the order of sending.
        enum Fault {
            case none
            case twice(Int)
            case misled(Int)
            case changed(Int, (inout Frame) -> Void)
        }

        struct Run {
            var results: [PartyID: BatchResult] = [:]
            var sent: [(to: PartyID, frame: Frame)] = []
            var error: StepError?
        }

        func run(_ fault: Fault = .none, order: UInt64) -> Run {
            var run = Run()
            var random = SplitMix64(state: order)
            var zero = BatchRun(party: .zero, plan: plan, work: work[.zero]!)
            var one = BatchRun(party: .one, plan: plan, work: work[.one]!)
            var two = BatchRun(party: .two, plan: plan, work: work[.two]!)
            var wire: [(to: PartyID, frame: Frame)] = []
            func take(_ effects: [BatchSession.Effect], from sender: PartyID) {
                for effect in effects {
                    switch effect {
                    case .send(let kind, let peer, let digest, let payload):
                        var (to, frame) = (
                            peer,
                            Frame(
                                kind: kind, sender: sender, stream: .scoring(0), batch: 1, digest: digest,
                                payload: payload)
                        )
                        let number = run.sent.count
                        run.sent.append((to, frame))
                        switch fault {
                        case .twice(number): wire.append((to, frame))
                        case .misled(number): to = PartyID.allCases.first { $0 != to && $0 != sender }!
                        case .changed(number, let change): change(&frame)
                        default: break
                        }
                        wire.append((to, frame))
                    case .finished(let result): run.results[sender] = result
                    }
                }
            }
            do throws(StepError) {
                take(zero.start(keys: cell.keys(.zero), checkKey: Cell.checkKey()), from: .zero)
                take(one.start(keys: cell.keys(.one), checkKey: Cell.checkKey()), from: .one)
                take(two.start(keys: cell.keys(.two), checkKey: Cell.checkKey()), from: .two)
                while !wire.isEmpty {
                    let (to, frame) = wire.remove(at: Int.random(in: 0..<wire.count, using: &random))
                    switch to {
                    case .zero: take(try zero.receive(frame, keys: cell.keys(.zero)), from: to)
                    case .one: take(try one.receive(frame, keys: cell.keys(.one)), from: to)
                    case .two: take(try two.receive(frame, keys: cell.keys(.two)), from: to)
                    }
                }
            } catch { run.error = error }
            return run
        }
    }

    @Test("ends without one, at all three, by as many frames in whatever order they come", arguments: Kind.allCases)
    func sound(kind: Kind) throws {
        let world = try World(kind)
        let first = world.run(order: 1)
        for order in 2...12 as ClosedRange<UInt64> {
            let run = world.run(order: order)
            #expect(run.error == nil && run.results.count == 3 && run.sent.count == first.sent.count)
            for party in PartyID.allCases {
                #expect(run.results[party]?.scoreShares == first.results[party]?.scoreShares)
                #expect(run.results[party]?.agreedDigest == first.results[party]?.agreedDigest)
                #expect(run.results[party]?.received == first.results[party]?.received)
            }
        }
    }

    @Test("stops at a frame that comes twice, and names its sender", arguments: Kind.allCases)
    func twice(kind: Kind) throws {
        let world = try World(kind)
        for (number, sent) in world.run(order: 1).sent.enumerated() {
            // The same frames are sent in whatever order they come, but not in the same order.
            for order in 1...6 as ClosedRange<UInt64> {
                let run = world.run(.twice(number), order: order)
                let doubled = order == 1 ? sent.frame : run.sent[number].frame
                #expect(
                    run.error == .unexpected(peer: doubled.sender, kind: doubled.kind),
                    "frame \(number), order \(order)")
            }
        }
    }

    @Test("stops at a frame that was meant for another party, where it has no place", arguments: Kind.allCases)
    func misled(kind: Kind) throws {
        let world = try World(kind)
        for number in world.run(order: 1).sent.indices {
            for order in 1...6 as ClosedRange<UInt64> {
                let run = world.run(.misled(number), order: order)
                #expect(run.error != nil || run.results.count < 3, "frame \(number), order \(order)")
            }
        }
    }

    @Test(
        "does not end at all three with a frame in another's name, of another kind, plan or length",
        arguments: Kind.allCases)
    func changed(kind: Kind) throws {
        let world = try World(kind)
        let kinds = Array(LinkProtocol.scoring.kinds.keys)
        for number in world.run(order: 1).sent.indices {
            var changes: [(inout Frame) -> Void] = [
                { $0.sender = $0.sender.next }, { $0.sender = $0.sender.previous }, { $0.digest = .zero },
                { $0.payload.append(0) }, { if !$0.payload.isEmpty { $0.payload.removeLast() } }, { $0.payload = [] },
            ]
            for other in kinds { changes.append { $0.kind = $0.kind == other ? .abort : other } }
            for (place, change) in changes.enumerated() {
                let run = world.run(.changed(number, change), order: 7)
                #expect(run.error != nil || run.results.count < 3, "change \(place) of frame \(number)")
            }
        }
    }

    @Test(
        "ends everywhere as without one, or stops, or is known by its digest, whichever byte was changed",
        arguments: Kind.allCases)
    func everyByte(kind: Kind) throws {
        let world = try World(kind)
        let sound = world.run(order: 1)
        for (number, sent) in sound.sent.enumerated() {
            // All bytes of short frames, and some of long ones.
            let count = sent.frame.payload.count
            for place in stride(from: number % 3, to: count, by: max(1, count / 12)) {
                let run = world.run(.changed(number) { $0.payload[place] ^= 1 << UInt8(place & 7) }, order: 1)
                if run.error != nil || run.results.count < 3 { continue }
                // Nobody can check what one party deals another, so what leaves the receiver hangs on it.
                let told = run.results[sent.to]
                let isKnown =
                    told?.received != sound.results[sent.to]?.received
                    || told?.agreement.digest != sound.results[sent.to]?.agreement.digest
                    || told?.agreedDigest != sound.results[sent.to]?.agreedDigest
                #expect(isKnown, "byte \(place) of frame \(number), \(sent.frame.kind)")
            }
        }
    }

    @Test("a party that gives up stops whoever hears it, at any point", arguments: Kind.allCases)
    func aborted(kind: Kind) throws {
        let world = try World(kind)
        for number in world.run(order: 1).sent.indices {
            let run = world.run(.changed(number) { ($0.kind, $0.payload) = (.abort, []) }, order: 2)
            let expected = StepError.peerAborted(run.sent[number].frame.sender)
            #expect(run.error == expected)
        }
    }

    @Test("has a sentence that names the peer")
    func sentences() {
        let errors: [StepError] = [
            .disagreement(peer: .two, kind: .refusals), .unexpected(peer: .two, kind: .refusals),
            .wrongLength(peer: .two, kind: .refusals, expected: 5, got: 6), .peerAborted(.two),
        ]
        let said = errors.map { "\($0)" }
        #expect(Set(said).count == said.count && said.allSatisfy { $0.contains("party-2") })
        #expect(said[2].contains("5") && said[2].contains("6"))
    }
}
