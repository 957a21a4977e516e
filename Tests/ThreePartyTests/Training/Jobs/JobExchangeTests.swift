import Records
import Support
import Testing
import ThreeParty

@Suite("The exchange of a job's frames")
struct JobExchangeTests {
    private static let base = Digest32(of: [[9]])

    private func terms(_ party: PartyID, job: UInt64 = 3, base: Digest32 = base) -> JobAgreement.Terms {
        JobAgreement.Terms(job: job, base: base, contribution: JobCell.contribution(party))
    }

    private func hello(_ party: PartyID, _ attempt: UInt64 = 5, job: UInt64 = 3) throws -> ScriptedTransport.Event {
        let agreement = JobAgreement(party: party, terms: terms(party, job: job), attempt: attempt)
        guard case .send(let frame, _) = agreement.greet(.zero).first else { throw JobCell.Killed() }
        return .frame(frame)
    }

    private func frame(
        _ kind: Frame.Kind, _ party: PartyID, _ attempt: UInt64 = 5, base: Digest32 = base, _ payload: [UInt8] = []
    ) -> ScriptedTransport.Event {
        .frame(
            Frame(
                kind: kind, sender: party, stream: .training, batch: attempt, digest: base, payload: payload))
    }

    private func opening(_ party: PartyID, _ attempt: UInt64 = 5) -> ScriptedTransport.Event {
        frame(.opening, party, attempt, JobCell.contribution(party).bytes)
    }

    /// Both peers' whole part of the agreement on an attempt.
    private func agreement(_ attempt: UInt64 = 5) throws -> [ScriptedTransport.Event] {
        [try hello(.one, attempt), try hello(.two, attempt), opening(.one, attempt), opening(.two, attempt)]
    }

    /// A job of party zero whose sessions end as they are told, one attempt after the other.
    private func job(
        _ transport: ScriptedTransport, _ exchange: TrainingExchange? = nil, number: UInt64 = 3,
        ends: [TrainingStop?] = [nil]
    ) throws -> [JobAgreement.Agreed] {
        let exchange = exchange ?? TrainingExchange(transport: transport, patience: .seconds(60))
        var agreed: [JobAgreement.Agreed] = []
        return try exchange.job(
            from: 1, left: { .seconds(3600) - transport.now }, terms: { terms(.zero, job: number) }, keep: { _ in },
            sessions: { each throws(TrainingStop) in
                agreed.append(each)
                if let stop = ends[agreed.count - 1] { throw stop }
                return agreed
            })
    }

    private func kinds(_ transport: ScriptedTransport, to peer: PartyID) -> [Frame.Kind] {
        transport.frames.filter { $0.to == peer }.map(\.frame.kind)
    }

    @Test("greets each peer once its link is there, and waits for it until the job's time is over")
    func links() throws {
        let transport = ScriptedTransport(
            [.nothing, try hello(.one), .nothing, .linked(.two), try hello(.two), opening(.one), opening(.two)],
            connected: [.one])
        let agreed = try job(transport)
        #expect(agreed.map(\.attempt) == [5])
        // Party one is greeted at once, and again by the attempt that it named.
        #expect(kinds(transport, to: .one) == [.agreement, .agreement, .opening])
        let alone = ScriptedTransport([.nothing, try hello(.one)])
        #expect(throws: TrainingStop.late([.two])) { try job(alone) }
        #expect(alone.now == .seconds(3600))
    }

    @Test("greets a peer anew whose link was lost, which says everything anew")
    func lost() throws {
        let (one, two) = (try hello(.one), try hello(.two))
        let transport = ScriptedTransport(
            [.nothing, one, two, opening(.two), .lost(.two), .nothing, opening(.one), two, opening(.two)])
        #expect(try job(transport).map(\.attempt) == [5])
        #expect(kinds(transport, to: .two) == [.agreement, .agreement, .opening, .agreement, .opening])
        // What it said before is no part of the agreement.
        let silent = ScriptedTransport([.nothing, one, two, opening(.two), .lost(.two), opening(.one)])
        #expect(throws: TrainingStop.late([.two])) { try job(silent) }
    }

    @Test("begins a newer attempt where one ends by a link or a silent peer, and none where the reason stays")
    func attempts() throws {
        for stop in [TrainingStop.peerMissing(.one), .peerSilent([.two]), .newerAttempt(6, of: .two)] {
            let transport = ScriptedTransport(try [.nothing] + agreement(5) + [.nothing] + agreement(6))
            #expect(try job(transport, ends: [stop, nil]).map(\.attempt) == [5, 6])
            #expect(transport.frames.allSatisfy { $0.frame.kind != .gaveUp })
        }
        let told: [TrainingStop] = [
            .notKept("full"), .refused(.disagreement(peer: .one)), .refused(.otherSetUp), .refused(.checkpoint),
            .refused(.otherCoin(peer: .two)), .refused(.validation(.sums)),
        ]
        let known: [TrainingStop] = [
            .late([.one]), .gaveUp(.two), .refused(.bounds(.sums)), .refused(.fewFrauds(1, least: 2)),
            .refused(.fewRows(1, least: 2)), .refused(.otherBase(peer: .one)), .refused(.tooLarge(9, fitting: 3)),
            .refused(.card), .refused(.validation(.frauds(1, least: 2))),
            .refused(.validation(.legitimate(1, least: 2))),
        ]
        for stop in told + known {
            let transport = ScriptedTransport(try [.nothing] + agreement(5))
            #expect(throws: stop) { try job(transport, ends: [stop]) }
            let last = transport.frames.filter { $0.frame.kind == .gaveUp }
            #expect(last.map(\.to) == (told.contains(stop) ? [.two, .one] : []), "\(stop)")
            #expect(last.allSatisfy { $0.frame.batch == 5 && $0.frame.digest == Self.base && $0.frame.payload.isEmpty })
        }
    }

    @Test("ends where a peer gives the job up, not by what one said before the job began here, or of another job")
    func gaveUp() throws {
        let gone = frame(.gaveUp, .one)
        #expect(throws: TrainingStop.gaveUp(.one)) { try job(ScriptedTransport([.nothing, gone])) }
        let other = frame(.gaveUp, .one, base: .zero)
        #expect(try job(ScriptedTransport([gone, .nothing, other] + agreement())).count == 1)
    }

    @Test("ends where a peer is at a later job, whose hello is heard when that job begins here")
    func laterJob() throws {
        let transport = ScriptedTransport(
            [.nothing, try hello(.one, job: 4), .nothing, try hello(.two, job: 4), opening(.one), opening(.two)])
        let exchange = TrainingExchange(transport: transport, patience: .seconds(60))
        #expect(throws: TrainingStop.refused(.laterJob(peer: .one))) { try job(transport, exchange) }
        #expect(try job(transport, exchange, number: 4).map(\.attempt) == [5])
    }

    @Test("holds frames of an attempt that its peers have begun, and drops those of older ones")
    func ahead() throws {
        let piece: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 1]
        func flood(_ attempt: UInt64) -> [ScriptedTransport.Event] {
            Array(repeating: frame(.training, .two, attempt, piece), count: TrainingPiece.mostOfRound + 1)
        }
        let transport = ScriptedTransport(
            try flood(0) + [.nothing, hello(.one), frame(.caps, .one, 5, piece), hello(.two)] + flood(4)
                + [opening(.one), opening(.two)])
        #expect(try job(transport).count == 1)
        let many = flood(5)
        #expect(throws: TrainingStop.refused(.unexpected(peer: .two))) {
            try job(ScriptedTransport(try [.nothing, hello(.one)] + many))
        }
        #expect(throws: TrainingStop.refused(.unexpected(peer: .two))) { try job(ScriptedTransport(many)) }
        for kind in [Frame.Kind.training, .caps, .validation, .agreement] {
            let long = frame(kind, .two, 5, piece + [UInt8](repeating: 0, count: TrainingPiece.limit + 1))
            #expect(throws: TrainingStop.refused(.unexpected(peer: .two))) { try job(ScriptedTransport([long])) }
        }
    }

    // MARK: While a session runs

    private func stop(_ events: [ScriptedTransport.Event]) throws -> TrainingStop? {
        let cell = try TrainingCell(rows: 5, bits: 4, rule: JobCell.rule(trees: 2), seed: 3)
        let transport = ScriptedTransport(events)
        do {
            _ = try TrainingExchange(transport: transport, patience: .seconds(60)).run(
                cell.session(.zero, attempt: 5), left: { .seconds(3600) - transport.now }, keep: { _ in })
        } catch let stop as TrainingStop { return stop }
        return nil
    }

    @Test("ends a session by the hello of any other attempt, or where a peer gives up; words said twice are no matter")
    func sessions() throws {
        for events in [[], [.nothing]] as [[ScriptedTransport.Event]] {
            #expect(try stop(events + [hello(.one, 6)]) == .newerAttempt(6, of: .one))
            // Of a party that begins anew and has not heard of this attempt.
            #expect(try stop(events + [hello(.two, 4)]) == .newerAttempt(4, of: .two))
            #expect(try stop(events + [frame(.gaveUp, .two)]) == .gaveUp(.two))
            #expect(
                try stop(events + [hello(.one), opening(.one), opening(.one, 4), frame(.gaveUp, .one, 4)])
                    == .peerSilent([.two, .one]))
            // A frame of a session behind this one waits.
            #expect(try stop(events + [frame(.caps, .one, 5, [0, 0, 0, 0, 0, 0, 0, 1])]) == .peerSilent([.two, .one]))
        }
    }

    @Test("ends an attempt by a link that was lost between the agreement and a session, or between two sessions")
    func lostBetween() throws {
        let cell = try TrainingCell(rows: 5, bits: 4, rule: JobCell.rule(trees: 2), seed: 3)
        let transport = ScriptedTransport(try [.nothing] + agreement(5) + [.lost(.one), .nothing] + agreement(6))
        let exchange = TrainingExchange(transport: transport, patience: .seconds(3600))
        var attempts: [UInt64] = []
        let ends = try exchange.job(
            from: 1, left: { .seconds(3600) - transport.now }, terms: { terms(.zero) }, keep: { _ in },
            sessions: { each throws(TrainingStop) in
                attempts.append(each.attempt)
                guard each.attempt == 5 else { return attempts }
                let session: TrainingSession
                do { session = try cell.session(.zero, attempt: 5) } catch { throw .notKept("\(error)") }
                _ = try exchange.run(session, left: { .seconds(3600) - transport.now }, keep: { _ in })
                return attempts
            })
        // Of the session nothing went out.
        #expect(ends == [5, 6] && !kinds(transport, to: .one).contains(.training))
    }

    @Test("has a sentence for every end")
    func sentences() {
        let stops: [TrainingStop] = [
            .refused(.otherBase(peer: .one)), .refused(.otherCoin(peer: .one)), .refused(.laterJob(peer: .one)),
            .refused(.fewRows(3, least: 5)), .refused(.fewFrauds(3, least: 5)), .refused(.tooLarge(30, fitting: 20)),
            .refused(.tooLarge(30, fitting: 0)), .gaveUp(.two), .notKept("full"), .newerAttempt(4, of: .one),
        ]
        #expect(Set(stops.map { "\($0)" }).count == stops.count)
        #expect("\(TrainingStop.gaveUp(.two))" == "the training ended: party-2 gave it up; see its log or its report")
        #expect("\(TrainingError.tooLarge(30, fitting: 20))".contains("take 20 rows at most"))
        #expect(!"\(TrainingError.tooLarge(30, fitting: 0))".contains("0 rows"))
    }
}
