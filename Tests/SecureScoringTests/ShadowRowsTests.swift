import EventLogs
import Foundation
import Ingest
import Keys
import Manifests
import Model
import Records
import Sealing
import SecureScoring
import Support
import Telemetry
import Testing
import ThreeParty

@Suite("Parties that keep rows of the next feature spec", .serialized)
struct ShadowRowsTests {
    private let counted: CountedWorld
    /// Two features more, and the same counts.
    private let next: BinnedSpec
    /// A model of it, which was dealt and is not in force.
    private let form: ModelManifest
    private let dealt: Digest32
    private let model: ClearModel
    private var world: World { counted.world }

    init() throws {
        counted = try CountedWorld(rows: RowLimits(days: 90, bytes: 1 << 30))
        next = try countedSpec("next", own: 6)
        model = try countedModel("n1", spec: next)
        dealt = try counted.world.deal(model)
        form = try Self.manifest(dealt, counted.world)
    }

    private static func manifest(_ model: Digest32, _ world: World) throws -> ModelManifest {
        let found = try world.models(.zero).model(model)
        return try #require(found).manifest
    }

    // MARK: Announcements

    private func announce(
        _ spec: NextSpec?, _ sequence: UInt64, forged: Bool = false, consortium: String = "c", partition: Int = 0
    ) throws {
        guard let key = SigningKey(bytes: forged ? [UInt8](repeating: 78, count: 32) : world.coordinator) else {
            throw HPKEError.malformedKey
        }
        var record = WireSealedRecord()
        record.specAnnouncement = try SpecAnnouncement.make(
            spec, sequence: sequence, consortium: consortium, partition: partition, coordinator: key)
        try world.append([record.encoded])
    }

    // MARK: Events

    private func both(_ event: CountedEvent) throws -> [UInt8] {
        try counted.banks[event.bank].seal(
            event, spec: counted.spec, shadow: next, tokens: counted.boxed(event, counted.epochs[event.bank]))
    }

    /// Sends a day's events, some with the bits of the next spec; gives back those.
    private func send(_ day: Int64, next isNext: (CountedEvent) -> Bool) throws -> [CountedEvent] {
        let events = counted.day(day)
        let chosen = events.filter(isNext)
        let plain = { (event: CountedEvent) in
            try counted.banks[event.bank].seal(
                event, spec: counted.spec, tokens: counted.boxed(event, counted.epochs[event.bank]))
        }
        try counted.send(events) { try chosen.contains($0) ? both($0) : plain($0) }
        try counted.expectScores("day \(day)")
        return chosen
    }

    private func label(_ events: [CountedEvent]) throws {
        try counted.label(events, frauds: Set(events.filter { $0.number % 3 == 0 }))
    }

    // MARK: Rows

    private func windows(_ form: ModelManifest, beside other: ModelManifest? = nil) throws -> [RowWindow] {
        let kept = try PartyID.allCases.compactMap { try world.scoredRows($0).kept }
        let request = RowWindow.Request(
            form: form.rowForm, bits: form.shape.bits,
            range: (kept.map(\.range.lowerBound).max() ?? 0)..<(kept.map(\.range.upperBound).min() ?? 0),
            labels: kept.map(\.labels).min() ?? 0,
            beside: other.map { .init(form: $0.rowForm, bits: $0.shape.bits) })
        return try PartyID.allCases.map { try world.scoredRows($0).window(request) }
    }

    /// The three parties hold shares of these events' bits by the next spec, and no others.
    private func expect(_ events: [CountedEvent], _ comment: Comment? = nil) throws {
        let parties = try windows(form)
        #expect(Set(parties.map(\.digest)).count == 1, comment)
        let wanted = counted.sent.filter { events.contains($0.event) && counted.labelled.contains($0.event) }
        for party in parties {
            #expect(party.events == events.count, comment)
            try #require(party.rows.count == wanted.count, comment)
        }
        for (row, want) in wanted.enumerated() {
            // What is counted was the same for both.
            let values = want.event.own(next) + want.values.dropFirst(counted.spec.spec.ownCount)
            let bits = parties[0].rows[row].shares.first.indices.map { at in
                parties.reduce(0) { $0 ^ $1.rows[row].shares.first[at] }
            }
            #expect(bits == next.thermometer(next.bins(values)), "row \(row)")
            #expect(
                parties.reduce(0) { $0 ^ $1.rows[row].label.first }
                    == (counted.clear.frauds.contains(want.event) ? 1 : 0))
            for (own, after) in zip(parties, parties.dropFirst() + parties.prefix(1)) {
                #expect(own.rows[row].shares.second == after.rows[row].shares.first)
            }
        }
        // Those that were scored are there all the same.
        let scored = try Self.manifest(counted.dealt, world)
        #expect(try windows(scored).allSatisfy { $0.events == counted.sent.count }, comment)
    }

    // MARK: Tests

    @Test(
        "from its announcement on until it is taken back, of the members that know it, with the counts of the model in force"
    )
    func announced() throws {
        try world.start()
        var kept: [CountedEvent] = []
        try label(counted.sent.map(\.event) + send(0) { _ in true })
        try announce(form.nextSpec, 1)
        for day in 1..<10 as Range<Int64> {
            // One member knows nothing of it.
            let sent = try send(day) { $0.bank == 0 }
            kept += sent
            if day < 9 { try label(Array(counted.sent.suffix(10).map(\.event))) }
        }
        try announce(nil, 2)
        _ = try send(10) { _ in true }
        try announce(form.nextSpec, 3)
        kept += try send(11) { _ in true }
        try label(Array(counted.sent.suffix(30).map(\.event)))
        _ = try send(12) { _ in false }
        world.stop()
        #expect(kept.count == 9 * 5 + 10)
        try expect(kept)
    }

    @Test("not by a forged announcement, an old one, another consortium's or partition's, nor with other counts")
    func refused() throws {
        try world.start()
        try announce(form.nextSpec, 1, forged: true)
        try announce(form.nextSpec, 1, consortium: "d")
        try announce(form.nextSpec, 1, partition: 1)
        var record = WireSealedRecord()
        record.specAnnouncement.featureSpec = 5
        try world.append([record.encoded])
        // Cut points of counts that nobody looks up.
        let other = try #require(NextSpec(id: next.id, ownFeatures: form.ownFeatures, form: .zero))
        try announce(other, 5)
        _ = try send(0) { _ in true }
        try announce(form.nextSpec, 5)
        _ = try send(1) { _ in true }
        // The spec in force is next to nothing.
        let scored = try Self.manifest(counted.dealt, world)
        try announce(scored.nextSpec, 6)
        _ = try send(2) { _ in true }
        world.stop()
        try expect([])
        for party in PartyID.allCases {
            #expect(world.entries.wait(for: "an announcement of a feature spec was refused", from: party) != nil)
        }
    }

    /// Of the parties' windows by two specs, what their rows are together by both: the scored first, then the next.
    private func opened(_ parties: [RowWindow]) throws -> [[[UInt8]]] {
        func sum(_ row: Int, _ rows: (RowWindow) -> TrainingRows) -> [UInt8] {
            let parts = parties.map { rows($0)[row].shares.first }
            return parts[0].indices.map { parts[0][$0] ^ parts[1][$0] ^ parts[2][$0] }
        }
        let beside = try parties.map { try #require($0.beside) }
        #expect(zip(parties, beside).allSatisfy { $0.rows.count == $1.count && $0.rows.count == parties[0].rows.count })
        return parties[0].rows.count == 0
            ? [] : (0..<parties[0].rows.count).map { row in [sum(row) { $0.rows }, sum(row) { $0.beside ?? $0.rows }] }
    }

    @Test("and give the events that have rows of both specs by both, whichever of them is scored")
    func both() throws {
        try world.start()
        try label(counted.sent.map(\.event) + send(0) { _ in true })
        try announce(form.nextSpec, 1)
        let beside = try send(1) { $0.bank == 0 }
        try label(Array(counted.sent.suffix(10).map(\.event)))
        let scored = try Self.manifest(counted.dealt, world)
        // The next one goes in force, and the one before is next.
        try world.append([try world.activation(dealt, sequence: 2)])
        try announce(scored.nextSpec, 2)
        let events = counted.day(2)
        try counted.send(events, by: (model, next)) { try both($0) }
        try counted.expectScores("by the next")
        try label(events)
        _ = try counted.send(counted.day(3), by: (model, next)) { event in
            try counted.banks[event.bank].seal(
                event, spec: next, tokens: counted.boxed(event, counted.epochs[event.bank]))
        }
        try counted.expectScores("after")
        world.stop()
        let parties = try windows(scored, beside: form)
        #expect(Set(parties.map(\.digest)).count == 1)
        // Labelled later than the window's end are the last of them, if any.
        let wanted = counted.sent.filter { beside.contains($0.event) || events.contains($0.event) }
            .filter { counted.labelled.contains($0.event) }
        for party in parties {
            #expect(party.events == 15 && party.rows.count == wanted.count)
            #expect(party.otherForms == 10 + 5 + 10)
        }
        for (row, want) in zip(try opened(parties), wanted) {
            let counts = want.values.suffix(counted.spec.spec.features.count - counted.spec.spec.ownCount)
            #expect(row[0] == counted.spec.thermometer(counted.spec.bins(want.event.own(counted.spec) + counts)))
            #expect(row[1] == next.thermometer(next.bins(want.event.own(next) + counts)))
        }
        // The same the other way round, and another digest; of one form alone there are more.
        let turned = try windows(form, beside: scored)
        #expect(try opened(turned) == opened(parties).map { $0.reversed() } && turned[0].digest != parties[0].digest)
        #expect(try windows(form).allSatisfy { $0.events == 25 && $0.beside == nil })
        #expect(try windows(scored).allSatisfy { $0.events == 30 && $0.otherForms == 10 })
        // A form of which there is no row.
        let kept = try #require(try world.scoredRows(.zero).kept)
        let request = RowWindow.Request(
            form: form.rowForm, bits: form.shape.bits, range: kept.range, labels: kept.labels,
            beside: .init(form: .zero, bits: 9))
        let empty = try world.scoredRows(.zero).window(request)
        #expect(empty.events == 0 && empty.rows.count == 0 && empty.beside?.count == 0 && empty.otherForms == 40)
    }

    enum Damage: CaseIterable, Sendable { case gap, boxesDiffer, tooShort, absent, one }

    @Test("and scores come as ever where a member's bits of it are none", arguments: Damage.allCases)
    func poisoned(damage: Damage) throws {
        try world.start()
        try announce(form.nextSpec, 1)
        let events = counted.day(0)
        let poisoned = events[3]
        try counted.send(events) { event in
            let record = try both(event)
            guard event == poisoned else { return record }
            return try counted.banks[event.bank].reseal(record) { party, box in
                switch damage {
                // Bits of the component that is no seed, turned round at both parties that have it.
                case .gap:
                    for at in 0..<5 {
                        if party == .one { box.shadowSecond[at] ^= 0b0101_1010 }
                        if party == .two { box.shadowFirst[at] ^= 0b0101_1010 }
                    }
                case .boxesDiffer: if party == .two { box.shadowFirst[0] ^= 1 }
                case .tooShort: box.shadowFirst.removeLast()
                case .absent: (box.shadowFirst, box.shadowSecond) = (Data(), Data())
                case .one: if party == .one { (box.shadowFirst, box.shadowSecond) = (box.first, box.second) }
                }
            }
        }
        try counted.expectScores("\(damage)")
        try label(events)
        _ = try send(1) { _ in false }
        world.stop()
        try expect(events.filter { $0 != poisoned }, "\(damage)")
    }

    @Test(
        "each row once after restarts, whatever is left of their other state", arguments: ScoredRowsTests.Lost.allCases)
    func restarts(lost: ScoredRowsTests.Lost) throws {
        try world.start()
        try announce(form.nextSpec, 1)
        var kept = try send(0) { _ in true }
        try label(kept)
        for day in [1, 9] as [Int64] {
            world.stop()
            switch lost {
            case .nothing: break
            case .leaderState: try world.forgetState(.zero)
            case .followerState: try world.forgetState(.one)
            case .followerCounts: try world.forgetState(.two, countsOnly: true)
            case .allCounts: try world.forgetState(countsOnly: true)
            }
            try world.start()
            let sent = try send(day) { $0.number % 2 == 0 }
            kept += sent
            try label(Array(counted.sent.suffix(10).map(\.event)))
        }
        _ = try send(10) { _ in false }
        world.stop()
        try expect(kept, "\(lost)")
    }

    @Test("each row once where messages are lost, and batches are computed again")
    func lostMessages() throws {
        let first = Times(4)
        world.wire.decide { frame, _ in
            if frame.kind == .completed { return first.take() ? .drop : .pass }
            return .pass
        }
        try world.start(patience: .milliseconds(300))
        try announce(form.nextSpec, 1)
        var kept: [CountedEvent] = []
        for day in 0..<4 as Range<Int64> {
            kept += try send(day) { $0.number % 3 != 0 }
            try label(Array(counted.sent.suffix(10).map(\.event)))
        }
        _ = try send(9) { _ in false }
        world.stop()
        try expect(kept)
    }

    @Test("and score by it once a model reads it, while members send both, in whichever order")
    func switched() throws {
        try world.start()
        try announce(form.nextSpec, 1)
        _ = try send(0) { _ in true }
        try world.append([try world.activation(dealt, sequence: 2)])
        let events = counted.day(1)
        // Some members have gone over to the new spec first, and send the old one along.
        let swapped = { (event: CountedEvent) in
            try counted.banks[event.bank].seal(
                event, spec: next, shadow: counted.spec, tokens: counted.boxed(event, counted.epochs[event.bank]))
        }
        try counted.send(events, by: (model, next)) { try $0.bank == 0 ? both($0) : swapped($0) }
        try counted.expectScores("by the next")
        // Back again, and the old one's rows were not collected meanwhile.
        try world.append([try world.activation(counted.dealt, sequence: 3)])
        try counted.send(counted.day(2), seal: swapped)
        try counted.expectScores("back")
        world.stop()
        let parties = try windows(form)
        // Before as rows of the next spec, then as those that were scored, then again beside.
        #expect(parties.allSatisfy { $0.events == 30 } && Set(parties.map(\.digest)).count == 1)
    }
}

extension Bank {
    /// A record of a transaction with its boxes opened, changed and sealed again: each party's still opens.
    fileprivate func reseal(_ record: [UInt8], _ change: (PartyID, inout WireShareBox) throws -> Void) throws -> [UInt8]
    {
        let sealed = try #require(SealedTransaction(record))
        let header = Array(record[sealed.headerBytes])
        let boxes = try PartyID.allCases.map { party in
            let session = try #require(sessions[party])
            let associated = boxAssociatedData(header: header, party: party)
            let plaintext = try SealedBox.open(
                Array(record[sealed.boxes[party.rawValue]]), under: session.transactionBoxes, associated: associated)
            var box = try #require(WireShareBox(decoding: plaintext))
            try change(party, &box)
            return SealedBox.seal(box.encoded, under: session.transactionBoxes, associated: associated)
        }
        return SealedTransaction.record(header: header, boxes: boxes.map(\.count)) { number, out in out += boxes[number]
        }
    }
}
