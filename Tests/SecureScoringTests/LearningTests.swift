// A long file: one experiment, the same world twice, with what each role may learn told role by role.
import EventLogs
import Foundation
import Ingest
import Keys
import Model
import Records
import Sealing
import Secrets
import SecureScoring
import Support
import Synchronization
import Telemetry
import Testing
import ThreeParty

/// What bank B says in one run: the secrets, and the seeds that they are shared with.
private struct Secrets {
    /// By event: what B computes of it.
    var own: [Int64: [Double]] = [:]
    /// By the source of a label record, which has one entry.
    var frauds: [Int64: Bool] = [:]
    var transactionSeeds: [Int64: (zero: [UInt8], one: [UInt8])] = [:]
    var labelSeeds: [Int64: (zero: [UInt8], one: [UInt8])] = [:]
}

/// Hands out bytes that were fixed before, then those of a generator.
private final class FixedBytes: Sendable {
    private let state: Mutex<(first: ArraySlice<UInt8>, then: SplitMix64)>

    init(_ first: [UInt8], then seed: UInt64) { state = Mutex((first[...], SplitMix64(state: seed))) }

    func next(_ count: Int) -> [UInt8] {
        state.withLock { state in
            var out = Array(state.first.prefix(count))
            state.first = state.first.dropFirst(count)
            while out.count < count { out.append(UInt8.random(in: 0...255, using: &state.then)) }
            return out
        }
    }
}

/// Finds seeds for another secret that leave a party's two components as they are: the third takes up the difference. Secrets have
/// two bytes, so that it can be found by trying.
private func absorb(
    _ seeds: (zero: [UInt8], one: [UInt8]), from old: [UInt8], to new: [UInt8], group: SeededComponents.Group,
    from counter: UInt128, unseenBy party: PartyID
) throws -> (zero: [UInt8], one: [UInt8]) {
    guard old != new, party != .zero else { return seeds }
    func expand(_ seed: [UInt8]) throws -> UInt16 {
        let bytes = try #require(SeededComponents.expand(seed, component: 0, from: counter, bytes: 2))
        return UInt16.unpack(bytes)[0]
    }
    let (from, to) = (UInt16.unpack(old)[0], UInt16.unpack(new)[0])
    let before = try expand(party == .one ? seeds.zero : seeds.one)
    var wanted = before &+ to &- from
    if case .xor = group { wanted = before ^ from ^ to }
    var seed = party == .one ? seeds.zero : seeds.one
    var trial: UInt32 = 0
    repeat {
        trial += 1
        withUnsafeBytes(of: trial) { seed.replaceSubrange(0..<4, with: $0) }
    } while try expand(seed) != wanted
    return party == .one ? (seed, seeds.one) : (seeds.zero, seed)
}

/// One run of a small consortium, and what each role saw of it.
private struct Run {
    var parties: [PartyID: View] = [:]
    var broker = View()
    var memberA = View()
    var scoresA: [Int64: Int64] = [:]
    var scoresB: [Int64: Int64] = [:]
}

/// What is the same in all runs.
private struct Consortium {
    let a: Bank
    let b: Bank
    let spec: BinnedSpec
    let model: ClearModel
    let manifest: [UInt8]
    let digest: Digest32
    /// Days of transactions; A's are on "t1", as B's are, and on "t2", which B never sees.
    let days: [[CountedEvent]]
    /// Which of the first day's events B labels, in order; some twice.
    let labelled: [(source: Int64, event: CountedEvent)]

    init() throws {
        (a, b) = (try Bank("bank-a"), try Bank("bank-b"))
        spec = try countedSpec("learning", own: 2)
        model = try countedModel("l1", spec: spec)
        let world = try World(spec: spec, banks: (a, b))
        digest = try world.deal(model)
        manifest = try #require(try world.records(Topics.manifests).first?.value)
        var number: Int64 = 0
        days = [0, 8, 9, 10, 11, 12, 13].map { day in
            (0..<10).map { each in
                number += 1
                let bank = each % 2
                return CountedEvent(
                    bank: bank, number: number, day: Int64(day), second: 30_000 + number,
                    terminal: bank == 0 && each > 4 ? "t2" : "t1", device: bank == 0 ? nil : "d3")
            }
        }
        let own = days[0].filter { $0.bank == 1 }
        labelled = (own + own.prefix(2)).enumerated().map { (Int64($0.offset + 1), $0.element) }
    }

    var eventsOfB: [CountedEvent] { days.flatMap(\.self).filter { $0.bank == 1 } }

    /// What B says, and how it shares that.
    func secrets(_ seed: UInt64) -> Secrets {
        var generator = SplitMix64(state: seed)
        var secrets = Secrets()
        func fresh() -> [UInt8] { (0..<16).map { _ in UInt8.random(in: 0...255, using: &generator) } }
        for event in eventsOfB {
            secrets.own[event.number] = (0..<2).map { _ in Double(Int.random(in: 0...7, using: &generator)) }
            secrets.transactionSeeds[event.number] = (fresh(), fresh())
        }
        for (source, event) in labelled {
            secrets.frauds[source] = (event.number / 2 + Int64(seed)) % 2 == 0
            secrets.labelSeeds[source] = (fresh(), fresh())
        }
        return secrets
    }

    /// Other secrets, shared so that `party` is sent what it was sent of `base`.
    func secrets(_ seed: UInt64, unseenBy party: PartyID, base: Secrets) throws -> Secrets {
        var out = secrets(seed)
        for event in eventsOfB {
            let (old, new) = (try #require(base.own[event.number]), try #require(out.own[event.number]))
            out.transactionSeeds[event.number] = try absorb(
                try #require(base.transactionSeeds[event.number]), from: spec.ownThermometer(old),
                to: spec.ownThermometer(new), group: .xor, from: eventID(event).number, unseenBy: party)
        }
        for (source, event) in labelled {
            out.labelSeeds[source] = try absorb(
                try #require(base.labelSeeds[source]), from: [base.frauds[source] == true ? 1 : 0, 0],
                to: [out.frauds[source] == true ? 1 : 0, 0], group: .addition(ringBits: 16),
                from: eventID(event).number, unseenBy: party)
        }
        return out
    }

    private func eventID(_ event: CountedEvent) -> EventID {
        EventID(of: UInt64(event.number), under: SecretKey(bytes: b.seed))
    }

    // MARK: A run

    func run(_ secrets: Secrets, nonces: UInt64) throws -> Run {
        let (states, sent) = (WatchedState(), SentFrames())
        let world = try World(spec: spec, banks: (a, b), watch: { states.watch($0, $1) })
        sent.watch(world.wire)
        try world.log.append([NewRecord(TopicPartition(Topics.manifests), value: manifest)])
        try world.append([try world.activation(digest, sequence: 1)])
        try world.start()
        var decided = 0
        var (fromA, fromB) = (0, 0)
        func send(_ events: [CountedEvent]) throws {
            try world.append(try events.map { try seal($0, secrets, nonces) })
            fromA += events.count { $0.bank == 0 }
            fromB += events.count { $0.bank == 1 }
            decided += 1
            #expect(try world.records(Topics.batches, decided).count == decided)
        }
        try send(days[0])
        // One batch of labels: A's, B's one by one, and one that B must not give.
        let own = labelled.prefix(5)
        try world.appendLabels(
            try [labelsOfA(days[0], nonces)] + own.map { try label($0.event, $0.source, secrets, nonces) }
                + [stray(nonces)])
        decided += 1
        #expect(try world.records(Topics.batches, decided).count == decided)
        for day in days[1...3] { try send(day) }
        try world.appendLabels(
            try labelled.dropFirst(5).map { try label($0.event, $0.source, secrets, nonces) })
        decided += 1
        #expect(try world.records(Topics.batches, decided).count == decided)
        for day in days[4...] { try send(day) }
        var run = Run()
        run.scoresA = try world.scores(a, fromA).bySource()
        run.scoresB = try world.scores(b, fromB).bySource()
        world.stop()
        #expect(world.entries.errors.isEmpty)
        #expect(try world.records(Topics.batches).count == decided)
        try look(world, states, sent, &run)
        return run
    }

    private func seal(_ event: CountedEvent, _ secrets: Secrets, _ nonces: UInt64) throws -> [UInt8] {
        guard event.bank == 1 else {
            let random = FixedBytes([], then: UInt64(event.number))
            return try a.seal(event, spec: spec, random: { random.next($0) })
        }
        let seeds = try #require(secrets.transactionSeeds[event.number])
        let random = FixedBytes(seeds.zero + seeds.one, then: nonces &+ UInt64(event.number))
        return try b.seal(event, spec: spec, own: secrets.own[event.number], random: { random.next($0) })
    }

    private func label(
        _ event: CountedEvent, _ source: Int64, _ secrets: Secrets, _ nonces: UInt64
    ) throws -> [UInt8] {
        let seeds = try #require(secrets.labelSeeds[source])
        let random = FixedBytes(seeds.zero + seeds.one, then: nonces &+ UInt64(1000 + source))
        let sealer = b.labelSealer(spec, random: { random.next($0) })
        let entry = LabelEntry(
            event: sealer.eventID(UInt64(event.number)), fraud: secrets.frauds[source] == true)
        return sealer.record([entry], source: SourcePosition(offset: source))
    }

    private func labelsOfA(_ events: [CountedEvent], _ nonces: UInt64) -> [UInt8] {
        let random = FixedBytes([], then: 77)
        let sealer = a.labelSealer(spec, random: { random.next($0) })
        return sealer.record(
            events.filter { $0.bank == 0 }.map {
                LabelEntry(event: sealer.eventID(UInt64($0.number)), fraud: $0.number % 3 == 0)
            }, source: SourcePosition(offset: 1))
    }

    /// A label of an event that nobody knows.
    private func stray(_ nonces: UInt64) -> [UInt8] {
        let random = FixedBytes([], then: 78)
        let sealer = b.labelSealer(spec, random: { random.next($0) })
        return sealer.record(
            [LabelEntry(event: sealer.eventID(99_999), fraud: true)], source: SourcePosition(offset: 99))
    }

    // MARK: What is seen of it

    private func look(_ world: World, _ states: WatchedState, _ sent: SentFrames, _ run: inout Run) throws {
        let frames = sent.frames
        let names = try digestNames(world, frames.map(\.frame))
        run.broker = try topics(world, names, all: true)
        run.memberA = try topics(world, names, all: false)
        for party in PartyID.allCases {
            var view = run.broker
            addFrames(frames.filter { $0.to == party }.map(\.frame), of: frames.map(\.frame), names, &view)
            try addBoxes(world, party, &view)
            for (place, value, order) in states.entries(party) {
                let name = "state \(place.table) \(hexadecimal(place.key)) \(order)"
                // Shares lie in rows of any form, so all of a row is hidden.
                view.add(View.Item(open: [], hidden: names.replace(in: value)), to: name)
            }
            for entry in world.entries.entries where entry.party == party {
                view.add("\(entry.level) \(entry.message) \(entry.metadata)", to: "log lines")
            }
            view.add(world.metrics[party]?.exposition ?? "", to: "metrics")
            run.parties[party] = view
        }
    }

    /// Digests of plans in the leader's order, of agreements and of what was counted in the decisions'.
    private func digestNames(_ world: World, _ frames: [Frame]) throws -> DigestNames {
        var names = DigestNames()
        let plans = frames.filter { $0.kind == .proposal }.sorted { $0.batch < $1.batch }.map(\.digest.bytes)
        for (number, plan) in plans.enumerated() { names.add(plan, "plan \(number / 2)") }
        var standing = genesis
        names.add(standing.bytes, "genesis")
        for (number, record) in try world.records(Topics.batches).enumerated() {
            let decision = try #require(WireBatchDecision(decoding: record.value ?? []))
            let agreed = try #require(Digest32(decision.agreedDigest))
            standing = Digest32(of: [Array("cordon/counted/v2".utf8), standing.bytes, agreed.bytes])
            names.add(agreed.bytes, "agreed \(number)")
            names.add(standing.bytes, "counted \(number)")
            names.add(Array(decision.transcript), "transcript \(number)")
            #expect(decision.refusals.isEmpty)
        }
        // Scoring agrees once more, on what was agreed and sent before it.
        for (kind, name) in [(Frame.Kind.conditionBits, "looked up"), (.lookupDeal, "scored")] {
            let digests = Set(frames.filter { $0.kind == kind }.map { [$0.digest.bytes, $0.batch.bigEndianBytes] })
            let inOrder = digests.sorted { $0[1].lexicographicallyPrecedes($1[1]) }
            for (number, digest) in inOrder.enumerated() { names.add(digest[0], "\(name) \(number)") }
        }
        return names
    }

    /// - Parameter all: the leader is sent no proposals, which say how many records a batch has; it made them.
    private func addFrames(_ frames: [Frame], of all: [Frame], _ names: DigestNames, _ view: inout View) {
        var records: [UInt64: Int] = [:]
        for frame in all where frame.kind == .proposal {
            if let proposal = CellExchange.proposal(in: frame) {
                records[frame.batch] = proposal.range.count + proposal.labels.count - proposal.repeats.count
            }
        }
        for frame in frames {
            let count = records[frame.batch] ?? 0
            let open: [Range<Int>] =
                switch frame.kind {
                // Behind the key of the batch's checks.
                case .proposal: [32..<frame.payload.count]
                case .completed, .abort: [0..<frame.payload.count]
                // Refusals; behind them everything is masked, or hangs on what is.
                case .conditionBits, .refusals: [0..<count]
                case .countDeal: [0..<count, exponents(in: frame.payload, behind: 17 * count)]
                default: []
                }
            var hidden = frame.payload
            for range in open.reversed() { hidden.removeSubrange(range) }
            view.add(
                View.Item(
                    open: names.replace(in: frame.header) + names.replace(in: open.flatMap { frame.payload[$0] }),
                    hidden: hidden),
                to: "frames \(frame.kind) from \(frame.sender)")
            // Order over all kinds.
            view.add("\(frame.kind) \(frame.batch) \(frame.payload.count)", to: "order of frames from \(frame.sender)")
        }
    }

    /// Where the exponents of a deal's look-up tables stand, which follow from how many events a token has. Nothing was refused, so
    /// that each is followed by 2^exponent bits.
    private func exponents(in payload: [UInt8], behind word: Int) -> Range<Int> {
        var (end, tables) = (word, 0)
        while end + tables < payload.count {
            tables += 1 << Int(payload[end]) / 8
            end += 1
        }
        return word..<end
    }

    private func addBoxes(_ world: World, _ party: PartyID, _ view: inout View) throws {
        for record in try world.records(Topics.sealed) {
            guard case .transaction(let wire)? = WireSealedRecord(decoding: record.value ?? [])?.body else { continue }
            let header = Array(wire.header)
            let member = try #require(WireSealedHeader(decoding: header)).member
            let plaintext = try SealedBox.open(
                Array(wire.boxes[party.rawValue]), under: try session(member, party).transactionBoxes,
                associated: boxAssociatedData(header: header, party: party))
            let box = try #require(WireShareBox(decoding: plaintext))
            view.add(
                View.Item(open: Array(box.tokens), hidden: Array(box.first + box.second)), to: "boxes transactions")
        }
        for record in try world.records(Topics.labels) {
            let label = try #require(LabelRecord(record.value ?? []))
            let plaintext = try SealedBox.open(
                label.boxes[party.rawValue], under: try session(label.header.member?.name ?? "", party).labelBoxes,
                associated: labelAssociatedData(header: label.headerBytes, party: party))
            let box = try #require(WireLabelBox(decoding: plaintext))
            view.add(
                View.Item(open: Array(box.events + box.times + box.tokens), hidden: Array(box.first + box.second)),
                to: "boxes labels")
        }
    }

    private func session(_ member: String, _ party: PartyID) throws -> Session {
        try #require((member == a.id.name ? a : b).sessions[party])
    }

    /// Records as who has no keys sees them: all topics, or the ones that are member A's alone.
    private func topics(_ world: World, _ names: DigestNames, all: Bool) throws -> View {
        var view = View()
        for topic in try world.log.topics().map(\.name)
        where all || [Topics.scores(a.id), Topics.receipts(a.id), Topics.rejected(a.id)].contains(topic) {
            let records = try world.records(topic).map { try item($0, names) }
            // Three parties write scores and receipts, in any order.
            let isMixed = topic.hasSuffix(".scores") || topic.hasSuffix(".receipts")
            for item in records {
                let writer = isMixed ? " of \(item.writer)" : ""
                view.add(item.item, to: "topic \(topic)\(writer)")
            }
        }
        return view
    }

    private func item(_ record: LogRecord, _ names: DigestNames) throws -> (item: View.Item, writer: UInt32) {
        let bytes = record.value ?? []
        let topic = record.position.partition.topic
        let outside = Array("\(record.headers.count) \(record.key ?? [])".utf8)
        func item(_ open: [UInt8], _ hidden: [UInt8], _ writer: UInt32 = 0) -> (item: View.Item, writer: UInt32) {
            (View.Item(open: outside + names.replace(in: open), hidden: hidden), writer)
        }
        func boxes(_ boxes: [Data]) -> [UInt8] { boxes.flatMap { withUnsafeBytes(of: $0.count) { Array($0) } } }
        switch topic {
        case Topics.sealed:
            guard case .transaction(let wire)? = WireSealedRecord(decoding: bytes)?.body else { return item(bytes, []) }
            return item(Array(wire.header) + boxes(wire.boxes), wire.boxes.flatMap { Array($0) })
        case Topics.labels:
            let wire = try #require(WireLabelRecord(decoding: bytes))
            return item(Array(wire.header) + boxes(wire.boxes), wire.boxes.flatMap { Array($0) })
        case Topics.batches:
            var wire = try #require(WireBatchDecision(decoding: bytes))
            let tags = wire.tags.flatMap { Array($0) }
            wire.tags = []
            return item(wire.encoded, tags)
        case _ where topic.hasSuffix(".scores"):
            let wire = try #require(WireScoreShares(decoding: bytes))
            let header = try #require(WireScoreHeader(decoding: Array(wire.header)))
            return item(Array(wire.header), Array(wire.box), header.party)
        case _ where topic.hasSuffix(".receipts"):
            // The tag hangs on what it is of and on a session's key, which runs have in common.
            return item(bytes, [], try #require(WireLabelReceipt(decoding: bytes)).party)
        case _ where topic.hasSuffix(".rejected"):
            var wire = try #require(WireRejected(decoding: bytes))
            let sealed = Array(wire.sealedOriginal + wire.encapsulatedKey)
            (wire.sealedOriginal, wire.encapsulatedKey) = (Data(), Data())
            return item(wire.encoded, sealed)
        default: return item(bytes, [])
        }
    }
}

@Suite("What each role may learn", .serialized)
struct LearningTests {
    @Test("a party, member A and the broker see alike whatever B's labels and amounts are", arguments: PartyID.allCases)
    func alike(party: PartyID) throws {
        let consortium = try Consortium()
        let base = consortium.secrets(1)
        let other = try consortium.secrets(2, unseenBy: party, base: base)
        let one = try consortium.run(base, nonces: 1 << 20)
        let two = try consortium.run(other, nonces: 1 << 40)

        // The runs do differ in what B said, and in what follows from it.
        #expect(base.own != other.own && base.frauds != other.frauds)
        #expect(one.scoresB != two.scoresB)

        for each in PartyID.allCases {
            let (view, second) = (try #require(one.parties[each]), try #require(two.parties[each]))
            #expect(view.differences(from: second) == [], "\(each)")
            // Of the two components that this one party holds, nothing changed: not in boxes, not in what it counted.
            let boxes = view.hiddenDifferences(from: second, in: "boxes")
            let state = view.hiddenDifferences(from: second, in: "state")
            if each == party {
                #expect(boxes == [] && state == [])
            } else {
                #expect(boxes == ["boxes labels", "boxes transactions"] && !state.isEmpty)
            }
            #expect(view.hidden(in: "state").count > 1000 && view.hidden(in: "boxes").count > 1000)
            // What the others answer is masked by keys that it does not hold.
            for kind in [Frame.Kind.countDeal, .countBits, .conditionBits, .lookupDeal] {
                let (bytes, others) = (view.hidden(in: "frames \(kind)"), second.hidden(in: "frames \(kind)"))
                #expect(bytes.count == others.count && bytes != others)
                #expect(looksUniform(bytes) && looksUniform(others), "\(each) \(kind) \(bytes.count)")
            }
        }
        #expect(one.broker.differences(from: two.broker) == [])
        #expect(one.memberA.differences(from: two.memberA) == [])
        // A's scores where B has no part are the same; where it has, they tell what the model makes of it.
        let events = consortium.days.flatMap(\.self).filter { $0.bank == 0 }
        for event in events where event.terminal == "t2" {
            #expect(one.scoresA[event.number] == two.scoresA[event.number])
        }
        #expect(events.contains { $0.terminal == "t1" && one.scoresA[$0.number] != two.scoresA[$0.number] })
    }

    // MARK: The comparer

    private func view(_ change: (inout View) -> Void = { _ in }) -> View {
        var view = View()
        view.add("info a model share was opened model=l1", to: "log lines")
        view.add("cordon_labels_counted_total 7\n", to: "metrics")
        view.add(View.Item(open: [1, 2], hidden: [3, 4]), to: "frames countBits from party-1")
        view.add(View.Item(open: [], hidden: [5, 6]), to: "state counters-events-0 00 0")
        view.add(View.Item(open: [7], hidden: [8]), to: "boxes labels")
        change(&view)
        return view
    }

    @Test("the comparer finds a label in a log line, a metric by outcome, another frame, size, table or token")
    func planted() {
        #expect(view().differences(from: view()) == [])
        let leaks: [View] = [
            view { $0.add("info a label was counted fraud=1", to: "log lines") },
            view { $0.add("cordon_labels_total{outcome=\"fraud\"} 1\n", to: "metrics") },
            view { $0.add(View.Item(open: [1, 2], hidden: [3, 4]), to: "frames countBits from party-1") },
            view { $0.add(View.Item(open: [1]), to: "frames abort from party-2") },
            view { $0.add(View.Item(open: [], hidden: [1]), to: "state frauds 00 0") },
        ]
        for leak in leaks {
            #expect(leak.differences(from: view()).count == 1 && view().differences(from: leak).count == 1)
        }
        func changed(_ item: View.Item) -> View {
            var changed = View()
            changed.add(item, to: "boxes labels")
            return changed
        }
        let item = changed(View.Item(open: [7], hidden: [8]))
        #expect(item.differences(from: changed(View.Item(open: [6], hidden: [8]))) == ["boxes labels 0: what is open"])
        #expect(item.differences(from: changed(View.Item(open: [7], hidden: [8, 8]))) == ["boxes labels 0: size"])
        #expect(item.differences(from: changed(View.Item(open: [7], hidden: [9]))) == [])
        #expect(
            item.hiddenDifferences(from: changed(View.Item(open: [7], hidden: [9])), in: "boxes") == ["boxes labels"])
    }

    @Test("the comparer takes no unmasked share for a random one")
    func unmasked() {
        var generator = SplitMix64(state: 5)
        func random(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) } }
        for count in [64, 200, 1000, 5000, 40_000] { #expect(looksUniform(random(count)), "\(count)") }
        // One-hots of 1,024 places, thermometer bits, small numbers in two bytes, and a mask that is used again and again.
        let oneHots = (0..<60).flatMap { place -> [UInt8] in
            var hot = [UInt8](repeating: 0, count: 128)
            hot[place] = 1
            return hot
        }
        let bits = (0..<400).flatMap { (each: Int) -> [UInt8] in [UInt8(1 << (each % 7) - 1), 0] }
        let scores = (0..<400).flatMap { (each: Int) -> [UInt8] in [UInt8(each % 256), UInt8(each % 3)] }
        let mask = random(8)
        let again = (0..<1000).flatMap { _ in mask }
        for leak in [oneHots, bits, scores, again, [UInt8](repeating: 0, count: 100), []] {
            #expect(!looksUniform(leak))
        }
        // One unmasked part of four is found, too.
        #expect(!looksUniform(random(3 * oneHots.count) + oneHots))
    }

    @Test("digests lose their value, not their place")
    func digests() {
        var (one, two) = (DigestNames(), DigestNames())
        let (x, y) = ([UInt8](repeating: 1, count: 32), [UInt8](repeating: 2, count: 32))
        one.add(x, "plan 0")
        two.add(y, "plan 0")
        #expect(one.replace(in: [9] + x + [8]) == two.replace(in: [9] + y + [8]))
        #expect(one.replace(in: [9] + y + [8]) == [9] + y + [8])
        #expect(one.replace(in: x + [9]) != two.replace(in: [9] + y))
    }

    @Test("seeds can be found that leave a party's two components as they are", arguments: PartyID.allCases)
    func absorbing(party: PartyID) throws {
        let seeds = (zero: [UInt8](repeating: 3, count: 16), one: [UInt8](repeating: 4, count: 16))
        for group in [SeededComponents.Group.xor, .addition(ringBits: 16)] {
            let found = try absorb(seeds, from: [1, 0], to: [0, 0], group: group, from: 5, unseenBy: party)
            let before = SeededComponents([1, 0], group: group, seeds: seeds, from: 5)
            let after = SeededComponents([0, 0], group: group, seeds: found, from: 5)
            #expect(before.parts(for: party) == after.parts(for: party))
            #expect(before.parts(for: party.next) != after.parts(for: party.next))
        }
    }
}
