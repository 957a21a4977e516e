import EventLogs
import Keys
import LocalStore
import Manifests
import Model
import ModelSync
import Records
import Roles
import Support
import Synchronization
import Telemetry
import Testing
import ThreeParty

/// What is ordered in vain: refused by name, and said in the history; the model in force stays, and the next order is done.
@Suite("An order that a party can't do", .serialized)
struct RefusalTests {
    /// Rows that a party does not have, or has others of.
    private struct Other: SyncRowSource {
        let make: @Sendable (Range<Int64>, ModelManifest) throws -> SyncRows

        func rows(
            _ range: Range<Int64>, labels: Int64, form: ModelManifest, beside _: ModelManifest?, under _: KeyEpoch?
        ) throws -> SyncRows { try make(range, form) }
    }

    /// How an order to train ends where one party has other rows; and that the next one is done.
    private func refusal(
        _ world: SyncWorld, of task: SyncOrder.Task? = nil, by party: PartyID = .one,
        rows: (any SyncRowSource)?? = nil
    ) throws -> (party: PartyID, code: String, text: String)? {
        let whole = world.sources.withLock { $0 }
        if let rows { world.sources.withLock { $0[party] = .some(rows) } }
        try world.start()
        let job = try world.ended(world.order(task ?? world.training()))
        world.stop()
        #expect(try world.coordinator().modelInForce() == nil)
        world.sources.withLock { $0 = whole }
        try world.start()
        _ = try SliceTests.trained(world.ended(world.order(world.training(version: "again"))))
        world.stop()
        guard case .failed(.refused(let party, let code, let text)) = job.standing else {
            Issue.record("\(job.standing)")
            return nil
        }
        #expect(world.lines.text.contains(text))
        return (party, code, text)
    }

    @Test("because it keeps no rows")
    func noRows() throws {
        let said = try #require(try refusal(SyncWorld(), by: .two, rows: .some(nil)))
        #expect(said.party == .two && said.code == "no-rows" && said.text.contains("--rows"))
    }

    @Test("because its rows are gone")
    func gone() throws {
        let other = Other { _, _ in throw SyncRowsMissing.never("rows are kept from offset 50 on") }
        let said = try #require(try refusal(SyncWorld(), rows: .some(other)))
        #expect(said.party == .one && said.code == "rows-gone" && said.text == "rows are kept from offset 50 on")
    }

    @Test("because the window has no labelled row, of this form or of another", arguments: [0, 7])
    func empty(others: Int) throws {
        let other = Other { range, form in
            SyncRows(
                source: TrainingSource(
                    rows: TrainingRows(bits: form.shape.bits), members: SyncWorld.members, memberOf: [], offsets: [],
                    digest: .zero), events: 3, otherForms: others)
        }
        let said = try #require(try refusal(SyncWorld(), rows: .some(other)))
        #expect(said.code == (others > 0 ? "other-form" : "empty-window"))
    }

    @Test("because there are too few rows")
    func fewRows() throws {
        let world = try SyncWorld()
        let said = try #require(try refusal(world, of: world.training(leastRows: 241)))
        #expect(said.code == "few-rows" && said.text.contains("240"))
    }

    @Test("because there are too few frauds among them, which all three find together")
    func fewFrauds() throws {
        let world = try SyncWorld()
        let said = try #require(try refusal(world, of: world.training(leastRows: 200, leastFrauds: 200)))
        #expect(said.code == "few-frauds")
    }

    @Test("by one code, whether a training or a validation found the reason")
    func codes() {
        let codes: [String: [TrainingError]] = [
            "few-rows": [.fewRows(1, least: 2), .validation(.legitimate(1, least: 2))],
            "few-frauds": [.fewFrauds(1, least: 2), .validation(.frauds(1, least: 2))],
            "sizes": [
                .bounds(.sums), .candidates, .tooLarge(9, fitting: 3), .validation(.rows), .validation(.thresholds),
            ],
            "departed": [.disagreement(peer: .one), .otherSetUp, .validation(.sums)],
        ]
        for (code, errors) in codes {
            for error in errors { #expect(OrderRefusal(.refused(error)).code == code, "\(error)") }
        }
    }

    @Test("because its rows are others than the two others'")
    func otherRows() throws {
        let world = try SyncWorld()
        let own = world.rows.source(.one)
        let other = Other { range, form in
            try own.rows(range.lowerBound..<range.upperBound - 1, labels: 0, form: form, beside: nil, under: nil)
        }
        let said = try #require(try refusal(world, rows: .some(other)))
        #expect(said.code == "other-rows")
    }

    @Test("because it names a model that is not on the log")
    func unknownModel() throws {
        let world = try SyncWorld()
        let said = try #require(try refusal(world, of: world.training(formModel: Digest32(of: [[9]]))))
        #expect(said.code == "unknown-model")
    }

    @Test("because its rows were not there before the order expired")
    func expired() throws {
        let world = try SyncWorld()
        let whole = world.sources.withLock { $0 }
        let other = Other { _, _ in throw SyncRowsMissing.notYet("labels go to offset 12") }
        world.sources.withLock { $0[.zero] = .some(other) }
        try world.start()
        let order = try world.order(world.training(), within: 30)
        #expect(world.lines.wait(for: "waits for this party's rows", from: "party-0") != nil)
        for party in ["party-1", "party-2"] {
            #expect(world.lines.wait(for: "an order is accepted", from: party) != nil)
        }
        #expect(try world.history().job(order)?.isOpen == true)
        world.clock.advance(.seconds(31))
        let job = try world.ended(order)
        guard case .failed(.refused(let party, let code, let text)) = job.standing else {
            Issue.record("\(job.standing)")
            return
        }
        #expect(party == .zero && code == "expired" && text.contains("labels go to offset 12"))
        world.stop()
        world.sources.withLock { $0 = whole }
        try world.start()
        _ = try SliceTests.trained(world.ended(world.order(world.training())))
        world.stop()
    }

    /// A party says something of an order without being there.
    private func say(_ step: PartyReport.Step, _ party: PartyID, _ order: Digest32, _ world: SyncWorld) throws {
        let record = try SyncStatement.report(try PartyReport(order: order, step: step)).record(
            by: .party(party), consortium: "c", key: SyncWorld.key(SyncWorld.identity(party)))
        try world.log.append([NewRecord(TopicPartition(Topics.sync), value: record)])
    }

    @Test("because its rows have gone since it accepted")
    func goneSince() throws {
        let world = try SyncWorld()
        let order = try world.order(world.training())
        for party in PartyID.allCases { try say(.accepted(codeVersion: "before"), party, order, world) }
        let other = Other { _, _ in throw SyncRowsMissing.never("rows are kept from offset 50 on") }
        world.sources.withLock { $0[.one] = .some(other) }
        try world.start()
        let job = try world.ended(order)
        world.stop()
        #expect(
            job.standing
                == .failed(.refused(.one, code: "rows-gone", text: "rows are kept from offset 50 on")))
    }

    @Test("waits for rows of an order that it has accepted")
    func waitsSince() throws {
        let world = try SyncWorld()
        let order = try world.order(world.training())
        for party in PartyID.allCases { try say(.accepted(codeVersion: "before"), party, order, world) }
        let (ready, own) = (Flag(), world.rows.source(.two))
        let other = Other { range, form in
            guard ready.isSet else { throw SyncRowsMissing.notYet("not yet") }
            return try own.rows(range, labels: 0, form: form, beside: nil, under: nil)
        }
        world.sources.withLock { $0[.two] = .some(other) }
        try world.start()
        #expect(world.lines.wait(for: "waits for this party's rows", from: "party-2") != nil)
        ready.set()
        _ = try SliceTests.trained(world.ended(order))
        world.stop()
    }

    @Test("because it expired by the log's time, which is ahead of the parties': each says so once")
    func expiredByLog() throws {
        let world = try SyncWorld(partyClock: ManualClock())
        let order = try world.order(world.training(), within: 30)
        world.clock.advance(.seconds(31))
        try world.start()
        let job = try world.ended(order)
        world.stop()
        guard case .failed(.refused(_, let code, _)) = job.standing else {
            Issue.record("\(job.standing)")
            return
        }
        // An order, and of each party an acceptance that came too late and one that is refused, at most.
        #expect(try code == "expired" && world.log.end(of: TopicPartition(Topics.sync)) <= 7)
    }

    @Test("is not answered by a party whose key is not the roster's: it fills no log")
    func stranger() throws {
        let world = try SyncWorld(stranger: .one)
        let order = try world.order(world.training())
        try world.start()
        #expect(world.lines.wait(for: "does not count", from: "party-1") != nil)
        for party in ["party-0", "party-2"] {
            #expect(world.lines.wait(for: "an order is accepted", from: party) != nil)
        }
        world.stop()
        #expect(try world.log.end(of: TopicPartition(Topics.sync)) == 3)
        #expect(try world.history().job(order)?.missing == PartyID.allCases)
    }

    @Test("keeps no party from the next one that said its last word and can't help the others any more")
    func cannotHelp() throws {
        let world = try SyncWorld()
        let order = try world.order(world.training(version: "late"), within: 30)
        for party in PartyID.allCases { try say(.accepted(codeVersion: "before"), party, order, world) }
        let report = try TrainedReport(plan: .zero, coin: .zero, rows: 240, frauds: 20, ringBits: 16)
        try say(.trained(report), .one, order, world)
        let (ready, own) = (Flag(), world.rows.source(.one))
        let other = Other { range, form in
            guard ready.isSet else { throw SyncRowsMissing.never("rows are kept from offset 50 on") }
            return try own.rows(range, labels: 0, form: form, beside: nil, under: nil)
        }
        world.sources.withLock { $0[.one] = .some(other) }
        try world.start()
        let told = world.lines.wait(for: "can't help the others", from: "party-1")
        #expect(told?.metadata.contains("offset 50") == true)
        ready.set()
        world.clock.advance(.seconds(31))
        _ = try SliceTests.trained(world.ended(world.order(world.training())))
        #expect(try world.history().job(order)?.standing == .lapsed(2))
        world.stop()
    }

    @Test("waits for rows that come in time")
    func waits() throws {
        let world = try SyncWorld()
        let ready = Flag()
        let own = world.rows.source(.zero)
        let other = Other { range, form in
            guard ready.isSet else { throw SyncRowsMissing.notYet("not yet") }
            return try own.rows(range, labels: 0, form: form, beside: nil, under: nil)
        }
        world.sources.withLock { $0[.zero] = .some(other) }
        try world.start()
        let order = try world.order(world.training())
        #expect(world.lines.wait(for: "waits for this party's rows", from: "party-0") != nil)
        ready.set()
        _ = try SliceTests.trained(world.ended(order))
        world.stop()
    }

    @Test("counts for nothing where the coordinator did not sign it, or signed two of one number")
    func forged() throws {
        let world = try SyncWorld()
        try world.start()
        let task = try world.training()
        func append(_ number: UInt64, _ seconds: Int64, _ seed: [UInt8]) throws {
            let order = try SyncOrder(
                number: number, expires: world.clock.microseconds / 1_000_000 + seconds, task: task)
            let record = try SyncStatement.order(order).record(
                by: .coordinator, consortium: "c", key: SyncWorld.key(seed))
            try world.log.append([NewRecord(TopicPartition(Topics.sync), value: record)])
        }
        try append(1, 60, [UInt8](repeating: 78, count: 32))
        try append(1, 60, SyncWorld.coordinator)
        try append(1, 61, SyncWorld.coordinator)
        try world.log.append([
            NewRecord(TopicPartition(Topics.sync), value: [0xFF]), .init(.init(Topics.sync), value: nil),
        ])
        let history = try world.history()
        #expect(history.jobs.count == 1)
        _ = try SliceTests.trained(world.ended(try #require(history.jobs.first).digest))
        world.stop()
        for party in PartyID.allCases {
            #expect(world.metrics[party]?.value("cordon_sync_records_refused_total") == 4)
        }
    }
}
